//! Failures of every kind: of limits, of accounts, in every shape, and deliveries that come in no order.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, ErrorShape, Fault, JiraOptions};

use crate::kit::{Site, receiver::Receiver};

fn header(answer: &Response, name: &str) -> String {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn writes_to_one_issue_are_limited_and_the_limit_can_be_scaled() {
    let issue_writes = vec![(2, Duration::from_mins(1))];
    let site = Site::with(JiraOptions { limit_issue_writes: true, issue_writes, ..JiraOptions::default() }).await;
    let (one, two) = (site.issue("x").await, site.issue("y").await);
    let path = |key: &str| format!("/rest/api/2/issue/{key}/comment");
    for _ in 0..2 {
        site.expect(201, Method::POST, &path(&one), Some(&json!({"body": "c"}))).await;
    }
    let refused = site.send(Method::POST, &path(&one), &json!({"body": "c"})).await;
    assert_eq!(refused.status(), 429);
    let told = ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-nearlimit", "ratelimit-reason"];
    assert_eq!(told.map(|name| header(&refused, name)), ["60", "2", "0", "true", "jira-per-issue-on-write"]);
    let reset = header(&refused, "x-ratelimit-reset");
    assert!(reset.len() == 17 && reset.ends_with('Z'), "{reset}");
    site.expect(201, Method::POST, &path(&two), Some(&json!({"body": "c"}))).await;
    site.expect(200, Method::GET, &path(&one), None).await;
}

#[tokio::test]
async fn success_tells_what_is_left() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::with(JiraOptions { dialect, requests_per_second: Some(5), ..JiraOptions::default() }).await;
        let first = site.get("/rest/api/2/myself").await;
        assert_eq!([header(&first, "x-ratelimit-limit"), header(&first, "x-ratelimit-remaining")], ["5", "4"]);
        assert_eq!(header(&first, "x-ratelimit-nearlimit"), "");
        // All at once, so that a slow machine does not give the limit time to forget.
        let many = futures_util::future::join_all((0..40).map(|_| site.get("/rest/api/2/myself"))).await;
        let last = many.into_iter().find(|answer| answer.status() == 429).unwrap();
        assert_eq!(header(&last, "x-ratelimit-remaining"), "0", "{dialect:?}");
        let wait: u64 = header(&last, "retry-after").parse().unwrap();
        assert!(wait >= 1);
        if dialect == Dialect::DataCenter {
            let told = ["x-ratelimit-interval-seconds", "x-ratelimit-fillrate"].map(|name| header(&last, name));
            assert_eq!(told, ["1", "5"]);
        } else {
            assert_eq!(header(&last, "ratelimit-reason"), "jira-burst-based");
        }
    }
}

#[tokio::test]
async fn an_account_is_locked_and_a_secret_expires() {
    let site = Site::start(Dialect::DataCenter).await;
    let state = site.jira.state();
    state.lock_account("sync", true);
    let refused = site.get("/rest/api/2/myself").await;
    assert_eq!((refused.status().as_u16(), header(&refused, "x-seraph-loginreason").as_str()), (403, "AUTHENTICATION_DENIED"));
    // A token is no password.
    let token = || site.anonymous(Method::GET, "/rest/api/2/myself").bearer_auth("sync-secret").send();
    assert_eq!(token().await.unwrap().status(), 200);
    state.lock_account("sync", false);
    assert_eq!(site.get("/rest/api/2/myself").await.status(), 200);
    site.expect(204, Method::PUT, "/standin/accounts/sync", Some(&json!({"expired": true}))).await;
    assert_eq!(token().await.unwrap().status(), 401);
    let search = site.anonymous(Method::GET, "/rest/api/2/search?jql=project%3DUP").bearer_auth("sync-secret").send().await;
    assert_eq!(search.unwrap().json::<Value>().await.unwrap()["total"], 0);
    state.expire_secret("sync", false);
    assert_eq!(token().await.unwrap().status(), 200);
    site.expect(404, Method::PUT, "/standin/accounts/nobody", Some(&json!({"expired": true}))).await;

    let cloud = Site::start(Dialect::Cloud).await;
    let key = cloud.issue("x").await;
    cloud.jira.state().expire_secret("sync", true);
    let hidden = cloud.get(&format!("/rest/api/2/issue/{key}")).await;
    assert_eq!((hidden.status().as_u16(), header(&hidden, "x-seraph-loginreason").as_str()), (404, "AUTHENTICATED_FAILED"));
}

