//! A local issue gets its remote one: once, with what the rules say, and with what Jira gave it coming back.

use serde_json::json;
use trackersync::{
    ids::IssueId,
    standin::jira::JiraOptions,
    sync::{
        create_remote::Creation,
        engine::{Engine, RunOptions},
        issue::Side,
        outcome::Outcome,
        resolve::Resolved,
    },
};

use crate::site::{Site, paths, run};

const SYNC: &str = r#"
[[sync]]
name = "up"
local = "office"
remote = "upstream"
remote_filter = "project = UP"
create_remote = true

[[sync.rule]]
kind = "check"
local_name = "status.name"
value = "in-progress"
update = false

[[sync.rule]]
kind = "to_remote_default"
remote_name = "project.key"
l_default = "UP"
only_create = true

[[sync.rule]]
kind = "to_remote_default"
remote_name = "issuetype.name"
l_default = "Bug"
only_create = true

[[sync.rule]]
kind = "to_remote_default"
remote_name = "status.name"
l_default = "In Progress"
only_create = true

[[sync.rule]]
kind = "two_way"
local_name = "title"
remote_name = "summary"

[[sync.rule]]
kind = "to_local"
local_name = "ext_status"
remote_name = "status.name"
after_create = true
"#;

async fn site() -> Site {
    Site::with_rules(JiraOptions::default(), "sync-secret", SYNC).await
}

/// The state says which issues are for the remote side.
fn picked(site: &Site, title: &str) -> IssueId {
    let local = site.new_local(title);
    site.roundup.acting_as("jane").set(local.as_str(), "status", "in-progress").unwrap();
    local
}

async fn create(engine: &Engine, local: &IssueId) -> Result<Creation, trackersync::sync::fault::Fault> {
    assert!(!matches!(engine.resolve(Side::Local, local).await.unwrap(), Resolved::Nothing(_)));
    engine.create_remote(local, &RunOptions::default()).await
}

/// What the new issue has beyond what it was created with comes over, and then there is nothing more to do.
async fn settle(engine: &Engine, remote: &IssueId) {
    run(engine, remote).await.unwrap();
    let again = run(engine, remote).await.unwrap();
    let words = || again.report().map(|report| report.plan.in_words()).unwrap_or_default();
    assert!(matches!(again, Outcome::Unchanged(_)), "{}: {}", again.word(), words());
}

