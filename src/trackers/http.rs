//! The one HTTP client of all trackers: time limits, no second attempts, no redirects of its own, a span and a count for each
//! request.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url, header::HeaderMap};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use tracing::{Instrument, field::Empty, info_span};

use super::{
    classify::{fault_of, fault_of_transport},
    gate::Gate,
};
use crate::{ids::TrackerName, sync::fault::Fault, telemetry::metrics::Metrics};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle connections are closed by us first: a request on one that the server is just closing has an unknown outcome. Many servers
/// close them after 5 s.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// Requests to one tracker that wait for an answer at the same time, in one process: however many syncs it is part of, it is not
/// overrun by us.
const AT_ONCE: usize = 16;
/// Largest answer that is held in memory. Files are streamed and not subject to it.
const MAX_ANSWER: usize = 64 << 20;

/// A client for one tracker.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    /// For uploads: the answer comes only after the last byte, so there is no limit on silence.
    uploads: reqwest::Client,
    tracker: TrackerName,
    metrics: Metrics,
    gate: Gate,
    places: Arc<Semaphore>,
    timeout: Duration,
}

/// An answer, whatever its status, read whole.
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Http {
    /// A client for one tracker; `timeout` is for one answer, a file's bytes excepted.
    ///
    /// # Errors
    /// The TLS settings of the machine cannot be read.
    pub fn new(tracker: TrackerName, timeout: Duration, metrics: Metrics, gate: Gate) -> Result<Self, Fault> {
        Self::with_identity(tracker, timeout, metrics, gate, None)
    }

    /// The same, for a tracker that wants a certificate of ours.
    ///
    /// # Errors
    /// As for [`Http::new`].
    pub(super) fn with_identity(
        tracker: TrackerName,
        timeout: Duration,
        metrics: Metrics,
        gate: Gate,
        identity: Option<&reqwest::Identity>,
    ) -> Result<Self, Fault> {
        let builder = || {
            let builder = reqwest::Client::builder()
                .user_agent(concat!("trackersync/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE_TIMEOUT)
                .redirect(reqwest::redirect::Policy::none());
            match identity {
                Some(identity) => builder.identity(identity.clone()),
                None => builder,
            }
        };
        let failed = |error| Fault::permanent(format!("no HTTP client: {error}"));
        let client = builder().read_timeout(timeout).build().map_err(failed)?;
        let uploads = builder().build().map_err(failed)?;
        Ok(Self { client, uploads, tracker, metrics, gate, places: Arc::new(Semaphore::new(AT_ONCE)), timeout })
    }

    /// The gate that all requests pass.
    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// How long one answer may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// A request that streams a file to the tracker; bounded by the deadline of the whole run only.
    pub(super) fn upload(&self, url: Url) -> RequestBuilder {
        self.uploads.request(Method::POST, url)
    }

    /// Sends a request and reads its answer, whatever the status.
    pub(super) async fn answer(&self, request: RequestBuilder) -> Result<Answer, Fault> {
        self.answer_to_upload(request.timeout(self.timeout)).await
    }

    /// Sends what [`Http::upload`] began and reads the answer, whatever the status.
    pub(super) async fn answer_to_upload(&self, request: RequestBuilder) -> Result<Answer, Fault> {
        let response = self.send(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_limited(response).await?;
        Ok(Answer { status, headers, body })
    }

    /// Sends a request whose answer may be streamed: no limit on its whole time, only on silence.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Fault> {
        let (client, request) = request.build_split();
        let request = request.map_err(fault_of_transport)?;
        self.gate.admit().await?;
        // Until it answers; the semaphore is never closed.
        let _place = self.places.acquire().await;
        #[cfg(feature = "crash-points")]
        let verb = request.method().clone();
        let method = request.method().to_string();
        let span = info_span!(
            "tracker_request",
            otel.name = format!("{} {method}", self.tracker),
            otel.kind = "client",
            tracker = %self.tracker,
            http.request.method = method,
            url.path = request.url().path(),
            http.response.status_code = Empty,
        );
        let started = Instant::now();
        let executed = client.execute(request).instrument(span.clone());
        #[cfg(feature = "crash-points")]
        let executed = crate::crash::request(&verb, executed);
        let outcome = executed.await;
        let status = outcome.as_ref().ok().map(|response| response.status().as_u16());
        span.record("http.response.status_code", status);
        self.metrics.request(self.tracker.as_str(), &method, status, started.elapsed());
        if let Ok(response) = &outcome {
            self.gate.learn(response.status(), response.headers()).await;
        }
        outcome.map_err(|error| fault_of_transport(error).while_doing(format!("no answer from {}", self.tracker)))
    }
}

impl Answer {
    /// The fault of an answer that is no success, with the tracker's words.
    pub(super) fn fault(&self, words: &str) -> Fault {
        fault_of(self.status, &self.headers, words)
    }

    /// The body as JSON. What is no JSON is told as such, with the beginning of what it is.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let message = if self.is_page() {
                format!("{} with a web page in place of data: {}", self.status, self.beginning())
            } else {
                format!("{} with an answer that cannot be understood ({error}): {}", self.status, self.beginning())
            };
            Fault::transient(message).hint("is a proxy or a login page in between?")
        })
    }

    /// Whether it is a page for people.
    pub(super) fn is_page(&self) -> bool {
        let told = self.headers.get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        told.is_some_and(|told| told.starts_with("text/html")) || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// The beginning of the body as one line, tags removed.
    pub(super) fn beginning(&self) -> String {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(2_000)]);
        let mut words = String::new();
        let mut in_tag = false;
        for c in text.chars() {
            match c {
                '<' => in_tag = true,
                '>' => {
                    in_tag = false;
                    words.push(' ');
                }
                c if !in_tag => words.push(if c.is_control() { ' ' } else { c }),
                _ => {}
            }
        }
        let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(200).collect()
    }
}

