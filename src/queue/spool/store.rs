//! The spool itself: bounded, and on disk before anybody is told so. Events that come at the same time share one write.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use super::{
    backlog::Backlog,
    file::{Entry, Row, SpoolFile},
};
use crate::{
    config::server::SpoolConfig,
    ids::SyncName,
    queue::{Route, job::Job},
    sync::fault::Fault,
};

/// Events that are written together at most.
const TOGETHER: usize = 256;

/// What can be said of the spool.
#[derive(Clone, Debug)]
pub struct SpoolState {
    /// Events that wait.
    pub events: u64,
    /// When the oldest of them was taken in.
    pub oldest: Option<Timestamp>,
    /// Why it takes no more, if it does not.
    pub refusal: Option<Refusal>,
}

/// Why the spool takes nothing.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Its bounds are reached.
    Full,
    /// Its file cannot be used.
    Unusable(Fault),
}

/// A spool; without a file it takes nothing, and says why.
pub(super) struct Spool {
    file: Result<Arc<SpoolFile>, Fault>,
    backlog: Backlog,
    appends: mpsc::Sender<Append>,
    /// Why the file cannot be read, if it cannot: what cannot be forwarded must not be taken.
    unreadable: Mutex<Option<Fault>>,
}

struct Append {
    entry: Entry,
    done: oneshot::Sender<Result<(), Fault>>,
}

impl Spool {
    /// Opens a spool. One that cannot be used is told in the log: intake works without it for as long as the broker is there.
    pub(super) async fn open(path: &Path, bounds: SpoolConfig, syncs: &[SyncName]) -> Self {
        let opened = async {
            let file = SpoolFile::open(path).await?;
            let (known, unknown) =
                file.waiting().await?.into_iter().partition::<Vec<_>, _>(|waiting| syncs.contains(&waiting.route.sync));
            for waiting in unknown {
                let (sync, events) = (waiting.route.sync, waiting.events);
                warn!(%sync, events, "events of a sync that is not configured stay in the spool; they are forwarded once it is");
            }
            Ok((file, known))
        };
        let (file, found) = match opened.await {
            Ok((file, found)) => (Ok(Arc::new(file)), found),
            Err(fault) => {
                error!(%fault, "there is no spool: with RabbitMQ away, deliveries will be answered with 503");
                (Err(fault), Vec::new())
            }
        };
        let (appends, waiting) = mpsc::channel(TOGETHER);
        if let Ok(file) = &file {
            tokio::spawn(append(Arc::clone(file), waiting));
        }
        Self { file, backlog: Backlog::new(bounds, found), appends, unreadable: Mutex::default() }
    }

    /// Keeps an event. `Ok` says that it is on disk.
    pub(super) async fn put(&self, route: &Route, job: &Job) -> Result<(), Fault> {
        self.file()?;
        self.readable()?;
        let (body, at) = (job.encode(), job.time);
        let bytes = body.len();
        if !self.backlog.reserve(route, bytes) {
            return Err(Fault::transient("the spool is full").hint("bring RabbitMQ back, or raise `spool` in [server]"));
        }
        let (done, outcome) = oneshot::channel();
        let entry = Entry { route: route.clone(), body, at };
        let sent = self.appends.send(Append { entry, done }).await;
        let ended = || Fault::transient("the spool is closed");
        let kept = if sent.is_ok() { outcome.await.unwrap_or_else(|_| Err(ended())) } else { Err(ended()) };
        if kept.is_err() {
            self.backlog.release(route, 1, bytes as u64);
        }
        kept
    }

    /// The oldest events of one queue.
    pub(super) async fn oldest(&self, route: &Route, most: usize) -> Result<Vec<Row>, Fault> {
        self.noted(self.file()?.oldest(route, most).await)
    }

    /// Keeps events of one queue no more, with so many bytes together.
    pub(super) async fn remove(&self, route: &Route, ids: &[i64], bytes: u64) -> Result<(), Fault> {
        self.noted(self.file()?.remove(ids).await)?;
        self.backlog.release(route, ids.len() as u64, bytes);
        Ok(())
    }

    /// What can be said of it; it is tried whether it can be written to.
    pub(super) async fn state(&self) -> SpoolState {
        let events = self.backlog.events();
        let tried = async {
            self.readable()?;
            let file = self.file()?;
            file.try_to_write().await?;
            file.oldest_of_all().await
        };
        let (oldest, refusal) = match tried.await {
            Ok(oldest) => (oldest, self.backlog.is_full().then_some(Refusal::Full)),
            Err(fault) => (None, Some(Refusal::Unusable(fault))),
        };
        SpoolState { events, oldest: oldest.filter(|_| events > 0), refusal }
    }

    /// What waits.
    pub(super) fn backlog(&self) -> &Backlog {
        &self.backlog
    }

    /// Whether an event of this queue has to go behind others. Where those cannot be read, nothing goes behind them.
    pub(super) fn is_ahead_of(&self, route: &Route) -> bool {
        self.readable().is_ok() && self.backlog.holds(route)
    }

    /// The file.
    pub(super) fn file(&self) -> Result<&SpoolFile, Fault> {
        self.file.as_deref().map_err(Clone::clone)
    }

    fn readable(&self) -> Result<(), Fault> {
        match &*self.unreadable.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(fault) => Err(fault.clone()),
        }
    }

    fn noted<T>(&self, outcome: Result<T, Fault>) -> Result<T, Fault> {
        *self.unreadable.lock().unwrap_or_else(PoisonError::into_inner) = outcome.as_ref().err().cloned();
        outcome
    }
}

/// Writes events until the spool is dropped; all that wait at a time in one transaction.
async fn append(file: Arc<SpoolFile>, mut waiting: mpsc::Receiver<Append>) {
    let mut together = Vec::new();
    while waiting.recv_many(&mut together, TOGETHER).await > 0 {
        let (entries, asking): (Vec<Entry>, Vec<_>) = together.drain(..).map(|append| (append.entry, append.done)).unzip();
        let kept = file.append(&entries).await;
        for done in asking {
            // Whoever asked may have hung up; the event is kept all the same.
            let _ = done.send(kept.clone());
        }
    }
}
