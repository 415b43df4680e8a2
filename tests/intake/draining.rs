//! From the first signal to the end: a load balancer sees it coming, and nobody is turned away meanwhile.

use serde_json::Value;

use crate::{
    OFFICE_SECRET, intake,
    sender::{issue_changed, standard},
    service::{Service, queued, until},
};

/// Status of an answer to a delivery, and whether it is the last one of its connection.
async fn deliver(service: &Service, secret: &str, id: &str) -> (u16, bool) {
    let answer = standard(&service.client, &service.webhook("office"), secret, id, issue_changed("17")).send().await.unwrap();
    let closes = answer.headers().get("connection").is_some_and(|value| value == "close");
    (answer.status().as_u16(), closes)
}

#[tokio::test]
async fn after_the_first_signal_readiness_is_red_and_deliveries_are_taken_and_the_second_one_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &["--set", "server.linger=1h"]).await;
    assert_eq!(deliver(&service, OFFICE_SECRET, "e1").await, (202, false));
    service.ask_to_end();
    let ready = until("readiness is red", async || {
        let (status, body) = service.get("/readyz").await;
        (status == 503).then(|| serde_json::from_str::<Value>(&body).unwrap())
    });
    let ready = ready.await;
    assert_eq!((&ready["ready"], &ready["draining"]), (&Value::Bool(false), &Value::Bool(true)), "{ready}");
    assert_eq!(deliver(&service, OFFICE_SECRET, "e2").await, (202, true), "the sender is to go elsewhere");
    assert_eq!(deliver(&service, "wrong", "e3").await, (401, true), "refusals say so as well");
    assert_eq!(service.get("/healthz").await.0, 200, "it lives");
    // Waits for the end, which without the signal would be an hour away.
    let status = service.stop().await;
    assert!(status.success(), "{status}");
    assert_eq!(queued(folder.path()).await.len(), 2);
}

#[tokio::test]
async fn it_ends_by_itself_once_load_balancers_had_time_to_see_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &["--set", "server.linger=100ms"]).await;
    assert_eq!(deliver(&service, OFFICE_SECRET, "e1").await, (202, false));
    let (status, log) = service.stop_with_log().await;
    assert!(status.success(), "{status}");
    assert!(!log.iter().any(|line| line.contains("second signal")), "{log:#?}");
}
