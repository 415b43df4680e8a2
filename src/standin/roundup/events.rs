//! The reactor: what happened to issues is posted, signed, to everyone who asked for it.

use super::options::WebhookTarget;
use super::store::{Action, Change, Store};
use super::tracker::locked;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;
use std::sync::Mutex;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// How long a receiver may take before the attempt counts as failed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One event, the same for all attempts to deliver it.
#[derive(Clone, Debug)]
pub(super) struct Event {
    id: String,
    body: Bytes,
}

/// One event for every issue that the changes of a request touched, be it by its messages or files.
pub(super) fn of_changes(store: &Store, changes: &[Change], actor: &str, source: &str) -> Vec<Event> {
    let mut issues: Vec<(String, Action, Vec<&'static str>)> = Vec::new();
    let mut add = |id: &str, action: Action, properties: &[&'static str]| {
        let Some((_, known, all)) = issues.iter_mut().find(|(issue, ..)| issue == id) else {
            issues.push((id.to_owned(), action, properties.to_vec()));
            return;
        };
        // A new issue stays new, whatever else its first request does to it.
        if *known != Action::Create {
            *known = action;
        }
        all.extend(properties);
    };
    for change in changes {
        match change.class {
            "issue" => add(&change.id, change.action, &change.properties),
            "msg" | "file" => {
                for (issue, property) in linking_issues(store, &change.id, change.class) {
                    add(&issue, Action::Set, &[property]);
                }
            }
            _ => {}
        }
    }
    issues.into_iter().map(|(id, action, properties)| event(&id, action, properties, actor, source)).collect()
}

fn linking_issues(store: &Store, id: &str, class: &str) -> Vec<(String, &'static str)> {
    let links: &[&'static str] = if class == "msg" { &["messages", "ext_attributes"] } else { &["files"] };
    let linking = |issue: &super::store::Item| {
        let link = links.iter().find(|link| {
            let value = issue.get(link);
            value.link() == Some(id) || value.links().iter().any(|linked| linked == id)
        })?;
        Some((issue.id.clone(), *link))
    };
    store.list("issue").filter_map(linking).collect()
}

fn event(id: &str, action: Action, mut properties: Vec<&'static str>, actor: &str, source: &str) -> Event {
    properties.sort_unstable();
    properties.dedup();
    let action = match action {
        Action::Create => "create",
        Action::Set => "set",
        Action::Retire => "retire",
    };
    let body = json!({
        "type": "issue.changed",
        "timestamp": Timestamp::now().to_string(),
        "data": {
            "class": "issue", "id": id, "action": action, "properties": properties, "actor": actor, "source": source
        },
    });
    Event { id: format!("evt_{}", uuid::Uuid::now_v7().simple()), body: Bytes::from(body.to_string()) }
}

/// Everything that is still to be delivered, one queue per receiver.
#[derive(Debug)]
pub(super) struct Outbox {
    client: reqwest::Client,
    runtime: Handle,
    retry_delay: Duration,
    queues: Mutex<Vec<(UnboundedSender<Event>, JoinHandle<()>)>>,
}

impl Outbox {
    /// An outbox without receivers, which works on the runtime it is made on.
    pub(super) fn new(retry_delay: Duration) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build()?;
        Ok(Self { client, runtime: Handle::current(), retry_delay, queues: Mutex::default() })
    }

    pub(super) fn add(&self, target: WebhookTarget) {
        let (sender, receiver) = unbounded_channel();
        let delivery = deliver(self.client.clone(), target, self.retry_delay, receiver);
        let task = self.runtime.spawn(delivery);
        locked(&self.queues).push((sender, task));
    }

    pub(super) fn post(&self, event: &Event) {
        for (queue, _) in locked(&self.queues).iter() {
            // Fails only once the outbox was closed.
            let _ = queue.send(event.clone());
        }
    }

    /// Ends all deliveries; what was not delivered is lost.
    pub(super) fn close(&self) {
        for (_, task) in locked(&self.queues).drain(..) {
            task.abort();
        }
    }
}

async fn deliver(client: reqwest::Client, target: WebhookTarget, retry_delay: Duration, mut events: UnboundedReceiver<Event>) {
    while let Some(event) = events.recv().await {
        // In order and one at a time: an event that is not taken holds up those behind it.
        while !attempt(&client, &target, &event).await {
            tokio::time::sleep(retry_delay).await;
        }
    }
}

/// Whether the event is done with: taken, or refused for what it is.
async fn attempt(client: &reqwest::Client, target: &WebhookTarget, event: &Event) -> bool {
    let timestamp = Timestamp::now().as_second().to_string();
    let request = client
        .post(&target.url)
        .header("content-type", "application/json")
        .header("webhook-id", &event.id)
        .header("webhook-timestamp", &timestamp)
        .header("webhook-signature", signature(&target.secret, &event.id, &timestamp, &event.body))
        .body(event.body.clone());
    match request.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            tracing::debug!(event = event.id, status, "event posted");
            answer.status().is_success() || matches!(status, 400 | 413)
        }
        Err(error) => {
            tracing::debug!(event = event.id, %error, "event not posted");
            false
        }
    }
}

/// The signature of Standard Webhooks, version 1.
fn signature(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let key = secret.strip_prefix("whsec_").and_then(|encoded| STANDARD.decode(encoded).ok());
    let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        // HMAC takes keys of every length.
        return String::new();
    };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::signature;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn signature_of_the_specification() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = br#"{"test": 2432232314}"#;
        let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
