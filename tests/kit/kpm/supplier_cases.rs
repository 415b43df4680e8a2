//! What a supplier says, and what becomes of it.

use std::time::{Duration, Instant};

use trackersync::standin::kpm::{DocumentSpec, StepKind, StepSpec};

use super::kit::{Reply, Site, about};

async fn respond(site: &Site, problem: i64, statement: &str) -> Reply {
    let fields = format!("<SupplierResponse>{statement}</SupplierResponse><ResponseText>a</ResponseText>");
    site.client.call("AddSupplierResponse", &about(problem, &fields)).await
}

#[tokio::test]
async fn a_version_that_is_not_sent_again_is_lost() {
    let site = Site::start().await;
    let problem = site.problem();
    respond(&site, problem, "<Status>1</Status><ErrorNumber>K-1</ErrorNumber><VersionOk>1.2</VersionOk>").await.succeeded();
    respond(&site, problem, "<Status>2</Status>").await.succeeded();
    let snapshot = site.state().problem(problem).unwrap();
    let statement = snapshot.steps.last().unwrap().statement.clone().unwrap();
    assert_eq!((statement.status.as_str(), statement.version_ok, statement.error_number.as_deref()), ("2", None, Some("K-1")));
    assert_eq!(snapshot.fields["SupplierStatus"], "2");
}

#[tokio::test]
async fn nothing_can_be_changed_once_it_is_solved_until_it_is_assigned_again() {
    let site = Site::start().await;
    let problem = site.problem();
    respond(&site, problem, "<Status>5</Status>").await.succeeded();
    assert!(site.state().problem(problem).unwrap().closed);
    respond(&site, problem, "<Status>1</Status>").await.refused_with("FC_090");
    site.client.call("AddNotice", &about(problem, "<Notice>a</Notice>")).await.refused_with("FC_090");
    site.client.call("GetDevelopmentProblemData", &about(problem, "")).await.succeeded();
    site.state().reopen(problem).unwrap();
    let data = site.client.call("GetDevelopmentProblemData", &about(problem, "")).await;
    assert_eq!(data.text("SupplierStatus").as_deref(), Some("-"));
    let wrong = respond(&site, problem, "<Status>-</Status>").await;
    assert!(wrong.text("faultstring").unwrap().contains("the Status '-'"), "{wrong:?}");
    respond(&site, problem, "<Status>1</Status>").await.succeeded();
}

#[tokio::test]
async fn a_response_is_checked() {
    let site = Site::start().await;
    let problem = site.problem();
    for (statement, said) in [
        ("", "mandatory Status is missing"),
        ("<Status>7</Status>", "the Status '7'"),
        ("<Status>1</Status><DueDate>soon</DueDate>", "DueDate is 'soon'"),
        ("<Status>1</Status><DueDate>2026-12-24</DueDate><VersionOk>1</VersionOk>", "wrong place"),
    ] {
        let reply = respond(&site, problem, statement).await;
        assert!(reply.text("faultstring").unwrap().contains(said), "{reply:?}");
    }
    assert!(site.state().problem(problem).unwrap().steps.iter().all(|step| step.kind != StepKind::SupplierResponse));
}

#[tokio::test]
async fn what_is_new_can_stay_invisible_for_a_while() {
    let site = Site::start().await;
    let problem = site.problem();
    let listed = async |operation, name| site.client.call(operation, &about(problem, "")).await.all(name).len();
    let before = listed("GetProcessStepList", "ProcessStepItem").await;
    site.state().set_read_back_delay(Duration::from_hours(1));
    site.client.call("AddNotice", &about(problem, "<Notice>late</Notice>")).await.succeeded();
    site.state().add_document(problem, DocumentSpec::new("late", "txt", "a")).unwrap();
    assert_eq!(listed("GetProcessStepList", "ProcessStepItem").await, before);
    assert_eq!(listed("GetDocumentList", "DocumentReference").await, 0);
    assert_eq!(site.state().problem(problem).unwrap().documents.len(), 1);
    site.state().set_read_back_delay(Duration::from_millis(50));
    site.client.call("AddNotice", &about(problem, "<Notice>soon</Notice>")).await.succeeded();
    let deadline = Instant::now() + Duration::from_secs(20);
    while listed("GetProcessStepList", "ProcessStepItem").await == before {
        assert!(Instant::now() < deadline, "the step never became visible");
    }
}

#[tokio::test]
async fn steps_of_every_kind_come_with_number_and_description() {
    let site = Site::start().await;
    let problem = site.problem();
    for kind in StepKind::ALL {
        site.state().add_step(problem, StepSpec::new(kind, "hans", "<b>Text</b>")).unwrap();
    }
    let reply = site.client.call("GetProcessSteps", &about(problem, "")).await;
    let told: Vec<_> = reply.all("ProcessStepType").into_iter().zip(reply.all("ProcessStepTypeDescription")).collect();
    for (at, kind) in StepKind::ALL.iter().rev().enumerate() {
        let (number, description) = kind.type_and_description();
        assert_eq!(told[at], (number.to_owned(), description.to_owned()));
    }
    assert_eq!(reply.text("Text").as_deref(), Some("<b>Text</b>"));
}
