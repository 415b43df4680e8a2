//! The field of our issues that says which issue of theirs they stand for: clones carry it, and it is there when the store is lost.

use serde_json::{Value, json};
use trackersync::{
    ids::IssueId,
    standin::jira::{CustomFieldKind, CustomFieldSpec, Dialect, ProjectSpec, ScreenSpec},
    sync::{issue::Side, resolve::Resolved},
};

use crate::{
    facing::{Jiras, new_issue},
    site::run,
    two_jiras::{SYNC, options},
};

/// The number of the field on our side.
const FIELD: u64 = 10_060;

async fn start(home: Dialect, away: Dialect, kind: CustomFieldKind) -> Jiras {
    start_with_screen(home, away, kind, None).await
}

/// The same with a screen for the issues on our side.
async fn start_with_screen(home: Dialect, away: Dialect, kind: CustomFieldKind, screen: Option<ScreenSpec>) -> Jiras {
    let mut home = options(home, "HOME");
    home.screens.extend(screen);
    home.custom_fields.push(CustomFieldSpec { number: FIELD, name: "Upstream key".to_owned(), kind });
    let sync = format!("[trackers.home.external_id]\naway = \"Upstream key\"\n{SYNC}");
    let mut away = options(away, "UP");
    away.projects.push(ProjectSpec::new(10_001, "NEW", "New"));
    Jiras::start(home, away, &sync).await
}

async fn of_both_kinds() -> [Jiras; 2] {
    let text = || CustomFieldKind::Text;
    [start(Dialect::DataCenter, Dialect::Cloud, text()).await, start(Dialect::Cloud, Dialect::DataCenter, text()).await]
}

fn bug(summary: &str) -> Value {
    json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": summary })
}

/// What our issue of this summary says.
fn said(site: &Jiras, summary: &str) -> Value {
    site.ours(summary).custom.get(&format!("customfield_{FIELD}")).cloned().unwrap_or_default()
}

/// A clone as Jira makes it: with the fields of the original, and without its properties.
fn clone_of(site: &Jiras, summary: &str) -> IssueId {
    let fields = json!({
        "project": { "key": "HOME" }, "issuetype": { "name": "Task" }, "summary": format!("CLONE - {summary}"),
        "customfield_10051": "yes", format!("customfield_{FIELD}"): said(site, summary),
    });
    new_issue(site.home.state(), fields)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_store_makes_no_second_issue() {
    for mut site in of_both_kinds().await {
        let issues: Vec<IssueId> = (0..12).map(|number| site.theirs(bug(&format!("Number {number}")))).collect();
        for theirs in &issues {
            site.settle(theirs).await;
        }
        let key = site.away.state().issue(issues[0].as_str()).unwrap().key;
        assert_eq!(said(&site, "Number 0"), json!(key));
        site.lose_the_store().await;
        site.away.state().edit_fields("jane", issues[0].as_str(), json!({ "summary": "Number 0, edited" })).unwrap();
        for theirs in &issues {
            site.settle(theirs).await;
        }
        assert_eq!(site.home.state().issues().len(), 12);
        assert_eq!(site.ours("Number 0, edited").issue_type, "Task");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_is_told_and_gets_no_issue_over_there() {
    for site in of_both_kinds().await {
        let theirs = site.theirs(bug("Original"));
        site.settle(&theirs).await;
        let clone = clone_of(&site, "Original");
        let Resolved::Nothing(reason) = site.engine.resolve(Side::Local, &clone).await.unwrap() else {
            panic!("it is a clone")
        };
        let original = site.ours("Original").id;
        assert!(reason.contains(clone.as_str()) && reason.contains(&original) && reason.contains("clone"), "{reason}");
        assert_eq!(site.away.state().issues().len(), 1);
        site.away.state().edit_fields("jane", theirs.as_str(), json!({ "summary": "Still synced" })).unwrap();
        site.settle(&theirs).await;
        assert_eq!(site.ours("Still synced").id, original);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_issues_that_claim_one_neither_is_written_when_the_store_is_lost() {
    for mut site in of_both_kinds().await {
        let theirs = site.theirs(bug("Original"));
        site.settle(&theirs).await;
        let clone = clone_of(&site, "Original");
        let original = site.ours("Original").id;
        site.lose_the_store().await;
        site.away.state().edit_fields("jane", theirs.as_str(), json!({ "summary": "Edited" })).unwrap();
        let fault = run(&site.engine, &theirs).await.unwrap_err().to_string();
        assert!(fault.contains(clone.as_str()) && fault.contains(&original), "{fault}");
        assert_eq!((site.home.state().issues().len(), site.ours("Original").id), (2, original));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_field_follows_a_key_that_changes() {
    for site in of_both_kinds().await {
        let theirs = site.theirs(bug("Moved"));
        site.settle(&theirs).await;
        let moved = site.away.state().move_to_project("jane", theirs.as_str(), "NEW").unwrap();
        site.settle(&theirs).await;
        assert_eq!(said(&site, "Moved"), json!(moved));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_of_ours_says_it_once_theirs_is_made() {
    for site in of_both_kinds().await {
        let fields = json!({
            "project": { "key": "HOME" }, "issuetype": { "name": "Task" }, "summary": "For them", "customfield_10051": "yes",
        });
        let ours = new_issue(site.home.state(), fields);
        site.engine.create_remote(&ours, &trackersync::sync::engine::RunOptions::default()).await.unwrap();
        let theirs = &site.away.state().issues()[0];
        assert_eq!(said(&site, "For them"), json!(theirs.key));
        site.settle(&IssueId::new(&theirs.id)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_not_on_the_create_screen_is_told_with_what_to_do() {
    let create = ["customfield_10051", "description", "priority", "labels"].map(str::to_owned).to_vec();
    let screen = ScreenSpec { create: Some(create), ..ScreenSpec::default() };
    let site = start_with_screen(Dialect::DataCenter, Dialect::Cloud, CustomFieldKind::Text, Some(screen)).await;
    let theirs = site.theirs(bug("x"));
    let fault = run(&site.engine, &theirs).await.unwrap_err();
    assert!(fault.hint.as_deref().is_some_and(|hint| hint.contains("external_id")), "{fault:?}");
    assert_eq!(site.home.state().issues().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_not_on_the_edit_screen_stops_no_sync() {
    let edit = ["summary", "customfield_10051", "description", "priority", "labels", "components"].map(str::to_owned).to_vec();
    let screen = ScreenSpec { edit: Some(edit), ..ScreenSpec::default() };
    let site = start_with_screen(Dialect::DataCenter, Dialect::Cloud, CustomFieldKind::Text, Some(screen)).await;
    let theirs = site.theirs(bug("Moved"));
    site.settle(&theirs).await;
    site.away.state().move_to_project("jane", theirs.as_str(), "NEW").unwrap();
    site.settle(&theirs).await;
    assert_eq!(said(&site, "Moved"), json!("UP-1"), "as it was created");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_cannot_hold_it_is_told() {
    for kind in [CustomFieldKind::Number, CustomFieldKind::Labels] {
        let site = start(Dialect::DataCenter, Dialect::Cloud, kind).await;
        let theirs = site.theirs(bug("x"));
        let fault = run(&site.engine, &theirs).await.unwrap_err().to_string();
        assert!(fault.contains("external_id"), "{fault}");
        assert_eq!(site.home.state().issues().len(), 0);
    }
}
