//! Events: what is told, how it is signed, and that it is told until it is taken.

use crate::client::{Client, running};
use crate::receiver::{Post, Receiver};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value as Json, json};
use std::collections::HashSet;
use std::time::Duration;
use trackersync::standin::roundup::{RoundupOptions, WebhookTarget, start};

fn event(post: &Post) -> Json {
    serde_json::from_str::<Json>(&post.body).unwrap()["data"].clone()
}

fn assert_signed(post: &Post, key: &[u8]) {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    let (id, timestamp) = (&post.headers["webhook-id"], &post.headers["webhook-timestamp"]);
    mac.update(format!("{id}.{timestamp}.{}", post.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(post.headers["webhook-signature"], expected);
    assert!(id.starts_with("evt_"));
}

#[tokio::test]
async fn one_event_for_each_request_and_issue() {
    let receiver = Receiver::start(&[]).await;
    let roundup = running().await;
    roundup.add_webhook(&receiver.url, &format!("whsec_{}", STANDARD.encode(b"a key")));
    let client = Client::new(roundup.url());
    client.create("issue", &json!({"title": "one", "priority": "bug"})).await;
    client.create("issue", &json!({"title": "two"})).await;
    client.create("msg", &json!({"content": "no issue yet, no event", "author": "sync"})).await;
    client.change("PATCH", "/data/issue/1", &json!({"@op": "add", "messages": ["1"]})).await;
    client.change("PUT", "/data/issue/1", &json!({"title": "one"})).await;
    client.change("PUT", "/data/issue/1", &json!({"priority": "no such thing"})).await;
    client.change("PUT", "/data/issue/2", &json!({"messages": "1"})).await;
    client.change("PUT", "/data/msg/1", &json!({"keywords": ["customer"]})).await;
    let jane = roundup.acting_as("jane");
    jane.add_message("2", "hello", &["customer"]).unwrap();
    jane.attach("2", "empty.txt", "text/plain", Vec::new()).unwrap();
    jane.set("2", "assignedto", "jane").unwrap();
    roundup.acting_as("admin").retire("2").unwrap();

    let posts = receiver.wait_for(10).await;
    for post in &posts {
        assert_signed(post, b"a key");
    }
    let told = |id: &str, action: &str, properties: &[&str], actor: &str, source: &str| json!({"class": "issue", "id": id, "action": action, "properties": properties, "actor": actor, "source": source});
    let expected = [
        told("1", "create", &["priority", "status", "title"], "sync", "rest"),
        told("2", "create", &["status", "title"], "sync", "rest"),
        told("1", "set", &["messages", "status"], "sync", "rest"),
        told("2", "set", &["messages", "status"], "sync", "rest"),
        told("1", "set", &["messages"], "sync", "rest"),
        told("2", "set", &["messages"], "sync", "rest"),
        told("2", "set", &["messages"], "jane", "web"),
        told("2", "set", &["files"], "jane", "web"),
        told("2", "set", &["assignedto", "nosy"], "jane", "web"),
        told("2", "retire", &[], "admin", "web"),
    ];
    assert_eq!(posts.iter().map(event).collect::<Vec<_>>(), expected);
    let first: Json = serde_json::from_str(&posts[0].body).unwrap();
    assert_eq!(first["type"], "issue.changed");
    assert!(first["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    roundup.stop().await;
}

#[tokio::test]
async fn events_are_repeated_until_taken_and_stay_in_order() {
    let receiver = Receiver::start(&[503, 500, 429, 202, 400, 202]).await;
    let roundup = start(RoundupOptions {
        webhooks: vec![WebhookTarget { url: receiver.url.clone(), secret: "plain text".into() }],
        retry_delay: Duration::from_millis(10),
        ..RoundupOptions::default()
    })
    .await
    .unwrap();
    let jane = roundup.acting_as("jane");
    for title in ["first", "refused for good", "third"] {
        jane.create_issue(title).unwrap();
    }
    let posts = receiver.wait_for(6).await;
    for post in &posts {
        assert_signed(post, b"plain text");
    }
    let issues: Vec<String> = posts.iter().map(|post| event(post)["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(issues, ["1", "1", "1", "1", "2", "3"]);
    let ids: HashSet<&String> = posts.iter().map(|post| &post.headers["webhook-id"]).collect();
    assert_eq!(ids.len(), 3, "an event keeps its id however often it is sent");
    roundup.stop().await;
}

#[tokio::test]
async fn acting_in_this_process() {
    let roundup = running().await;
    let jane = roundup.acting_as("jane");
    let issue = jane.create_issue("  Brake squeals ").unwrap();
    let message = jane.add_message(&issue, "It does.\n", &["customer"]).unwrap();
    let file = jane.attach(&issue, "a.bin", "application/x-foo", vec![0, 255, 32]).unwrap();
    jane.set(&issue, "priority", "urgent").unwrap();

    let shown = jane.issue(&issue).unwrap();
    assert_eq!((&shown["title"], &shown["priority"]["name"]), (&json!("Brake squeals"), &json!("urgent")));
    assert_eq!(shown["status"]["name"], "chatting");
    let messages = jane.messages(&issue).unwrap();
    assert_eq!((messages[0].id.as_str(), messages[0].content.as_str()), (message.as_str(), "It does."));
    assert_eq!((messages[0].author.as_deref(), &messages[0].keywords[..]), (Some("jane"), &["customer".to_owned()][..]));
    assert!(messages[0].date.is_some());
    let files = jane.files(&issue).unwrap();
    assert_eq!(
        (files[0].id.as_str(), files[0].name.as_str(), &files[0].bytes[..]),
        (file.as_str(), "a.bin", &[0, 255, 32][..])
    );

    assert_eq!(jane.set(&issue, "priority", "no such thing").unwrap_err().status, 400);
    assert_eq!(jane.add_message("99", "lost", &[]).unwrap_err().status, 404);
    assert_eq!(jane.retire(&issue).unwrap_err().status, 403);
    assert_eq!(roundup.acting_as("nobody").create_issue("x").unwrap_err().status, 403);
    roundup.stop().await;
}
