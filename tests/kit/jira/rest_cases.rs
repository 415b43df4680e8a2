//! Requests and their answers, happy and unhappy.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, JiraOptions};

use crate::kit::Site;

#[tokio::test]
async fn issue_life_over_rest() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::start(dialect).await;
        let key = site.issue("First").await;
        assert_eq!(key, "UP-1");
        let issue = site
            .expect(200, Method::GET, "/rest/api/latest/issue/UP-1", None)
            .await;
        assert_eq!(issue["fields"]["status"]["name"], "Open");
        let created = issue["fields"]["created"].as_str().unwrap();
        assert!(
            created.ends_with("+0200") && created.len() == 28,
            "{created}"
        );
        let edit = json!({"fields": {"summary": "Second", "priority": {"name": "High"}, "customfield_10050": "x"},
            "update": {"labels": [{"add": "b"}, {"add": "a"}, {"remove": "b"}]}});
        let answer = site
            .send(Method::PUT, "/rest/api/2/issue/UP-1", &edit)
            .await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert!(
            answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/html")
        );
        let path = "/rest/api/2/issue/UP-1?fields=summary,labels,priority,customfield_10050";
        let issue = site.expect(200, Method::GET, path, None).await;
        assert_eq!(issue["fields"].as_object().unwrap().len(), 4);
        assert_eq!(issue["fields"]["labels"], json!(["a"]));
        assert_eq!(issue["fields"]["customfield_10050"], "x");
        let slim = site
            .expect(
                200,
                Method::GET,
                "/rest/api/2/issue/UP-1?fields=-comment",
                None,
            )
            .await;
        assert!(slim["fields"]["comment"].is_null() && slim["fields"]["attachment"].is_array());
        site.expect(204, Method::DELETE, "/rest/api/2/issue/UP-1", None)
            .await;
        let gone = site
            .expect(404, Method::GET, "/rest/api/2/issue/UP-1", None)
            .await;
        assert_eq!(gone["errorMessages"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn impossible_issues_are_refused_field_by_field() {
    let site = Site::start(Dialect::DataCenter).await;
    let bare = json!({"fields": {"project": {"key": "UP"}}});
    let refusal = site
        .expect(400, Method::POST, "/rest/api/2/issue", Some(&bare))
        .await;
    assert_eq!(refusal["errorMessages"], json!([]));
    assert!(refusal["errors"]["summary"].is_string() && refusal["errors"]["issuetype"].is_string());
    let nowhere =
        json!({"fields": {"project": {"key": "NO"}, "summary": "x", "issuetype": {"name": "Bug"}}});
    let refusal = site
        .expect(400, Method::POST, "/rest/api/2/issue", Some(&nowhere))
        .await;
    assert!(refusal["errors"]["project"].is_string());
    let key = site.issue("x").await;
    let path = format!("/rest/api/2/issue/{key}");
    for field in ["status", "resolution", "nonsense"] {
        let refusal = site
            .expect(
                400,
                Method::PUT,
                &path,
                Some(&json!({"fields": {field: {"name": "Done"}}})),
            )
            .await;
        let text = refusal["errors"][field].as_str().unwrap();
        assert!(
            text.starts_with(&format!("Field '{field}' cannot be set.")),
            "{text}"
        );
    }
    let spaced = json!({"fields": {"labels": ["a b"]}});
    site.expect(400, Method::PUT, &path, Some(&spaced)).await;
    let long = json!({"fields": {"description": "x".repeat(40_000)}});
    site.expect(400, Method::PUT, &path, Some(&long)).await;
    let broken = site
        .request(Method::PUT, &path)
        .header("Content-Type", "application/json")
        .body("{")
        .send()
        .await;
    assert_eq!(broken.unwrap().status(), 400);
    let untyped = site
        .request(Method::PUT, &path)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(untyped.status(), 415);
}

#[tokio::test]
async fn wrong_credentials_are_hidden_differently() {
    let site = Site::start(Dialect::Cloud).await;
    let key = site.issue("x").await;
    let wrong = |path: &str| {
        site.anonymous(Method::GET, path)
            .basic_auth("sync", Some("old"))
            .send()
    };
    let answer = wrong(&format!("/rest/api/2/issue/{key}")).await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(
        answer.headers()["x-seraph-loginreason"],
        "AUTHENTICATED_FAILED"
    );
    let answer = wrong("/rest/api/3/search/jql?jql=project%3DUP")
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<Value>().await.unwrap()["issues"], json!([]));
    assert_eq!(wrong("/rest/api/2/myself").await.unwrap().status(), 401);
    let by_mail = site
        .anonymous(Method::GET, "/rest/api/2/myself")
        .basic_auth("sync@example.com", Some("sync-secret"));
    let me: Value = by_mail.send().await.unwrap().json().await.unwrap();
    assert!(me["accountId"].is_string() && me.get("name").is_none());
    let bearer = site
        .anonymous(Method::GET, "/rest/api/2/myself")
        .bearer_auth("sync-secret")
        .send()
        .await
        .unwrap();
    assert_eq!(bearer.status(), 403);

    let site = Site::with(JiraOptions {
        dialect: Dialect::DataCenter,
        captcha_after: Some(2),
        ..JiraOptions::default()
    })
    .await;
    let key = site.issue("x").await;
    let with =
        |path: &str, token: &str| site.anonymous(Method::GET, path).bearer_auth(token).send();
    assert_eq!(
        with(&format!("/rest/api/2/issue/{key}"), "old")
            .await
            .unwrap()
            .status(),
        401
    );
    let answer = with("/rest/api/2/search?jql=project%3DUP", "old")
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-ausername"], "anonymous");
    assert_eq!(answer.json::<Value>().await.unwrap()["total"], 0);
    let me: Value = with("/rest/api/2/myself", "sync-secret")
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(me["name"], "sync");
    for (secret, status) in [
        ("a", 401),
        ("sync-secret", 200),
        ("b", 401),
        ("c", 401),
        ("sync-secret", 403),
    ] {
        let answer = site
            .anonymous(Method::GET, "/rest/api/2/myself")
            .basic_auth("sync", Some(secret))
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), status, "{secret}");
    }
}