async fn read_limited(response: Response) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(fault_of_transport)?;
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Fault::permanent(format!("an answer of more than {} MiB", MAX_ANSWER >> 20)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        sync::Notify,
    };

    use super::*;
    use crate::coordination::Embedded;

    /// Answers nobody until it is told to, and counts who waits.
    async fn serve(listener: TcpListener, waiting: Arc<AtomicUsize>, go: Arc<Notify>) {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let (waiting, go) = (Arc::clone(&waiting), Arc::clone(&go));
            tokio::spawn(async move {
                assert_ne!(connection.read(&mut [0; 4096]).await.unwrap(), 0);
                waiting.fetch_add(1, Ordering::SeqCst);
                go.notified().await;
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                connection.write_all(answer).await.unwrap();
            });
        }
    }

    #[tokio::test]
    async fn a_tracker_that_does_not_answer_is_not_asked_more_and_more() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let (waiting, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        tokio::spawn(serve(listener, Arc::clone(&waiting), Arc::clone(&go)));
        let long = Duration::from_mins(1);
        let gate = Gate::new("t".into(), Arc::new(Embedded::default()), Metrics::default(), long);
        let http = Http::new("t".into(), long, Metrics::default(), gate).unwrap();
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE * 2 {
            let (http, url) = (http.clone(), url.clone());
            asking.spawn(async move { http.answer(http.request(Method::GET, url)).await.unwrap().status });
        }
        let deadline = Instant::now() + long;
        for turn in 1..=AT_ONCE * 2 {
            // Each answer lets exactly one more in.
            while waiting.load(Ordering::SeqCst) < (AT_ONCE + turn - 1).min(AT_ONCE * 2) {
                assert!(Instant::now() < deadline);
                tokio::task::yield_now().await;
            }
            assert_eq!(http.places.available_permits(), (turn - 1).saturating_sub(AT_ONCE));
            go.notify_one();
            assert_eq!(asking.join_next().await.unwrap().unwrap(), StatusCode::OK);
        }
    }
}
