//! A queue with a spool before it: while the broker is away, events are kept in a file, and forwarded in their order once it is back.
//!
//! An event goes directly to the broker, unless others wait for the same queue, or the broker is known to be away. Whoever finds
//! out that it is away makes it known, and from then on nobody waits for it but [`Forwarding`], which tries the oldest event
//! until that is confirmed. An event may so be published twice: it only says which issue to look at, and carries the same id.

mod backlog;
mod file;
mod forward;
mod store;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info, warn};

use self::store::Spool;
pub use self::{
    forward::Forwarding,
    store::{Refusal, SpoolState},
};
use super::{Deliveries, Destination, Prefetch, Queue, Route, job::Job};
use crate::{config::server::SpoolConfig, ids::SyncName, sync::fault::Fault, telemetry::metrics::Metrics};

/// How long an event may wait for the broker; then it is kept here. Short, since a sender waits for the answer: a broker that is
/// merely slow takes its events from the spool.
const PATIENCE: Duration = Duration::from_millis(300);

/// A queue with a spool before it.
pub struct Spooling {
    queue: Arc<dyn Queue>,
    spool: Spool,
    /// Why the broker is taken to be away, if it is.
    away: watch::Sender<Option<Fault>>,
    /// Events that were forwarded since the spool came into use; none while it is not.
    in_use: Mutex<Option<u64>>,
    /// There may be something to forward.
    wake: Notify,
    metrics: Metrics,
}

impl Spooling {
    /// Puts a spool before a queue. What an earlier process left in the file is the first to be forwarded. A file that cannot be
    /// used is told in the log.
    pub async fn open(
        queue: Arc<dyn Queue>,
        file: &Path,
        bounds: SpoolConfig,
        syncs: &[SyncName],
        metrics: Metrics,
    ) -> Arc<Self> {
        let spool = Spool::open(file, bounds, syncs).await;
        let left = spool.backlog().events();
        if left > 0 {
            info!(events = left, "forwarding the events that an earlier process left in the spool");
        }
        let in_use = Mutex::new((left > 0).then_some(0));
        Arc::new(Self { queue, spool, away: watch::Sender::default(), in_use, wake: Notify::new(), metrics })
    }

    /// How the spool is.
    pub async fn state(&self) -> SpoolState {
        self.spool.state().await
    }

    /// Ends the use of the spool; what still waits is told in the log.
    async fn close(&self) {
        let Ok(file) = self.spool.file() else { return };
        let events = self.spool.backlog().events();
        if events > 0 {
            warn!(events, file = %file.path().display(), "events stay in the spool; the next start forwards them");
        }
        file.close().await;
    }

    /// Publishes past the spool, for as long as a sender may wait, and no longer once somebody else found the broker away.
    async fn directly(&self, to: &Destination, job: &Job) -> Result<(), Fault> {
        let mut away = self.away.subscribe();
        let (queue, to, job) = (Arc::clone(&self.queue), to.clone(), job.clone());
        // A task of its own: a connection that is being opened is wanted, whether or not this event still waits for it.
        let publishing = tokio::spawn(async move { queue.publish(&to, &job).await }.in_current_span());
        tokio::select! {
            biased;
            done = publishing => done.unwrap_or_else(|error| Err(Fault::bug(format!("publishing ended unexpectedly: {error}")))),
            found = away.wait_for(Option::is_some) => match found.as_deref() {
                Ok(Some(fault)) => Err(fault.clone()),
                _ => Err(Fault::transient("the broker is away")),
            },
            () = tokio::time::sleep(PATIENCE) => {
                Err(Fault::transient(format!("the broker did not confirm within {} ms", PATIENCE.as_millis())))
            }
        }
    }

    async fn keep(&self, route: &Route, job: &Job) -> Result<(), Fault> {
        let kept = self.spool.put(route, job).await;
        if kept.is_ok() {
            self.metrics.spooled();
        }
        self.wake.notify_one();
        kept
    }

    fn found_away(&self, fault: &Fault) {
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        if in_use.is_none() {
            warn!(%fault, "the broker does not take events; they go to the spool until it does");
            *in_use = Some(0);
        }
        self.away.send_if_modified(|away| away.is_none() && away.insert(fault.clone()).kind == fault.kind);
        self.wake.notify_one();
    }

    fn why_away(&self) -> Option<Fault> {
        self.away.borrow().clone()
    }
}

#[async_trait]
impl Queue for Spooling {
    async fn publish(&self, to: &Destination, job: &Job) -> Result<(), Fault> {
        let Destination::Now(route) = to else { return self.queue.publish(to, job).await };
        if self.why_away().is_none() && !self.spool.is_ahead_of(route) {
            match self.directly(to, job).await {
                Ok(()) => return Ok(()),
                Err(fault) => self.found_away(&fault),
            }
        }
        self.keep(route, job).await
    }

    async fn park_raw(&self, sync: &SyncName, body: &[u8], why: &str) -> Result<(), Fault> {
        self.queue.park_raw(sync, body, why).await
    }

    fn subscribe(&self, prefetch: Prefetch, until: CancellationToken) -> Deliveries {
        self.queue.subscribe(prefetch, until)
    }

    /// Whether the broker can be reached. One that is known to be away is not asked: [`Forwarding`] does that.
    async fn ping(&self) -> Result<(), Fault> {
        match self.why_away() {
            Some(fault) => Err(fault),
            None => self.queue.ping().await,
        }
    }

    async fn depths(&self) -> Result<Vec<(String, u64)>, Fault> {
        match self.why_away() {
            Some(fault) => Err(fault),
            None => self.queue.depths().await,
        }
    }
}

#[cfg(test)]
mod tests;
