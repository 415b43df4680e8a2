//! The way of a Jira issue through its workflow.

use serde_json::json;
use trackersync::{
    ids::IssueId,
    standin::jira::{Dialect, JiraOptions, StatusCategory, StatusSpec, TransitionSpec},
    sync::{
        fault::{Fault, FaultKind},
        ports::WriteTerms,
    },
};

use crate::site::{Site, attributes};

/// Open - Analysis - Work - Done, one step after the other and back to Open; and a trap that leads nowhere.
fn options(dialect: Dialect) -> JiraOptions {
    let status = |name: &str, category| StatusSpec { name: name.to_owned(), category };
    let transition = |id, from: &[&str], to: &str| TransitionSpec::new(id, &format!("to {to}"), from, to);
    JiraOptions {
        dialect,
        statuses: vec![
            status("Open", StatusCategory::ToDo),
            status("Analysis", StatusCategory::InProgress),
            status("Work", StatusCategory::InProgress),
            status("Done", StatusCategory::Done),
            status("Trap", StatusCategory::InProgress),
        ],
        transitions: vec![
            transition(11, &["Open"], "Trap"),
            transition(21, &["Open"], "Analysis"),
            transition(31, &["Analysis"], "Work"),
            transition(41, &["Work"], "Done"),
            transition(51, &["Analysis", "Work", "Done"], "Open"),
        ],
        ..JiraOptions::default()
    }
}

async fn site(dialect: Dialect, via: &str) -> Site {
    // The text goes on in the section of the Jira.
    let rules = format!("via = {via}\n{}", include_str!("rules.toml"));
    Site::with_rules(options(dialect), "sync-secret", &rules).await
}

async fn go(site: &Site, issue: &IssueId, fields: serde_json::Value) -> Result<(), Fault> {
    site.upstream.set_fields(issue, &attributes(fields), WriteTerms::default()).await
}

fn status(site: &Site, issue: &IssueId) -> String {
    site.jira.state().issue(issue.as_str()).unwrap().status
}

#[tokio::test(flavor = "multi_thread")]
async fn several_steps_are_taken_through_statuses_that_may_be_passed() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = site(dialect, "[\"Analysis\", \"Work\"]").await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        go(&site, &issue, json!({ "status": "Done", "summary": "y" })).await.unwrap();
        let now = site.jira.state().issue(issue.as_str()).unwrap();
        assert_eq!((now.status.as_str(), now.summary.as_str()), ("Done", "y"));
        // Back again, and once more with what was learned.
        go(&site, &issue, json!({ "status": "Open" })).await.unwrap();
        go(&site, &issue, json!({ "status.name": "Work" })).await.unwrap();
        assert_eq!(status(&site, &issue), "Work");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_passed_that_is_not_configured() {
    for (via, stands) in [("[]", "Open"), ("[\"Work\"]", "Open"), ("[\"Trap\"]", "Trap"), ("[\"Analysis\"]", "Analysis")] {
        let site = site(Dialect::DataCenter, via).await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        let fault = go(&site, &issue, json!({ "status": "Done" })).await.unwrap_err();
        assert_eq!((fault.kind, fault.fields.as_slice()), (FaultKind::Refused, &["status".to_owned()][..]), "{fault}");
        assert!(fault.to_string().contains("no transition leads to status \"Done\""), "{fault}");
        assert_eq!(status(&site, &issue), stands, "{via}");
        assert_eq!(fault.to_string().contains(&format!("the issue stands in \"{stands}\" now")), stands != "Open", "{fault}");
        // Once it is known where that leads, nobody goes there again.
        let another = site.new_remote(json!({ "summary": "another" }));
        if via == "[\"Trap\"]" {
            go(&site, &another, json!({ "status": "Done" })).await.unwrap_err();
            assert_eq!(status(&site, &another), "Open", "the trap is known");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_is_there_is_left_alone() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = site(dialect, "[]").await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        go(&site, &issue, json!({ "status": "Open", "summary": "y" })).await.unwrap();
        let now = site.jira.state().issue(issue.as_str()).unwrap();
        assert_eq!((now.status.as_str(), now.summary.as_str()), ("Open", "y"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_alone_is_refused_with_what_to_do() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = site(dialect, "[]").await;
        let issue = site.new_remote(json!({ "summary": "x" }));
        let fault = go(&site, &issue, json!({ "resolution": "Duplicate" })).await.unwrap_err();
        assert_eq!((fault.kind, fault.fields.as_slice()), (FaultKind::Refused, &["resolution".to_owned()][..]), "{fault}");
        assert!(fault.to_string().contains("have a rule set `status`, too"), "{fault}");
    }
}
