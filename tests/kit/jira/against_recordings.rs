//! Compares the site's webhooks with recorded ones: whatever a recording has at its top, ours has too.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, JiraOptions, WebhookTarget};

use crate::kit::{Site, receiver::Receiver, reference_data};

/// The kind of a delivery: the event, and the finer name if it has one.
fn kind(body: &Value) -> String {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    format!("{} {}", text("webhookEvent"), text("issue_event_type_name"))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// One of each kind of delivery a site makes.
async fn deliveries(dialect: Dialect, count: usize) -> BTreeMap<String, Value> {
    let receiver = Receiver::start(&[]);
    let webhooks = vec![WebhookTarget { url: receiver.url.clone(), secret: None }];
    let site = Site::with(JiraOptions { dialect, webhooks, ..JiraOptions::default() }).await;
    let state = site.jira.state();
    let key = state.create_issue("jane", json!({"summary": "x", "description": "d"})).unwrap();
    state.edit_fields("jane", &key, json!({"summary": "y"})).unwrap();
    let jane = if dialect == Dialect::Cloud { json!({"accountId": "712020:standin-jane"}) } else { json!({"name": "jane"}) };
    state.edit_fields("jane", &key, json!({"assignee": jane})).unwrap();
    for status in ["In Progress", "Done", "Open"] {
        state.move_to_status("jane", &key, status).unwrap();
    }
    let comment = state.add_comment("jane", &key, "one").unwrap();
    state.edit_comment("jane", &key, &comment, "two").unwrap();
    state.delete_comment("jane", &key, &comment).unwrap();
    state.delete_issue("jane", &key).unwrap();
    receiver.wait_for(count).await.into_iter().map(|delivery| (kind(&delivery.body), delivery.body)).collect()
}

fn recordings() -> Option<Vec<(String, Value)>> {
    let folder = reference_data()?.join("webhooks/mattermost");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?.to_owned();
        let body = serde_json::from_str(&std::fs::read_to_string(&path).ok()?).ok()?;
        found.push((name, body));
    }
    Some(found)
}

#[tokio::test]
async fn recorded_webhooks_have_the_same_shape() {
    let Some(recordings) = recordings() else {
        println!("no recorded webhooks to compare with");
        return;
    };
    let cloud = deliveries(Dialect::Cloud, 10).await;
    let server = deliveries(Dialect::DataCenter, 13).await;
    let mut compared = 0;
    for (name, recorded) in recordings {
        let from_server = name.contains("server");
        let ours = if from_server { &server } else { &cloud };
        // Some kinds exist on the other product only, or need a workflow that this one lacks.
        let Some(ours) = ours.get(&kind(&recorded)) else {
            continue;
        };
        compared += 1;
        for (key, value) in recorded.as_object().unwrap() {
            let found = ours.get(key).map(type_of);
            assert_eq!(found, Some(type_of(value)), "{name}: {key}");
        }
        for part in ["user", "comment", "issue", "changelog"] {
            same_keys(&name, part, &recorded[part], &ours[part]);
        }
    }
    assert!(compared > 35, "only {compared} recordings have a kind this site sends");
}

/// The keys inside a part that a receiver relies on.
fn same_keys(name: &str, part: &str, recorded: &Value, ours: &Value) {
    let relied_on: &[&str] = match part {
        "user" => &["self", "avatarUrls", "displayName", "active", "timeZone"],
        "comment" => &["self", "id", "author", "body", "updateAuthor", "created", "updated"],
        "issue" => &["id", "self", "key", "fields"],
        _ => &["id", "items"],
    };
    for key in relied_on {
        if recorded.get(key).is_none() || (part == "changelog" && recorded[key].is_number()) {
            continue;
        }
        assert_eq!(ours.get(key).map(type_of), recorded.get(key).map(type_of), "{name}: {part}.{key}");
    }
    let fields = recorded["fields"].as_object().into_iter().flatten();
    for (field, _) in fields.filter(|(field, _)| !field.starts_with("customfield_")) {
        assert!(ours["fields"].get(field).is_some(), "{name}: {part}.fields.{field} is missing");
    }
}