fn created(site: &Site) -> usize {
    let requests = site.jira.state().requests();
    requests.iter().filter(|request| request.method == "POST" && request.path == "/rest/api/2/issue").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picked_issue_gets_its_remote_one_and_what_that_got_comes_back() {
    let site = site().await;
    let engine = site.engine().await;
    let (left, local) = (site.new_local("Not for them"), picked(&site, "For them"));
    let Creation::Ended(ended) = create(&engine, &left).await.unwrap() else { panic!("nobody picked it") };
    assert!(matches!(*ended, Outcome::Stopped(_)), "{}", ended.word());
    let Creation::Created(remote) = create(&engine, &local).await.unwrap() else { panic!("it is picked") };
    assert_eq!(site.jira.state().issue(remote.as_str()).unwrap().summary, "For them");
    let shown = site.office.read(&local, &paths(&["ext_status", "ext_id"])).await.unwrap().unwrap();
    assert_eq!((&shown.attributes["ext_status"], &shown.attributes["ext_id"]), (&json!("In Progress"), &json!(remote)));
    // A new issue begins as Open; what can be set only on one that exists follows at once.
    assert_eq!(site.jira.state().issue(remote.as_str()).unwrap().status, "In Progress");
    settle(&engine, &remote).await;
    site.roundup.acting_as("jane").set(local.as_str(), "title", "Said otherwise").unwrap();
    run(&engine, &remote).await.unwrap();
    assert_eq!(site.jira.state().issue(remote.as_str()).unwrap().summary, "Said otherwise");
    assert!(matches!(create(&engine, &local).await.unwrap(), Creation::Created(same) if same == remote), "it is linked by now");
    assert_eq!(created(&site), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_whose_creation_got_no_answer_is_found_by_its_token() {
    let site = site().await;
    let engine = site.engine().await;
    let local = picked(&site, "Made, and no answer");
    site.jira_fails(json!({ "method": "POST", "path_contains": "/rest/api/2/issue", "after": true, "count": 1 }));
    create(&engine, &local).await.unwrap_err();
    // Its webhook may come before we know of it: it must not become a second local issue.
    let made = site.jira.state().issues().into_iter().find(|issue| issue.summary == "Made, and no answer").unwrap();
    let early = run(&engine, &IssueId::new(&made.id)).await.unwrap_err();
    assert!(early.is_transient() && early.to_string().contains("just being created"), "{early}");
    let remote = loop {
        // The deadline of the run that got no answer has to be over.
        match create(&engine, &local).await {
            Ok(Creation::Created(remote)) => break remote,
            Ok(Creation::Ended(outcome)) => panic!("{}", outcome.word()),
            Err(fault) => assert!(fault.is_transient(), "{fault}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!(remote.as_str(), made.id);
    assert_eq!(created(&site), 1);
    settle(&engine, &remote).await;
    assert_eq!(site.roundup.acting_as("jane").issues().unwrap().len(), 1, "no second local issue");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_and_creates_nothing() {
    let site = site().await;
    let engine = site.engine().await;
    let local = picked(&site, "Only told");
    let options = RunOptions { dry_run: true, ..RunOptions::default() };
    let Creation::Ended(told) = engine.create_remote(&local, &options).await.unwrap() else { panic!("a dry run") };
    let words = told.report().unwrap().plan.in_words();
    for line in
        ["create the remote issue", "set remote summary: (unset) -> \"Only told\"", "set remote project.key: (unset) -> \"UP\""]
    {
        assert!(words.contains(line), "{words}");
    }
    assert_eq!(created(&site), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_between_the_link_and_the_mirror_makes_no_second_local_issue() {
    let site = site().await;
    let engine = site.engine().await;
    let local = picked(&site, "Linked, and not shown yet");
    site.roundup_fails(json!({ "method": "POST", "path_contains": "/data/msg" })).await;
    create(&engine, &local).await.unwrap_err();
    let made = site.jira.state().issues().into_iter().find(|issue| issue.summary == "Linked, and not shown yet").unwrap();
    // Somebody is quicker there than our next run.
    site.jira.state().edit_fields("jane", &made.id, json!({ "summary": "Said otherwise over there" })).unwrap();
    settle(&engine, &IssueId::new(&made.id)).await;
    let issues = site.roundup.acting_as("jane").issues().unwrap();
    assert_eq!(issues.len(), 1, "{issues:?}");
    let shown = site.office.read(&local, &paths(&["title", "ext_id"])).await.unwrap().unwrap();
    assert_eq!(shown.attributes["title"], "Said otherwise over there", "an edit that came in between is kept");
    assert_eq!(shown.attributes["ext_id"], made.id);
    assert!(matches!(create(&engine, &local).await.unwrap(), Creation::Created(same) if same.as_str() == made.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_stands_for_something_else_is_left_alone() {
    let site = site().await;
    let engine = site.engine().await;
    for (tracker, id, told) in [("upstream", "see UP 17", "no issue id"), ("elsewhere", "4711", "elsewhere")] {
        let local = picked(&site, "Stands for something");
        site.roundup.acting_as("jane").set(local.as_str(), "ext_tracker", tracker).unwrap();
        site.roundup.acting_as("jane").set(local.as_str(), "ext_id", id).unwrap();
        let Resolved::Nothing(reason) = engine.resolve(Side::Local, &local).await.unwrap() else { panic!("{id}") };
        assert!(reason.contains(told), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_comes_late_leaves_the_link_as_the_one_before_it_left_it() {
    let site = site().await;
    let engine = site.engine().await;
    let local = picked(&site, "For them");
    site.roundup_fails(json!({ "method": "GET", "path_contains": format!("/data/issue/{local}"), "delay_ms": 1_000 })).await;
    let late = tokio::spawn({
        let (engine, local) = (engine.clone(), local.clone());
        async move { engine.create_remote(&local, &RunOptions::default()).await }
    });
    site.until_roundup_has_failed().await;
    // It has lost its lease: meanwhile another run creates the issue, and people go on.
    let Creation::Created(remote) = create(&engine, &local).await.unwrap() else { panic!("it is picked") };
    settle(&engine, &remote).await;
    let link = async || engine.records.link_of_remote(&engine.name, &remote).await.unwrap();
    let left = link().await;
    let Creation::Created(same) = late.await.unwrap().unwrap() else { panic!("it is picked") };
    assert_eq!((same, link().await), (remote.clone(), left));
    assert_eq!(created(&site), 1);
}
