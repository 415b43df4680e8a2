//! A worker of the demo, which can be stopped apart from intake.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;

use super::Demo;
use crate::{
    config::sync::SweepConfig,
    ids::SyncName,
    lifecycle::Lifecycle,
    worker::{Worker, packages, sweep},
};

/// The sync whose remote tracker sends no events.
pub(super) const SWEPT: &str = "kpm";
/// How often that one is asked. A real one is asked every few minutes, and no configuration can say less than ten seconds.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
const DRAIN: Duration = Duration::from_secs(5);

/// A worker, and what sweeps and exchanges packages for it.
pub(super) struct RunningWorker {
    lifecycle: Lifecycle,
    working: JoinHandle<()>,
    scheduling: Vec<JoinHandle<()>>,
}

impl RunningWorker {
    /// Starts one that ends when it is told to.
    pub(super) fn start(demo: &Demo) -> Self {
        Self::until(demo, Lifecycle::default())
    }

    /// Starts one that ends with the lifecycle.
    pub(super) fn until(demo: &Demo, lifecycle: Lifecycle) -> Self {
        let worker = Arc::new(Worker { lifecycle: lifecycle.clone(), ..demo.app.worker() });
        let swept = demo.app.engines.get(&SyncName::new(SWEPT)).cloned();
        let often = SweepConfig { changed: Some(SWEEP_EVERY), full: None };
        let mut scheduling: Vec<JoinHandle<()>> =
            swept.map(|engine| tokio::spawn(sweep::run(Arc::clone(&worker), engine, often))).into_iter().collect();
        for sender in demo.app.packages.values() {
            scheduling.push(tokio::spawn(packages::watch_arrivals(Arc::clone(&worker), Arc::clone(sender))));
            scheduling.push(tokio::spawn(packages::dispatch_answers(Arc::clone(&worker), Arc::clone(sender))));
        }
        Self { lifecycle, working: tokio::spawn(worker.run(DRAIN)), scheduling }
    }

    /// Finishes what it holds.
    pub(super) async fn stop(self) {
        self.lifecycle.drain();
        self.ended().await;
    }

    /// Drops everything where it is.
    pub(super) async fn crash(self) {
        self.lifecycle.abort();
        self.ended().await;
    }

    /// Returns when it has ended.
    pub(super) async fn ended(self) {
        let _ = self.working.await;
        for task in self.scheduling {
            // Not cut off: its lease would keep the next one waiting.
            let _ = task.await;
        }
    }
}