#[tokio::test]
async fn comments_with_properties_and_pages() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let site = Site::start(dialect).await;
        let base = format!("/rest/api/2/issue/{}/comment", site.issue("x").await);
        let marked =
            json!({"body": "one", "properties": [{"key": "sync", "value": {"from": "msg1"}}]});
        let answer = site.send(Method::POST, &base, &marked).await;
        assert_eq!(answer.status(), 201);
        assert!(answer.headers().contains_key("location"));
        let id = answer.json::<Value>().await.unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        site.expect(201, Method::POST, &base, Some(&json!({"body": "two"})))
            .await;
        let page = site
            .expect(
                200,
                Method::GET,
                &format!("{base}?startAt=1&maxResults=1"),
                None,
            )
            .await;
        assert_eq!(
            (&page["total"], &page["comments"][0]["body"]),
            (&json!(2), &json!("two"))
        );
        let all = site
            .expect(200, Method::GET, &format!("{base}?expand=properties"), None)
            .await;
        assert_eq!(
            all["comments"][0]["properties"],
            json!([{"key": "sync", "value": {"from": "msg1"}}])
        );
        let property = format!("/rest/api/2/comment/{id}/properties");
        site.expect(
            200,
            Method::PUT,
            &format!("{property}/sync"),
            Some(&json!(1)),
        )
        .await;
        site.expect(
            201,
            Method::PUT,
            &format!("{property}/other"),
            Some(&json!(2)),
        )
        .await;
        let keys = site.expect(200, Method::GET, &property, None).await;
        assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
        let edited = site
            .expect(
                200,
                Method::PUT,
                &format!("{base}/{id}"),
                Some(&json!({"body": "ONE"})),
            )
            .await;
        assert_eq!(edited["body"], "ONE");
        site.expect(204, Method::DELETE, &format!("{base}/{id}"), None)
            .await;
        site.expect(404, Method::GET, &format!("{base}/{id}"), None)
            .await;
        site.expect(400, Method::POST, &base, Some(&json!({"body": " "})))
            .await;
    }
}

