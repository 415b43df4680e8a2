//! Orders over HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use super::kit::{Site, about};

async fn order(site: &Site, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = site.client.http.request(method, format!("{}/{path}", site.kpm.control_url())).json(&body);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_problem_lives_over_http() {
    let site = Site::start().await;
    let mailbox = json!({"organisational_unit": "KPM-TEST", "plant": "Z$"});
    let new = json!({"mailbox": mailbox, "fields": {"ShortText": "Über HTTP"}});
    let (status, made) = order(&site, Method::POST, "problems", new).await;
    let number = made["number"].as_i64().unwrap();
    assert_eq!((status, number), (200, 5_000_001));
    let path = format!("problems/{number}");
    let of = |rest: &str| format!("{path}/{rest}");
    let said = json!({"kind": "answer_to_supplier", "user": "hans", "text": "Ja."});
    assert_eq!(order(&site, Method::POST, &of("steps"), said).await.0, 200);
    let file = json!({"name": "log", "suffix": "txt", "base64": "QUI="});
    let (_, document) = order(&site, Method::POST, &of("documents"), file).await;
    assert_eq!(order(&site, Method::PATCH, &path, json!({"Keyword": "HTTP"})).await.0, 200);
    assert_eq!(order(&site, Method::PUT, &of("rights"), json!(["ADD_NOTICE"])).await.0, 200);
    let (_, seen) = order(&site, Method::GET, &path, Value::Null).await;
    assert_eq!(seen["fields"]["Keyword"], "HTTP");
    assert_eq!(seen["steps"].as_array().unwrap().last().unwrap()["text"], "Ja.");
    assert_eq!((&seen["documents"][0]["id"], &seen["documents"][0]["size"]), (&document["id"], &json!(2)));
    assert_eq!((&seen["rights"], &seen["mailbox"]), (&json!(["ADD_NOTICE"]), &mailbox));
    let bytes = format!("{}/{path}/documents/{}", site.kpm.control_url(), document["id"].as_str().unwrap());
    assert_eq!(site.client.http.get(bytes).send().await.unwrap().text().await.unwrap(), "AB");
    assert_eq!(order(&site, Method::PUT, &of("rights"), Value::Null).await.0, 200);
    assert_eq!(order(&site, Method::DELETE, &of("mailbox"), Value::Null).await.0, 200);
    site.client.call("AddNotice", &about(number, "<Notice>a</Notice>")).await.refused_with("FC_090");
    assert_eq!(order(&site, Method::POST, &of("reopened"), Value::Null).await.0, 200);
    site.client.call("AddNotice", &about(number, "<Notice>a</Notice>")).await.succeeded();
    assert_eq!(order(&site, Method::GET, "problems", Value::Null).await.1, json!([number]));
}

#[tokio::test]
async fn failures_and_requests_over_http() {
    let site = Site::start().await;
    let fault = json!({"operation": "GetServiceInfo", "answer": {"http_status": 503}});
    assert_eq!(order(&site, Method::POST, "faults", fault).await.0, 204);
    assert_eq!(order(&site, Method::GET, "faults", Value::Null).await.1[0]["answer"], json!({"http_status": 503}));
    assert_eq!(site.client.call("GetServiceInfo", "").await.status, 503);
    let (_, requests) = order(&site, Method::GET, "requests", Value::Null).await;
    assert_eq!((&requests[0]["operation"], &requests[0]["status"]), (&json!("GetServiceInfo"), &json!(503)));
    assert_eq!(order(&site, Method::DELETE, "requests", Value::Null).await.0, 204);
    assert!(site.state().requests().is_empty());
    assert_eq!(order(&site, Method::PUT, "read-back-delay", json!({"ms": 5})).await.0, 204);
    assert_eq!(order(&site, Method::PUT, "latency", json!({"ms": 0})).await.0, 204);
}

#[tokio::test]
async fn wrong_orders_are_refused_in_words() {
    let site = Site::start().await;
    let problem = site.problem();
    for (path, body, said) in [
        ("faults".to_owned(), json!({"operations": 1}), "unknown field `operations`"),
        (
            "problems".to_owned(),
            json!({"mailbox": {"organisational_unit": "a", "plant": "b"}, "fields": {"X": "1"}}),
            "no field X",
        ),
        (format!("problems/{problem}/documents"), json!({"name": "a", "base64": "?"}), "base64"),
        (format!("problems/{problem}/documents"), json!({"name": "a", "suffix": "jpegs", "base64": ""}), "Suffix 'jpegs'"),
    ] {
        let (status, answer) = order(&site, Method::POST, &path, body).await;
        assert!(status == 400 && answer["error"].as_str().unwrap().contains(said), "{status} {answer}");
    }
    assert_eq!(order(&site, Method::GET, "problems/1", Value::Null).await.0, 404);
    assert_eq!(order(&site, Method::GET, "elsewhere", Value::Null).await.0, 404);
}
