//! Surveys: what a sweep over many linked issues costs, and what it finds.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use trackersync::{
    ids::IssueId,
    standin::jira::{Dialect, IssueSnapshot, JiraOptions},
    sync::{
        engine::Engine,
        issue::{CopyKind, Side, Snapshot},
        ports::{FileContent, READ_AT_ONCE},
        rules::Needs,
        survey::Due,
    },
};

use crate::{
    facing::{Jiras, new_issue},
    site::{Site, everything, intent, message, paths, run},
    two_jiras::{SYNC, of_both_kinds, options, start},
};

/// A whole sweep, without the events.
async fn sweep(engine: &Engine) -> (usize, Vec<Due>) {
    let candidates = engine.candidates(None).await.unwrap();
    assert_eq!((candidates.unlinked_remote, candidates.unlinked_local), (vec![], vec![]));
    let mut due = Vec::new();
    for linked in candidates.linked.chunks(READ_AT_ONCE) {
        due.extend(engine.survey(linked).await.unwrap());
    }
    (candidates.linked.len(), due)
}

fn bug(summary: &str) -> Value {
    json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": summary, "labels": ["noise"] })
}

/// Many linked issues that are in line, one in ten of them with a comment.
async fn linked(site: &Jiras, count: usize) -> Vec<IssueId> {
    let issues: Vec<IssueId> = (0..count).map(|number| site.theirs(bug(&format!("Issue {number}")))).collect();
    for issue in issues.iter().step_by(10) {
        site.away.state().add_comment("jane", issue.as_str(), "It squeaks").unwrap();
    }
    // The second time is that of the echoes, after which both sides are known as they are.
    for _ in 0..2 {
        let runs = stream::iter(&issues).map(|issue| run(&site.engine, issue)).buffer_unordered(8);
        runs.for_each(|outcome| async { assert!(outcome.is_ok(), "{:?}", outcome.err()) }).await;
    }
    issues
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_of_a_thousand_issues_costs_a_request_for_fifty_at_most() {
    // One of each product; which of them is ours makes no difference to what is asked.
    let site = start(Dialect::Cloud, Dialect::DataCenter).await;
    linked(&site, 1_000).await;
    let jiras = [("ours", site.home.state()), ("theirs", site.away.state())];
    jiras.iter().for_each(|(_, jira)| jira.forget_requests());
    assert_eq!(sweep(&site.engine).await, (1_000, vec![]));
    for (whose, jira) in jiras {
        let requests = jira.requests();
        println!("{} requests to {whose} for 1,000 issues that are in line", requests.len());
        let told: Vec<String> = requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect();
        assert!(requests.len() <= 20, "{whose}: {told:?}");
    }
}

/// Does something to one of the issues, ours and theirs of one link.
type Change = fn(&Jiras, ours: &IssueSnapshot, theirs: &IssueSnapshot);

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_finds_each_issue_that_is_not_in_line_and_no_other() {
    let changes: [(Change, &str); 8] = [
        (
            |site, ours, _| site.home.state().edit_fields("jane", &ours.id, json!({ "summary": "Ours" })).unwrap(),
            "set remote summary",
        ),
        (
            |site, _, theirs| site.away.state().edit_fields("jane", &theirs.id, json!({ "labels": ["rattle"] })).unwrap(),
            "set local labels",
        ),
        (|site, _, theirs| site.away.state().move_to_status("jane", &theirs.id, "Done").unwrap(), "set local status.name"),
        (|site, ours, _| drop(site.home.state().add_comment("jane", &ours.id, "[public] Oiled").unwrap()), "message"),
        (
            |site, _, theirs| {
                let content = b"x".to_vec();
                site.away.state().add_attachment("jane", &theirs.id, "x.txt", "text/plain", content).unwrap();
            },
            "file",
        ),
        (|site, ours, _| site.home.state().delete_issue("jane", &ours.id).unwrap(), "not told together"),
        (|site, _, theirs| site.away.state().delete_issue("jane", &theirs.id).unwrap(), "not told together"),
        (
            |site, ours, theirs| {
                for (jira, issue) in [(&site.home, ours), (&site.away, theirs)] {
                    jira.state().edit_fields("jane", &issue.id, json!({ "summary": "Agreed" })).unwrap();
                }
            },
            "agree",
        ),
    ];
    for site in of_both_kinds().await {
        let issues = linked(&site, 20).await;
        assert_eq!(sweep(&site.engine).await, (20, vec![]));
        let theirs = |id: &IssueId| site.away.state().issue(id.as_str()).unwrap();
        for ((change, _), id) in changes.iter().zip(&issues) {
            let (theirs, ours) = (theirs(id), site.ours(&theirs(id).summary));
            change(&site, &ours, &theirs);
        }
        // No concern of the sync.
        let last = site.ours(&theirs(&issues[19]).summary).id;
        site.home.state().add_comment("jane", &last, "between ourselves").unwrap();
        let (_, mut due) = sweep(&site.engine).await;
        due.sort_by_key(|due| issues.iter().position(|id| *id == due.remote));
        assert_eq!(due.iter().map(|due| &due.remote).collect::<Vec<_>>(), issues[..8].iter().collect::<Vec<_>>());
        for (due, (_, words)) in due.iter().zip(&changes) {
            assert!(due.why.contains(words), "{due:?}: {words}");
        }
        for due in &due {
            run(&site.engine, &due.remote).await.unwrap();
        }
        let (_, due) = sweep(&site.engine).await;
        let mut still: Vec<&IssueId> = due.iter().map(|due| &due.remote).collect();
        still.sort();
        assert_eq!(still, [&issues[5], &issues[6]], "those that are gone on one side are told each time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_beyond_what_jira_tells_at_once_are_no_difference() {
    let few = |dialect, project| JiraOptions { comments_in_search: Some(2), ..options(dialect, project) };
    for (home, away) in [(Dialect::DataCenter, Dialect::Cloud), (Dialect::Cloud, Dialect::DataCenter)] {
        let site = Jiras::start(few(home, "HOME"), few(away, "UP"), SYNC).await;
        let issues = linked(&site, 1).await;
        for number in 0..5 {
            site.away.state().add_comment("jane", issues[0].as_str(), &format!("Comment {number}")).unwrap();
        }
        site.settle(&issues[0]).await;
        assert_eq!(sweep(&site.engine).await, (1, vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_cannot_be_read_hides_no_other() {
    let few = |dialect, project| JiraOptions { comments_in_search: Some(2), ..options(dialect, project) };
    for (home, away) in [(Dialect::DataCenter, Dialect::Cloud), (Dialect::Cloud, Dialect::DataCenter)] {
        let site = Jiras::start(few(home, "HOME"), few(away, "UP"), SYNC).await;
        let issues = linked(&site, 3).await;
        for number in 0..5 {
            site.away.state().add_comment("jane", issues[1].as_str(), &format!("Comment {number}")).unwrap();
        }
        site.settle(&issues[1]).await;
        site.away.state().edit_fields("jane", issues[2].as_str(), json!({ "summary": "Edited" })).unwrap();
        let broken =
            json!({ "method": "GET", "path_contains": format!("/issue/{}/comment", issues[1]), "status": 500, "count": 9 });
        site.away.state().add_fault(serde_json::from_value(broken).unwrap());
        let (_, due) = sweep(&site.engine).await;
        let mut found: Vec<&IssueId> = due.iter().map(|due| &due.remote).collect();
        found.sort();
        assert_eq!(found, [&issues[1], &issues[2]], "{due:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn issues_that_are_not_linked_are_candidates_and_ours_are_wanted_there_where_a_rule_picks_them() {
    for site in of_both_kinds().await {
        let theirs = site.theirs(bug("New there"));
        let fields = |supplier: Option<&str>| {
            json!({
                "project": { "key": "HOME" }, "issuetype": { "name": "Task" }, "summary": "Here", "customfield_10051": supplier,
            })
        };
        let ours = [None, Some("yes"), None].map(|supplier| new_issue(site.home.state(), fields(supplier)));
        let candidates = site.engine.candidates(None).await.unwrap();
        assert_eq!((candidates.linked, candidates.unlinked_remote), (vec![], vec![theirs]));
        assert_eq!(candidates.unlinked_local, ours);
        assert_eq!(site.engine.wanted_there(ours.to_vec()).await.unwrap(), [ours[1].clone()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roundup_tells_several_issues_as_it_tells_each() {
    let site = Site::start().await;
    let mut issues = Vec::new();
    for number in 0..3 {
        let issue = site.new_local(&format!("Issue {number}"));
        for text in 0..number {
            let intent = intent(CopyKind::Message, Side::Local, &format!("{number}/{text}"), "", None);
            site.office.add_message(&issue, &message(&format!("Text {text}")), &intent.token).await.unwrap();
        }
        let content = FileContent { size: Some(1), media_type: None, stream: Box::pin(stream::iter([Ok("x".into())])) };
        let file = intent(CopyKind::File, Side::Local, &issue.to_string(), "x", None);
        site.office.add_file(&issue, "x.txt", content, &file.token).await.unwrap();
        issues.push(issue);
    }
    issues.push("99".into());
    let needs = Needs { updated: true, ..everything() };
    let needs = Needs { paths: paths(&["title", "status.name"]).paths, ..needs };
    let before = site.roundup_requests().await.len();
    let several = site.office.read_several(&issues, &needs).await.unwrap().unwrap();
    assert_eq!(site.roundup_requests().await.len() - before, 2, "one for the issues, and one for their messages");
    assert_eq!(several.len(), 3, "one of them is not there");
    for snapshot in several {
        let alone = site.office.read(&snapshot.id, &needs).await.unwrap().unwrap();
        assert_eq!(snapshot, Snapshot { revision: None, ..alone });
    }
    let elsewhere = paths(&["/ext_msg/key"]);
    assert_eq!(
        site.office.read_several(&issues, &elsewhere).await.unwrap(),
        None,
        "items of other classes it tells one by one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_of_roundup_and_jira_finds_what_is_not_in_line() {
    let site = Site::start().await;
    let engine = site.engine().await;
    let issues: Vec<IssueId> = (0..12).map(|number| site.new_remote(bug(&format!("Issue {number}")))).collect();
    for _ in 0..2 {
        for issue in &issues {
            run(&engine, issue).await.unwrap();
        }
    }
    assert_eq!(sweep(&engine).await, (12, vec![]));
    site.jira.state().add_comment("jane", issues[3].as_str(), "It squeaks").unwrap();
    let (_, due) = sweep(&engine).await;
    assert_eq!(due.iter().map(|due| &due.remote).collect::<Vec<_>>(), [&issues[3]]);
}
