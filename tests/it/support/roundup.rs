//! A real Roundup, served, and people who work with it.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::{
    process::{Process, free_port, run},
    roundup_home::{self, python, repository},
};

const SPOOL: &str = "trackersync-spool";
/// Where the server notes the requests that write.
const WRITES: &str = "writes.log";

/// A served tracker; it ends with the test, and so does the forwarder that its detector started.
pub struct Roundup {
    /// Its address, with a slash at the end.
    pub url: String,
    home: PathBuf,
    http: reqwest::Client,
    _server: Process,
}

/// A message as the tracker shows it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// Its text.
    pub content: String,
}

impl Roundup {
    /// Makes and serves a tracker that posts its events to `receiver` (empty: nowhere).
    pub async fn start(folder: &Path, receiver: &str) -> Self {
        let (port, home) = (free_port(), folder.join("tracker"));
        let url = format!("http://127.0.0.1:{port}/tracker/");
        let (made, web, receiver) = (home.clone(), url.clone(), receiver.to_owned());
        tokio::task::spawn_blocking(move || roundup_home::make(&made, &web, &receiver)).await.unwrap();
        let mut command = Command::new(python());
        command.arg(repository("tests/kit/roundup/serve_tracker.py")).arg("--home").arg(&home);
        command.args(["--port", &port.to_string()]).arg("--log").arg(home.join(WRITES));
        let mut server = Process::start("roundup", folder, &mut command);
        server.ready().await;
        let tracker = Self { url, home, http: reqwest::Client::new(), _server: server };
        // The first request makes tables; Roundup does not expect two that are the first.
        tracker.send(tracker.request(Method::GET, "issue")).await;
        tracker
    }

    /// Edits on one of the tracker's faces; the arguments are those of `edit.py`.
    pub async fn edit(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(python());
        command.arg(repository("tests/kit/roundup/edit.py")).arg("--home").arg(&self.home).args(["--url", &self.url]);
        command.args(arguments);
        let done = run(command).await;
        let told = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{arguments:?}: {told}{}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_str(&told).unwrap()
    }

    /// Sets a title as jane; how long the answer took.
    pub async fn set_title(&self, issue: &str, title: &str) -> Duration {
        self.change(issue, Method::PUT, json!({ "title": title })).await
    }

    /// Sets attributes as jane.
    pub async fn set(&self, issue: &str, attributes: Value) {
        self.change(issue, Method::PUT, attributes).await;
    }

    /// Makes an issue as jane; its id.
    pub async fn create(&self, title: &str) -> String {
        self.make("issue", json!({ "title": title })).await
    }

    /// Makes an item of a class as jane; its id.
    pub async fn make(&self, class: &str, fields: Value) -> String {
        let made = self.send(self.request(Method::POST, class).json(&fields)).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// How many items of a class there are.
    pub async fn count(&self, class: &str) -> usize {
        self.send(self.request(Method::GET, class)).await["collection"].as_array().unwrap().len()
    }

    /// Writes a message as jane.
    pub async fn add_message(&self, issue: &str, text: &str, keyword: Option<&str>) {
        let date = jiff::Timestamp::now().strftime("%Y-%m-%d.%H:%M:%S").to_string();
        let mut body = json!({ "content": text, "author": "jane", "date": date });
        if let Some(keyword) = keyword {
            body["keywords"] = json!([keyword]);
        }
        let made = self.send(self.request(Method::POST, "msg").json(&body)).await;
        self.change(issue, Method::PATCH, json!({ "@op": "add", "messages": [made["id"]] })).await;
    }

    /// Attaches a file as jane.
    pub async fn add_file(&self, issue: &str, name: &str, content: &[u8]) {
        let (boundary, body) = form(name, content);
        let kind = format!("multipart/form-data; boundary={boundary}");
        let made = self.send(self.request(Method::POST, "file").header("Content-Type", kind).body(body)).await;
        self.change(issue, Method::PATCH, json!({ "@op": "add", "files": [made["id"]] })).await;
    }

    /// The attributes of an issue; links with id and label.
    pub async fn issue(&self, issue: &str) -> Value {
        let request = self.request(Method::GET, &format!("issue/{issue}"));
        self.send(request.query(&[("@verbose", "2")])).await["attributes"].clone()
    }

    /// The title of an issue.
    pub async fn title(&self, issue: &str) -> String {
        let request = self.request(Method::GET, &format!("issue/{issue}")).query(&[("@fields", "title")]);
        self.send(request).await["attributes"]["title"].as_str().unwrap_or_default().to_owned()
    }

    /// The issues that say that they stand for a remote one.
    pub async fn linked_to(&self, remote: &str) -> Vec<String> {
        let found = self.send(self.request(Method::GET, "issue").query(&[("ext_id:", remote)])).await;
        ids(&found["collection"])
    }

    /// All messages of the tracker.
    pub async fn all_messages(&self) -> Vec<Message> {
        let query = [("@fields", "content"), ("@verbose", "3"), ("@page_size", "2000")];
        let found = self.send(self.request(Method::GET, "msg").query(&query)).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let message = |item: &Value| Message { id: text(&item["id"]), content: text(&item["content"]) };
        found["collection"].as_array().unwrap().iter().map(message).collect()
    }

    /// The messages of an issue.
    pub async fn messages(&self, issue: &str) -> Vec<Message> {
        let linked = ids(&self.issue(issue).await["messages"]);
        self.all_messages().await.into_iter().filter(|message| linked.contains(&message.id)).collect()
    }

    /// All files of the tracker: id and name.
    pub async fn all_files(&self) -> Vec<(String, String)> {
        let query = [("@fields", "name"), ("@page_size", "2000")];
        let found = self.send(self.request(Method::GET, "file").query(&query)).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        found["collection"].as_array().unwrap().iter().map(|item| (text(&item["id"]), text(&item["name"]))).collect()
    }

    /// The files of an issue: id and name.
    pub async fn files(&self, issue: &str) -> Vec<(String, String)> {
        let linked = ids(&self.issue(issue).await["files"]);
        self.all_files().await.into_iter().filter(|(id, _)| linked.contains(id)).collect()
    }

    /// The bytes of a file.
    pub async fn content(&self, file: &str) -> Vec<u8> {
        let request = self.request(Method::GET, &format!("file/{file}/binary_content"));
        let answer = answer(request.header("Accept", "application/octet-stream")).await;
        answer.error_for_status().unwrap().bytes().await.unwrap().to_vec()
    }

    /// Takes the text of a message away, as Roundup does itself when a message is read while it is being committed.
    pub fn lose_text(&self, message: &str) {
        let folder = self.home.join("db/files/msg").join((message.parse::<u64>().unwrap() / 1_000).to_string());
        std::fs::remove_file(folder.join(format!("msg{message}"))).unwrap();
    }

    /// Requests of ours that write: method, path and body.
    pub fn writes(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.home.join(WRITES)).unwrap_or_default();
        let requests = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        requests.filter(|request| request["by"] == "trackersync").collect()
    }

