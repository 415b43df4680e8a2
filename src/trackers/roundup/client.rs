//! Requests to Roundup's REST interface: session, required headers, optimistic locking.

use std::sync::{Mutex, PoisonError};

use reqwest::{Method, RequestBuilder, StatusCode, Url, header, multipart};
use serde_json::{Value, json};
use tracing::debug;

use super::super::http::{Answer, Http};
use crate::{
    config::tracker::{Credentials, TrackerConfig},
    ids::TrackerName,
    sync::{
        fault::{Fault, FaultKind},
        file_name::as_kept,
        ports::FileContent,
    },
};

/// What Roundup says of an exception within itself.
const INTERNAL_ERROR: &str = "An error occurred. Please check the server log";
/// How often a write is tried when people's edits come in between.
const WRITE_ATTEMPTS: usize = 4;

pub(super) struct Client {
    http: Http,
    tracker: TrackerName,
    base: Url,
    credentials: Credentials,
    /// The session's cookie: a password check costs Roundup some 0.2 s, a session 0.01 s.
    session: Mutex<Session>,
}

/// One page of a listing.
pub(super) struct Page {
    pub items: Vec<Value>,
    pub is_last: bool,
    /// How many items all pages have; absent where Roundup does not know.
    pub in_all: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Session {
    /// Not tried yet.
    Unknown,
    /// `name=value` of the cookie.
    Cookie(String),
    /// The web login is not to be had: each request carries the password.
    None,
}

impl Client {
    pub(super) fn new(http: Http, tracker: TrackerName, config: &TrackerConfig) -> Self {
        Self {
            http,
            tracker,
            base: config.url.clone(),
            credentials: config.credentials.clone(),
            session: Mutex::new(Session::Unknown),
        }
    }

    /// The account's name.
    pub(super) fn username(&self) -> &str {
        match &self.credentials {
            Credentials::Basic { username, .. } => username,
            Credentials::Bearer(_) => "",
        }
    }

