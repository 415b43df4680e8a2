//! Every kind of rule that two Jiras can use, between two of them: what the other tests of two Jiras have not.

use serde_json::{Value, json};
use trackersync::standin::jira::{CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions};

use crate::{facing::Jiras, site::run, two_jiras::options};

const SYNC: &str = include_str!("every_kind.toml");

fn jira(dialect: Dialect, project: &str) -> JiraOptions {
    let mut options = options(dialect, project);
    let field = |number, name: &str, kind| CustomFieldSpec { number, name: name.to_owned(), kind };
    options.custom_fields.extend([
        field(10_060, "Owner", CustomFieldKind::Text),
        field(10_061, "Verdict", CustomFieldKind::Text),
        field(10_062, "Notes", CustomFieldKind::TextArea),
        field(10_063, "Tags", CustomFieldKind::Labels),
    ]);
    options
}

fn bug(summary: &str, more: Value) -> Value {
    let mut fields = json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": summary });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_rule_does_its_part_between_two_jiras() {
    for (home, away) in [(Dialect::DataCenter, Dialect::Cloud), (Dialect::Cloud, Dialect::DataCenter)] {
        let site = Jiras::start(jira(home, "HOME"), jira(away, "UP"), SYNC).await;
        let full = site.theirs(bug(
            "Full",
            json!({
                "description": "It squeaks.", "environment": "Car 7", "fixVersions": [{ "name": "1.0" }], "labels": ["x"],
                "priority": { "name": "High" },
            }),
        ));
        let bare = site.theirs(bug("Bare", json!({})));
        let closed = site.theirs(bug("Closed", json!({ "environment": "leave alone" })));
        run(&site.engine, &closed).await.unwrap();
        for theirs in [&full, &bare] {
            run(&site.engine, theirs).await.unwrap();
            site.settle(theirs).await;
        }
        // Kind, found, expected.
        let mut table: Vec<(&str, Value, Value)> = Vec::new();
        assert_eq!(site.home.state().issues().len(), 2, "check_remote keeps one out");
        let ours = site.ours("Full");
        let said = |issue: &trackersync::standin::jira::IssueSnapshot| {
            issue.comments.iter().map(|comment| comment.body.clone()).collect::<Vec<_>>()
        };
        let custom = |number: u64| ours.custom[&format!("customfield_{number}")].clone();
        table.push(("to_local_concatenate", custom(10_062), json!("It squeaks.\nEnvironment:\nCar 7")));
        table.push(("to_local_multilink", json!(ours.versions), json!(["1.0"])));
        table.push(("to_local_multilink_default", json!(ours.components), json!(["Brakes"])));
        table.push(("to_local_multistring", json!(ours.labels), json!(["customer_x"])));
        table.push(("to_local_multistring_default", custom(10_063), json!(["tag_x"])));
        table.push(("message", json!(said(&ours)), json!(["Environment upstream\nCar 7"])));
        table.push(("default_message", json!(said(&site.ours("Bare"))), json!(["Created from the upstream tracker."])));

        site.home.state().move_to_status("jane", &ours.id, "In Progress").unwrap();
        site.home.state().move_to_status("jane", &ours.id, "Done").unwrap();
        site.settle(&full).await;
        let theirs = site.away.state().issue(full.as_str()).unwrap();
        table.push(("multi_to_remote", theirs.custom["customfield_10061"].clone(), json!("closed")));
        table.push(("to_remote_if_dirty", theirs.custom["customfield_10060"].clone(), json!(ours.key)));
        for (kind, found, expected) in &table {
            println!("{kind:<30} {:<50} {expected}", found.to_string());
            assert_eq!(found, expected, "{kind}");
        }
    }
}
