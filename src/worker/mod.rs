//! The worker: takes jobs from the queue, runs one sync for each, and settles it once its outcome is durable.

mod cursor;
mod finds;
mod lease;
pub mod packages;
mod right_of_way;
mod run_job;
pub mod sweep;
pub mod verdict;
mod waiting;
pub mod watch;

use std::{collections::HashMap, sync::Arc};

use tokio::task::JoinSet;
use tracing::{info, warn};

pub use self::{right_of_way::RightOfWay, waiting::Waiting};
use crate::{
    clock::SharedClock,
    config::worker::WorkerConfig,
    coordination::Coordination,
    ids::{SyncName, TrackerName},
    lifecycle::Lifecycle,
    queue::{Prefetch, Queue},
    sync::{engine::Engine, ports::Packages},
    telemetry::metrics::Metrics,
};

/// How long jobs may take to return what they hold once the process aborts.
const AFTER_ABORT: std::time::Duration = std::time::Duration::from_secs(5);

/// Everything that workers work with.
pub struct Worker {
    /// The syncs.
    pub engines: HashMap<SyncName, Arc<Engine>>,
    /// The trackers whose changes come in packages.
    pub packages: HashMap<TrackerName, Arc<dyn Packages>>,
    /// Where jobs come from.
    pub queue: Arc<dyn Queue>,
    /// Leases and generations.
    pub coordination: Arc<dyn Coordination>,
    /// Who goes first.
    pub right_of_way: RightOfWay,
    /// What was put off.
    pub waiting: Waiting,
    /// The figures.
    pub metrics: Metrics,
    /// Deadlines and retries.
    pub config: WorkerConfig,
    /// The time.
    pub clock: SharedClock,
    /// When to end.
    pub lifecycle: Lifecycle,
}

impl Worker {
    /// Works until the process drains; then finishes what it holds. What is still unfinished at the deadline, or when the process
    /// aborts, goes back to the queue.
    pub async fn run(self: Arc<Self>, drain: std::time::Duration) {
        // What the queue hands out bounds each sync. Jobs mostly wait for trackers, so that places are cheap; were all of them taken
        // by a sync whose tracker does not answer, the others would wait with it.
        let (concurrency, max_jobs) = (self.config.concurrency, self.config.max_jobs);
        let prefetch = Prefetch {
            live: u16::try_from(concurrency).unwrap_or(u16::MAX),
            bulk: u16::try_from(concurrency.div_ceil(4)).unwrap_or(u16::MAX),
        };
        let draining = self.lifecycle.draining();
        let mut deliveries = self.queue.subscribe(prefetch, draining.clone());
        let mut running: JoinSet<()> = JoinSet::new();
        loop {
            tokio::select! {
                () = draining.cancelled() => break,
                Some(ended) = running.join_next() => report_panic(ended),
                delivery = deliveries.recv(), if running.len() < max_jobs => {
                    let Some(delivery) = delivery else { break };
                    running.spawn(Arc::clone(&self).handle(delivery));
                }
            }
        }
        if !running.is_empty() {
            info!(jobs = running.len(), "finishing what is held");
        }
        let lifecycle = self.lifecycle.clone();
        let deadline = tokio::spawn(async move {
            tokio::time::sleep(drain).await;
            lifecycle.abort();
        });
        self.finish(&mut running).await;
        deadline.abort();
        // Acknowledgements go over the connection of the subscription: it is to end before the process does.
        deliveries.close().await;
    }
}

impl Worker {
    /// Waits for what is held. Once the process aborts, whatever does not return soon is left where it is: it comes again.
    async fn finish(&self, running: &mut JoinSet<()>) {
        let aborted = self.lifecycle.aborted();
        let overdue = async {
            aborted.cancelled().await;
            tokio::time::sleep(AFTER_ABORT).await;
        };
        tokio::pin!(overdue);
        loop {
            tokio::select! {
                ended = running.join_next() => match ended {
                    Some(ended) => report_panic(ended),
                    None => return,
                },
                () = &mut overdue => {
                    warn!(jobs = running.len(), "ending without what is still held; it comes again");
                    return running.shutdown().await;
                }
            }
        }
    }
}

fn report_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        warn!(%error, "settling a job ended unexpectedly; it comes again");
    }
}
