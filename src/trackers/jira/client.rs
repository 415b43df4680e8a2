//! Requests to Jira, Cloud and Data Center: with our credentials, and with answers that are believed only where they may be.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::{Method, RequestBuilder, StatusCode, Url, header, multipart};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{
    super::{
        http::{Answer, Http},
        kept::Kept,
    },
    answers::{not_jiras, refusal, value, words_of},
};
use crate::{
    config::tracker::{Credentials, TrackerConfig},
    ids::TrackerName,
    sync::{
        fault::{Fault, FaultKind},
        file_name::as_kept,
        ports::FileContent,
    },
};

/// The two families of Jira, which differ in users, search, uploads and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Dialect {
    Cloud,
    DataCenter,
}

/// What the administration answered.
pub(super) enum Administered {
    Done(Value),
    /// With the status and Jira's words.
    NotPermitted(String),
}

pub(super) struct Client {
    http: Http,
    tracker: TrackerName,
    base: Url,
    credentials: Credentials,
    dialect: OnceCell<Dialect>,
    shared_dialect: Kept<Dialect>,
    myself: OnceCell<Value>,
    fields: Kept<Vec<Value>>,
    /// When Jira last knew us.
    proved: Mutex<Option<Instant>>,
}

/// For how long Jira's knowing us makes it believed when it says "not there".
const PROOF_FOR: Duration = Duration::from_mins(1);

impl Client {
    pub(super) fn new(http: Http, tracker: TrackerName, config: &TrackerConfig) -> Self {
        Self {
            dialect: OnceCell::new(),
            shared_dialect: kept(&http, &tracker, &config.url, "dialect"),
            myself: OnceCell::new(),
            fields: kept(&http, &tracker, &config.url, "fields"),
            http,
            base: config.url.clone(),
            credentials: config.credentials.clone(),
            tracker,
            proved: Mutex::new(None),
        }
    }

    /// Cloud or Data Center, as the server says.
    pub(super) async fn dialect(&self) -> Result<Dialect, Fault> {
        let ask = || async {
            let info = self.get("rest/api/2/serverInfo", &[]).await?;
            let cloud = info.is_some_and(|info| info["deploymentType"] == "Cloud");
            Ok(if cloud { Dialect::Cloud } else { Dialect::DataCenter })
        };
        let shared = || async { self.shared_dialect.or_ask(ask()).await.map(|dialect| *dialect) };
        self.dialect.get_or_try_init(shared).await.copied()
    }

    /// Another thing that this Jira tells and that all workers share.
    pub(super) fn kept<T: Serialize + DeserializeOwned>(&self, what: &str) -> Kept<T> {
        kept(&self.http, &self.tracker, &self.base, what)
    }

    /// Our own account.
    pub(super) async fn myself(&self) -> Result<&Value, Fault> {
        self.myself.get_or_try_init(|| self.ask_myself()).await
    }

    /// All fields: id, name, schema.
    pub(super) async fn fields(&self) -> Result<Arc<Vec<Value>>, Fault> {
        let ask = async {
            match self.get("rest/api/2/field", &[]).await? {
                Some(Value::Array(fields)) => Ok(fields.iter().map(essentials).collect()),
                _ => Err(Fault::permanent(format!("{} does not list its fields", self.tracker))),
            }
        };
        self.fields.or_ask(ask).await
    }

