//! Jira's fields: what is written is read back equal, on both dialects.

use serde_json::{Value, json};
use trackersync::{
    ids::IssueId,
    standin::jira::{CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec},
    sync::{
        fault::{Fault, FaultKind},
        ports::WriteTerms,
        value::equal,
    },
};

use crate::site::{Site, attributes, paths};

const DIALECTS: [Dialect; 2] = [Dialect::Cloud, Dialect::DataCenter];

async fn site(dialect: Dialect) -> Site {
    let field = |number, name: &str, kind| CustomFieldSpec { number, name: name.to_owned(), kind };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let options = JiraOptions {
        dialect,
        projects: vec![ProjectSpec {
            components: names(&["Engine", "Hull"]),
            versions: names(&["1.0", "2.0"]),
            ..ProjectSpec::new(10_000, "UP", "Upstream")
        }],
        custom_fields: vec![
            field(10_050, "External reference", CustomFieldKind::Text),
            field(10_051, "Analysis", CustomFieldKind::TextArea),
            field(10_052, "Story Points", CustomFieldKind::Number),
            field(10_053, "Marks", CustomFieldKind::Labels),
            field(10_054, "Twin", CustomFieldKind::Text),
            field(10_055, "Twin", CustomFieldKind::Text),
        ],
        ..JiraOptions::default()
    };
    Site::with(options, "sync-secret").await
}

async fn set(site: &Site, issue: &IssueId, fields: Value) -> Result<(), Fault> {
    site.upstream.set_fields(issue, &attributes(fields), WriteTerms::default()).await
}

async fn get(site: &Site, issue: &IssueId, path: &str) -> Value {
    let read = site.upstream.read(issue, &paths(&[path])).await.unwrap().unwrap();
    read.attributes[path].clone()
}

/// The users as each dialect calls them.
fn jane(dialect: Dialect) -> &'static str {
    if dialect == Dialect::Cloud { "712020:standin-jane" } else { "jane" }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_read_back_equal() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        for (path, value) in [
            ("summary", json!("Ünïcode “quotes” 😀")),
            ("summary", json!(" blanks around ")),
            ("description", json!("h1. Text\r\n\r\n* of several lines\r\n")),
            ("environment", json!("one\ntwo")),
            ("priority", json!("High")),
            ("priority.name", json!("Low")),
            ("priority.id", json!("1")),
            ("issuetype", json!("Task")),
            ("labels", json!(["b", "a"])),
            ("labels", json!("single")),
            ("labels", json!([])),
            ("components", json!(["Hull", "Engine"])),
            ("components.name", json!(["Hull"])),
            ("fixVersions", json!(["2.0", "1.0"])),
            ("Affects versions", json!(["1.0"])),
            ("duedate", json!("2028-02-29")),
            ("duedate", json!("2028-02-29.00:00:00")),
            ("duedate", Value::Null),
            ("assignee", json!(jane(dialect))),
            ("Reporter", json!(jane(dialect))),
            ("assignee", Value::Null),
            ("External reference", json!("REF-1")),
            ("External reference", Value::Null),
            ("Analysis", json!("first\nsecond")),
            ("Story Points", json!(3)),
            ("Story Points", json!("3")),
            ("Story Points", json!(-4.25)),
            ("Story Points", json!("4.50")),
            ("Story Points", Value::Null),
            ("Marks", json!(["x", "y"])),
            ("customfield_10055", json!("the second twin")),
        ] {
            set(&site, &issue, json!({ path: value }))
                .await
                .unwrap_or_else(|fault| panic!("{dialect:?} {path} {value}: {fault}"));
            let back = get(&site, &issue, path).await;
            assert!(equal(&back, &value), "{dialect:?} {path}: {value} came back as {back}");
        }
        assert_eq!(get(&site, &issue, "project").await, "UP");
        assert_eq!(get(&site, &issue, "status").await, "Open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_numbers_and_times_have_one_form() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        set(&site, &issue, json!({ "Story Points": "3" })).await.unwrap();
        assert_eq!(get(&site, &issue, "Story Points").await, json!(3));
        let created = get(&site, &issue, "created").await;
        let created = created.as_str().unwrap();
        assert!(created.ends_with('Z') && created.len() == "2025-07-25T19:06:34Z".len(), "{created}");
        let age = jiff::Timestamp::now().duration_since(created.parse().unwrap());
        assert!(age.abs() < jiff::SignedDuration::from_mins(1), "the offset was not taken into account: {created}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_and_set_as_the_dialect_has_them() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        let (own, other) = if dialect == Dialect::Cloud { ("accountId", "name") } else { ("name", "accountId") };
        set(&site, &issue, json!({ format!("assignee.{own}"): jane(dialect) })).await.unwrap();
        assert_eq!(get(&site, &issue, "assignee").await, jane(dialect));
        assert_eq!(get(&site, &issue, "assignee.displayName").await, "Jane Doe");
        let fault = set(&site, &issue, json!({ format!("assignee.{other}"): "jane" })).await.unwrap_err();
        assert_eq!((fault.kind, fault.fields.as_slice()), (FaultKind::Refused, &["assignee".to_owned()][..]), "{fault}");
        if dialect == Dialect::DataCenter {
            set(&site, &issue, json!({ "assignee.key": "sync" })).await.unwrap();
            assert_eq!(get(&site, &issue, "assignee").await, "sync");
            let fault = set(&site, &issue, json!({ "assignee.key": "nobody" })).await.unwrap_err();
            assert!(fault.to_string().contains("no user with the key \"nobody\""), "{fault}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_values_that_jira_would_refuse_are_told_at_once_and_nothing_is_sent() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        let fields = json!({
            "summary": "two\nlines", "Story Points": "many", "duedate": "soon", "created": "2025-01-01T00:00:00Z",
            "labels": ["two words"], "External reference": "x".repeat(256), "description": "this one is good",
        });
        let fault = set(&site, &issue, fields).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
        let mut named = fault.fields.clone();
        named.sort();
        assert_eq!(named, ["External reference", "Story Points", "created", "duedate", "labels", "summary"]);
        for words in
            ["several lines", "\"many\" is no number", "\"soon\" is no date", "can be read", "a space", "256 characters"]
        {
            assert!(fault.to_string().contains(words), "{words}: {fault}");
        }
        assert_eq!(get(&site, &issue, "description").await, Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_two_fields_have_is_no_name() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        let fault = set(&site, &issue, json!({ "Twin": "x" })).await.unwrap_err();
        assert!(fault.to_string().contains("customfield_10054, customfield_10055"), "{fault}");
        let fault = site.upstream.read(&issue, &paths(&["twin"])).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Permanent, "{fault}");
    }
}