#[tokio::test]
async fn errors_come_in_every_shape() {
    let site = Site::start(Dialect::Cloud).await;
    for (shape, kind, part) in [
        (ErrorShape::Messages, "application/json", Some("/errors")),
        (ErrorShape::MessagesOnly, "application/json", Some("/errorMessages/0")),
        (ErrorShape::Problem, "application/problem+json", Some("/title")),
        (ErrorShape::Gateway, "application/json", Some("/timestamp")),
        (ErrorShape::Html, "text/html", None),
        (ErrorShape::Text, "text/plain", None),
        (ErrorShape::Empty, "", None),
    ] {
        site.jira.state().add_fault(Fault { status: Some(503), shape: Some(shape), ..Fault::default() });
        let answer = site.get("/rest/api/2/myself").await;
        assert_eq!(answer.status(), 503);
        assert!(header(&answer, "content-type").starts_with(kind), "{shape:?}");
        let text = answer.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        assert!(part.is_none_or(|part| body.pointer(part).is_some()), "{shape:?}: {text}");
        assert_eq!(text.is_empty(), shape == ErrorShape::Empty);
    }
    let ordered = json!({"status": 502, "shape": "html"});
    site.expect(204, Method::POST, "/standin/faults", Some(&ordered)).await;
    assert!(site.get("/rest/api/2/myself").await.text().await.unwrap().starts_with("<html>"));
}

#[tokio::test]
async fn answers_can_be_slow() {
    let site = Site::start(Dialect::Cloud).await;
    site.expect(204, Method::PUT, "/standin/latency", Some(&json!({"ms": 100}))).await;
    let before = std::time::Instant::now();
    site.get("/rest/api/2/serverInfo").await;
    assert!(before.elapsed() >= Duration::from_millis(100));
    site.jira.state().set_latency(Duration::ZERO);
}

#[tokio::test]
async fn deliveries_come_twice_again_and_in_reverse() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let receiver = Receiver::start(&[]);
        let site = Site::start(dialect).await;
        let state = site.jira.state();
        let _ = state.add_webhook(&receiver.url, None);
        state.hold_deliveries();
        let (one, two) = (site.issue("one").await, site.issue("two").await);
        assert!(state.deliveries().iter().all(|delivery| delivery.attempts == 0));
        site.expect(204, Method::PUT, "/standin/deliveries", Some(&json!({"hold": false, "reversed": true}))).await;
        let told = receiver.wait_for(2).await;
        let key = |at: usize| told[at].body["issue"]["key"].clone();
        assert_eq!((key(0), key(1)), (json!(two), json!(one)));
        state.send_deliveries_twice(true);
        let three = site.issue("three").await;
        let told = receiver.wait_for(4).await;
        let identifier = |at: usize| told[at].header("x-atlassian-webhook-identifier").map(str::to_owned);
        assert_eq!(told[2].raw, told[3].raw);
        assert_eq!(identifier(2), identifier(3));
        assert_eq!(identifier(2).is_some(), dialect == Dialect::Cloud);
        assert_eq!(told[2].body["issue"]["key"], three);
        state.send_deliveries_twice(false);
        let first = state.deliveries()[0].id;
        assert!(state.redeliver(first) && !state.redeliver(1));
        let told = receiver.wait_for(5).await;
        assert_eq!(told[4].body["issue"]["key"], one);
        site.expect(204, Method::POST, &format!("/standin/deliveries/{first}/again"), None).await;
        receiver.wait_for(6).await;
        site.expect(404, Method::POST, "/standin/deliveries/1/again", None).await;
    }
}