#[tokio::test]
async fn third_version_speaks_documents() {
    let site = Site::start(Dialect::Cloud).await;
    let key = site.issue("x").await;
    let path = format!("/rest/api/3/issue/{key}/comment");
    let refusal = site
        .expect(400, Method::POST, &path, Some(&json!({"body": "text"})))
        .await;
    assert_eq!(refusal["errors"]["comment"], "Comment body is not valid!");
    let document = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "hello"}]}]});
    let comment = site
        .expect(201, Method::POST, &path, Some(&json!({"body": document})))
        .await;
    assert_eq!(comment["body"], document);
    let plain = site
        .expect(
            200,
            Method::GET,
            &format!("/rest/api/2/issue/{key}/comment"),
            None,
        )
        .await;
    assert_eq!(plain["comments"][0]["body"], "hello");
    let edit = json!({"fields": {"description": document}});
    site.expect(
        204,
        Method::PUT,
        &format!("/rest/api/3/issue/{key}"),
        Some(&edit),
    )
    .await;
    assert_eq!(
        site.jira
            .state()
            .issue(&key)
            .unwrap()
            .description
            .as_deref(),
        Some("hello")
    );
    let server = Site::start(Dialect::DataCenter).await;
    server
        .expect(404, Method::GET, "/rest/api/3/serverInfo", None)
        .await;
}

#[tokio::test]
async fn transitions_set_and_clear_the_resolution() {
    for (dialect, wrong) in [(Dialect::Cloud, 400), (Dialect::DataCenter, 500)] {
        let site = Site::start(dialect).await;
        let key = site.issue("x").await;
        let path = format!("/rest/api/2/issue/{key}/transitions");
        let open = site.expect(200, Method::GET, &path, None).await;
        assert_eq!(open["transitions"].as_array().unwrap().len(), 2);
        site.expect(
            wrong,
            Method::POST,
            &path,
            Some(&json!({"transition": {"id": "99"}})),
        )
        .await;
        site.expect(400, Method::POST, &path, Some(&json!({})))
            .await;
        let close =
            json!({"transition": {"id": 21}, "fields": {"resolution": {"name": "Duplicate"}}});
        site.expect(204, Method::POST, &path, Some(&close)).await;
        let issue = site.jira.state().issue(&key).unwrap();
        assert_eq!(
            (issue.status.as_str(), issue.resolution.as_deref()),
            ("Done", Some("Duplicate"))
        );
        site.expect(
            204,
            Method::POST,
            &path,
            Some(&json!({"transition": {"id": "41"}})),
        )
        .await;
        assert_eq!(site.jira.state().issue(&key).unwrap().resolution, None);
    }
}

