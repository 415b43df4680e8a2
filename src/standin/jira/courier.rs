//! Carries webhook deliveries to their receivers, aside from the requests that caused them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
};
use tokio_util::sync::CancellationToken;

use super::{
    journal::{DeliveryRecord, Journal},
    options::{Dialect, JiraOptions},
    outbox::{Letter, Outbox},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Whether a delivery was caused directly or by another change, such as the deletion of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Primary,
    Secondary,
}

/// One delivery to one receiver.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    pub(super) id: u64,
    body: Bytes,
    flow: Flow,
}

/// What all deliveries of a site share.
#[derive(Debug)]
struct Office {
    client: reqwest::Client,
    journal: Journal,
    outbox: Outbox,
    stop: CancellationToken,
    slots: Semaphore,
    dialect: Dialect,
    retry_delay: Duration,
    retries: u32,
    ordered: bool,
    next_id: AtomicU64,
}

/// A receiver: where it is and what signs its deliveries.
#[derive(Debug)]
struct Receiver {
    url: String,
    secret: Option<String>,
}

/// Makes deliveries.
#[derive(Debug)]
pub(super) struct Courier {
    office: Arc<Office>,
    runtime: Handle,
}

/// The way to one receiver. Dropping it ends the service after what was already queued.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    sender: mpsc::UnboundedSender<Parcel>,
    office: Arc<Office>,
    url: String,
}

impl Courier {
    /// Must be called on a tokio runtime: that is where deliveries are made.
    pub(super) fn new(options: &JiraOptions, journal: Journal) -> std::io::Result<Self> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("Atlassian Webhook HTTP Client")
            .build()
            .map_err(std::io::Error::other)?;
        // Long decimal numbers that differ between sites, like the real ones.
        let first = rand::random::<u64>() % 9_000_000_000_000_000 + 60_000_000_000_000_000;
        let office = Office {
            client,
            journal,
            outbox: Outbox::default(),
            stop: CancellationToken::new(),
            slots: Semaphore::new(options.concurrent_deliveries.max(1)),
            dialect: options.dialect,
            retry_delay: options.retry_delay,
            retries: options.retries,
            ordered: options.ordered_deliveries,
            next_id: AtomicU64::new(first),
        };
        Ok(Self { office: Arc::new(office), runtime: Handle::try_current().map_err(std::io::Error::other)? })
    }

    /// Opens the way to a receiver.
    pub(super) fn queue(&self, url: &str, secret: Option<&str>) -> Queue {
        let (sender, parcels) = mpsc::unbounded_channel();
        let receiver = Receiver { url: url.to_owned(), secret: secret.map(str::to_owned) };
        self.runtime.spawn(serve(Arc::clone(&self.office), Arc::new(receiver), parcels));
        Queue { sender, office: Arc::clone(&self.office), url: url.to_owned() }
    }

    /// What was given to the courier.
    pub(super) fn outbox(&self) -> &Outbox {
        &self.office.outbox
    }

    /// Drops all deliveries, also those under way.
    pub(super) fn stop(&self) {
        self.office.stop.cancel();
    }
}

impl Queue {
    /// Queues a delivery and returns at once.
    pub(super) fn send(&self, event: &str, issue: Option<&str>, body: Bytes, flow: Flow) {
        let id = self.office.next_id.fetch_add(1, Ordering::Relaxed);
        self.office.journal.delivery(DeliveryRecord {
            id,
            event: event.to_owned(),
            issue: issue.map(str::to_owned),
            target: self.url.clone(),
            status: None,
            attempts: 0,
            finished: false,
        });
        self.office.outbox.put(Letter { parcel: Parcel { id, body, flow }, way: self.sender.clone() });
    }
}

async fn serve(office: Arc<Office>, receiver: Arc<Receiver>, mut parcels: mpsc::UnboundedReceiver<Parcel>) {
    let stop = office.stop.clone();
    stop.run_until_cancelled(async {
        while let Some(parcel) = parcels.recv().await {
            let first = deliver(Arc::clone(&office), Arc::clone(&receiver), parcel);
            if office.ordered {
                first.await;
            } else {
                tokio::spawn(first);
            }
        }
    })
    .await;
}

/// The first attempt; repetitions go on by themselves, so a failing delivery does not hold up the next ones.
async fn deliver(office: Arc<Office>, receiver: Arc<Receiver>, parcel: Parcel) {
    if attempt(&office, &receiver, &parcel, 0).await {
        return;
    }
    tokio::spawn(async move {
        let stop = office.stop.clone();
        stop.run_until_cancelled(async {
            for retry in 1..=office.retries {
                tokio::time::sleep(office.retry_delay).await;
                if attempt(&office, &receiver, &parcel, retry).await {
                    return;
                }
            }
        })
        .await;
    });
}

/// Makes one attempt; `true` if there must not be another.
async fn attempt(office: &Office, receiver: &Receiver, parcel: &Parcel, retry: u32) -> bool {
    let Ok(_slot) = office.slots.acquire().await else {
        return true;
    };
    let answer = request(office, receiver, parcel, retry).send().await;
    let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
    if let Err(error) = &answer {
        tracing::debug!(target = %receiver.url, %error, "webhook delivery got no answer");
    }
    let repeatable = status.is_none_or(|status| matches!(status, 408 | 409 | 425 | 429 | 500..));
    let finished = !repeatable || office.dialect == Dialect::DataCenter || retry == office.retries;
    office.journal.attempted(parcel.id, status, finished);
    finished
}

fn request(office: &Office, receiver: &Receiver, parcel: &Parcel, retry: u32) -> reqwest::RequestBuilder {
    let mut request =
        office.client.post(&receiver.url).header("Content-Type", "application/json; charset=UTF-8").body(parcel.body.clone());
    if office.dialect == Dialect::Cloud {
        let flow = if parcel.flow == Flow::Primary { "Primary" } else { "Secondary" };
        request = request
            .header("Connection", "close")
            .header("X-Atlassian-Webhook-Identifier", parcel.id.to_string())
            .header("X-Atlassian-Webhook-Flow", flow);
        if retry > 0 {
            request = request.header("X-Atlassian-Webhook-Retry", retry.to_string());
        }
    }
    match receiver.secret.as_deref().and_then(|secret| signature(secret, &parcel.body)) {
        Some(signature) => request.header("X-Hub-Signature", signature),
        None => request,
    }
}

/// The value of `X-Hub-Signature`.
fn signature(secret: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body);
    Some(format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_is_that_of_the_documented_example() {
        assert_eq!(
            signature("It's a Secret to Everybody", b"Hello World!").as_deref(),
            Some("sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")
        );
    }
}