    /// GET; `None` for a 404 that is believed: Jira says "not there" to whoever it does not know.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Option<Value>, Fault> {
        self.ready().await?;
        let answer = self.http.answer(self.request(Method::GET, path)?.query(query)).await?;
        self.refuse_unless_known(&answer).await?;
        if answer.status == StatusCode::NOT_FOUND {
            self.believe_not_there(&answer).await?;
            return Ok(None);
        }
        value(&answer).map(Some)
    }

    /// A request with a JSON body.
    pub(super) async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, Fault> {
        self.ready().await?;
        self.admit_write(path).await?;
        let answer = self.http.answer(self.request(method, path)?.json(body)).await?;
        self.refuse_unless_known(&answer).await?;
        let taken = value(&answer);
        if taken.as_ref().is_err_and(|fault| fault.kind == FaultKind::Refused && !fault.fields.is_empty()) {
            // A field that is no more, or of another type: the list that allowed it is not believed any longer.
            self.fields.forget().await;
        }
        taken
    }

    /// DELETE; a 404 that is believed is as good as a success.
    pub(super) async fn delete(&self, path: &str) -> Result<(), Fault> {
        self.ready().await?;
        self.admit_write(path).await?;
        let answer = self.http.answer(self.request(Method::DELETE, path)?).await?;
        self.refuse_unless_known(&answer).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return self.believe_not_there(&answer).await;
        }
        value(&answer).map(|_| ())
    }

    /// A request to the administration, where 401, 403 and 404 alike may mean that our account is no administrator's.
    pub(super) async fn administer(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Administered, Fault> {
        self.ready().await?;
        let request = self.request(method, path)?;
        let request = if let Some(body) = body { request.json(body) } else { request };
        let answer = self.http.answer(request).await?;
        if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
            // Of an account that Jira does not know at all, that is to be told instead.
            self.ask_myself().await?;
            let words = words_of(&answer.body).map_or_else(|| answer.beginning(), |(words, _)| words);
            return Ok(Administered::NotPermitted(format!("{}: {words}", answer.status)));
        }
        self.refuse_unless_known(&answer).await?;
        value(&answer).map(Administered::Done)
    }

    /// Uploads an attachment; the answer of Jira.
    pub(super) async fn upload(&self, issue: &str, name: &str, content: FileContent) -> Result<Value, Fault> {
        let body = reqwest::Body::wrap_stream(content.stream);
        let part = match content.size {
            Some(size) => multipart::Part::stream_with_length(body, size),
            None => multipart::Part::stream(body),
        };
        // Names outside ASCII must go as they are: the encoded form made some servers fail.
        let form = multipart::Form::new().percent_encode_noop().part("file", part.file_name(as_kept(name)));
        let path = format!("rest/api/2/issue/{issue}/attachments");
        self.ready().await?;
        self.admit_write(&path).await?;
        let request = self.http.upload(self.url(&path)?);
        let request = self.authorized(request).header("X-Atlassian-Token", "no-check").multipart(form);
        let answer = self.http.answer_to_upload(request).await?;
        self.refuse_unless_known(&answer).await?;
        let too_large = answer.status == StatusCode::PAYLOAD_TOO_LARGE
            || answer.status == StatusCode::NOT_FOUND && self.dialect().await? == Dialect::DataCenter;
        if too_large {
            return Err(Fault::refused(format!("{} takes no attachment as large as \"{name}\"", self.tracker)));
        }
        value(&answer)
    }

    /// The bytes of an attachment. Cloud sends us to another host, which must not see our credentials.
    pub(super) async fn download(&self, attachment: &str) -> Result<FileContent, Fault> {
        self.ready().await?;
        let url = self.content_url(attachment).await?;
        let mut response = self.http.send(identity(self.authorized(self.http.request(Method::GET, url.clone())))).await?;
        if response.status().is_redirection() && self.dialect().await? == Dialect::Cloud {
            let target = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            let target = target.and_then(|target| url.join(target).ok()).filter(|target| allowed_target(&url, target));
            let Some(target) = target else {
                return Err(Fault::permanent(format!("{} sends attachment {attachment} from nowhere", self.tracker)));
            };
            response = self.http.send(identity(self.http.request(Method::GET, target))).await?;
        }
        if !response.status().is_success() {
            let (status, headers) = (response.status(), response.headers().clone());
            let answer = Answer { status, headers, body: Vec::new() };
            self.refuse_unless_known(&answer).await?;
            return Err(answer.fault(&format!("attachment {attachment}")));
        }
        let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let size = response.content_length();
        let stream = futures_util::TryStreamExt::map_err(response.bytes_stream(), std::io::Error::other);
        Ok(FileContent { size, media_type, stream: Box::pin(stream) })
    }

    async fn content_url(&self, attachment: &str) -> Result<Url, Fault> {
        if self.dialect().await? == Dialect::Cloud {
            return self.url(&format!("rest/api/3/attachment/content/{attachment}"));
        }
        let told = self.get(&format!("rest/api/2/attachment/{attachment}"), &[]).await?;
        let content = told.as_ref().and_then(|told| told["content"].as_str()).and_then(|content| Url::parse(content).ok());
        // Our credentials go to the configured host only, whatever the answer says.
        content
            .map(|content| {
                let mut url = self.base.clone();
                url.set_path(content.path());
                restore_dots(&mut url, attachment);
                url
            })
            .ok_or_else(|| Fault::permanent(format!("{} does not say where attachment {attachment} is", self.tracker)))
    }

    /// "Not there" is believed of Jira itself, and only when it knows us.
    async fn believe_not_there(&self, answer: &Answer) -> Result<(), Fault> {
        match not_jiras(answer) {
            Some(fault) => Err(fault),
            None => self.prove_credentials().await,
        }
    }

    /// Makes sure that Jira knows us, or did within the last minute.
    pub(super) async fn prove_credentials(&self) -> Result<(), Fault> {
        if self.proved().is_some_and(|at| at.elapsed() < PROOF_FOR) {
            return Ok(());
        }
        self.ask_myself().await.map(|_| ())
    }

    /// Asks who we are; only a good credential gets an answer.
    async fn ask_myself(&self) -> Result<Value, Fault> {
        let answer = self.http.answer(self.request(Method::GET, "rest/api/2/myself")?).await?;
        self.refuse_unless_known(&answer).await?;
        let myself = value(&answer).map_err(|fault| fault.while_doing(format!("{} does not know us", self.tracker)))?;
        self.set_proved(Some(Instant::now()));
        self.http.gate().accept().await;
        Ok(myself)
    }

    /// Keeps credentials that Jira refused from being used again and again: one worker asks whether they are good by now.
    async fn ready(&self) -> Result<(), Fault> {
        if self.http.gate().is_probe().await? {
            self.ask_myself().await?;
        }
        Ok(())
    }

    fn proved(&self) -> Option<Instant> {
        *self.proved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_proved(&self, at: Option<Instant>) {
        *self.proved.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Fault> {
        Ok(self.authorized(self.http.request(method, self.url(path)?)).header(header::ACCEPT, "application/json"))
    }

    fn url(&self, path: &str) -> Result<Url, Fault> {
        self.base.join(path).map_err(|error| Fault::bug(format!("{path}: {error}")))
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.credentials {
            Credentials::Basic { username, password } => request.basic_auth(username, Some(password.expose())),
            Credentials::Bearer(token) => request.bearer_auth(token.expose()),
        }
    }

    /// Waits until Jira Cloud takes one more change of the issue that the path is about.
    async fn admit_write(&self, path: &str) -> Result<(), Fault> {
        match issue_of(path) {
            Some(issue) if self.dialect().await? == Dialect::Cloud => self.http.gate().admit_write(issue).await,
            _ => Ok(()),
        }
    }

    /// An answer to nobody in particular is no answer: with a bad credential Jira may answer 200 or 404 as to a stranger.
    async fn refuse_unless_known(&self, answer: &Answer) -> Result<(), Fault> {
        let Some(fault) = refusal(answer) else { return Ok(()) };
        self.set_proved(None);
        let fault = fault.while_doing(format!("{} does not accept our credentials", self.tracker));
        Err(self.http.gate().refuse(fault).await)
    }
}

/// What all workers share of a Jira. Another URL is another Jira, whatever it is called.
fn kept<T: Serialize + DeserializeOwned>(http: &Http, tracker: &TrackerName, base: &Url, what: &str) -> Kept<T> {
    Kept::new(Arc::clone(http.gate().shared()), format!("{tracker}/{base}/{what}"))
}

/// What is used of a field: some Jiras have thousands of them.
fn essentials(field: &Value) -> Value {
    json!({ "id": field["id"], "name": field["name"], "schema": field["schema"] })
}

/// The issue that a path is about, if it is about one.
fn issue_of(path: &str) -> Option<&str> {
    // An id, or a key with its number; what has neither (`bulkfetch`) is about no single issue.
    path.strip_prefix("rest/api/2/issue/")?.split('/').next().filter(|issue| issue.ends_with(|c: char| c.is_ascii_digit()))
}

/// Asks for a file as it is: a length is then the file's own.
fn identity(request: RequestBuilder) -> RequestBuilder {
    request.header(header::ACCEPT_ENCODING, "identity")
}

/// A name of dots alone leads elsewhere in any address; another one stands in for it, behind the id that tells the file.
fn restore_dots(url: &mut Url, attachment: &str) {
    let has_id = url.path_segments().is_some_and(|mut parts| parts.any(|part| part == attachment));
    if url.path().ends_with('/')
        && let Ok(mut parts) = url.path_segments_mut()
    {
        parts.pop_if_empty().extend((!has_id).then_some(attachment)).push("unnamed");
    }
}

/// Where a redirect of an attachment may lead: never from TLS to none.
fn allowed_target(from: &Url, to: &Url) -> bool {
    matches!(to.scheme(), "http" | "https") && (from.scheme() != "https" || to.scheme() == "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_counts_for_the_issue_that_its_path_names() {
        assert_eq!(issue_of("rest/api/2/issue/10001"), Some("10001"));
        assert_eq!(issue_of("rest/api/2/issue/10001/comment/7"), Some("10001"));
        assert_eq!(issue_of("rest/api/2/issue"), None, "one that is being created has no number yet");
        assert_eq!(issue_of("rest/api/2/issue/bulkfetch"), None);
        assert_eq!(issue_of("rest/api/2/search"), None);
    }

    #[test]
    fn a_file_named_by_dots_alone_has_an_address() {
        for (content, path) in [
            ("https://a/jira/secure/attachment/7/..", "/jira/secure/attachment/7/unnamed"),
            ("https://a/jira/secure/attachment/7/%2E%2E", "/jira/secure/attachment/7/unnamed"),
            ("https://a/jira/secure/attachment/7/.", "/jira/secure/attachment/7/unnamed"),
            ("https://a/jira/secure/attachment/7/x..", "/jira/secure/attachment/7/x.."),
        ] {
            let mut url = Url::parse(content).unwrap();
            restore_dots(&mut url, "7");
            assert_eq!(url.path(), path, "{content}");
        }
    }

    #[test]
    fn a_redirect_never_leaves_tls() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert!(allowed_target(&url("https://a/"), &url("https://b/")));
        assert!(!allowed_target(&url("https://a/"), &url("http://b/")));
        assert!(!allowed_target(&url("http://a/"), &url("file:///etc/passwd")));
    }
}
