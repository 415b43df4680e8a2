//! The queue between intake and workers: `RabbitMQ`, or `SQLite` in this process. Two implementations of one port, with the same
//! promises: what [`Queue::publish`] took is durable, and what was delivered and not acknowledged comes again.

mod connection;
mod consumer;
mod deliveries;
pub mod embedded;
pub mod job;
pub mod parked;
mod publisher;
pub mod rabbitmq;
pub mod selection;
pub mod spool;
mod sqlite;
mod topology;

use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

pub use self::deliveries::Deliveries;
use self::job::{Job, Undecodable};
use crate::{ids::SyncName, sync::fault::Fault};

/// The two lanes of each sync, so that a first import does not delay a live change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Webhooks and arrivals.
    Live,
    /// Sweeps and imports.
    Bulk,
}

impl Lane {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Live, Self::Bulk];

    /// From its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.name() == name)
    }

    /// As it stands in queue names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Bulk => "bulk",
        }
    }
}

/// One queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// The sync.
    pub sync: SyncName,
    /// The lane.
    pub lane: Lane,
}

impl Route {
    /// The routing key: `{sync}.live`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.sync, self.lane.name())
    }
}

/// Where a job is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To the workers.
    Now(Route),
    /// To the workers, after a pause; it is rounded up to one of [`DELAYS`].
    Later(Route, Duration),
    /// To the parked events of the sync.
    Dead(SyncName),
}

/// The sync of a dead queue, by the queue's name as [`Queue::depths`] tells it; none for a queue of another kind.
#[must_use]
pub fn sync_of_dead_queue(name: &str) -> Option<&str> {
    name.strip_suffix(".dead")?.rsplit('.').next()
}

/// The pauses that there are delay queues for, in seconds.
pub const DELAYS: [u64; 8] = [1, 5, 15, 60, 300, 900, 3_600, 21_600];

/// The shortest delay queue that waits at least so long; the longest one for anything above.
#[must_use]
pub fn delay_tier(pause: Duration) -> u64 {
    let longest = DELAYS[DELAYS.len() - 1];
    DELAYS.into_iter().find(|tier| Duration::from_secs(*tier) >= pause).unwrap_or(longest)
}

/// A job that was delivered and waits for its settlement. Dropped without one, it comes again.
pub struct Delivery {
    /// The queue it came from.
    pub route: Route,
    /// The job.
    pub job: Result<Job, Undecodable>,
    /// The message as it came.
    pub body: Vec<u8>,
    /// How it is settled.
    pub settle: Box<dyn Settle>,
}

/// Settles one delivery.
#[async_trait]
pub trait Settle: Send + Sync {
    /// It is done: the message is removed.
    async fn ack(self: Box<Self>) -> Result<(), Fault>;

    /// It was not begun: the message goes back to its queue.
    async fn release(self: Box<Self>) -> Result<(), Fault>;
}

/// How many deliveries may be unsettled at a time.
#[derive(Clone, Copy, Debug)]
pub struct Prefetch {
    /// Of each live queue.
    pub live: u16,
    /// Of each bulk queue.
    pub bulk: u16,
}

impl Prefetch {
    fn of(self, lane: Lane) -> u16 {
        match lane {
            Lane::Live => self.live,
            Lane::Bulk => self.bulk,
        }
    }
}

/// A queue.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Puts a job into a queue. `Ok` says that it is durable.
    async fn publish(&self, to: &Destination, job: &Job) -> Result<(), Fault>;

    /// Parks a message that is no job, as it came.
    async fn park_raw(&self, sync: &SyncName, body: &[u8], why: &str) -> Result<(), Fault>;

    /// Delivers jobs until the token is cancelled, through lost connections. To be closed once the last of them is settled.
    fn subscribe(&self, prefetch: Prefetch, until: CancellationToken) -> Deliveries;

    /// Whether the queue can be reached.
    async fn ping(&self) -> Result<(), Fault>;

    /// Events that wait, by queue.
    async fn depths(&self) -> Result<Vec<(String, u64)>, Fault>;
}

#[cfg(test)]
mod tests;
