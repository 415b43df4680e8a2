//! Comments of Jira that are not for everybody, and those that went away.

use serde_json::{Value, json};
use trackersync::{
    ids::IssueId,
    standin::jira::{Dialect, JiraOptions},
    sync::{fault::FaultKind, plan::MessageEdit},
};

use crate::site::{Site, everything, run};

async fn site(dialect: Dialect, settings: &str) -> Site {
    // The text goes on in the section of the Jira.
    let rules = format!("{settings}\n{}", include_str!("rules.toml"));
    Site::with_rules(JiraOptions { dialect, ..JiraOptions::default() }, "sync-secret", &rules).await
}

/// A comment that Jane writes over REST; its id.
async fn comment(site: &Site, issue: &IssueId, body: Value) -> String {
    let url = format!("{}/rest/api/2/issue/{issue}/comment", site.jira.url());
    let sent = site.client.post(url).basic_auth(jane(site), Some("jane-secret")).json(&body).send().await.unwrap();
    assert_eq!(sent.status(), 201);
    let made: Value = sent.json().await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// Cloud knows people by their addresses.
fn jane(site: &Site) -> &'static str {
    if site.cloud { "jane@example.com" } else { "jane" }
}

async fn texts(site: &Site, issue: &IssueId) -> Vec<String> {
    let read = site.upstream.read(issue, &everything()).await.unwrap().unwrap();
    read.messages.into_iter().map(|message| message.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_for_some_people_stays_with_them() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        for (settings, expected) in [("", vec!["for all"]), ("restricted_comments = true", vec!["for all", "for developers"])] {
            let site = site(dialect, settings).await;
            let issue = site.new_remote(json!({ "summary": "x" }));
            comment(&site, &issue, json!({ "body": "for all" })).await;
            let visibility = json!({ "type": "role", "value": "Developers" });
            comment(&site, &issue, json!({ "body": "for developers", "visibility": visibility })).await;
            assert_eq!(texts(&site, &issue).await, expected, "{dialect:?} {settings}");
            // Nor does it cross in a sync.
            let engine = site.engine().await;
            run(&engine, &issue).await.unwrap();
            let local = site.roundup.acting_as("jane").messages("1").unwrap();
            let leaked = local.iter().any(|message| message.content.contains("for developers"));
            assert_eq!((local.len(), leaked), (expected.len(), settings.contains("true")), "{dialect:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_somebody_restricted_stays_so_when_it_is_changed() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = site(dialect, "restricted_comments = true").await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        let visibility = json!({ "type": "role", "value": "Developers" });
        let id = comment(&site, &issue, json!({ "body": "first", "visibility": visibility })).await;
        let edit: MessageEdit =
            serde_json::from_value(json!({ "id": id, "text": "second", "source": "1", "rule": 0 })).unwrap();
        site.upstream.edit_message(&issue, &edit).await.unwrap();
        assert_eq!(texts(&site, &issue).await, ["second"]);
        let sent = site.jira.state().requests().into_iter().rfind(|seen| seen.method == "PUT").unwrap();
        assert_eq!(sent.body.unwrap()["visibility"]["value"], "Developers", "{dialect:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_is_gone_cannot_be_changed_and_need_not_be_removed() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = site(dialect, "").await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        let id = site.jira.state().add_comment("jane", issue.as_str(), "soon gone").unwrap();
        site.jira.state().delete_comment("jane", issue.as_str(), &id).unwrap();
        site.upstream.remove_message(&issue, &id).await.unwrap();
        let edit: MessageEdit = serde_json::from_value(json!({ "id": id, "text": "x", "source": "1", "rule": 0 })).unwrap();
        let fault = site.upstream.edit_message(&issue, &edit).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
        assert!(fault.to_string().contains(&format!("comment {id} is gone")), "{fault}");
    }
}
