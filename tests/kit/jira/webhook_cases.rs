//! Webhooks of both products.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use trackersync::standin::jira::{Dialect, JiraOptions, WebhookTarget};

use crate::kit::{
    Site,
    receiver::{Delivery, Receiver},
};

async fn site(dialect: Dialect, receiver: &Receiver, secret: Option<&str>) -> Site {
    let webhooks = vec![WebhookTarget { url: receiver.url.clone(), secret: secret.map(str::to_owned) }];
    let retry_delay = Duration::from_millis(40);
    Site::with(JiraOptions { dialect, webhooks, retry_delay, ..JiraOptions::default() }).await
}

fn events(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(Delivery::event).collect()
}

#[tokio::test]
async fn cloud_tells_a_comment_once_and_signed() {
    let receiver = Receiver::start(&[]);
    let site = site(Dialect::Cloud, &receiver, Some("It's a Secret to Everybody")).await;
    let key = site.issue("x").await;
    site.expect(201, Method::POST, &format!("/rest/api/2/issue/{key}/comment"), Some(&json!({"body": "hi"}))).await;
    let deliveries = receiver.wait_for(2).await;
    assert_eq!(events(&deliveries), ["jira:issue_created", "comment_created"]);
    let comment = &deliveries[1];
    assert_eq!(comment.body["issue"]["key"], "UP-1");
    assert!(comment.body.get("user").is_none());
    assert!(comment.body["comment"]["author"].get("name").is_none());
    let mut mac = Hmac::<Sha256>::new_from_slice(b"It's a Secret to Everybody").unwrap();
    mac.update(&comment.raw);
    let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(comment.header("x-hub-signature"), Some(expected.as_str()));
    assert_eq!(comment.header("x-atlassian-webhook-flow"), Some("Primary"));
    assert_eq!(comment.header("content-type"), Some("application/json; charset=UTF-8"));
    assert!(comment.header("x-atlassian-webhook-retry").is_none());
    let ids: Vec<u64> =
        deliveries.iter().map(|one| one.header("x-atlassian-webhook-identifier").unwrap().parse().unwrap()).collect();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn data_center_tells_a_comment_twice() {
    let receiver = Receiver::start(&[]);
    let site = site(Dialect::DataCenter, &receiver, None).await;
    let state = site.jira.state();
    let key = state.create_issue("jane", json!({"summary": "x"})).unwrap();
    let id = state.add_comment("jane", &key, "one").unwrap();
    state.edit_comment("jane", &key, &id, "two").unwrap();
    state.delete_comment("jane", &key, &id).unwrap();
    let deliveries = receiver.wait_for(7).await;
    let types: Vec<&str> = deliveries.iter().map(|one| one.body["issue_event_type_name"].as_str().unwrap_or("-")).collect();
    assert_eq!(types, ["issue_created", "-", "issue_commented", "-", "issue_comment_edited", "-", "issue_comment_deleted"]);
    assert!(deliveries[1].body.get("issue").is_none());
    assert!(deliveries[1].body["comment"]["self"].as_str().unwrap().contains("/issue/"));
    assert_eq!(deliveries[2].body["comment"]["body"], "one");
    assert_eq!(deliveries[2].body["user"]["name"], "jane");
    assert!(deliveries.iter().all(|one| one.header("x-atlassian-webhook-identifier").is_none()));
    assert!(deliveries.iter().all(|one| one.header("x-hub-signature").is_none()));
}

#[tokio::test]
async fn cloud_repeats_a_failed_delivery_under_the_same_identifier() {
    let receiver = Receiver::start(&[503, 429]);
    let site = site(Dialect::Cloud, &receiver, None).await;
    site.issue("x").await;
    let deliveries = receiver.wait_for(3).await;
    let header = |name: &str| deliveries.iter().map(|one| one.header(name).map(str::to_owned)).collect::<Vec<_>>();
    let ids = header("x-atlassian-webhook-identifier");
    assert!(ids[0].is_some() && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(header("x-atlassian-webhook-retry"), [None, Some("1".to_owned()), Some("2".to_owned())]);
    let records = site.jira.state().deliveries();
    assert_eq!((records[0].attempts, records[0].status, records[0].finished), (3, Some(200), true));
}

#[tokio::test]
async fn what_is_not_repeated() {
    for (dialect, status) in [(Dialect::Cloud, 403), (Dialect::Cloud, 302), (Dialect::DataCenter, 503)] {
        let receiver = Receiver::start(&[status]);
        let site = site(dialect, &receiver, None).await;
        site.issue("x").await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        receiver.wait_for(1).await;
        assert_eq!(site.jira.state().deliveries()[0].status, Some(status));
    }
}

#[tokio::test]
async fn nobody_listening_is_tried_six_times() {
    let receiver = Receiver::start(&[]);
    let mut options = JiraOptions { retry_delay: Duration::from_millis(5), ..JiraOptions::default() };
    options.webhooks = vec![WebhookTarget { url: "http://127.0.0.1:9/".to_owned(), secret: None }];
    let site = Site::with(options).await;
    site.issue("x").await;
    for _ in 0..200 {
        if site.jira.state().deliveries()[0].finished {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let record = &site.jira.state().deliveries()[0];
    assert_eq!((record.attempts, record.status, record.finished), (6, None, true));
    receiver.wait_for(0).await;
}

#[tokio::test]
async fn edits_carry_their_changelog() {
    let receiver = Receiver::start(&[]);
    let site = site(Dialect::Cloud, &receiver, None).await;
    let state = site.jira.state();
    let key = state.create_issue("jane", json!({"summary": "x"})).unwrap();
    state.edit_fields("sync", &key, json!({"summary": "y", "labels": ["b", "a"]})).unwrap();
    state.edit_fields("sync", &key, json!({"summary": "y"})).unwrap();
    state.edit_fields("sync", &key, json!({"assignee": {"accountId": "712020:standin-jane"}})).unwrap();
    state.move_to_status("jane", &key, "Done").unwrap();
    state.add_attachment("jane", &key, "a.txt", "text/plain", "hi").unwrap();
    let deliveries = receiver.wait_for(6).await;
    let items = |at: usize| deliveries[at].body["changelog"]["items"].as_array().unwrap().clone();
    let fields = |at: usize| items(at).iter().map(|item| item["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(fields(1), ["summary", "labels"]);
    assert_eq!((&items(1)[0]["fromString"], &items(1)[0]["toString"]), (&json!("x"), &json!("y")));
    assert_eq!(items(1)[1]["toString"], "a b");
    assert_eq!(deliveries[2].body["issue_event_type_name"], "issue_assigned");
    assert_eq!(items(2)[0]["to"], "712020:standin-jane");
    assert_eq!(fields(3), ["resolution", "status"]);
    assert_eq!(deliveries[4].event(), "attachment_created");
    assert!(deliveries[4].body.get("issue").is_none());
    assert_eq!(fields(5), ["Attachment"]);
    assert_eq!(items(5)[0]["toString"], "a.txt");
}

#[tokio::test]
async fn a_deleted_issue_takes_its_comments_along() {
    let receiver = Receiver::start(&[]);
    let site = site(Dialect::Cloud, &receiver, None).await;
    let state = site.jira.state();
    let key = state.create_issue("jane", json!({"summary": "x"})).unwrap();
    state.add_comment("jane", &key, "one").unwrap();
    state.delete_issue("jane", &key).unwrap();
    let deliveries = receiver.wait_for(4).await;
    let flow = |at: usize| deliveries[at].header("x-atlassian-webhook-flow").unwrap().to_owned();
    assert_eq!(events(&deliveries)[2..], ["jira:issue_deleted", "comment_deleted"]);
    assert_eq!((flow(2), flow(3)), ("Primary".to_owned(), "Secondary".to_owned()));
}

#[tokio::test]
async fn webhooks_are_administered_without_showing_secrets() {
    let receiver = Receiver::start(&[]);
    let site = Site::start(Dialect::Cloud).await;
    let path = "/rest/webhooks/1.0/webhook";
    assert_eq!(site.anonymous(Method::GET, path).send().await.unwrap().status(), 401);
    let body =
        json!({"name": "sync", "url": receiver.url, "events": ["comment_created"], "secret": "hidden", "excludeBody": true});
    let made = site.expect(201, Method::POST, path, Some(&body)).await;
    assert_eq!(made["isSigned"], true);
    assert!(!made.to_string().contains("hidden"));
    let id = made["self"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let list = site.expect(200, Method::GET, path, None).await;
    assert_eq!(list.as_array().unwrap().len(), 1);
    let key = site.issue("x").await;
    site.jira.state().add_comment("jane", &key, "one").unwrap();
    let deliveries = receiver.wait_for(1).await;
    assert!(deliveries[0].raw.is_empty() && deliveries[0].header("x-hub-signature").is_some());
    site.expect(204, Method::DELETE, &format!("{path}/{id}"), None).await;
    site.expect(404, Method::GET, &format!("{path}/{id}"), None).await;
    let added: Value = json!(site.jira.state().add_webhook(&receiver.url, None));
    assert!(added.is_u64());
    site.issue("y").await;
    receiver.wait_for(2).await;
}

/// Where webhooks are administered, and how a secret, a filter and whether it is signed are written there.
#[tokio::test]
async fn registered_webhooks_deliver_signed_what_their_filter_lets_through() {
    let filter = json!({"issue-related-events-section": "labels = wanted"});
    let classic = json!({"secret": "hidden", "filters": filter, "excludeBody": false, "enabled": true});
    let server_10 = json!({"active": true, "configuration": {"SECRET": "hidden", "EXCLUDE_BODY": "false",
        "FILTERS": filter.to_string()}});
    for (dialect, version, path, other, form) in [
        (Dialect::Cloud, [10, 3, 24], "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks", &classic),
        (Dialect::DataCenter, [9, 12, 0], "/rest/webhooks/1.0/webhook", "/rest/jira-webhook/1.0/webhooks", &classic),
        (Dialect::DataCenter, [10, 3, 24], "/rest/jira-webhook/1.0/webhooks", "/rest/webhooks/1.0/webhook", &server_10),
    ] {
        let receiver = Receiver::start(&[]);
        let site = Site::with(JiraOptions { dialect, server_version: version, ..JiraOptions::default() }).await;
        let mut body = json!({"name": "sync", "url": receiver.url, "events": ["jira:issue_created", "comment_created"]});
        body.as_object_mut().unwrap().extend(form.as_object().unwrap().clone());
        let made = site.expect(201, Method::POST, path, Some(&body)).await;
        assert!(!made.to_string().contains("hidden"), "{made}");
        assert_eq!(made["isSigned"].as_bool(), (dialect == Dialect::Cloud).then_some(true));
        site.expect(404, Method::GET, other, None).await;
        let state = site.jira.state();
        let no = state.create_issue("jane", json!({"summary": "no"})).unwrap();
        let yes = state.create_issue("jane", json!({"summary": "yes", "labels": ["wanted"]})).unwrap();
        state.add_comment("jane", &no, "no").unwrap();
        state.edit_fields("jane", &yes, json!({"summary": "not asked for"})).unwrap();
        state.add_comment("jane", &yes, "yes").unwrap();
        let told = receiver.wait_for(2).await;
        let events: Vec<&str> = told.iter().map(|delivery| delivery.body["webhookEvent"].as_str().unwrap()).collect();
        assert_eq!(events, ["jira:issue_created", "comment_created"], "{dialect:?} {version:?}");
        assert_eq!(told[0].body["issue"]["key"], yes);
        assert!(told.iter().all(|delivery| delivery.header("x-hub-signature").is_some()));
        let id = made["self"].as_str().map(|link| link.rsplit('/').next().unwrap().to_owned());
        let one = format!("{path}/{}", id.unwrap_or_else(|| made["id"].to_string()));
        // What a change does not mention stays as it was.
        let changed = site.expect(200, Method::PUT, &one, Some(&json!({"name": "renamed"}))).await;
        assert_eq!((&changed["name"], &changed["url"]), (&json!("renamed"), &json!(receiver.url)));
        state.create_issue("jane", json!({"summary": "yes", "labels": ["wanted"]})).unwrap();
        assert!(receiver.wait_for(3).await[2].header("x-hub-signature").is_some());
        let bad = json!({"name": "x", "url": receiver.url, "filters": {"issue-related-events-section": "labels ="}});
        site.expect(400, Method::POST, path, Some(&bad)).await;
        state.deny("sync", "ADMINISTER", None);
        site.expect(403, Method::GET, path, None).await;
        site.expect(403, Method::POST, path, Some(&body)).await;
        state.allow("sync", "ADMINISTER", None);
        site.expect(204, Method::DELETE, &one, None).await;
        site.expect(404, Method::PUT, &one, Some(&json!({"name": "x"}))).await;
    }
}

#[tokio::test]
async fn data_center_10_ignores_a_secret_in_the_wrong_place() {
    let receiver = Receiver::start(&[]);
    let site = Site::start(Dialect::DataCenter).await;
    let body = json!({"name": "sync", "url": receiver.url, "events": [], "secret": "hidden"});
    site.expect(201, Method::POST, "/rest/jira-webhook/1.0/webhooks", Some(&body)).await;
    site.issue("x").await;
    assert!(receiver.wait_for(1).await[0].header("x-hub-signature").is_none());
}
