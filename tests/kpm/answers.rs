//! What the answers of the service mean for the event.

use serde_json::json;
use trackersync::{
    standin::kpm::{FalseAnswer, Fault as Order},
    sync::{fault::Fault, rules::Needs},
};

use crate::site::{Site, id};

async fn read(site: &Site, problem: i64) -> Result<bool, Fault> {
    Ok(site.engine.remote.read(&id(problem), &Needs::default()).await?.is_some())
}

fn fails(site: &Site, operation: &str, answer: FalseAnswer) {
    site.state().add_fault(Order { operation: Some(operation.to_owned()), answer: Some(answer), ..Order::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_gone_only_where_kpm_says_so() {
    let site = Site::start().await;
    assert!(!read(&site, 1).await.unwrap(), "FC_501");
    let problem = site.problem(json!({}));
    assert!(read(&site, problem).await.unwrap());
    for operation in ["GetProblemActions", "GetDevelopmentProblemData"] {
        for answer in [FalseAnswer::Empty, FalseAnswer::HttpStatus(500), FalseAnswer::HangUp, FalseAnswer::CutShort] {
            fails(&site, operation, answer.clone());
            let fault = read(&site, problem).await.unwrap_err();
            assert!(fault.is_transient(), "{operation} {answer:?}: {fault}");
        }
    }
    let fault = site.engine.remote.read(&"UP-1".into(), &Needs::default()).await.unwrap_err();
    assert_eq!(fault.word(), "permanent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_does_not_know_our_certificate_is_left_alone() {
    let site = Site::start().await;
    fails(&site, "GetServiceInfo", FalseAnswer::HttpStatus(403));
    let fault = site.engine.remote.who_am_i().await.unwrap_err();
    assert_eq!(fault.word(), "credentials");
    site.state().forget_requests();
    let fault = site.engine.remote.who_am_i().await.unwrap_err();
    assert_eq!((fault.word(), site.state().requests().len()), ("credentials", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_is_a_success() {
    let site = Site::start().await;
    let problem = site.problem(json!({ "ShortText": "Warned" }));
    for operation in ["GetProblemActions", "GetDevelopmentProblemData", "GetProcessSteps", "GetDocumentList"] {
        fails(&site, operation, FalseAnswer::Warning("WARN_007".to_owned()));
    }
    site.settle(problem).await;
    site.issue("Warned");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_knows_us_and_tells_its_schema() {
    let site = Site::start().await;
    assert_eq!(site.engine.remote.who_am_i().await.unwrap(), "kpm-sync, mailbox KPM-TEST/Z$");
    let schema = site.engine.remote.schema().await.unwrap();
    let found = |path: &str| format!("{:?}", schema.lookup(path));
    for path in ["Rating", "ForemostTestPart.PartNumber.Index", "SupplierDueDate", "Analysis_History", "__readable__"] {
        assert!(found(path).starts_with("Found"), "{path}: {}", found(path));
    }
    assert!(found("ModuleRelevant.ModuleRelevant").contains("list: true"));
    assert!(found("Ratings").starts_with("Missing"), "{}", found("Ratings"));
    assert!(found("ForemostTestPart.PartNumber.Indes").starts_with("Missing"));
}