    /// GET; `None` for 404.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Option<Value>, Fault> {
        let answer = self.answer(|| Ok(self.request(Method::GET, path)?.query(query))).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return gone(&answer).map(|()| None);
        }
        self.data(&answer).map(Some)
    }

    /// The items of a listing; all pages of it.
    pub(super) async fn list(&self, class: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, Fault> {
        let mut items: Vec<Value> = Vec::new();
        for index in 1.. {
            let page = self.page(class, query, index).await?;
            items.extend(page.items);
            if page.is_last {
                break;
            }
        }
        Ok(items)
    }

    /// One page of a listing; the first is number 1.
    pub(super) async fn page(&self, class: &str, query: &[(&str, &str)], index: u64) -> Result<Page, Fault> {
        const SIZE: usize = 500;
        let (size, index) = (SIZE.to_string(), index.to_string());
        let mut query = query.to_vec();
        query.extend([("@page_size", size.as_str()), ("@page_index", index.as_str())]);
        let mut data = self.get(&format!("data/{class}"), &query).await?.unwrap_or_default();
        let Value::Array(items) = data["collection"].take() else {
            return Err(Fault::permanent(format!("{} has no class `{class}`", self.tracker)));
        };
        // Each page is filled from all that follow, whatever of them is hidden from us: only the last one can be short.
        Ok(Page { is_last: items.len() < SIZE, items, in_all: data["@total_size"].as_u64() })
    }

    /// The first page of a listing, and how many items there are in all.
    pub(super) async fn first_page(&self, class: &str, fields: &str, size: usize) -> Result<(Vec<Value>, u64), Fault> {
        let size = size.to_string();
        let query = [("@fields", fields), ("@page_size", size.as_str()), ("@page_index", "1")];
        let mut data = self.get(&format!("data/{class}"), &query).await?.unwrap_or_default();
        let Value::Array(found) = data["collection"].take() else {
            return Err(Fault::permanent(format!("{} does not list the class `{class}`", self.tracker)));
        };
        Ok((found, data["@total_size"].as_u64().unwrap_or(u64::MAX)))
    }

    /// Asks for an item by a key that no item has. Roundup's words name the key property; a class without one has no item there.
    pub(super) async fn ask_for_no_item(&self, class: &str) -> Result<Option<String>, Fault> {
        match self.get(&format!("data/{class}/no-item-has-this-key"), &[]).await {
            Ok(_) => Ok(None),
            Err(fault) if fault.kind == FaultKind::Refused => Ok(Some(fault.message)),
            Err(fault) => Err(fault),
        }
    }

    /// A call of the XML-RPC interface; the body of the answer.
    pub(super) async fn call(&self, body: &str) -> Result<Vec<u8>, Fault> {
        let url = self.base.join("xmlrpc").map_err(|error| Fault::bug(error.to_string()))?;
        let request = || {
            let request = self.http.request(Method::POST, url.clone()).header(header::CONTENT_TYPE, "text/xml");
            Ok(request.body(body.to_owned()))
        };
        let answer = self.answer(request).await?;
        let is_xml = answer
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/xml"));
        if answer.status.is_success() && is_xml {
            return Ok(answer.body);
        }
        if answer.status.is_success() || answer.status == StatusCode::NOT_FOUND {
            return Err(Fault::permanent(format!("{} has no XML-RPC interface at {url}", self.tracker))
                .hint("set enable_xmlrpc = yes in the [web] section of Roundup's config.ini"));
        }
        Err(answer.fault(&answer.beginning()))
    }

    /// Creates an item; its id.
    pub(super) async fn create(&self, class: &str, body: &Value) -> Result<String, Fault> {
        let path = format!("data/{class}");
        let answer = self.answer(|| Ok(self.request(Method::POST, &path)?.json(body))).await?;
        self.created(&answer)
    }

    /// Uploads a file; its id. The body is a stream and cannot be sent twice, so the session is made sure of before.
    pub(super) async fn upload(&self, name: &str, content: FileContent) -> Result<String, Fault> {
        self.ensure_session().await?;
        let media_type = content.media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        let body = reqwest::Body::wrap_stream(content.stream);
        // Without a length the request would be chunked: see `measured`.
        let part = match content.size {
            Some(size) => multipart::Part::stream_with_length(body, size),
            None => multipart::Part::stream(body),
        };
        let form = multipart::Form::new()
            .percent_encode_noop()
            .text("name", name.to_owned())
            .text("type", media_type)
            .part("content", part.file_name(as_kept(name)));
        let request = self.http.upload(self.url("data/file")?).header(header::ACCEPT, "application/json");
        let answer = self.http.answer_to_upload(self.authorized(request).multipart(form)).await?;
        self.created(&answer)
    }

    /// The bytes of a file.
    pub(super) async fn download(&self, file: &str) -> Result<FileContent, Fault> {
        self.ensure_session().await?;
        let url = self.url(&format!("data/file/{file}/binary_content"))?;
        // Any other Accept, or a second one, and Roundup answers with how Python would print the bytes.
        let request = self.http.request(Method::GET, url).header(header::ACCEPT, "application/octet-stream");
        let request = self.authorized(request).header(header::ACCEPT_ENCODING, "identity");
        let response = self.http.send(request).await?;
        if !response.status().is_success() {
            let (status, headers) = (response.status(), response.headers().clone());
            return Err(Answer { status, headers, body: Vec::new() }.fault(&format!("file {file}")));
        }
        let size = response.content_length();
        let stream = futures_util::TryStreamExt::map_err(response.bytes_stream(), std::io::Error::other);
        Ok(FileContent { size, media_type: None, stream: Box::pin(stream) })
    }

    /// Changes an item that is as it was when `etag` was read. When it changed since: a transient fault, so that the issue is
    /// looked at anew.
    pub(super) async fn change_as_read(&self, method: Method, path: &str, body: &Value, etag: &str) -> Result<Value, Fault> {
        let request = || Ok(self.request(method.clone(), path)?.header(header::IF_MATCH, etag).json(body));
        let answer = self.answer(request).await?;
        self.data(&answer)
    }

    /// Changes an item as it is now.
    pub(super) async fn change(&self, method: Method, path: &str, body: &Value) -> Result<Value, Fault> {
        let mut last = Fault::bug("no attempt was made");
        for _ in 0..WRITE_ATTEMPTS {
            let Some(item) = self.get(path, &[("@fields", "id"), ("@verbose", "0")]).await? else {
                return Err(Fault::permanent(format!("{path} is gone")));
            };
            let etag = item["@etag"].as_str().unwrap_or_default();
            match self.change_as_read(method.clone(), path, body, etag).await {
                Err(fault) if fault.message.starts_with("412") => last = fault,
                outcome => return outcome,
            }
        }
        Err(last)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Fault> {
        Ok(self.http.request(method, self.url(path)?).header(header::ACCEPT, "application/json"))
    }

    fn url(&self, path: &str) -> Result<Url, Fault> {
        self.base.join(&format!("rest/{path}")).map_err(|error| Fault::bug(format!("{path}: {error}")))
    }

    /// Sends a request with our session. A session that has ended is renewed once.
    async fn answer(&self, request: impl Fn() -> Result<RequestBuilder, Fault>) -> Result<Answer, Fault> {
        let is_probe = self.http.gate().is_probe().await?;
        let answer = self.answer_in_session(request).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            let fault = answer.fault(&answer.beginning());
            let fault = fault.while_doing(format!("{} does not accept our credentials", self.tracker));
            return Err(self.http.gate().refuse(fault).await);
        }
        if is_probe {
            self.http.gate().accept().await;
        }
        Ok(answer)
    }

    async fn answer_in_session(&self, request: impl Fn() -> Result<RequestBuilder, Fault>) -> Result<Answer, Fault> {
        self.ensure_session().await?;
        let session = self.session();
        let answer = self.http.answer(self.authorized(request()?)).await?;
        let denied = matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if !denied || !matches!(session, Session::Cookie(_)) {
            return Ok(answer);
        }
        self.set_session(Session::Unknown);
        self.ensure_session().await?;
        self.http.answer(self.authorized(request()?)).await
    }

    /// Origin and X-Requested-With are Roundup's protection against forged requests; both are wanted on each write.
    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        let request =
            request.header(header::ORIGIN, self.base.origin().ascii_serialization()).header("X-Requested-With", "trackersync");
        match (self.session(), &self.credentials) {
            (Session::Cookie(cookie), _) => request.header(header::COOKIE, cookie),
            (_, Credentials::Basic { username, password }) => request.basic_auth(username, Some(password.expose())),
            (_, Credentials::Bearer(token)) => request.bearer_auth(token.expose()),
        }
    }

    fn session(&self) -> Session {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_session(&self, session: Session) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session;
    }

    async fn ensure_session(&self) -> Result<(), Fault> {
        if self.session() != Session::Unknown {
            return Ok(());
        }
        let session = match &self.credentials {
            Credentials::Basic { username, password } => self.log_in(username, password.expose()).await?,
            Credentials::Bearer(_) => Session::None,
        };
        if session == Session::None {
            debug!(tracker = %self.tracker, "no session: each request carries the credentials");
        }
        self.set_session(session);
        Ok(())
    }

    /// Logs in as a browser does. Where that is not possible, each request carries the password.
    async fn log_in(&self, username: &str, password: &str) -> Result<Session, Fault> {
        let page = self.http.answer(self.http.request(Method::GET, self.base.clone())).await?;
        let Some(csrf) = csrf_of(&String::from_utf8_lossy(&page.body)) else { return Ok(Session::None) };
        let fields = [
            ("__login_name", username),
            ("__login_password", password),
            ("@action", "login"),
            ("@csrf", csrf.as_str()),
            ("__came_from", self.base.as_str()),
        ];
        let request = self
            .http
            .request(Method::POST, self.base.clone())
            .header(header::ORIGIN, self.base.origin().ascii_serialization())
            .header(header::REFERER, self.base.as_str())
            .form(&fields);
        let answer = self.http.answer(request).await?;
        let cookie =
            answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|cookie| {
                let pair = cookie.split(';').next()?;
                pair.starts_with("roundup_session").then(|| pair.to_owned())
            });
        match cookie {
            Some(cookie) if answer.status.is_redirection() => Ok(Session::Cookie(cookie)),
            _ => Ok(Session::None),
        }
    }

    fn data(&self, answer: &Answer) -> Result<Value, Fault> {
        if answer.status.is_success() {
            return Ok(answer.json::<Value>()?["data"].take());
        }
        let told: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let words = told
            .as_ref()
            .and_then(|told| told["error"]["msg"].as_str().map(str::to_owned))
            .unwrap_or_else(|| answer.beginning());
        let fault = match answer.status {
            // Roundup's word for a value that it cannot take; a conflict of edits is 412.
            StatusCode::CONFLICT | StatusCode::METHOD_NOT_ALLOWED => Fault::refused(format!("{}: {words}", answer.status)),
            // An exception within Roundup says 400 too. It tells nothing of the value, nor whether the request was carried out.
            _ if words.contains(INTERNAL_ERROR) => {
                Fault::transient(format!("{}: {words}", answer.status)).hint("the log of Roundup's server has the cause")
            }
            _ => answer.fault(&words),
        };
        if fault.kind == FaultKind::Refused && words.contains("Unknown property") {
            return Err(Fault::permanent(format!("{}: {words}", self.tracker))
                .hint("does the rule name a property that the tracker has?"));
        }
        Err(fault)
    }

    fn created(&self, answer: &Answer) -> Result<String, Fault> {
        let data = self.data(answer)?;
        match &data["id"] {
            Value::String(id) => Ok(id.clone()),
            Value::Number(id) => Ok(id.to_string()),
            _ => Err(Fault::bug(format!("{} created an item and did not say its id: {data}", self.tracker))),
        }
    }
}

