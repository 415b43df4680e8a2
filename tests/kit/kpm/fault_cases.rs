//! Failures that were ordered.

use std::time::{Duration, Instant};

use trackersync::standin::kpm::{FalseAnswer, Fault, StepKind};

use super::kit::{Site, about};

fn on_notice(answer: FalseAnswer) -> Fault {
    Fault { operation: Some("AddNotice".to_owned()), answer: Some(answer), ..Fault::default() }
}

fn notices(site: &Site, problem: i64) -> usize {
    site.state().problem(problem).unwrap().steps.iter().filter(|step| step.kind == StepKind::Notice).count()
}

#[tokio::test]
async fn each_false_answer_comes_once_and_nothing_is_done() {
    let site = Site::start().await;
    let problem = site.problem();
    let notice = about(problem, "<Notice>a</Notice>");
    site.state().add_fault(on_notice(FalseAnswer::HttpStatus(503)));
    assert_eq!(site.client.call("AddNotice", &notice).await.status, 503);
    site.state().add_fault(on_notice(FalseAnswer::Empty));
    let empty = site.client.call("AddNotice", &notice).await;
    assert_eq!((empty.status, empty.envelope.as_str()), (200, ""));
    site.state().add_fault(on_notice(FalseAnswer::MtFault("FC_042".to_owned())));
    site.client.call("AddNotice", &notice).await.refused_with("FC_042");
    site.state().add_fault(on_notice(FalseAnswer::KpmFault("FC_501".to_owned())));
    let fault = site.client.call("AddNotice", &notice).await;
    assert_eq!((fault.status, fault.text("errorCode").as_deref()), (500, Some("FC_501")));
    site.state().add_fault(on_notice(FalseAnswer::HangUp));
    assert!(site.client.try_call("AddNotice", &notice).await.is_err());
    assert_eq!(notices(&site, problem), 0);
    site.client.call("AddNotice", &notice).await.succeeded();
    let outcomes: Vec<String> = site.state().requests().into_iter().map(|request| request.outcome).collect();
    assert_eq!(outcomes, ["ordered", "ordered", "FC_042", "FC_501", "ordered", "INFO_001"]);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_work_was_done() {
    let site = Site::start().await;
    let problem = site.problem();
    let notice = about(problem, "<Notice>a</Notice>");
    site.state().add_fault(Fault { after: true, ..on_notice(FalseAnswer::HangUp) });
    assert!(site.client.try_call("AddNotice", &notice).await.is_err());
    assert_eq!(notices(&site, problem), 1);
    site.state().add_fault(on_notice(FalseAnswer::CutShort));
    assert!(site.client.try_call("AddNotice", &notice).await.is_err());
    assert_eq!(notices(&site, problem), 2);
    site.state().add_fault(on_notice(FalseAnswer::Warning("WARN_017".to_owned())));
    let warned = site.client.call("AddNotice", &notice).await;
    assert_eq!(warned.message(), ("MT_WARNING".to_owned(), "WARN_017".to_owned()));
    assert!(warned.text("ProcessStepId").is_some());
    assert_eq!(notices(&site, problem), 3);
}

#[tokio::test]
async fn a_failure_hits_only_what_it_is_for() {
    let site = Site::start().await;
    let (problem, other) = (site.problem(), site.problem());
    let answer = Some(FalseAnswer::HttpStatus(502));
    site.state().add_fault(Fault { problem: Some(other), answer, count: 2, ..Fault::default() });
    site.client.call("GetServiceInfo", "").await.succeeded();
    site.client.call("GetProblemActions", &about(problem, "")).await.succeeded();
    for _ in 0..2 {
        assert_eq!(site.client.call("GetProblemActions", &about(other, "")).await.status, 502);
    }
    site.client.call("GetProblemActions", &about(other, "")).await.succeeded();
}

#[tokio::test]
async fn answers_can_be_late() {
    let site = Site::start().await;
    let started = Instant::now();
    site.state().add_fault(Fault { delay_ms: 60, ..Fault::default() });
    site.state().set_latency(Duration::from_millis(60));
    site.client.call("GetServiceInfo", "").await.succeeded();
    assert!(started.elapsed() >= Duration::from_millis(120));
}
