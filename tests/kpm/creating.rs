//! Problems that we make of our issues.

use serde_json::json;
use trackersync::{
    ids::{IssueId, LinkId},
    standin::kpm::FalseAnswer,
    sync::{
        create_remote::Creation,
        engine::RunOptions,
        issue::{CopyKind, Side},
        ports::{Intent, Opened, Token},
        resolve::Resolved,
    },
};

use crate::site::{Site, mailbox};

fn new_issue(site: &Site, summary: &str) -> IssueId {
    let fields = json!({
        "project": { "key": "HOME" }, "issuetype": { "name": "Task" }, "summary": summary, "customfield_10051": "yes",
    });
    let key = site.jira.state().create_issue("jane", fields).unwrap();
    IssueId::new(site.jira.state().issue(&key).unwrap().id)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_of_ours_becomes_a_problem_and_learns_its_number() {
    let site = Site::start().await;
    let ours = new_issue(&site, "For them");
    let created = site.engine.create_remote(&ours, &RunOptions::default()).await.unwrap();
    let Creation::Created(theirs) = created else { panic!("it is picked") };
    let number: i64 = theirs.as_str().parse().unwrap();
    let issue = site.issue("For them");
    let fields = site.snapshot(number).fields;
    assert_eq!(fields["ExternalProblemNumber"], issue.key.as_str());
    assert_eq!((&fields["ShortText"], &fields["Description"]), (&json!("For them"), &json!("See the notices.")));
    assert_eq!(fields["Origin"]["Phase"], "10");
    assert_eq!(fields["ProblemDate"].as_str().unwrap().len(), 10, "{}", fields["ProblemDate"]);
    assert_eq!(issue.custom["customfield_10052"], format!("KPM-{number}"));
    site.settle(number).await;
    let Resolved::Linked(found) = site.engine.resolve(Side::Local, &ours).await.unwrap() else { panic!("it is linked") };
    assert_eq!(found, theirs);
    // It is theirs to send it to us; then it is answered, and no second issue is made of it.
    site.state().assign(number, &mailbox()).unwrap();
    site.settle(number).await;
    assert_eq!(site.jira.state().issues().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_created_once_though_the_answer_is_lost() {
    for way in [FalseAnswer::HangUp, FalseAnswer::Empty, FalseAnswer::CutShort] {
        let site = Site::start().await;
        // What changed of late and is none of ours.
        for title in ["Another", "One more"] {
            site.problem(json!({ "ShortText": title, "ExternalProblemNumber": "OTHER-1" }));
        }
        let ours = new_issue(&site, "Made once");
        site.lose("CreateDevelopmentProblem", way.clone());
        let theirs = site.create(&ours).await;
        let made = site.state().problems();
        assert_eq!(made.len(), 3, "{way:?}");
        assert_eq!(made.last().unwrap().to_string(), theirs.as_str(), "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_that_comes_to_us_before_we_know_that_we_made_it_is_no_new_one() {
    let site = Site::start().await;
    let ours = new_issue(&site, "Quickly back");
    site.lose("CreateDevelopmentProblem", FalseAnswer::HangUp);
    site.engine.create_remote(&ours, &RunOptions::default()).await.map(|_| ()).unwrap_err();
    let number = site.state().problems()[0];
    site.state().assign(number, &mailbox()).unwrap();
    let fault = site.run(number).await.unwrap_err();
    assert!(fault.is_transient() && fault.to_string().contains("just being created"), "{fault}");
    // Another one in the mailbox does not wait for it.
    let other = site.problem(json!({ "ShortText": "Theirs", "ExternalProblemNumber": "OTHER-1" }));
    site.settle(other).await;
    site.create(&ours).await;
    site.settle(number).await;
    let summaries: Vec<String> = site.jira.state().issues().into_iter().map(|issue| issue.summary).collect();
    assert_eq!(summaries, ["Quickly back", "Theirs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_whose_run_died_after_it_had_linked_the_issue_is_done() {
    let site = Site::start().await;
    let (ours, records) = (new_issue(&site, "Linked"), site.engine.records.clone());
    let theirs = site.create(&ours).await;
    // As a run leaves it that dies before the last thing that it writes down.
    let link = LinkId::derive(&site.engine.name, &IssueId::new(format!("local/{ours}")));
    let intent = Intent {
        token: Token::stored("of that run"),
        link,
        kind: CopyKind::Issue,
        to: Side::Remote,
        source: ours.to_string(),
        content: json!({ "ExternalProblemNumber": site.issue("Linked").key }).to_string(),
        size: None,
        since: records.now().await.unwrap(),
        run: "dead".to_owned(),
    };
    assert_eq!(records.open_intent(&intent).await.unwrap(), Opened::Ours);
    let other = site.problem(json!({ "ShortText": "Theirs" }));
    let calls = site.calls(async { drop(site.run(other).await.unwrap()) }).await;
    assert_eq!(calls["GetDevelopmentProblemData"], 1, "whose it is need not be asked");
    assert_eq!(records.open_creations().await.unwrap(), []);
    assert_eq!(records.open_intent(&intent).await.unwrap(), Opened::Done(theirs.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_that_lacks_what_the_wsdl_wants_is_refused_before_it_is_sent() {
    let site = Site::start().await;
    let fields = serde_json::from_value(json!({ "ExternalProblemNumber": "HOME-1", "ShortText": "a" })).unwrap();
    let token = Token::stored("t");
    let fault = site.engine.remote.create_marked(&fields, &token).await.unwrap_err();
    assert!(fault.word() == "refused" && fault.to_string().contains("Rating"), "{fault}");
    let fields = serde_json::from_value(json!({ "ShortText": "a" })).unwrap();
    let fault = site.engine.remote.create_marked(&fields, &token).await.unwrap_err();
    assert!(fault.word() == "permanent" && fault.to_string().contains("ExternalProblemNumber"), "{fault}");
    assert!(site.state().problems().is_empty() && site.state().requests().is_empty());
}
