//! Sweeps that get no overview of the mailbox: nothing is changed for that, and the next sweep looks back as far.

use serde_json::json;
use trackersync::{
    config::sync::SweepConfig,
    standin::kpm::{FalseAnswer, Fault as Order},
};

use super::{
    script::{NEW, mailbox},
    site::{CHANGED, Day, FULL},
    tables,
};

/// Each way in which the call of an overview fails: refused, answered with nothing, or cut.
fn ways() -> [FalseAnswer; 7] {
    [
        FalseAnswer::MtFault("FC_003".to_owned()),
        FalseAnswer::KpmFault("FC_999".to_owned()),
        FalseAnswer::KpmFault("FC_501".to_owned()),
        FalseAnswer::Empty,
        FalseAnswer::HangUp,
        FalseAnswer::CutShort,
        FalseAnswer::HttpStatus(502),
    ]
}

/// A failure of the next overview.
fn fails(day: &Day, answer: FalseAnswer) {
    let operation = Some("GetMultipleProblemData".to_owned());
    day.kpm().add_fault(Order { operation, answer: Some(answer), ..Order::default() });
}

async fn change_nothing_and_are_made_up_for(sweeps: SweepConfig) {
    let day = Day::start().await;
    day.kpm().create_problem(&mailbox(), &json!({ "ShortText": "Linked" })).unwrap();
    for _ in 0..2 {
        day.turn(CHANGED, 1).await;
    }
    let issue = day.issue(NEW);
    day.kpm().change(NEW, &json!({ "ShortText": "Changed" })).unwrap();
    day.kpm().create_problem(&mailbox(), &json!({ "ShortText": "Another" })).unwrap();
    day.jira().move_to_status("jane", &issue.id, "Analysed").unwrap();
    let before = (day.jira().issues(), tables::of_kpm(day.kpm()));
    for answer in ways() {
        day.forget_requests();
        fails(&day, answer.clone());
        day.sweep_in_vain(sweeps.clone()).await;
        assert_eq!(day.waiting("bulk").await, 0, "{answer:?} makes no event");
        assert_eq!((day.jira().issues(), tables::of_kpm(day.kpm())), before, "{answer:?}");
        assert_eq!(day.written_to_jira(), [""; 0], "{answer:?}");
        let calls: Vec<String> = day.kpm().requests().into_iter().map(|call| call.operation).collect();
        assert_eq!(calls, ["GetMultipleProblemData"], "{answer:?}");
    }
    day.turn(sweeps, 1).await;
    let summaries: Vec<String> = day.jira().issues().into_iter().map(|issue| issue.summary).collect();
    assert_eq!(summaries, ["Changed", "Another"]);
    assert_eq!(day.kpm().problem(NEW).unwrap().fields["SupplierStatus"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn sweeps_for_changes_without_an_overview_change_nothing() {
    change_nothing_and_are_made_up_for(CHANGED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn full_sweeps_without_an_overview_change_nothing() {
    change_nothing_and_are_made_up_for(FULL).await;
}

/// A run that has to know whether a problem is ours, and is not told, ends there; its event is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_an_overview_is_tried_again() {
    let day = Day::start().await;
    day.kpm().create_problem(&mailbox(), &json!({ "ShortText": "Linked" })).unwrap();
    for _ in 0..2 {
        day.turn(CHANGED, 1).await;
    }
    day.kpm().change(NEW, &json!({ "ShortText": "Changed" })).unwrap();
    day.jira().move_to_status("jane", &day.issue(NEW).id, "Analysed").unwrap();
    day.sweep(CHANGED).await;
    fails(&day, FalseAnswer::HangUp);
    fails(&day, FalseAnswer::Empty);
    day.work(1).await;
    assert!(day.kpm().faults().is_empty());
    assert_eq!((day.issue(NEW).summary.as_str(), day.issue(NEW).status.as_str()), ("Changed", "Analysed"));
    let steps = day.kpm().problem(NEW).unwrap().steps;
    assert_eq!(steps.last().unwrap().statement.as_ref().unwrap().status, "2");
}