    /// Events that were not delivered yet.
    pub fn spooled(&self) -> usize {
        let Ok(spool) = std::fs::read_dir(self.home.join(SPOOL)) else { return 0 };
        spool.filter_map(Result::ok).filter(|entry| entry.path().extension().is_some_and(|end| end == "json")).count()
    }

    /// Changes an issue, whatever state it is in just now; how long the writing request took.
    async fn change(&self, issue: &str, method: Method, body: Value) -> Duration {
        let path = format!("issue/{issue}");
        loop {
            let read = self.send(self.request(Method::GET, &path).query(&[("@fields", "id")])).await;
            let request = self.request(method.clone(), &path).header("If-Match", read["@etag"].as_str().unwrap());
            let started = Instant::now();
            let answer = answer(request.json(&body)).await;
            let took = started.elapsed();
            if answer.status() == StatusCode::PRECONDITION_FAILED {
                continue;
            }
            let status = answer.status();
            assert!(status.is_success(), "{path}: {status} {}", answer.text().await.unwrap());
            return took;
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let origin = self.url.trim_end_matches("/tracker/");
        self.http
            .request(method, format!("{}rest/data/{path}", self.url))
            .basic_auth("jane", Some("jane-secret"))
            .header("Origin", origin)
            .header("Referer", &self.url)
            .header("X-Requested-With", "jane")
            .header("Accept", "application/json")
    }

    async fn send(&self, request: RequestBuilder) -> Value {
        let answer = answer(request).await;
        let (status, url, text) = (answer.status(), answer.url().clone(), answer.text().await.unwrap());
        assert!(status.is_success(), "{url}: {status} {text}");
        serde_json::from_str::<Value>(&text).unwrap()["data"].take()
    }

    /// The forwarder that holds the spool, if there is one.
    fn forwarder(&self) -> Option<String> {
        let lock = self.home.join(SPOOL).join("lock");
        let file = File::options().read(true).open(&lock).ok()?;
        if file.try_lock_shared().is_ok() {
            return None;
        }
        std::fs::read_to_string(lock).ok().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty())
    }
}

impl Drop for Roundup {
    fn drop(&mut self) {
        if let Some(id) = self.forwarder() {
            let _ = Command::new("kill").args(["-TERM", &id]).status();
        }
    }
}

/// Sends a request; again where the connection ends without an answer. CPython 3.11 has a race in `ast.literal_eval` (gh-106905)
/// that a Roundup with threads meets now and then while it looks who is asking, before it does anything.
async fn answer(request: RequestBuilder) -> Response {
    const ATTEMPTS: usize = 5;
    for _ in 1..ATTEMPTS {
        match request.try_clone().expect("a body of bytes").send().await {
            Err(error) if error.is_request() && !error.is_connect() && !error.is_timeout() => {}
            outcome => return outcome.unwrap(),
        }
    }
    request.send().await.unwrap()
}

/// The form of an upload and its boundary. A part keeps its bytes only with a file name.
fn form(name: &str, content: &[u8]) -> (String, Vec<u8>) {
    let boundary = uuid::Uuid::now_v7().simple().to_string();
    let field = |field: &str, value: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
    };
    let mut body = field("name", name) + &field("type", "application/octet-stream");
    body += &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{name}\"\r\n");
    body += "Content-Type: application/octet-stream\r\n\r\n";
    let mut body = body.into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (boundary, body)
}

fn ids(items: &Value) -> Vec<String> {
    let items = items.as_array().map_or(&[] as &[Value], Vec::as_slice);
    items.iter().filter_map(|item| item["id"].as_str().or_else(|| item.as_str())).map(str::to_owned).collect()
}
