//! A stand-in Jira as a process of its own, and people who work with it.

use std::{path::Path, process::Command};

use reqwest::{Method, RequestBuilder, multipart};
use serde_json::{Value, json};

use super::process::Process;

/// The secret of Jira's deliveries.
pub const SECRET: &str = "a secret of upstream";

/// Which Jira.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Jira Cloud.
    Cloud,
    /// Jira Data Center.
    DataCenter,
}

/// A running stand-in.
pub struct Jira {
    /// Its address.
    pub url: String,
    http: reqwest::Client,
    _server: Process,
}

impl Jira {
    /// Starts one that posts its events to `receiver`.
    pub async fn start(folder: &Path, dialect: Dialect, receiver: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
        let name = match dialect {
            Dialect::Cloud => "cloud",
            Dialect::DataCenter => "data-center",
        };
        command.args(["standin", "jira", "--listen", "127.0.0.1:0", "--dialect", name, "--webhook", receiver]);
        // A receiver that is away for a while is what some tests are about: the real one goes on for hours, too.
        command.args(["--retries", "100", "--retry-delay", "500ms"]).env("STANDIN_WEBHOOK_SECRET", SECRET);
        let mut server = Process::start("jira", folder, &mut command);
        let url = server.ready().await.trim_end_matches('/').to_owned();
        // A connection for each request: one that was kept may be closed by the server at the very moment it is used again.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        Self { url, http, _server: server }
    }

    /// Makes an issue as jane; its key and its id.
    pub async fn create(&self, summary: &str) -> (String, String) {
        let fields = json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": summary });
        let made = self.send(self.request(Method::POST, "rest/api/2/issue").json(&json!({ "fields": fields }))).await;
        (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
    }

    /// Sets a summary as jane.
    pub async fn set_summary(&self, key: &str, summary: &str) {
        let body = json!({ "fields": { "summary": summary } });
        self.send(self.request(Method::PUT, &format!("rest/api/2/issue/{key}")).json(&body)).await;
    }

    /// Moves an issue along a transition of its workflow.
    pub async fn transition(&self, key: &str, id: &str) {
        let body = json!({ "transition": { "id": id } });
        self.send(self.request(Method::POST, &format!("rest/api/2/issue/{key}/transitions")).json(&body)).await;
    }

    /// Comments as jane.
    pub async fn comment(&self, key: &str, text: &str) {
        let request = self.request(Method::POST, &format!("rest/api/2/issue/{key}/comment"));
        self.send(request.json(&json!({ "body": text }))).await;
    }

    /// Attaches a file as jane.
    pub async fn attach(&self, key: &str, name: &str, content: &[u8]) {
        let part = multipart::Part::bytes(content.to_vec()).file_name(name.to_owned());
        let form = multipart::Form::new().percent_encode_noop().part("file", part);
        let request = self.request(Method::POST, &format!("rest/api/2/issue/{key}/attachments"));
        self.send(request.header("X-Atlassian-Token", "no-check").multipart(form)).await;
    }

    /// All there is to know of an issue.
    pub async fn whole(&self, key: &str) -> Value {
        self.send(self.request(Method::GET, &format!("standin/issues/{key}"))).await
    }

    /// The summary of an issue.
    pub async fn summary(&self, key: &str) -> String {
        self.whole(key).await["fields"]["summary"].as_str().unwrap_or_default().to_owned()
    }

    /// The texts of an issue's comments.
    pub async fn comments(&self, key: &str) -> Vec<String> {
        texts(&self.whole(key).await["comments"], "body")
    }

    /// Lets each answer take so many milliseconds.
    pub async fn set_latency(&self, millis: u64) {
        self.send(self.request(Method::PUT, "standin/latency").json(&json!({ "ms": millis }))).await;
    }

    /// Orders a failure.
    pub async fn order_fault(&self, fault: Value) {
        self.send(self.request(Method::POST, "standin/faults").json(&fault)).await;
    }

    /// Cancels all failures that were ordered.
    pub async fn cancel_faults(&self) {
        self.send(self.request(Method::DELETE, "standin/faults")).await;
    }

    /// The paths of the last requests over the API, by whomever.
    pub async fn requested(&self) -> Vec<String> {
        let requests = self.send(self.request(Method::GET, "standin/requests")).await;
        texts(&requests, "path")
    }

    /// Whether all failures that were ordered have happened.
    pub async fn faults_are_used_up(&self) -> bool {
        self.send(self.request(Method::GET, "standin/faults")).await == json!([])
    }

    /// Requests by our own account that are no reads: method and path.
    pub async fn writes(&self) -> Vec<String> {
        let requests = self.requests_that_write().await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        requests.iter().map(|request| format!("{} {}", text(&request["method"]), text(&request["path"]))).collect()
    }

    /// The same with all that is known of them: `method`, `path`, `body`.
    pub async fn requests_that_write(&self) -> Vec<Value> {
        let mut requests = self.send(self.request(Method::GET, "standin/requests")).await;
        let searches = |request: &Value| request["path"].as_str().unwrap_or_default().contains("/search");
        let ours = |request: &Value| request["user"] == "sync" && request["method"] != "GET" && !searches(request);
        let requests = std::mem::take(requests.as_array_mut().unwrap());
        requests.into_iter().filter(ours).collect()
    }

    /// Deliveries that are still to be made.
    pub async fn undelivered(&self) -> usize {
        let deliveries = self.send(self.request(Method::GET, "standin/deliveries")).await;
        deliveries.as_array().unwrap().iter().filter(|delivery| delivery["finished"] == json!(false)).count()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/{path}", self.url)).basic_auth("jane", Some("jane-secret"))
    }

    async fn send(&self, request: RequestBuilder) -> Value {
        let answer = request.send().await.unwrap();
        let (status, url, text) = (answer.status(), answer.url().clone(), answer.text().await.unwrap());
        assert!(status.is_success(), "{url}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// One member of each item.
pub fn texts(items: &Value, member: &str) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item[member].as_str().unwrap_or_default().to_owned()).collect()
}
