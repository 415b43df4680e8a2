//! Two Jiras face each other: either product on either side, with issues made on both sides.

use serde_json::{Value, json};
use trackersync::{
    ids::IssueId,
    standin::jira::{CustomFieldKind, CustomFieldSpec, Dialect, IssueSnapshot, JiraOptions, ProjectSpec, RequestRecord},
    sync::{
        create_remote::Creation,
        engine::RunOptions,
        issue::{Attributes, Side},
        outcome::Outcome,
        ports::MirroredState,
        resolve::Resolved,
    },
};

use crate::{
    facing::{Jiras, new_issue},
    site::run,
};

pub const SYNC: &str = include_str!("two_jiras.toml");

/// A Jira with a project of that key, and components and versions that both sides have.
pub fn options(dialect: Dialect, project: &str) -> JiraOptions {
    let project = ProjectSpec {
        components: vec!["Brakes".to_owned(), "Radio".to_owned()],
        versions: vec!["1.0".to_owned(), "2.0".to_owned()],
        ..ProjectSpec::new(10_000, project, project)
    };
    let mut custom_fields = JiraOptions::default().custom_fields;
    custom_fields.push(CustomFieldSpec { number: 10_051, name: "Supplier".to_owned(), kind: CustomFieldKind::Text });
    JiraOptions { dialect, projects: vec![project], custom_fields, ..JiraOptions::default() }
}

pub async fn start(home: Dialect, away: Dialect) -> Jiras {
    Jiras::start(options(home, "HOME"), options(away, "UP"), SYNC).await
}

pub async fn of_both_kinds() -> [Jiras; 2] {
    [start(Dialect::DataCenter, Dialect::Cloud).await, start(Dialect::Cloud, Dialect::DataCenter).await]
}

/// What the mapping keeps equal.
fn mapped(issue: &IssueSnapshot) -> Value {
    let comments: Vec<&str> = issue.comments.iter().map(|comment| comment.body.rsplit("\n\n").next().unwrap()).collect();
    let mut files: Vec<(&str, &str)> =
        issue.attachments.iter().map(|file| (file.file_name.as_str(), file.sha256.as_str())).collect();
    files.sort_unstable();
    json!({
        "summary": issue.summary,
        "description": issue.description,
        "priority": issue.priority,
        "status": issue.status,
        "labels": issue.labels,
        "components": issue.components,
        "comments": comments,
        "files": files,
    })
}

