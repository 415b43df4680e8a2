//! What the tests of the stand-in Jira share.

pub mod description;
pub mod receiver;

use std::path::PathBuf;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, JiraOptions, RunningJira, start};

/// A running site and a client signed in to it.
pub struct Site {
    pub jira: RunningJira,
    pub client: reqwest::Client,
}

impl Site {
    pub async fn start(dialect: Dialect) -> Self {
        Self::with(JiraOptions { dialect, ..JiraOptions::default() }).await
    }

    pub async fn with(options: JiraOptions) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { jira: start(options).await.unwrap(), client }
    }

    /// A request without credentials; `path` follows the base URL.
    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.jira.url()))
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).basic_auth("sync", Some("sync-secret"))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Response {
        self.request(method, path).json(body).send().await.unwrap()
    }

    /// Sends and expects a status; returns the body, null if there is none.
    pub async fn expect(&self, status: u16, method: Method, path: &str, body: Option<&Value>) -> Value {
        let request = self.request(method.clone(), path);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let found = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        assert_eq!(found, status, "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Creates an issue over REST and returns its key.
    pub async fn issue(&self, summary: &str) -> String {
        let fields = json!({"project": {"key": "UP"}, "issuetype": {"name": "Bug"}, "summary": summary});
        let made = self.expect(201, Method::POST, "/rest/api/2/issue", Some(&json!({"fields": fields}))).await;
        made["key"].as_str().unwrap().to_owned()
    }

    /// Attaches a file over REST and returns the answer.
    pub async fn attach(&self, key: &str, name: &str, content: &[u8]) -> Response {
        let part = reqwest::multipart::Part::bytes(content.to_vec()).file_name(name.to_owned()).mime_str("text/plain").unwrap();
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = self.request(Method::POST, &format!("/rest/api/2/issue/{key}/attachments"));
        request.header("X-Atlassian-Token", "no-check").multipart(form).send().await.unwrap()
    }
}

/// The folder with recorded and official Jira data, where there is one.
pub fn reference_data() -> Option<PathBuf> {
    let given = std::env::var_os("TRACKERSYNC_REFERENCE_DATA").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = given.unwrap_or_else(beside).join("jira");
    folder.is_dir().then_some(folder)
}
