//! The queue in `RabbitMQ`: durable quorum queues, confirms, manual acknowledgements.

mod dead_letters;

use async_trait::async_trait;
use lapin::{options::QueueDeclareOptions, types::FieldTable};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    Deliveries, Destination, Prefetch, Queue,
    connection::{connect, failed},
    consumer::Consuming,
    delay_tier,
    job::Job,
    publisher::{Message, Publisher},
    topology::{Topology, short},
};
use crate::{config::secret::Secret, ids::SyncName, sync::fault::Fault};

/// The queue in `RabbitMQ`.
pub struct RabbitMq {
    url: Secret,
    topology: Topology,
    publisher: Publisher,
}

impl RabbitMq {
    /// A queue for these syncs. Connections are made when they are needed.
    #[must_use]
    pub fn new(url: Secret, prefix: &str, syncs: Vec<SyncName>) -> Self {
        let topology = Topology::new(prefix, syncs);
        Self { publisher: Publisher::new(url.clone(), topology.clone()), url, topology }
    }
}

/// Connects and leaves again: nothing is declared.
///
/// # Errors
/// The broker cannot be reached, or does not know us.
pub async fn reach(url: &Secret) -> Result<(), Fault> {
    let connection = connect(url, "trackersync doctor").await?;
    connection.close(200, "OK".into()).await.map_err(|error| failed(&error))
}

#[async_trait]
impl Queue for RabbitMq {
    async fn publish(&self, to: &Destination, job: &Job) -> Result<(), Fault> {
        let events = self.topology.events_exchange();
        let (exchange, key) = match to {
            Destination::Now(route) => (events, short(&route.key())),
            Destination::Later(route, pause) => (self.topology.delay_exchange(delay_tier(*pause)), short(&route.key())),
            Destination::Dead(sync) => (events, Topology::dead_key(sync)),
        };
        let headers = job.traceparent.iter().map(|trace| ("traceparent", trace.clone())).collect();
        self.publisher.publish(Message { exchange, key, body: &job.encode(), headers }).await
    }

    async fn park_raw(&self, sync: &SyncName, body: &[u8], why: &str) -> Result<(), Fault> {
        let headers = vec![("trackersync-error", why.to_owned())];
        let (exchange, key) = (self.topology.events_exchange(), Topology::dead_key(sync));
        self.publisher.publish(Message { exchange, key, body, headers }).await
    }

    fn subscribe(&self, prefetch: Prefetch, until: CancellationToken) -> Deliveries {
        // What waits here counts as unsettled at the broker; one place keeps it there.
        let (deliveries, receiver) = mpsc::channel(1);
        let (url, topology) = (self.url.clone(), self.topology.clone());
        let mut delivering = JoinSet::new();
        delivering.spawn(Consuming { url, topology, prefetch, until, deliveries }.run());
        Deliveries::new(receiver, delivering)
    }

    async fn ping(&self) -> Result<(), Fault> {
        self.publisher.channel().await.map(|_| ())
    }

    async fn depths(&self) -> Result<Vec<(String, u64)>, Fault> {
        let channel = self.publisher.channel().await?;
        let mut depths = Vec::new();
        for name in self.topology.all_queues() {
            let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
            let declared = channel.queue_declare(name.clone(), passive, FieldTable::default()).await;
            let queue = declared.map_err(|error| failed(&error))?;
            depths.push((name.to_string(), u64::from(queue.message_count())));
        }
        Ok(depths)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};

    use super::*;
    use crate::queue::DELAYS;

    /// Removes all that a test declared.
    pub(crate) async fn remove(url: &str, prefix: &str, syncs: Vec<SyncName>) {
        let queue = RabbitMq::new(Secret::built_in(url), prefix, syncs);
        let channel = queue.publisher.channel().await.unwrap();
        for name in queue.topology.all_queues() {
            channel.queue_delete(name, QueueDeleteOptions::default()).await.unwrap();
        }
        let delays = DELAYS.map(|seconds| queue.topology.delay_exchange(seconds));
        for name in delays.into_iter().chain([queue.topology.events_exchange()]) {
            channel.exchange_delete(name, ExchangeDeleteOptions::default()).await.unwrap();
        }
    }
}
