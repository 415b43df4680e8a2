//! What is refused, and that nothing of it reaches the queue.

use jiff::Timestamp;
use serde_json::json;

use crate::{
    OFFICE_SECRET, UPSTREAM_SECRET, intake,
    sender::{issue_changed, issue_updated, jira, send, standard, standard_at},
    service::queued,
};

#[tokio::test]
async fn what_cannot_be_understood_is_told_without_an_echo() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let (office, upstream) = (service.webhook("office"), service.webhook("upstream"));
    for body in [
        r#"{"type": "never-echo-me"#,
        r#"["never-echo-me"]"#,
        r#"{"issue": {"id": "../never-echo-me"}}"#,
        "never-echo-me\u{0}",
        "\u{feff}{\"never-echo-me\": 1}",
    ] {
        let answer = send(jira(&service.client, &upstream, UPSTREAM_SECRET, body)).await;
        answer.is_problem(400);
        assert!(!answer.text.contains("never-echo-me"), "{answer:?}");
    }
    for body in [
        r#"{"type": "issue.changed", "data": {"id": "never-echo-me/.."}}"#,
        r#"{"type": "issue.changed", "data": {"id": 17, "x": "never-echo-me"}}"#,
        r#"{"type": "never-echo-me"}"#,
        "",
    ] {
        let answer = send(standard(&service.client, &office, OFFICE_SECRET, "evt_1", body)).await;
        answer.is_problem(400);
        assert!(!answer.text.contains("never-echo-me"), "{answer:?}");
    }
    let deep = "[".repeat(200_000);
    send(jira(&service.client, &upstream, UPSTREAM_SECRET, deep)).await.is_problem(400);
    assert_eq!(queued(folder.path()).await, []);
    // A refused delivery is not remembered: sent again as it should be, it is taken.
    assert_eq!(send(standard(&service.client, &office, OFFICE_SECRET, "evt_1", issue_changed("17"))).await.status, 202);
}

#[tokio::test]
async fn missing_wrong_and_old_signatures_get_the_same_answer() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let (office, upstream) = (service.webhook("office"), service.webhook("upstream"));
    let client = &service.client;
    let (body, event) = (issue_updated("10001", "UP-1"), issue_changed("17"));
    let now = Timestamp::now().as_second();
    let signed_for_another_body = jira(client, &upstream, UPSTREAM_SECRET, body.clone()).body(issue_updated("10002", "UP-2"));
    let moved_to_another_id = standard(client, &office, OFFICE_SECRET, "evt_1", event.clone()).build().unwrap();
    let signature = moved_to_another_id.headers()["webhook-signature"].clone();
    let moved = client
        .post(&office)
        .header("webhook-id", "evt_2")
        .header("webhook-timestamp", now.to_string())
        .header("webhook-signature", signature)
        .body(event.clone());
    let mut answers = Vec::new();
    for (what, delivery) in [
        ("no signature", client.post(&upstream).body(body.clone())),
        ("an empty one", client.post(&upstream).header("x-hub-signature", "sha256=").body(body.clone())),
        ("a wrong secret", jira(client, &upstream, "wrong", body.clone())),
        ("another tracker's secret", jira(client, &upstream, OFFICE_SECRET, body.clone())),
        ("another body", signed_for_another_body),
        ("no signature of a malformed body", client.post(&upstream).body("{")),
        ("an event without signature", client.post(&office).header("webhook-id", "evt_1").body(event.clone())),
        ("an event with a wrong secret", standard(client, &office, "wrong", "evt_1", event.clone())),
        ("an event of five minutes ago", standard_at(client, &office, OFFICE_SECRET, "evt_1", now - 310, event.clone())),
        ("an event from the future", standard_at(client, &office, OFFICE_SECRET, "evt_1", now + 310, event.clone())),
        ("an event under another id", moved),
    ] {
        let answer = send(delivery).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        answer.is_problem(401);
        answers.push(answer.text);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(queued(folder.path()).await, []);
    let recent = standard_at(client, &office, OFFICE_SECRET, "evt_1", now - 200, event);
    assert_eq!(send(recent).await.status, 202, "within five minutes it is good");
}

#[tokio::test]
async fn an_unknown_tracker_and_an_unknown_page_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    for tracker in ["nobody", "OFFICE", "..%2foffice", "off%00ice"] {
        let url = service.webhook(tracker);
        let answer = send(jira(&service.client, &url, UPSTREAM_SECRET, issue_updated("10001", "UP-1"))).await;
        answer.is_problem(404);
        assert_eq!(answer.json()["type"], json!("urn:trackersync:problem:unknown-tracker"), "{answer:?}");
    }
    send(service.client.get(format!("{}/nothing", service.url))).await.is_problem(404);
    let answer = send(service.client.get(service.webhook("office"))).await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert_eq!(queued(folder.path()).await, []);
}
