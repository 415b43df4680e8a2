//! Looking inside a site and making it fail.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, JiraOptions, RunningJira, start};

use crate::kit::Site;

#[tokio::test]
async fn ordered_failures_happen_and_end() {
    let site = Site::start(Dialect::Cloud).await;
    let fault = json!({"method": "GET", "path_contains": "/myself", "status": 503, "count": 2,
        "headers": {"Retry-After": "7"}, "body": {"why": "test"}});
    let order = site.anonymous(Method::POST, "/standin/faults").json(&fault).send().await.unwrap();
    assert_eq!(order.status(), 204);
    for _ in 0..2 {
        let answer = site.get("/rest/api/2/myself").await;
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "7"));
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({"why": "test"}));
    }
    assert_eq!(site.get("/rest/api/2/myself").await.status(), 200);
    let slow = json!({"path_contains": "/myself", "delay_ms": 150});
    site.anonymous(Method::POST, "/standin/faults").json(&slow).send().await.unwrap();
    let begin = Instant::now();
    assert_eq!(site.get("/rest/api/2/myself").await.status(), 200);
    assert!(begin.elapsed() >= Duration::from_millis(150));
    let unknown = site.anonymous(Method::POST, "/standin/faults").json(&json!({"stauts": 1})).send().await.unwrap();
    assert_eq!(unknown.status(), 400);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_deed() {
    let site = Site::start(Dialect::DataCenter).await;
    let key = site.issue("x").await;
    let fault = json!({"method": "POST", "path_contains": "/comment", "after": true});
    site.anonymous(Method::POST, "/standin/faults").json(&fault).send().await.unwrap();
    let path = format!("/rest/api/2/issue/{key}/comment");
    let lost = site.request(Method::POST, &path).json(&json!({"body": "done"})).send().await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(site.jira.state().issue(&key).unwrap().comments.len(), 1);
    let answered = site.jira.state().requests();
    let newest = answered.last().unwrap();
    assert_eq!((newest.method.as_str(), newest.status, newest.user.as_deref()), ("POST", 0, Some("sync")));
    site.expect(201, Method::POST, &path, Some(&json!({"body": "again"}))).await;
}

#[tokio::test]
async fn the_inside_can_be_read() {
    let site = Site::start(Dialect::Cloud).await;
    let key = site.issue("x").await;
    site.attach(&key, "a", b"abc").await;
    let comment = json!({"body": "c", "properties": [{"key": "k", "value": 1}]});
    site.expect(201, Method::POST, &format!("/rest/api/2/issue/{key}/comment"), Some(&comment)).await;
    let whole: Value = site.anonymous(Method::GET, "/standin/issues/UP-1").send().await.unwrap().json().await.unwrap();
    assert_eq!(whole["comments"][0]["properties"], json!({"k": 1}));
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(whole["attachments"][0]["sha256"], digest);
    let list = |path: &'static str| async {
        site.anonymous(Method::GET, path).send().await.unwrap().json::<Vec<Value>>().await.unwrap()
    };
    assert_eq!(list("/standin/requests").await.len(), 3);
    site.anonymous(Method::DELETE, "/standin/requests").send().await.unwrap();
    assert!(list("/standin/requests").await.is_empty() && list("/standin/deliveries").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sites_live_side_by_side_and_free_their_ports() {
    let mut sites: Vec<RunningJira> = Vec::new();
    for number in 0..5 {
        let options = JiraOptions { base_path: format!("/jira{number}"), ..JiraOptions::default() };
        sites.push(start(options).await.unwrap());
    }
    for (number, site) in sites.iter().enumerate() {
        let info: Value = reqwest::get(format!("{}/rest/api/2/serverInfo", site.url())).await.unwrap().json().await.unwrap();
        assert!(info["baseUrl"].as_str().unwrap().ends_with(&format!("/jira{number}")));
        assert_eq!(reqwest::get(format!("http://{}/rest/api/2/serverInfo", site.address())).await.unwrap().status(), 404);
    }
    let address = sites[0].address();
    for site in sites {
        site.stop().await;
    }
    std::net::TcpListener::bind(address).unwrap();
}
