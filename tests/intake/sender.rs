//! Senders: deliveries signed as Jira and as Standard Webhooks sign them.
#![allow(dead_code, reason = "each test program uses a part of it")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use sha2::Sha256;

fn mac(secret: &str, parts: &[&[u8]]) -> Vec<u8> {
    let encoded = secret.strip_prefix("whsec_").map(|key| STANDARD.decode(key).unwrap());
    let mut mac = Hmac::<Sha256>::new_from_slice(&encoded.unwrap_or_else(|| secret.into())).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// A delivery as Jira sends it, with its signature.
pub fn jira(client: &reqwest::Client, url: &str, secret: &str, body: impl Into<Vec<u8>>) -> RequestBuilder {
    let body = body.into();
    let signature = format!("sha256={}", hex::encode(mac(secret, &[&body])));
    client.post(url).header("content-type", "application/json").header("x-hub-signature", signature).body(body)
}

/// A Standard Webhooks event, sent now.
pub fn standard(client: &reqwest::Client, url: &str, secret: &str, id: &str, body: impl Into<Vec<u8>>) -> RequestBuilder {
    standard_at(client, url, secret, id, Timestamp::now().as_second(), body)
}

/// A Standard Webhooks event that says when it was sent.
pub fn standard_at(
    client: &reqwest::Client,
    url: &str,
    secret: &str,
    id: &str,
    at: i64,
    body: impl Into<Vec<u8>>,
) -> RequestBuilder {
    let (body, at) = (body.into(), at.to_string());
    let signature = STANDARD.encode(mac(secret, &[id.as_bytes(), b".", at.as_bytes(), b".", &body]));
    let request = client.post(url).header("content-type", "application/json").header("webhook-id", id);
    request.header("webhook-timestamp", at).header("webhook-signature", format!("v1,{signature}")).body(body)
}

/// A changed issue, as the reactor tells it.
pub fn issue_changed(id: &str) -> String {
    serde_json::json!({
        "type": "issue.changed", "timestamp": "2026-11-22T10:00:00Z",
        "data": { "class": "issue", "id": id, "action": "set", "properties": ["title"], "actor": "jane", "source": "web" },
    })
    .to_string()
}

/// A changed issue, as Jira tells it.
pub fn issue_updated(id: &str, key: &str) -> String {
    serde_json::json!({
        "webhookEvent": "jira:issue_updated", "user": { "accountId": "712020:jane" }, "issue": { "id": id, "key": key },
    })
    .to_string()
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub retry_after: Option<u64>,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks that this is a problem document of that status.
    pub fn is_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.content_type, "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["type"].as_str().is_some_and(|kind| kind.contains(':')), "{problem}");
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    read(request.send().await.unwrap()).await
}

async fn read(response: Response) -> Answer {
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Answer {
        status: response.status().as_u16(),
        content_type: header("content-type").unwrap_or_default(),
        retry_after: header("retry-after").map(|seconds| seconds.parse().unwrap()),
        text: response.text().await.unwrap(),
    }
}
