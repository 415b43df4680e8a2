//! Listings: what changed, and what lies in the mailbox.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use trackersync::{
    standin::kpm::{FalseAnswer, Fault as Order, Mailbox},
    sync::ports::Query,
};

use crate::site::{Site, id};

fn overview_fails(site: &Site, answer: FalseAnswer) {
    let operation = Some("GetMultipleProblemData".to_owned());
    site.state().add_fault(Order { operation, answer: Some(answer), ..Order::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_finds_what_changed_with_one_call() {
    let site = Site::start().await;
    let (linked, _) = site.settled("Linked").await;
    let (left, _) = site.settled("Left").await;
    let ahead = Timestamp::now() + SignedDuration::from_secs(1);
    let changed = Query { filter: None, changed_since: Some(ahead) };
    let none = async { assert_eq!(site.engine.remote.list(&changed).await.unwrap().issues(), []) };
    let calls = site.calls(none).await;
    assert_eq!(json!(calls), json!({ "GetMultipleProblemData": 1 }));
    while Timestamp::now() < ahead {
        tokio::task::yield_now().await;
    }
    site.state().change(linked, &json!({ "ShortText": "Changed" })).unwrap();
    site.state().remove_from_mailbox(left).unwrap();
    let new = site.problem(json!({ "ShortText": "New" }));
    let elsewhere = site.state().create_problem(&Mailbox::new("OTHER", "1"), &json!({})).unwrap();
    let found = site.engine.candidates(Some(ahead)).await.unwrap();
    assert_eq!((found.linked, found.unlinked_remote), (vec![id(linked), id(left)], vec![id(new)]));
    let all = site.engine.candidates(None).await.unwrap();
    assert_eq!((all.linked, all.unlinked_remote), (vec![id(linked), id(left)], vec![id(new)]));
    assert!(!site.engine.remote.matches(&id(elsewhere), "mailbox").await.unwrap());
    assert!(site.engine.remote.matches(&id(new), "mailbox").await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overview_that_fails_is_no_empty_mailbox() {
    let site = Site::start().await;
    let (problem, _) = site.settled("Ours").await;
    for answer in [
        FalseAnswer::MtFault("FC_003".to_owned()),
        FalseAnswer::KpmFault("FC_999".to_owned()),
        FalseAnswer::Empty,
        FalseAnswer::HttpStatus(502),
        FalseAnswer::HangUp,
    ] {
        overview_fails(&site, answer.clone());
        let fault = site.engine.candidates(None).await.unwrap_err();
        let transient = !matches!(answer, FalseAnswer::MtFault(_) | FalseAnswer::KpmFault(_));
        assert_eq!(fault.is_transient(), transient, "{answer:?}: {fault}");
    }
    // Nor does it say that a problem is not ours.
    site.state().change(problem, &json!({ "ShortText": "Changed" })).unwrap();
    overview_fails(&site, FalseAnswer::HttpStatus(502));
    assert!(site.run(problem).await.unwrap_err().is_transient());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_it_does_not_know_is_an_error() {
    let site = Site::start().await;
    let query = Query { filter: Some("status = open".to_owned()), changed_since: None };
    let fault = site.engine.remote.list(&query).await.unwrap_err();
    assert!(fault.word() == "permanent" && fault.to_string().contains("status = open"), "{fault}");
    assert_eq!(site.config.syncs[0].remote_filter.as_deref(), Some("mailbox"), "it need not be said");
}
