//! Starting, stopping and what only a stand-in can do.

use crate::client::{Client, running};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

#[tokio::test]
async fn faults_and_the_requests_seen() {
    let roundup = running().await;
    let client = Client::new(roundup.url());
    let order = async |fault: Json| {
        let url = format!("{}standin/faults", roundup.url());
        assert_eq!(client.http.post(url).json(&fault).send().await.unwrap().status(), 201);
    };
    order(json!({"status": 503, "path_contains": "/data/issue", "count": 2, "headers": {"Retry-After": "7"}})).await;
    for _ in 0..2 {
        let answer = client.request("GET", "/data/issue").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"7".parse().unwrap()));
    }
    assert_eq!(client.get("/data/issue").await.status, 200);

    order(json!({"method": "POST", "after": true})).await;
    let dropped = client.request("POST", "/data/issue").json(&json!({"title": "done all the same"})).send().await;
    assert!(dropped.is_err(), "{dropped:?}");
    assert_eq!(client.get("/data/issue/1").await.status, 200);

    order(json!({"delay_ms": 100})).await;
    let start = Instant::now();
    assert_eq!(client.get("/data/issue").await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(100));

    let url = format!("{}standin/requests", roundup.url());
    let seen: Json = client.http.get(&url).send().await.unwrap().json().await.unwrap();
    let statuses: Vec<i64> = seen["requests"].as_array().unwrap().iter().map(|r| r["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [503, 503, 200, 0, 200, 200]);
    client.http.delete(&url).send().await.unwrap();
    let seen: Json = client.http.get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(seen["requests"], json!([]));
    roundup.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_in_one_process() {
    let (one, other) = (running().await, running().await);
    assert_ne!(one.url(), other.url());
    one.acting_as("jane").create_issue("only here").unwrap();
    assert_eq!(other.acting_as("jane").issues().unwrap(), Vec::<String>::new());
    let url = one.url().to_owned();
    one.stop().await;
    other.stop().await;
    assert!(reqwest::get(url).await.is_err(), "nobody listens there any more");
}
