//! With RabbitMQ away, deliveries are kept in the data folder.

use serde_json::{Value, json};

use crate::{
    CONFIGURATION, OFFICE_SECRET, intake_with,
    limits::closed_port,
    operating::metrics,
    sender::{Answer, issue_changed, send, standard},
    service::Service,
};

/// Intake with a RabbitMQ at a port, in a folder that may hold something already.
async fn intake_of(folder: &std::path::Path, port: u16, more: &[&str]) -> Service {
    let configuration = format!("[queue]\nurl = \"amqp://127.0.0.1:{port}\"\n{CONFIGURATION}");
    intake_with(folder, &configuration, more).await
}

async fn deliver(service: &Service, id: &str) -> Answer {
    send(standard(&service.client, &service.webhook("office"), OFFICE_SECRET, id, issue_changed("17"))).await
}

async fn readiness(service: &Service) -> (u16, Value) {
    let (status, body) = service.get("/readyz").await;
    (status, serde_json::from_str(&body).unwrap())
}

/// The lines of the log that say something.
fn saying<'l>(log: &'l [String], words: &str) -> Vec<&'l String> {
    log.iter().filter(|line| line.contains(words)).collect()
}

#[tokio::test]
async fn deliveries_are_kept_and_told_and_outlive_the_process() {
    let (folder, port) = (tempfile::tempdir().unwrap(), closed_port());
    let service = intake_of(folder.path(), port, &[]).await;
    for number in 0..5 {
        let answer = deliver(&service, &format!("evt_{number}")).await;
        assert_eq!((answer.status, &answer.json()["event_id"]), (202, &json!(format!("evt_{number}"))), "{answer:?}");
    }
    let again = deliver(&service, "evt_3").await;
    assert_eq!((again.status, again.json()), (200, json!({ "duplicate": true })), "it was taken in");
    let (status, ready) = readiness(&service).await;
    assert_eq!((status, &ready["ready"], &ready["queue"]["ok"]), (200, &json!(true), &json!(false)), "{ready}");
    assert_eq!((&ready["spool"]["ok"], &ready["spool"]["events"]), (&json!(true), &json!(5)), "{ready}");
    assert!(ready["spool"]["oldest_seconds"].as_u64().is_some_and(|age| age < 60), "{ready}");
    let figures = metrics(&service).await;
    assert_eq!(figures.get("trackersync_spool_events"), Some(&5.0), "{figures:?}");
    assert_eq!(figures.get("trackersync_spooled_events_total"), Some(&5.0), "{figures:?}");
    assert!(figures.contains_key("trackersync_spool_oldest_seconds"), "{figures:?}");

    let (status, log) = service.stop_with_log().await;
    assert!(status.success(), "{status}");
    assert_eq!(saying(&log, "the broker does not take events").len(), 1, "told once: {log:#?}");
    let told = saying(&log, "events stay in the spool");
    let told: Value = serde_json::from_str(told.first().unwrap_or_else(|| panic!("{log:#?}"))).unwrap();
    assert_eq!(told["events"], 5, "{told}");

    let service = intake_of(folder.path(), port, &[]).await;
    assert_eq!(deliver(&service, "evt_5").await.status, 202);
    service.kill();
    let service = intake_of(folder.path(), port, &[]).await;
    let (_, ready) = readiness(&service).await;
    assert_eq!(ready["spool"]["events"], 6, "{ready}");
    assert_eq!(
        metrics(&service).await.get("trackersync_spooled_events_total"),
        Some(&0.0),
        "none of them came to this process"
    );
}

#[tokio::test]
async fn a_broker_that_never_answers_holds_no_sender_up() {
    let folder = tempfile::tempdir().unwrap();
    // Connections are taken, and nobody reads from them.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let service = intake_of(folder.path(), silent.local_addr().unwrap().port(), &[]).await;
    for number in 0..50 {
        assert_eq!(deliver(&service, &format!("evt_{number}")).await.status, 202);
    }
    assert_eq!(readiness(&service).await.1["spool"]["events"], 50);
}

#[tokio::test]
async fn with_the_spool_full_senders_are_asked_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake_of(folder.path(), closed_port(), &["--set", "server.spool.max_events=2"]).await;
    for id in ["evt_1", "evt_2"] {
        assert_eq!(deliver(&service, id).await.status, 202);
        assert_eq!(deliver(&service, id).await.status, 200);
    }
    for _ in 0..2 {
        // The second time too: what was not stored must not be taken for a duplicate.
        let answer = deliver(&service, "evt_3").await;
        answer.is_problem(503);
        assert!(answer.retry_after.is_some_and(|seconds| seconds >= 1), "{answer:?}");
    }
    let (status, ready) = readiness(&service).await;
    assert_eq!((status, &ready["ready"]), (503, &json!(false)), "{ready}");
    assert_eq!((&ready["spool"]["ok"], &ready["spool"]["error"]), (&json!(false), &json!("full")), "{ready}");
    assert_eq!(ready["spool"]["events"], 2, "{ready}");
}

#[tokio::test]
async fn a_damaged_spool_is_told_and_is_no_reason_to_stay_down() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/spool.db"), "no database".repeat(1_000)).unwrap();
    let service = intake_of(folder.path(), closed_port(), &[]).await;
    deliver(&service, "evt_1").await.is_problem(503);
    let (status, ready) = readiness(&service).await;
    assert_eq!((status, &ready["spool"]["ok"], &ready["spool"]["error"]), (503, &json!(false), &json!("unusable")), "{ready}");
    let (status, log) = service.stop_with_log().await;
    assert!(status.success(), "{status}");
    let told = saying(&log, "there is no spool");
    assert!(told.len() == 1 && told[0].contains("spool.db") && told[0].contains("move it away"), "{log:#?}");
}
