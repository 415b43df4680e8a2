//! A REST client that sends what a real Roundup demands.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value as Json;
use trackersync::standin::roundup::{RoundupOptions, RunningRoundup, start};

pub async fn running() -> RunningRoundup {
    start(RoundupOptions::default()).await.unwrap()
}

pub struct Client {
    pub http: reqwest::Client,
    pub base: String,
    user: Option<(String, String)>,
}

/// Status, ETag and body of an answer.
#[derive(Debug, PartialEq)]
pub struct Got {
    pub status: u16,
    pub etag: Option<String>,
    pub json: Json,
}

impl Client {
    pub fn new(base: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, base: base.to_owned(), user: None }.login("sync", "sync-secret")
    }

    pub fn login(mut self, user: &str, password: &str) -> Self {
        self.user = Some((user.to_owned(), password.to_owned()));
        self
    }

    pub fn origin(&self) -> String {
        self.base.trim_end_matches("/tracker/").to_owned()
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, format!("{}rest{path}", self.base));
        let request = request.header("Origin", self.origin()).header("X-Requested-With", "rest");
        match &self.user {
            Some((user, password)) => request.basic_auth(user, Some(password)),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Got {
        got(self.request("GET", path).send().await.unwrap()).await
    }

    pub async fn send(&self, method: &str, path: &str, body: &Json) -> Got {
        got(self.request(method, path).json(body).send().await.unwrap()).await
    }

    /// Fetches the ETag of the item and sends the change with it.
    pub async fn change(&self, method: &str, path: &str, body: &Json) -> Got {
        let item: String = path.split('/').take(4).collect::<Vec<_>>().join("/");
        let etag = self.get(&item).await.etag.unwrap();
        got(self.request(method, path).header("If-Match", etag).json(body).send().await.unwrap()).await
    }

    pub async fn create(&self, class: &str, body: &Json) -> String {
        let got = self.send("POST", &format!("/data/{class}"), body).await;
        assert_eq!(got.status, 201, "{got:?}");
        got.json["data"]["id"].as_str().unwrap().to_owned()
    }
}

pub async fn got(response: Response) -> Got {
    let status = response.status().as_u16();
    let etag = response.headers().get("etag").map(|etag| etag.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or(Json::String(text));
    Got { status, etag, json }
}
