//! Items: created, changed, searched, and files byte for byte.

use crate::client::{Client, got, running};
use reqwest::multipart::{Form, Part};
use serde_json::{Value as Json, json};
use std::time::Duration;

#[tokio::test]
async fn create_read_change_retire() {
    let roundup = running().await;
    let client = Client::new(roundup.url());
    let answer = client.request("POST", "/data/issue").json(&json!({"title": " Brake\u{a0}", "priority": "bug"}));
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(location, format!("{}rest/data/issue/1", roundup.url()));

    let item = client.get("/data/issue/1?@protected=true&@verbose=2").await;
    let attributes = &item.json["data"]["attributes"];
    assert_eq!(attributes["title"], "Brake");
    assert_eq!(attributes["status"]["name"], "unread");
    assert_eq!(attributes["creator"]["username"], "sync");
    assert_eq!(attributes["creation"].as_str().unwrap().len(), "2026-11-22.07:29:22".len());
    assert_eq!(item.json["data"]["@etag"], json!(item.etag));

    assert_eq!(client.send("PUT", "/data/issue/1", &json!({"title": "x"})).await.status, 412);
    let change = json!({"@etag": item.etag, "title": "Brakes"});
    let changed = client.send("PUT", "/data/issue/1", &change).await;
    assert_eq!(changed.json["data"]["attribute"], json!({"title": "Brakes"}));
    assert_eq!(client.send("PUT", "/data/issue/1", &change).await.status, 412, "the tag is a new one now");
    assert_eq!(client.change("PUT", "/data/issue/1/priority", &json!({"data": ""})).await.status, 200);
    assert_eq!(client.get("/data/issue/1/priority").await.json["data"]["data"], Json::Null);

    assert_eq!(client.change("DELETE", "/data/issue/1", &json!({})).await.status, 403);
    let admin = Client::new(roundup.url()).login("admin", "admin");
    assert_eq!(admin.change("DELETE", "/data/issue/1", &json!({})).await.status, 200);
    assert_eq!(client.get("/data/issue").await.json["data"]["@total_size"], 0);
    assert_eq!(client.get("/data/issue/1").await.status, 200, "a retired item still answers");
    roundup.stop().await;
}

#[tokio::test]
async fn post_once() {
    let roundup = running().await;
    let client = Client::new(roundup.url());
    let token = async || {
        let got = client.send("POST", "/data/issue/@poe", &json!({"lifetime": 120})).await;
        assert!(got.json["data"]["expires"].is_f64());
        got.json["data"]["link"].as_str().unwrap().split("/rest").nth(1).unwrap().to_owned()
    };
    let link = token().await;
    assert_eq!(client.send("POST", &link, &json!({"title": "once"})).await.status, 201);
    assert_eq!(client.send("POST", &link, &json!({"title": "once"})).await.status, 400);
    let link = token().await;
    assert_eq!(client.send("POST", &link, &json!({"titel": "wrong"})).await.status, 400);
    assert_eq!(client.send("POST", &link, &json!({"title": "right"})).await.status, 400, "a failure burns it, too");
    let link = token().await;
    let jane = Client::new(roundup.url()).login("jane", "jane-secret");
    assert_eq!(jane.send("POST", &link, &json!({"title": "not mine"})).await.status, 400);
    assert_eq!(client.get("/data/issue").await.json["data"]["@total_size"], 1);
    roundup.stop().await;
}

#[tokio::test]
async fn filters_and_pages() {
    let roundup = running().await;
    let client = Client::new(roundup.url());
    for (title, ext_id) in [("Brake squeals", "4711"), ("brake light", "47110"), ("Door", "")] {
        client.create("issue", &json!({"title": title, "ext_id": ext_id, "priority": "bug"})).await;
        // Times are as precise as a millisecond, and the order of the activity is looked at below.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    client.change("PUT", "/data/issue/3", &json!({"ext_tracker": "upstream", "priority": ""})).await;
    let cases = [
        ("title=BRAKE", "1,2"),
        ("ext_id=4711", "1,2"),
        ("ext_id:=4711", "1"),
        ("priority=-1", "3"),
        ("priority=bug,wish", "1,2"),
        ("priority=bug,-1&@sort=-id", "3,2,1"),
        ("ext_tracker=upstream", "3"),
        ("ext_tracker.name=upstream", "3"),
        ("creator=sync&status=unread&@sort=title", "2,1,3"),
        ("activity=from 2020-01-01", "1,2,3"),
        ("activity=from -1d&@sort=-activity", "3,2,1"),
        ("activity=2020-01-01;2020-02-01", ""),
        ("activity=2020-01-01", ""),
        ("@page_size=2", "1,2"),
        ("@page_size=2&@page_index=2", "3"),
    ];
    for (query, expected) in cases {
        let got = client.get(&format!("/data/issue?{query}&@verbose=0")).await;
        let found = got.json["data"]["collection"].as_array().unwrap_or_else(|| panic!("{query}: {got:?}"));
        let ids: Vec<&str> = found.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(ids.join(","), expected, "{query}");
    }
    let page = client.request("GET", "/data/issue?@page_size=2&@fields=title,ext_tracker.name").send().await.unwrap();
    assert_eq!(page.headers()["x-count-total"], "3");
    let page: Json = page.json().await.unwrap();
    assert!(page["data"]["@links"]["next"][0]["uri"].as_str().unwrap().contains("@page_index=2&@page_size=2"));
    assert_eq!(page["data"]["collection"][0]["ext_tracker.name"], Json::Null);
    roundup.stop().await;
}

#[tokio::test]
async fn files_byte_for_byte() {
    let roundup = running().await;
    let client = Client::new(roundup.url());
    let mut bytes: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
    bytes.extend_from_slice(b" \r\n--x--\r\n ");
    let upload = async |content: Part| {
        let form = Form::new().text("name", "a.bin").text("type", "application/x-foo").part("content", content);
        got(client.request("POST", "/data/file").multipart(form).send().await.unwrap()).await
    };
    let download = async |id: &str, accept: &str| {
        let path = format!("/data/file/{id}/binary_content");
        let answer = client.request("GET", &path).header("Accept", accept).send().await.unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (kind, answer.bytes().await.unwrap())
    };
    assert_eq!(upload(Part::bytes(bytes.clone()).file_name("a.bin")).await.status, 201);
    assert_eq!(download("1", "application/octet-stream").await, ("application/octet-stream".into(), bytes.clone().into()));
    assert_eq!(download("1", "*/*").await, ("application/x-foo".into(), bytes.into()));
    assert_eq!(upload(Part::text("  without a name \n")).await.status, 201);
    assert_eq!(download("2", "application/octet-stream").await.1, "without a name");
    let json = download("2", "application/json").await.1;
    let json: Json = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["data"]["data"], "b'without a name'");
    roundup.stop().await;
}
