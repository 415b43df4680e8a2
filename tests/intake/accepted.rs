//! What is taken in: 202 once it is durable, 200 for what was taken before, 204 for what nobody wants.

use serde_json::json;

use crate::{
    OFFICE_SECRET, UPSTREAM_SECRET, intake,
    sender::{issue_changed, issue_updated, jira, send, standard},
    service::{Service, queued, until},
};

#[tokio::test]
async fn an_accepted_event_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let url = service.webhook("office");
    let answer = send(standard(&service.client, &url, OFFICE_SECRET, "evt_1", issue_changed("17"))).await;
    assert_eq!((answer.status, answer.json()), (202, json!({ "event_id": "evt_1" })));
    service.kill();
    let events = queued(folder.path()).await;
    assert_eq!(events.len(), 1, "{events:?}");
    let (queue, event) = &events[0];
    assert_eq!(queue, "up.live");
    assert_eq!(
        (&event["specversion"], &event["id"], &event["source"]),
        (&json!("1.0"), &json!("evt_1"), &json!("/trackers/office"))
    );
    assert_eq!((&event["type"], &event["subject"]), (&json!("dev.trackersync.issue.changed"), &json!("issue17")));
    let data = &event["data"];
    assert_eq!((&data["sync"], &data["side"], &data["cause"]), (&json!("up"), &json!("local"), &json!("webhook")));
    assert_eq!((&data["issue"], &data["delivery"], &data["actor"]), (&json!("17"), &json!("evt_1"), &json!("jane")));
    assert!(event["time"].is_string() && event["datacontenttype"] == "application/json", "{event}");

    // A worker of the next process takes it up; the trackers are away, so it is tried again and not lost.
    let arguments = ["--role", "worker"];
    let worker = Service::start(folder.path(), crate::CONFIGURATION, &arguments, &crate::VARIABLES).await;
    until("the worker tries the event", async || {
        worker.log().iter().any(|line| line.contains("will be tried again") && line.contains("evt_1")).then_some(())
    })
    .await;
    until("the event is back in the queue with its attempt counted", async || {
        let events = queued(folder.path()).await;
        events.iter().any(|(_, event)| event["id"] == "evt_1" && event["data"]["attempts"] == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_comes_again_is_a_duplicate() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let (office, upstream) = (service.webhook("office"), service.webhook("upstream"));
    let from_jira = |identifier: &str| {
        let delivery = jira(&service.client, &upstream, UPSTREAM_SECRET, issue_updated("10001", "UP-1"));
        delivery.header("x-atlassian-webhook-identifier", identifier)
    };
    let from_office = |id: &str| standard(&service.client, &office, OFFICE_SECRET, id, issue_changed("17"));
    for (delivery, again, other) in [
        (from_jira("4711"), from_jira("4711"), from_jira("4712")),
        (from_office("evt_1"), from_office("evt_1"), from_office("evt_2")),
        // The same id of another sender is another delivery.
        (from_office("4711"), from_office("4711"), from_office("evt_3")),
    ] {
        assert_eq!(send(delivery).await.status, 202);
        let answer = send(again).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "duplicate": true })));
        assert_eq!(send(other).await.status, 202);
    }
    assert_eq!(queued(folder.path()).await.len(), 6);
    // Data Center sends no identifier: each delivery is its own, with an id of ours.
    let plain = || jira(&service.client, &upstream, UPSTREAM_SECRET, issue_updated("10001", "UP-1"));
    let (first, second) = (send(plain()).await, send(plain()).await);
    assert_eq!((first.status, second.status), (202, 202));
    assert_ne!(first.json()["event_id"], second.json()["event_id"]);
}