/// Requests for and to issues, other than those for what is known of a site for a while.
fn counted(requests: &[RequestRecord]) -> (usize, usize) {
    let of_issues = || requests.iter().filter(|request| request.path.contains("/issue/"));
    let reads = of_issues().filter(|request| request.method == "GET").count();
    (reads, of_issues().count() - reads)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_of_theirs_becomes_ours_with_all_that_it_has_and_both_stay_in_line() {
    for site in of_both_kinds().await {
        let theirs = site.theirs(json!({
            "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Bremse quietscht – Ökotest ✓",
            "description": "It squeaks.", "priority": { "name": "High" }, "labels": ["noise", "brake"],
            "components": [{ "name": "Brakes" }],
        }));
        let away = site.away.state();
        away.add_comment("jane", theirs.as_str(), "Since *Monday*").unwrap();
        for (name, content) in [("leer.txt", &b""[..]), ("ein Byte.bin", b"x"), ("Prüfbericht ü.pdf", b"pdf")] {
            away.add_attachment("jane", theirs.as_str(), name, "application/octet-stream", content.to_vec()).unwrap();
        }
        away.move_to_status("jane", theirs.as_str(), "In Progress").unwrap();
        site.settle(&theirs).await;
        let ours = site.ours("Bremse quietscht – Ökotest ✓");
        assert_eq!((ours.issue_type.as_str(), ours.status.as_str()), ("Task", "In Progress"));
        assert_eq!(mapped(&ours), mapped(&away.issue(theirs.as_str()).unwrap()));

        let home = site.home.state();
        home.edit_fields("jane", &ours.id, json!({ "summary": "It squeaks less", "components": [{ "name": "Radio" }] }))
            .unwrap();
        home.add_comment("jane", &ours.id, "[public] We oiled it").unwrap();
        home.add_comment("jane", &ours.id, "between ourselves").unwrap();
        home.move_to_status("jane", &ours.id, "Done").unwrap();
        site.settle(&theirs).await;
        let answered = away.issue(theirs.as_str()).unwrap();
        assert_eq!((answered.summary.as_str(), answered.status.as_str()), ("It squeaks less", "Done"));
        assert_eq!(answered.components, ["Radio"]);
        assert_eq!(answered.comments.len(), 2, "{:?}", answered.comments);
        assert!(answered.comments[1].body.contains("We oiled it"), "{:?}", answered.comments);
        assert_eq!(site.home.state().issues().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_one_field_costs_one_read_a_side_and_one_write() {
    for site in of_both_kinds().await {
        let theirs = site.theirs(json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Counted" }));
        site.settle(&theirs).await;
        let before = (site.home.state().requests().len(), site.away.state().requests().len());
        site.away.state().edit_fields("jane", theirs.as_str(), json!({ "summary": "Counted twice" })).unwrap();
        run(&site.engine, &theirs).await.unwrap();
        let home = counted(&site.home.state().requests()[before.0..]);
        let away = counted(&site.away.state().requests()[before.1..]);
        assert_eq!((home, away), ((1, 1), (1, 0)), "(reads, writes) of our side and of theirs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echo_costs_one_read_and_what_is_none_is_not_taken_for_one() {
    for site in of_both_kinds().await {
        let theirs = site.theirs(json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Heard" }));
        let (home, away) = (site.home.state(), site.away.state());
        away.add_comment("jane", theirs.as_str(), "Theirs").unwrap();
        site.settle(&theirs).await;
        let ours = site.ours("Heard").id;
        home.edit_fields("jane", &ours, json!({ "summary": "Heard again" })).unwrap();
        home.add_comment("jane", &ours, "[public] Ours").unwrap();
        run(&site.engine, &theirs).await.unwrap();

        // What Jira calls our account in its deliveries: the product tells which.
        let us = JiraOptions::default().users.remove(0);
        let actor = |side| if (side == Side::Remote) == site.away_is_cloud { us.account_id.clone() } else { us.name.clone() };
        for side in [Side::Remote, Side::Local] {
            let options = || RunOptions { actor: Some((side, actor(side))), ..RunOptions::default() };
            let before = (home.requests().len(), away.requests().len());
            let outcome = site.engine.run(&theirs, &options()).await.unwrap();
            assert!(matches!(outcome, Outcome::Echo), "{side}: {}", outcome.word());
            let (ours, of_theirs) = (counted(&home.requests()[before.0..]), counted(&away.requests()[before.1..]));
            assert_eq!((ours.0 + of_theirs.0, ours.1 + of_theirs.1), (1, 0), "{side}");
        }
        // The same account, and a change that we did not make.
        for (side, jira, issue) in [(Side::Remote, away, theirs.as_str()), (Side::Local, home, &ours)] {
            jira.add_comment("sync", issue, &format!("[public] By hand, {side}")).unwrap();
            let options = RunOptions { actor: Some((side, actor(side))), ..RunOptions::default() };
            let outcome = site.engine.run(&theirs, &options).await.unwrap();
            assert!(matches!(outcome, Outcome::Synced(_)), "{side}: {}", outcome.word());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_issue_says_which_one_of_theirs_it_stands_for() {
    for site in of_both_kinds().await {
        let theirs = site.theirs(json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Claimed" }));
        site.settle(&theirs).await;
        let ours = IssueId::new(site.ours("Claimed").id);
        for id in [&ours, &IssueId::new(site.ours("Claimed").key)] {
            let Resolved::Linked(found) = site.engine.resolve(Side::Local, id).await.unwrap() else { panic!("{id}") };
            assert_eq!(found, theirs);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_that_claims_what_another_issue_is_linked_with_is_left_alone() {
    let site = start(Dialect::DataCenter, Dialect::Cloud).await;
    let theirs = site.theirs(json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Original" }));
    site.settle(&theirs).await;
    let original = site.ours("Original").id;
    let fields = json!({ "project": { "key": "HOME" }, "issuetype": { "name": "Task" }, "summary": "Clone" });
    let clone = new_issue(site.home.state(), fields);
    let state =
        MirroredState { tracker: "away".into(), remote: theirs.clone(), key: "UP-1".to_owned(), attributes: Attributes::new() };
    site.engine.local.mark_linked(&clone, &state).await.unwrap();
    let Resolved::Nothing(reason) = site.engine.resolve(Side::Local, &clone).await.unwrap() else { panic!("it is a clone") };
    assert!(reason.contains(clone.as_str()) && reason.contains(&original), "{reason}");
    assert_eq!(site.away.state().issue(theirs.as_str()).unwrap().summary, "Original");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_issue_whose_creation_got_no_answer_is_found_by_its_token() {
    let site = start(Dialect::DataCenter, Dialect::Cloud).await;
    let theirs = site.theirs(json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Lost answer" }));
    let fault = json!({ "method": "POST", "path_contains": "/rest/api/2/issue", "after": true, "count": 1 });
    site.home.state().add_fault(serde_json::from_value(fault).unwrap());
    run(&site.engine, &theirs).await.unwrap_err();
    loop {
        // The deadline of the run that got no answer has to be over.
        match run(&site.engine, &theirs).await {
            Ok(_) => break,
            Err(fault) => assert!(fault.is_transient(), "{fault}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    site.settle(&theirs).await;
    assert_eq!(site.home.state().issues().len(), 1, "no second issue");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_of_ours_gets_one_of_theirs_where_a_rule_picks_it() {
    for site in of_both_kinds().await {
        let fields = |supplier: Option<&str>| {
            json!({
                "project": { "key": "HOME" }, "issuetype": { "name": "Task" }, "summary": "For them", "customfield_10051": supplier,
            })
        };
        let left = new_issue(site.home.state(), fields(None));
        assert!(matches!(site.engine.create_remote(&left, &RunOptions::default()).await.unwrap(), Creation::Ended(_)));
        let ours = new_issue(site.home.state(), fields(Some("yes")));
        assert!(matches!(site.engine.resolve(Side::Local, &ours).await.unwrap(), Resolved::Creatable(_)));
        let Creation::Created(theirs) = site.engine.create_remote(&ours, &RunOptions::default()).await.unwrap() else {
            panic!("it is picked")
        };
        site.settle(&theirs).await;
        assert_eq!(site.away.state().issues().len(), 1);
        assert_eq!(site.away.state().issue(theirs.as_str()).unwrap().summary, "For them");
        let Resolved::Linked(found) = site.engine.resolve(Side::Local, &ours).await.unwrap() else { panic!("it is linked") };
        assert_eq!(found, theirs);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_jira_refuses_keeps_no_issue_from_being_made() {
    for site in of_both_kinds().await {
        let long = "x".repeat(300);
        let theirs = site.theirs(json!({
            "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Made all the same", "environment": long,
        }));
        let outcome = run(&site.engine, &theirs).await.unwrap();
        let failures = &outcome.report().unwrap().failures;
        assert!(failures.len() == 1 && failures[0].contains("customfield_10050"), "{failures:?}");
        assert_eq!(mapped(&site.ours("Made all the same")), mapped(&site.away.state().issue(theirs.as_str()).unwrap()));
    }
}
