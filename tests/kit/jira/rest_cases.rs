//! Requests and their answers, happy and unhappy.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use trackersync::standin::jira::Dialect;

use crate::kit::Site;

#[tokio::test]
async fn issue_life_over_rest() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::start(dialect).await;
        let key = site.issue("First").await;
        assert_eq!(key, "UP-1");
        let issue = site.expect(200, Method::GET, "/rest/api/latest/issue/UP-1", None).await;
        assert_eq!(issue["fields"]["status"]["name"], "Open");
        let created = issue["fields"]["created"].as_str().unwrap();
        assert!(created.ends_with("+0200") && created.len() == 28, "{created}");
        let edit = json!({"fields": {"summary": "Second", "priority": {"name": "High"}, "customfield_10050": "x"},
            "update": {"labels": [{"add": "b"}, {"add": "a"}, {"remove": "b"}]}});
        let answer = site.send(Method::PUT, "/rest/api/2/issue/UP-1", &edit).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        let path = "/rest/api/2/issue/UP-1?fields=summary,labels,priority,customfield_10050";
        let issue = site.expect(200, Method::GET, path, None).await;
        assert_eq!(issue["fields"].as_object().unwrap().len(), 4);
        assert_eq!(issue["fields"]["labels"], json!(["a"]));
        assert_eq!(issue["fields"]["customfield_10050"], "x");
        let slim = site.expect(200, Method::GET, "/rest/api/2/issue/UP-1?fields=-comment", None).await;
        assert!(slim["fields"]["comment"].is_null() && slim["fields"]["attachment"].is_array());
        site.expect(204, Method::DELETE, "/rest/api/2/issue/UP-1", None).await;
        let gone = site.expect(404, Method::GET, "/rest/api/2/issue/UP-1", None).await;
        assert_eq!(gone["errorMessages"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn impossible_issues_are_refused_field_by_field() {
    let site = Site::start(Dialect::DataCenter).await;
    let bare = json!({"fields": {"project": {"key": "UP"}}});
    let refusal = site.expect(400, Method::POST, "/rest/api/2/issue", Some(&bare)).await;
    assert_eq!(refusal["errorMessages"], json!([]));
    assert!(refusal["errors"]["summary"].is_string() && refusal["errors"]["issuetype"].is_string());
    let nowhere = json!({"fields": {"project": {"key": "NO"}, "summary": "x", "issuetype": {"name": "Bug"}}});
    let refusal = site.expect(400, Method::POST, "/rest/api/2/issue", Some(&nowhere)).await;
    assert!(refusal["errors"]["project"].is_string());
    let key = site.issue("x").await;
    let path = format!("/rest/api/2/issue/{key}");
    for field in ["status", "resolution", "nonsense"] {
        let refusal = site.expect(400, Method::PUT, &path, Some(&json!({"fields": {field: {"name": "Done"}}}))).await;
        let text = refusal["errors"][field].as_str().unwrap();
        assert!(text.starts_with(&format!("Field '{field}' cannot be set.")), "{text}");
    }
    let spaced = json!({"fields": {"labels": ["a b"]}});
    site.expect(400, Method::PUT, &path, Some(&spaced)).await;
    let long = json!({"fields": {"description": "x".repeat(40_000)}});
    site.expect(400, Method::PUT, &path, Some(&long)).await;
    let broken = site.request(Method::PUT, &path).header("Content-Type", "application/json").body("{").send().await;
    assert_eq!(broken.unwrap().status(), 400);
    let untyped = site.request(Method::PUT, &path).body("{}").send().await.unwrap();
    assert_eq!(untyped.status(), 415);
}

#[tokio::test]
async fn comments_with_properties_and_pages() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::start(dialect).await;
        let base = format!("/rest/api/2/issue/{}/comment", site.issue("x").await);
        let marked = json!({"body": "one", "properties": [{"key": "sync", "value": {"from": "msg1"}}]});
        let answer = site.send(Method::POST, &base, &marked).await;
        assert_eq!(answer.status(), 201);
        assert!(answer.headers().contains_key("location"));
        let id = answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
        site.expect(201, Method::POST, &base, Some(&json!({"body": "two"}))).await;
        let page = site.expect(200, Method::GET, &format!("{base}?startAt=1&maxResults=1"), None).await;
        assert_eq!((&page["total"], &page["comments"][0]["body"]), (&json!(2), &json!("two")));
        let all = site.expect(200, Method::GET, &format!("{base}?expand=properties"), None).await;
        assert_eq!(all["comments"][0]["properties"], json!([{"key": "sync", "value": {"from": "msg1"}}]));
        let property = format!("/rest/api/2/comment/{id}/properties");
        site.expect(200, Method::PUT, &format!("{property}/sync"), Some(&json!(1))).await;
        site.expect(201, Method::PUT, &format!("{property}/other"), Some(&json!(2))).await;
        let keys = site.expect(200, Method::GET, &property, None).await;
        assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
        let edited = site.expect(200, Method::PUT, &format!("{base}/{id}"), Some(&json!({"body": "ONE"}))).await;
        assert_eq!(edited["body"], "ONE");
        site.expect(204, Method::DELETE, &format!("{base}/{id}"), None).await;
        site.expect(404, Method::GET, &format!("{base}/{id}"), None).await;
        site.expect(400, Method::POST, &base, Some(&json!({"body": " "}))).await;
    }
}

