//! Who is let in, and how often.

use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, JiraOptions};

use crate::kit::Site;

#[tokio::test]
async fn wrong_credentials_are_hidden_differently() {
    let site = Site::start(Dialect::Cloud).await;
    let key = site.issue("x").await;
    let wrong = |path: &str| site.anonymous(Method::GET, path).basic_auth("sync", Some("old")).send();
    let answer = wrong(&format!("/rest/api/2/issue/{key}")).await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["x-seraph-loginreason"], "AUTHENTICATED_FAILED");
    let answer = wrong("/rest/api/3/search/jql?jql=project%3DUP").await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<Value>().await.unwrap()["issues"], json!([]));
    assert_eq!(wrong("/rest/api/2/myself").await.unwrap().status(), 401);
    let by_mail = site.anonymous(Method::GET, "/rest/api/2/myself").basic_auth("sync@example.com", Some("sync-secret"));
    let me: Value = by_mail.send().await.unwrap().json().await.unwrap();
    assert!(me["accountId"].is_string() && me.get("name").is_none());
    let bearer = site.anonymous(Method::GET, "/rest/api/2/myself").bearer_auth("sync-secret").send().await.unwrap();
    assert_eq!(bearer.status(), 403);

    let site = Site::with(JiraOptions { dialect: Dialect::DataCenter, captcha_after: Some(2), ..JiraOptions::default() }).await;
    let key = site.issue("x").await;
    let with = |path: &str, token: &str| site.anonymous(Method::GET, path).bearer_auth(token).send();
    assert_eq!(with(&format!("/rest/api/2/issue/{key}"), "old").await.unwrap().status(), 401);
    let answer = with("/rest/api/2/search?jql=project%3DUP", "old").await.unwrap();
    assert_eq!(answer.headers()["x-ausername"], "anonymous");
    assert_eq!(answer.json::<Value>().await.unwrap()["total"], 0);
    let me: Value = with("/rest/api/2/myself", "sync-secret").await.unwrap().json().await.unwrap();
    assert_eq!(me["name"], "sync");
    for (secret, status) in [("a", 401), ("sync-secret", 200), ("b", 401), ("c", 401), ("sync-secret", 403)] {
        let answer = site.anonymous(Method::GET, "/rest/api/2/myself").basic_auth("sync", Some(secret)).send().await;
        assert_eq!(answer.unwrap().status(), status, "{secret}");
    }
}

#[tokio::test]
async fn limits_are_told_in_headers() {
    let options = JiraOptions { requests_per_second: Some(3), limit_issue_writes: true, ..JiraOptions::default() };
    let site = Site::with(options).await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let answer = site.get("/rest/api/2/myself").await;
        statuses.push(answer.status().as_u16());
        assert_eq!(answer.headers()["x-ratelimit-limit"], "3");
        if answer.status() == 429 {
            assert_eq!(answer.headers()["retry-after"], "1");
            assert_eq!(answer.headers()["ratelimit-reason"], "jira-burst-based");
        }
    }
    assert_eq!(statuses[..3], [200, 200, 200]);
    assert!(statuses.contains(&429));
    let state = site.jira.state();
    let key = state.create_issue("jane", json!({"summary": "x"})).unwrap();
    let refused = (0..30).find_map(|_| state.add_comment("jane", &key, "again").err()).unwrap();
    assert_eq!(refused.status, 429);
}