#[tokio::test]
async fn what_nobody_wants_is_answered_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let url = |tracker| service.webhook(tracker);
    let (office, upstream, spare) = (url("office"), url("upstream"), url("spare"));
    let event = |body: &str| standard(&service.client, &office, OFFICE_SECRET, "evt_1", body);
    let hook = |url: &str, body: &str| jira(&service.client, url, UPSTREAM_SECRET, body);
    for (what, delivery) in [
        ("of a tracker that no sync involves", hook(&spare, &issue_updated("10001", "UP-1"))),
        ("that names no issue", hook(&upstream, r#"{"webhookEvent":"user_created","user":{"name":"x"}}"#)),
        ("of an attachment alone", hook(&upstream, r#"{"webhookEvent":"attachment_created","attachment":{"id":"1"}}"#)),
        ("without a body", hook(&upstream, "")),
        ("of another class", event(r#"{"type":"issue.changed","data":{"class":"user","id":"3"}}"#)),
        ("of another type", event(r#"{"type":"weather.changed","data":{"id":"3"}}"#)),
    ] {
        let answer = send(delivery).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "an event {what}");
    }
    assert_eq!(queued(folder.path()).await, []);
}

#[tokio::test]
async fn unknown_query_parameters_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let url = format!("{}?user_id=jane&user_key=jane&x=%00&y", service.webhook("upstream"));
    let answer = send(jira(&service.client, &url, UPSTREAM_SECRET, issue_updated("10001", "UP-1"))).await;
    assert_eq!(answer.status, 202);
    let deleted = r#"{"webhookEvent":"jira:issue_deleted","issue":{"id":"10001","key":"UP-1"}}"#;
    assert_eq!(send(jira(&service.client, &url, UPSTREAM_SECRET, deleted)).await.status, 202);
    let kinds: Vec<String> =
        queued(folder.path()).await.iter().map(|(_, event)| event["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["dev.trackersync.issue.changed", "dev.trackersync.issue.deleted"]);
}

#[tokio::test]
async fn both_deliveries_of_one_comment_are_of_one_issue_and_the_later_is_covered_with_the_earlier() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let url = service.webhook("upstream");
    let alone = r#"{"webhookEvent":"comment_created","comment":{"self":"http://j/rest/api/2/issue/10001/comment/7","author":{"name":"jane"}}}"#;
    let with_issue = r#"{"webhookEvent":"jira:issue_updated","issue_event_type_name":"issue_commented","user":{"name":"jane"},"issue":{"id":"10001","key":"UP-1"}}"#;
    for body in [alone, with_issue] {
        assert_eq!(send(jira(&service.client, &url, UPSTREAM_SECRET, body)).await.status, 202);
    }
    let events = queued(folder.path()).await;
    let data: Vec<_> = events.iter().map(|(_, event)| &event["data"]).collect();
    assert_eq!(data.len(), 2, "{events:?}");
    for told in &data {
        assert_eq!((&told["issue"], &told["change"], &told["actor"]), (&json!("10001"), &json!("commented"), &json!("jane")));
    }
    // Counted under one key: a run that begins after both covers both.
    let generation = |at: usize| data[at]["generation"].as_str().unwrap().rsplit_once(':').unwrap();
    let ((epoch, first), (same_epoch, second)) = (generation(0), generation(1));
    assert_eq!((epoch, first, second), (same_epoch, "1", "2"));
}

#[tokio::test]
async fn a_delivery_without_a_body_may_name_its_issue_in_the_url_and_is_counted_where_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let url = service.webhook("upstream");
    let named = format!("{url}?issue=10001&user_key=jane");
    assert_eq!(send(jira(&service.client, &named, UPSTREAM_SECRET, "")).await.status, 202);
    assert_eq!(send(jira(&service.client, &named, "another secret", "")).await.status, 401);
    assert_eq!(send(jira(&service.client, &url, UPSTREAM_SECRET, "")).await.status, 204);
    let events = queued(folder.path()).await;
    assert_eq!(events.iter().map(|(_, event)| &event["data"]["issue"]).collect::<Vec<_>>(), [&json!("10001")]);
    let (_, metrics) = service.get("/metrics").await;
    let counted = "trackersync_events_ignored_total{tracker=\"upstream\",reason=\"no_body\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
}
