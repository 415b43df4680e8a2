//! Ephemeral state that workers share: leases on issues, deliveries that were seen, generations, the pace of trackers, what was
//! asked of them before. Nothing here may be missed when it is gone: that costs repeated work, never a lost or doubled change.

mod embedded;
mod embedded_pacing;
pub mod pacing;
mod redis;
mod redis_connection;
mod redis_pacing;

pub use self::{embedded::Embedded, pacing::Pacing, redis::Redis};

use std::time::Duration;

use async_trait::async_trait;

use crate::{
    ids::{IssueId, SyncName},
    sync::{fault::Fault, issue::Side},
};

/// The right to work on one issue, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What it is on.
    pub key: String,
    /// Tells its holder from any other.
    pub token: String,
}

/// What is known of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Never seen: ours to take in.
    New,
    /// Somebody is taking it in right now.
    InProgress,
    /// Taken in before.
    Done,
}

/// How often an issue was said to have changed. A counter that was lost begins anew in another epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Names one life of the counter.
    pub epoch: String,
    /// Counts from 1.
    pub count: u64,
}

impl Generation {
    /// As it stands in an event: `epoch:count`.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}:{}", self.epoch, self.count)
    }

    /// From an event.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, count) = text.rsplit_once(':')?;
        Some(Self { epoch: epoch.to_owned(), count: count.parse().ok()? })
    }
}

/// The state that workers share.
#[async_trait]
pub trait Coordination: Pacing + Send + Sync {
    /// Takes a lease; `None` while another holds it.
    async fn acquire(&self, key: &str, ttl: Duration) -> Result<Option<Lease>, Fault>;

    /// Prolongs a lease; `false` if it is ours no more.
    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<bool, Fault>;

    /// Gives a lease back, if it is still ours.
    async fn release(&self, lease: &Lease) -> Result<(), Fault>;

    /// Claims a delivery; a claim that is not finished ends by itself.
    async fn claim(&self, delivery: &str, ttl: Duration) -> Result<Claim, Fault>;

    /// Remembers that a delivery was taken in.
    async fn finish(&self, delivery: &str, ttl: Duration) -> Result<(), Fault>;

    /// Takes a claim back: the delivery was not taken in.
    async fn forget(&self, delivery: &str) -> Result<(), Fault>;

    /// Counts that an issue was said to have changed.
    async fn bump(&self, key: &str) -> Result<Generation, Fault>;

    /// The count now; `None` if there is none.
    async fn generation(&self, key: &str) -> Result<Option<Generation>, Fault>;

    /// Writes down that a run covered everything up to a generation.
    async fn cover(&self, key: &str, generation: &Generation) -> Result<(), Fault>;

    /// Whether a run covered a generation.
    async fn is_covered(&self, key: &str, generation: &Generation) -> Result<bool, Fault>;

    /// What was kept under a name.
    async fn recall(&self, name: &str) -> Result<Option<String>, Fault>;

    /// Keeps a text for others, for a time.
    async fn keep(&self, name: &str, text: &str, ttl: Duration) -> Result<(), Fault>;

    /// Keeps it no more.
    async fn drop_kept(&self, name: &str) -> Result<(), Fault>;

    /// Whether the service answers.
    async fn ping(&self) -> Result<(), Fault>;
}

/// The key under which changes of one issue are counted.
#[must_use]
pub fn generation_key(sync: &SyncName, side: Side, issue: &IssueId) -> String {
    format!("{sync}/{side}/{issue}")
}

/// How long counters live after their last use: longer than any event waits in a delay queue.
const GENERATION_TTL: Duration = Duration::from_hours(48);

/// What is longer, in bytes, is not kept.
pub const LONGEST_KEPT: usize = 1 << 20;

fn random_token() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

#[cfg(test)]
mod tests;