#[tokio::test]
async fn attachments_travel_by_dialect() {
    let site = Site::with(JiraOptions {
        attachment_limit: 1000,
        ..JiraOptions::default()
    })
    .await;
    let key = site.issue("x").await;
    let path = format!("/rest/api/2/issue/{key}/attachments");
    assert_eq!(
        site.request(Method::POST, &path)
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    let made: Value = site
        .attach(&key, "a.txt", b"content")
        .await
        .json()
        .await
        .unwrap();
    let id = made[0]["id"].as_str().unwrap();
    let meta = site
        .expect(
            200,
            Method::GET,
            &format!("/rest/api/3/attachment/{id}"),
            None,
        )
        .await;
    assert_eq!(meta["id"].to_string(), id);
    let still = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let content = made[0]["content"].as_str().unwrap();
    let answer = still
        .get(content)
        .basic_auth("sync", Some("sync-secret"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    let media = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(media.starts_with("http://localhost:"), "{media}");
    let signed = still
        .get(&media)
        .basic_auth("sync", Some("sync-secret"))
        .send()
        .await
        .unwrap();
    assert_eq!(signed.status(), 400);
    assert_eq!(
        still
            .get(&media)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        "content"
    );
    assert_eq!(site.attach(&key, "big", &[b'x'; 1001]).await.status(), 413);
    assert_eq!(
        site.attach(&key, "huge", &vec![b'x'; 3_000_000])
            .await
            .status(),
        413
    );

    let options = JiraOptions {
        dialect: Dialect::DataCenter,
        attachment_limit: 1000,
        ..JiraOptions::default()
    };
    let site = Site::with(options).await;
    let key = site.issue("x").await;
    let made: Value = site
        .attach(&key, "a b.txt", b"content")
        .await
        .json()
        .await
        .unwrap();
    let content = made[0]["content"].as_str().unwrap();
    assert!(content.contains("/secure/attachment/"), "{content}");
    let answer = site
        .client
        .get(content)
        .bearer_auth("jane-secret")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.text().await.unwrap(), "content");
    assert_eq!(site.attach(&key, "big", &[b'x'; 1001]).await.status(), 404);
    assert_eq!(site.attach(&key, "a:b", b"x").await.status(), 400);
    assert_eq!(
        site.attach(&key, "č.txt", b"x").await.status(),
        500,
        "the extended notation breaks old servers"
    );
    let two = [
        site.attach(&key, "same", b"1").await.status(),
        site.attach(&key, "same", b"2").await.status(),
    ];
    assert_eq!(two, [200, 200]);
    assert_eq!(site.jira.state().issue(&key).unwrap().attachments.len(), 3);
}

#[tokio::test]
async fn remote_links_and_issue_properties_are_upserts() {
    for (dialect, first) in [(Dialect::Cloud, 201), (Dialect::DataCenter, 200)] {
        let site = Site::start(dialect).await;
        let path = format!("/rest/api/2/issue/{}/remotelink", site.issue("x").await);
        let link = |title: &str| json!({"globalId": "g=1", "object": {"url": "http://x/", "title": title}});
        let made = site
            .expect(first, Method::POST, &path, Some(&link("one")))
            .await;
        let again = site
            .expect(200, Method::POST, &path, Some(&link("two")))
            .await;
        assert_eq!(made["id"], again["id"]);
        let found = site
            .expect(200, Method::GET, &format!("{path}?globalId=g%3D1"), None)
            .await;
        assert_eq!(found["object"]["title"], "two");
        site.expect(404, Method::GET, &format!("{path}?globalId=other"), None)
            .await;
        let refusal = site
            .expect(400, Method::POST, &path, Some(&json!({"object": {}})))
            .await;
        assert!(refusal["errors"]["title"].is_string());
        let fields = json!({"project": {"id": "10000"}, "issuetype": {"id": "10001"}, "summary": "born with a mark"});
        let body = json!({"fields": fields, "properties": [{"key": "k", "value": {"a": 1}}]});
        let made = site
            .expect(201, Method::POST, "/rest/api/2/issue", Some(&body))
            .await;
        let path = format!("/rest/api/2/issue/{}", made["key"].as_str().unwrap());
        let issue = site
            .expect(
                200,
                Method::GET,
                &format!("{path}?properties=k&fields=summary"),
                None,
            )
            .await;
        assert_eq!(issue["properties"], json!({"k": {"a": 1}}));
        site.expect(204, Method::DELETE, &format!("{path}/properties/k"), None)
            .await;
        site.expect(404, Method::GET, &format!("{path}/properties/k"), None)
            .await;
    }
}

#[tokio::test]
async fn limits_are_told_in_headers() {
    let options = JiraOptions {
        requests_per_second: Some(3),
        limit_issue_writes: true,
        ..JiraOptions::default()
    };
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
    let refused = (0..30)
        .find_map(|_| state.add_comment("jane", &key, "again").err())
        .unwrap();
    assert_eq!(refused.status, 429);
}
