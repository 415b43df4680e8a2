//! Signed webhooks: as many as fit into a window, or so many a second. They are made beforehand and sent by as little code as does it:
//! sender, receiver and services share one machine, and what the sender costs is not to be measured.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::sender;

/// The secret of both Jiras.
pub const SECRET: &str = "a secret of the bench";
/// Bytes that a delivery of a real Jira has, about.
const SIZE: usize = 5_000;
/// Nobody waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A sender of deliveries about issues.
pub struct Load {
    /// `host:port` of the receiver.
    receiver: String,
    /// One delivery for each issue: its head but for the identifier, and its body.
    deliveries: Vec<(String, Vec<u8>)>,
    /// Numbers the deliveries; Jira sends each with an identifier of its own.
    sent: AtomicUsize,
}

/// What was answered to one delivery.
pub struct Answered {
    /// HTTP status; 0: none.
    pub status: u16,
    /// From sending to the answer.
    pub took: Duration,
}

impl Load {
    /// Deliveries about these issues, to a receiver.
    pub fn about(issues: Vec<String>, url: String) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let deliveries = issues.iter().map(|issue| delivery(&client, &url, issue)).collect();
        let url = reqwest::Url::parse(&url).unwrap();
        let receiver = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        Self { receiver, deliveries, sent: AtomicUsize::new(0) }
    }

    /// Sends so many, with a window of them under way; the answers, and how long all of it took.
    pub async fn in_window(self: &Arc<Self>, count: usize, window: usize) -> (Vec<Answered>, Duration) {
        let (started, left) = (Instant::now(), Arc::new(AtomicUsize::new(count)));
        let senders: Vec<_> = (0..window)
            .map(|_| {
                let (load, left) = (Arc::clone(self), Arc::clone(&left));
                tokio::spawn(async move {
                    let (mut connection, mut answers) = (None, Vec::new());
                    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                        answers.push(load.send(&mut connection).await);
                    }
                    answers
                })
            })
            .collect();
        let mut answers = Vec::with_capacity(count);
        for sender in senders {
            answers.extend(sender.await.unwrap());
        }
        (answers, started.elapsed())
    }

    /// Sends so many a second for a time, however long the answers take.
    pub async fn at_rate(self: &Arc<Self>, per_second: u32, time: Duration) -> Vec<Answered> {
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
        let idle = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (started, mut sent) = (Instant::now(), Vec::new());
        while started.elapsed() < time {
            ticks.tick().await;
            let (load, idle) = (Arc::clone(self), Arc::clone(&idle));
            sent.push(tokio::spawn(async move {
                let mut connection = idle.lock().unwrap().pop();
                let answered = load.send(&mut connection).await;
                idle.lock().unwrap().extend(connection);
                answered
            }));
        }
        let mut answers = Vec::with_capacity(sent.len());
        for sent in sent {
            answers.push(sent.await.unwrap());
        }
        answers
    }

    /// Sends the next one over a connection, which is made where there is none, and gone where it failed.
    async fn send(&self, connection: &mut Option<BufReader<TcpStream>>) -> Answered {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let (head, body) = &self.deliveries[number % self.deliveries.len()];
        let head = format!("{head}x-atlassian-webhook-identifier: {number}\r\n\r\n");
        let started = Instant::now();
        let request = [head.as_bytes(), body].concat();
        let exchange = async {
            // Receivers close connections on which nothing comes for a while; a sender then takes a new one.
            let used = match connection.take() {
                Some(open) => exchange(open, &request).await.ok(),
                None => None,
            };
            let (status, open) = match used {
                Some(answered) => answered,
                None => exchange(BufReader::new(TcpStream::connect(&self.receiver).await?), &request).await?,
            };
            *connection = open;
            Ok::<_, std::io::Error>(status)
        };
        let status = tokio::time::timeout(PATIENCE, exchange).await.ok().and_then(Result::ok).unwrap_or(0);
        Answered { status, took: started.elapsed() }
    }
}

fn delivery(client: &reqwest::Client, url: &str, issue: &str) -> (String, Vec<u8>) {
    let mut body = serde_json::json!({
        "timestamp": 1_700_000_000_000_u64, "webhookEvent": "jira:issue_updated", "issue_event_type_name": "issue_generic",
        "user": { "name": "jane", "key": "jane" }, "issue": { "id": issue, "key": format!("UP-{issue}"), "fields": {} },
    });
    let missing = SIZE.saturating_sub(body.to_string().len());
    body["issue"]["fields"]["description"] = "x".repeat(missing).into();
    let request = sender::jira(client, url, SECRET, body.to_string()).build().unwrap();
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap().to_vec();
    let mut head = format!("POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n", request.url().path(), body.len());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    (head, body)
}

/// Sends a request and reads its answer: the status, and the connection if it can be used again.
async fn exchange(
    mut connection: BufReader<TcpStream>,
    request: &[u8],
) -> std::io::Result<(u16, Option<BufReader<TcpStream>>)> {
    connection.get_mut().write_all(request).await?;
    let (status, goes_on) = read_answer(&mut connection).await?;
    Ok((status, goes_on.then_some(connection)))
}

/// Reads an answer to its end; its status, and whether the connection can be used again.
async fn read_answer(connection: &mut BufReader<TcpStream>) -> std::io::Result<(u16, bool)> {
    let (mut status, mut length, mut goes_on, mut line) = (0, 0, true, String::new());
    for number in 0.. {
        line.clear();
        if connection.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let told = line.trim_end().to_ascii_lowercase();
        match told.split_once(": ") {
            _ if number == 0 => status = told.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0),
            Some(("content-length", value)) => length = value.parse().unwrap_or(0),
            Some(("connection", value)) => goes_on = value != "close",
            None if told.is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    Ok((status, goes_on))
}
