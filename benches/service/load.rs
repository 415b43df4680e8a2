//! Signed webhooks: as many as fit into a window, or so many a second.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use crate::sender;

/// The secret of both Jiras.
pub const SECRET: &str = "a secret of the bench";
/// Bytes that a delivery of a real Jira has, about.
const SIZE: usize = 5_000;

/// A sender of deliveries about issues.
pub struct Load {
    client: reqwest::Client,
    url: String,
    issues: Vec<String>,
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
        Self { client: reqwest::Client::builder().no_proxy().build().unwrap(), url, issues }
    }

    async fn send(&self, number: usize) -> Answered {
        let issue = &self.issues[number % self.issues.len()];
        let mut body = serde_json::json!({
            "timestamp": number, "webhookEvent": "jira:issue_updated", "issue_event_type_name": "issue_generic",
            "user": { "name": "jane", "key": "jane" }, "issue": { "id": issue, "key": format!("UP-{issue}"), "fields": {} },
        });
        let missing = SIZE.saturating_sub(body.to_string().len());
        body["issue"]["fields"]["description"] = "x".repeat(missing).into();
        let request = sender::jira(&self.client, &self.url, SECRET, body.to_string());
        let started = Instant::now();
        let answer = request.timeout(Duration::from_secs(30)).send().await;
        Answered { status: answer.map_or(0, |answer| answer.status().as_u16()), took: started.elapsed() }
    }

    /// Sends so many, with a window of them under way; the answers, and how long all of it took.
    pub async fn in_window(&self, count: usize, window: usize) -> (Vec<Answered>, Duration) {
        let started = Instant::now();
        let answers = stream::iter(0..count).map(|number| self.send(number)).buffer_unordered(window).collect().await;
        (answers, started.elapsed())
    }

    /// Sends so many a second for a time, however long the answers take.
    pub async fn at_rate(self: &std::sync::Arc<Self>, per_second: u32, time: Duration) -> Vec<Answered> {
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
        let (started, mut sent) = (Instant::now(), Vec::new());
        while started.elapsed() < time {
            ticks.tick().await;
            let (load, number) = (std::sync::Arc::clone(self), sent.len());
            sent.push(tokio::spawn(async move { load.send(number).await }));
        }
        let mut answers = Vec::with_capacity(sent.len());
        for sent in sent {
            answers.push(sent.await.unwrap());
        }
        answers
    }
}
