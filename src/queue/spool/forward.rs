//! Forwards what the spool holds, in its order, as soon as the broker takes it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::{Spooling, file::Row};
use crate::{
    queue::{Destination, Route, job::Job},
    sync::fault::Fault,
};

/// Events of one queue that are forwarded together.
const TOGETHER: usize = 200;
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// How long the end may take: what is being forwarded is then forwarded again by the next process.
const END_WITHIN: Duration = Duration::from_secs(1);

/// The task that forwards.
pub struct Forwarding {
    spooling: Arc<Spooling>,
    until: CancellationToken,
    task: JoinHandle<()>,
}

impl Forwarding {
    /// Starts to forward what a spool holds.
    #[must_use]
    pub fn start(spooling: Arc<Spooling>) -> Self {
        let until = CancellationToken::new();
        let (shared, end) = (Arc::clone(&spooling), until.clone());
        Self { spooling, until, task: tokio::spawn(async move { shared.forward(end).await }) }
    }

    /// Ends it; what still waits stays in the file, and is told in the log.
    pub async fn end(mut self) {
        self.until.cancel();
        if tokio::time::timeout(END_WITHIN, &mut self.task).await.is_err() {
            self.task.abort();
        }
        self.spooling.close().await;
    }
}

/// Events that the broker has and the file still holds.
#[derive(Default)]
struct Confirmed(BTreeMap<Route, (Vec<i64>, u64)>);

impl Spooling {
    /// Forwards until told to end. One task does so at a time.
    async fn forward(&self, until: CancellationToken) {
        // Connects before the first event comes, and finds out whether that is possible.
        if let Err(fault) = self.queue.ping().await {
            self.found_away(&fault);
        }
        let mut confirmed = Confirmed::default();
        let mut told = String::new();
        loop {
            tokio::select! {
                () = self.needed() => {}
                () = until.cancelled() => return,
            }
            let round = self.round(&mut confirmed, &until).await;
            if let Err(fault) = &round {
                // That the broker is away was told; what a person has to mend is told once.
                let text = fault.to_string();
                if text != told && (self.why_away().is_none() || !fault.is_transient()) {
                    error!(%fault, "events cannot be forwarded from the spool; trying again and again");
                    told = text;
                }
            }
            if matches!(round, Ok(moved) if moved > 0) {
                told.clear();
            } else {
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = until.cancelled() => return,
                }
            }
        }
    }

    /// Returns when there is something to forward, or the broker is to be tried.
    async fn needed(&self) {
        while self.why_away().is_none() && self.spool.backlog().events() == 0 {
            self.wake.notified().await;
        }
    }

    /// A batch of each queue that has events waiting; how many were forwarded. One queue that takes nothing holds up no other.
    async fn round(&self, confirmed: &mut Confirmed, until: &CancellationToken) -> Result<usize, Fault> {
        let mut moved = 0;
        let mut stuck = Ok(());
        for route in self.spool.backlog().routes() {
            if until.is_cancelled() {
                return Ok(moved);
            }
            // While the broker is away, one event finds out whether it is back.
            let most = if self.why_away().is_some() { 1 } else { TOGETHER };
            match self.batch(&route, most, confirmed).await {
                Ok(count) => moved += count,
                Err(fault) => {
                    stuck = Err(fault);
                    // Nothing is worth trying on a connection that cannot be had.
                    self.queue.ping().await?;
                }
            }
        }
        stuck?;
        if self.spool.backlog().events() == 0 {
            if self.why_away().is_some() {
                // Whoever found it away is about to put its event here.
                tokio::time::sleep(PAUSE).await;
                self.queue.ping().await?;
                if self.spool.backlog().events() > 0 {
                    return Ok(moved);
                }
            }
            self.is_back();
            self.is_drained();
        }
        Ok(moved)
    }

    async fn batch(&self, route: &Route, most: usize, confirmed: &mut Confirmed) -> Result<usize, Fault> {
        // What could not be removed last time must not be published again.
        self.remove(route, confirmed).await?;
        let rows = self.spool.oldest(route, most).await?;
        let outcomes = join_all(by_issue(rows).into_iter().map(|rows| self.publish_in_order(route, rows))).await;
        let mut faults = Vec::new();
        let done = confirmed.0.entry(route.clone()).or_default();
        for (ids, bytes, fault) in outcomes {
            done.0.extend(ids);
            done.1 += bytes;
            faults.extend(fault);
        }
        let count = done.0.len();
        if count > 0 {
            self.is_back();
        }
        self.remove(route, confirmed).await?;
        self.count(count);
        faults.into_iter().next().map_or(Ok(count), Err)
    }

    async fn remove(&self, route: &Route, confirmed: &mut Confirmed) -> Result<(), Fault> {
        if let Some((ids, bytes)) = confirmed.0.get(route).filter(|(ids, _)| !ids.is_empty()) {
            self.spool.remove(route, ids, *bytes).await?;
        }
        confirmed.0.remove(route);
        Ok(())
    }

    /// Publishes events of one issue, one after the other, until one fails: those that were confirmed, and their bytes.
    async fn publish_in_order(&self, route: &Route, rows: Vec<Row>) -> (Vec<i64>, u64, Option<Fault>) {
        let (mut ids, mut bytes) = (Vec::new(), 0);
        for Row { id, body } in rows {
            let published = match Job::decode(&body) {
                Ok(job) => self.queue.publish(&Destination::Now(route.clone()), &job).await,
                // A file of a newer program.
                Err(undecodable) => self.queue.park_raw(&route.sync, &body, &undecodable.to_string()).await,
            };
            if let Err(fault) = published {
                return (ids, bytes, Some(fault));
            }
            ids.push(id);
            bytes += body.len() as u64;
        }
        (ids, bytes, None)
    }

    fn is_back(&self) {
        self.away.send_if_modified(|away| away.take().is_some());
    }

    fn count(&self, forwarded: usize) {
        if let Some(sum) = &mut *self.in_use.lock().unwrap_or_else(PoisonError::into_inner) {
            *sum += forwarded as u64;
        }
    }

    fn is_drained(&self) {
        if let Some(events) = self.in_use.lock().unwrap_or_else(PoisonError::into_inner).take() {
            info!(events, "the broker takes events again; those in the spool are forwarded");
        }
    }
}

/// The events of each issue, in their order. Those of different issues may overtake each other.
fn by_issue(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut issues: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        let issue = Job::decode(&row.body).map(|job| format!("{}/{}", job.data.side, job.data.issue)).unwrap_or_default();
        let place = *places.entry(issue).or_insert_with(|| {
            issues.push(Vec::new());
            issues.len() - 1
        });
        issues[place].push(row);
    }
    issues
}