#[tokio::test]
async fn third_version_speaks_documents() {
    let site = Site::start(Dialect::Cloud).await;
    let key = site.issue("x").await;
    let path = format!("/rest/api/3/issue/{key}/comment");
    let refusal = site.expect(400, Method::POST, &path, Some(&json!({"body": "text"}))).await;
    assert_eq!(refusal["errors"]["comment"], "Comment body is not valid!");
    let document = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "hello"}]}]});
    let comment = site.expect(201, Method::POST, &path, Some(&json!({"body": document}))).await;
    assert_eq!(comment["body"], document);
    let plain = site.expect(200, Method::GET, &format!("/rest/api/2/issue/{key}/comment"), None).await;
    assert_eq!(plain["comments"][0]["body"], "hello");
    let edit = json!({"fields": {"description": document}});
    site.expect(204, Method::PUT, &format!("/rest/api/3/issue/{key}"), Some(&edit)).await;
    assert_eq!(site.jira.state().issue(&key).unwrap().description.as_deref(), Some("hello"));
    let server = Site::start(Dialect::DataCenter).await;
    server.expect(404, Method::GET, "/rest/api/3/serverInfo", None).await;
}

#[tokio::test]
async fn transitions_set_and_clear_the_resolution() {
    for (dialect, wrong) in [(Dialect::Cloud, 400), (Dialect::DataCenter, 500)] {
        let site = Site::start(dialect).await;
        let key = site.issue("x").await;
        let path = format!("/rest/api/2/issue/{key}/transitions");
        let open = site.expect(200, Method::GET, &path, None).await;
        assert_eq!(open["transitions"].as_array().unwrap().len(), 2);
        site.expect(wrong, Method::POST, &path, Some(&json!({"transition": {"id": "99"}}))).await;
        site.expect(400, Method::POST, &path, Some(&json!({}))).await;
        let close = json!({"transition": {"id": 21}, "fields": {"resolution": {"name": "Duplicate"}}});
        site.expect(204, Method::POST, &path, Some(&close)).await;
        let issue = site.jira.state().issue(&key).unwrap();
        assert_eq!((issue.status.as_str(), issue.resolution.as_deref()), ("Done", Some("Duplicate")));
        site.expect(204, Method::POST, &path, Some(&json!({"transition": {"id": "41"}}))).await;
        assert_eq!(site.jira.state().issue(&key).unwrap().resolution, None);
    }
}