/// A 404 is believed when it is Roundup's own: one of a proxy in front of it says nothing of the issue.
fn gone(answer: &Answer) -> Result<(), Fault> {
    let told: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if told.is_some_and(|told| told["error"]["status"] == 404) {
        return Ok(());
    }
    Err(Fault::transient(format!("404 from something that is not Roundup: {}", answer.beginning())))
}

/// The hidden `@csrf` field of the login form.
fn csrf_of(page: &str) -> Option<String> {
    let at = page.find("name=\"@csrf\"")?;
    let tag_start = page[..at].rfind('<')?;
    let tag_end = at + page[at..].find('>')?;
    let tag = &page[tag_start..tag_end];
    let value = tag.split("value=\"").nth(1)?.split('"').next()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// A PATCH body that adds items to a multilink.
pub(super) fn add_to(property: &str, id: &str) -> Value {
    json!({ "@op": "add", property: [id] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_csrf_field_is_found_however_the_tag_is_laid_out() {
        assert_eq!(csrf_of("<input name=\"@csrf\" type=\"hidden\"\n   value=\"abc\">").as_deref(), Some("abc"));
        assert_eq!(csrf_of("<input value=\"x1\" name=\"@csrf\">").as_deref(), Some("x1"));
        assert_eq!(csrf_of("<p>no form</p>"), None);
        assert_eq!(csrf_of("name=\"@csrf\""), None);
    }
}
