//! What hangs on an issue: files, links and hidden properties.

use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, JiraOptions};

use crate::kit::Site;

#[tokio::test]
async fn attachments_of_cloud_are_redirected() {
    let site = Site::with(JiraOptions { attachment_limit: 1000, ..JiraOptions::default() }).await;
    let key = site.issue("x").await;
    let path = format!("/rest/api/2/issue/{key}/attachments");
    assert_eq!(site.request(Method::POST, &path).send().await.unwrap().status(), 403);
    let made: Value = site.attach(&key, "a.txt", b"content").await.json().await.unwrap();
    let id = made[0]["id"].as_str().unwrap();
    let meta = site.expect(200, Method::GET, &format!("/rest/api/3/attachment/{id}"), None).await;
    assert_eq!(meta["id"].to_string(), id);
    let still = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let content = made[0]["content"].as_str().unwrap();
    let answer = still.get(content).basic_auth("sync", Some("sync-secret")).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let media = answer.headers()["location"].to_str().unwrap().to_owned();
    let port = site.jira.address().port();
    assert!(media.starts_with("http://localhost:") && !media.contains(&format!(":{port}/")), "{media}");
    let signed = still.get(&media).basic_auth("sync", Some("sync-secret")).send().await.unwrap();
    assert_eq!(signed.status(), 400);
    assert_eq!(still.get(&media).send().await.unwrap().text().await.unwrap(), "content");
    assert_eq!(site.attach(&key, "big", &[b'x'; 1001]).await.status(), 413);
    assert_eq!(site.attach(&key, "huge", &vec![b'x'; 3_000_000]).await.status(), 413);
}

#[tokio::test]
async fn attachments_of_data_center_are_direct() {
    let options = JiraOptions { dialect: Dialect::DataCenter, attachment_limit: 1000, ..JiraOptions::default() };
    let site = Site::with(options).await;
    let key = site.issue("x").await;
    let made: Value = site.attach(&key, "a b.txt", b"content").await.json().await.unwrap();
    let content = made[0]["content"].as_str().unwrap();
    assert!(content.contains("/secure/attachment/"), "{content}");
    let answer = site.client.get(content).bearer_auth("jane-secret").send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "content");
    assert_eq!(site.attach(&key, "big", &[b'x'; 1001]).await.status(), 404);
    assert_eq!(site.attach(&key, "a:b", b"x").await.status(), 400);
    assert_eq!(site.attach(&key, "č.txt", b"x").await.status(), 200);
    // The extended notation breaks old servers.
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''%C4%8D.txt\r\n\r\nx\r\n--b--\r\n";
    let request = site.request(Method::POST, &format!("/rest/api/2/issue/{key}/attachments"));
    let request = request.header("Content-Type", "multipart/form-data; boundary=b").body(form);
    let answer = request.header("X-Atlassian-Token", "no-check").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.content_length()), (500, Some(0)));
    let two = [site.attach(&key, "same", b"1").await.status(), site.attach(&key, "same", b"2").await.status()];
    assert_eq!(two, [200, 200]);
    assert_eq!(site.jira.state().issue(&key).unwrap().attachments.len(), 4);
}

#[tokio::test]
async fn remote_links_and_issue_properties_are_upserts() {
    for (dialect, first) in [(Dialect::Cloud, 201), (Dialect::DataCenter, 200)] {
        let site = Site::start(dialect).await;
        let path = format!("/rest/api/2/issue/{}/remotelink", site.issue("x").await);
        let link = |title: &str| json!({"globalId": "g=1", "object": {"url": "http://x/", "title": title}});
        let made = site.expect(first, Method::POST, &path, Some(&link("one"))).await;
        let again = site.expect(200, Method::POST, &path, Some(&link("two"))).await;
        assert_eq!(made["id"], again["id"]);
        let found = site.expect(200, Method::GET, &format!("{path}?globalId=g%3D1"), None).await;
        assert_eq!(found["object"]["title"], "two");
        site.expect(404, Method::GET, &format!("{path}?globalId=other"), None).await;
        let refusal = site.expect(400, Method::POST, &path, Some(&json!({"object": {}}))).await;
        assert!(refusal["errors"]["title"].is_string());
        let fields = json!({"project": {"id": "10000"}, "issuetype": {"id": "10001"}, "summary": "born with a mark"});
        let body = json!({"fields": fields, "properties": [{"key": "k", "value": {"a": 1}}]});
        let made = site.expect(201, Method::POST, "/rest/api/2/issue", Some(&body)).await;
        let path = format!("/rest/api/2/issue/{}", made["key"].as_str().unwrap());
        let issue = site.expect(200, Method::GET, &format!("{path}?properties=k&fields=summary"), None).await;
        assert_eq!(issue["properties"], json!({"k": {"a": 1}}));
        site.expect(204, Method::DELETE, &format!("{path}/properties/k"), None).await;
        site.expect(404, Method::GET, &format!("{path}/properties/k"), None).await;
    }
}
