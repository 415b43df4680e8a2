//! Limits: size, rate, slow senders, and a queue that is away.

use std::time::Duration;

use futures_util::stream;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    CONFIGURATION, OFFICE_SECRET, UPSTREAM_SECRET, VARIABLES, intake, intake_with,
    sender::{issue_changed, issue_updated, jira, send, standard},
    service::{SOON, Service, queued},
};

/// A delivery that is a little longer than so many bytes.
fn longer_than(bytes: usize) -> String {
    let mut delivery: Value = serde_json::from_str(&issue_updated("10001", "UP-1")).unwrap();
    delivery["padding"] = json!("x".repeat(bytes));
    delivery.to_string()
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_however_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &["--set", "server.max_body=20 KiB"]).await;
    let url = service.webhook("upstream");
    let body = longer_than(20 << 10);
    send(jira(&service.client, &url, UPSTREAM_SECRET, body.clone())).await.is_problem(413);
    // Without a length, in pieces.
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = body.as_bytes().chunks(4_096).map(|piece| Ok(piece.to_vec())).collect();
    let chunked = jira(&service.client, &url, UPSTREAM_SECRET, body).body(reqwest::Body::wrap_stream(stream::iter(pieces)));
    send(chunked).await.is_problem(413);
    // An unsigned one is told the same: nothing but its size was looked at.
    send(service.client.post(&url).body(longer_than(20 << 10))).await.is_problem(413);
    assert_eq!(queued(folder.path()).await, []);
    assert_eq!(send(jira(&service.client, &url, UPSTREAM_SECRET, longer_than(19 << 10))).await.status, 202);
}

#[tokio::test]
async fn the_default_limit_takes_ten_mebibytes() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let url = service.webhook("upstream");
    assert_eq!(send(jira(&service.client, &url, UPSTREAM_SECRET, longer_than((10 << 20) - 1_000))).await.status, 202);
}

#[tokio::test]
async fn a_sender_over_its_rate_is_asked_to_wait_and_others_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &["--set", "server.max_rate=1"]).await;
    let url = service.webhook("upstream");
    let mut refused = None;
    let mut taken = 0;
    for _ in 0..50 {
        let answer = send(jira(&service.client, &url, UPSTREAM_SECRET, issue_updated("10001", "UP-1"))).await;
        if answer.status != 202 {
            refused = Some(answer);
            break;
        }
        taken += 1;
    }
    let refused = refused.expect("one a second is the limit");
    refused.is_problem(429);
    assert!(refused.retry_after.is_some_and(|seconds| seconds >= 1), "{refused:?}");
    let office = send(standard(&service.client, &service.webhook("office"), OFFICE_SECRET, "e", issue_changed("17"))).await;
    assert_eq!(office.status, 202, "another tracker has a rate of its own");
    assert_eq!(queued(folder.path()).await.len(), taken + 1);
}

/// A port that nobody listens on.
pub fn closed_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn with_the_queue_away_and_no_spool_senders_are_asked_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = format!("[queue]\nurl = \"amqp://127.0.0.1:{}\"\n{CONFIGURATION}", closed_port());
    let service = intake_with(folder.path(), &configuration, &["--set", "server.spool.max_events=0"]).await;
    let url = service.webhook("office");
    for _ in 0..2 {
        // The second time too: what was not stored must not be taken for a duplicate.
        let answer = send(standard(&service.client, &url, OFFICE_SECRET, "evt_1", issue_changed("17"))).await;
        answer.is_problem(503);
        assert!(answer.retry_after.is_some_and(|seconds| seconds >= 1), "{answer:?}");
        assert!(!answer.text.contains("127.0.0.1"), "what is behind us is not the sender's business: {answer:?}");
    }
    assert_eq!(service.get("/healthz").await.0, 200, "the process itself is well");
    let (status, body) = service.get("/readyz").await;
    let ready: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 503, "{ready}");
    assert_eq!((&ready["ready"], &ready["queue"]["ok"]), (&json!(false), &json!(false)));
    assert_eq!((&ready["store"]["ok"], &ready["coordination"]["ok"]), (&json!(true), &json!(true)));
    assert_eq!(ready["queue"]["error"], "unreachable", "what exactly is wrong is for the log");
    assert!(ready.get("spool").is_none(), "{ready}");
    // Refusals need no queue.
    send(standard(&service.client, &url, "wrong", "evt_1", issue_changed("17"))).await.is_problem(401);
}

#[tokio::test]
async fn senders_that_stop_halfway_hold_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(folder.path(), CONFIGURATION, &["--role", "intake"], &VARIABLES).await;
    let mut stuck = Vec::new();
    for number in 0..100 {
        let mut connection = TcpStream::connect(service.address()).await.unwrap();
        let head = "POST /webhooks/upstream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n";
        connection.write_all(head.as_bytes()).await.unwrap();
        // Some stop within the head, some within the body.
        if number % 2 == 0 {
            connection.write_all(b"\r\n{\"issue\": {").await.unwrap();
        }
        stuck.push(connection);
    }
    for _ in 0..5 {
        let delivery = jira(&service.client, &service.webhook("upstream"), UPSTREAM_SECRET, issue_updated("10001", "UP-1"));
        let answer = tokio::time::timeout(Duration::from_secs(5), send(delivery)).await.expect("an answer in time");
        assert_eq!(answer.status, 202);
    }
    assert_eq!(service.get("/healthz").await.0, 200);
    assert_eq!(queued(folder.path()).await.len(), 5);
    // One that hangs up within its body leaves nothing behind; one that goes on is answered as ever.
    drop(stuck.pop());
    let mut patient = stuck.swap_remove(0);
    patient.write_all(&[b' '; 1_000]).await.unwrap();
    let mut answer = [0; 12];
    tokio::time::timeout(SOON, patient.read_exact(&mut answer)).await.expect("an answer in time").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
}
