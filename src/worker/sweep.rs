//! The sweep: finds by itself what no event told. It looks at many issues at once, and makes an event for each one that a run is due
//! for; the rest is the workers'.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tracing::{Instrument, info, info_span, warn};

use super::Worker;
use crate::{
    config::sync::SweepConfig,
    ids::{EventId, IssueId},
    queue::{
        Destination, Lane, Route,
        job::{ISSUE_CHANGED, Job, JobData},
    },
    sync::{
        engine::Engine,
        fault::Fault,
        issue::Side,
        ports::READ_AT_ONCE,
        survey::{Candidates, Due},
    },
};

/// How much each sweep looks back beyond the last one: clocks differ, and trackers list with a lag.
const OVERLAP: Duration = Duration::from_mins(5);

/// When to ask again after another process was found sweeping: it may have ended without a result.
const ASK_AGAIN: Duration = Duration::from_mins(1);

/// What a sweep came to.
struct Swept {
    looked_at: usize,
    /// Issues that an event was made for.
    due: usize,
}

/// Sweeps one sync for as long as the process lives.
pub async fn run(worker: Arc<Worker>, engine: Arc<Engine>, config: SweepConfig) {
    let changed = periodically(&worker, &engine, config.changed, false);
    let full = periodically(&worker, &engine, config.full, true);
    tokio::join!(changed, full);
}

async fn periodically(worker: &Arc<Worker>, engine: &Arc<Engine>, period: Option<Duration>, full: bool) {
    let Some(period) = period else { return };
    let draining = worker.lifecycle.draining();
    // Until a sweep succeeds, each one looks back as far as the first would have.
    let mut since: Option<Timestamp> = worker.clock.now().checked_sub(period).ok();
    loop {
        let span = info_span!("sweep", sync = %engine.name, full);
        let now = worker.clock.now();
        let mut pause = period;
        match sweep(worker, engine, since.filter(|_| !full)).instrument(span).await {
            Ok(Some(Swept { looked_at, due })) => {
                info!(sync = %engine.name, looked_at, due, full, "swept");
                worker.metrics.swept(engine.name.as_str(), full, looked_at - due, due);
                since = now.checked_sub(OVERLAP).ok();
            }
            Ok(None) => pause = period.min(ASK_AGAIN),
            // The next sweep looks back as far as this one would have.
            Err(fault) => warn!(sync = %engine.name, %fault, "the sweep failed; it is tried again at its next time"),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = draining.cancelled() => return,
        }
    }
}

/// One sweep; `None` if another process is at it.
async fn sweep(worker: &Arc<Worker>, engine: &Arc<Engine>, since: Option<Timestamp>) -> Result<Option<Swept>, Fault> {
    let key = format!("sweep/{}/{}", engine.name, if since.is_some() { "changed" } else { "full" });
    let Some(lease) = worker.coordination.acquire(&key, Duration::from_mins(10)).await? else { return Ok(None) };
    let outcome = find_and_publish(worker, engine, since).await;
    worker.coordination.release(&lease).await?;
    outcome.map(Some)
}

async fn find_and_publish(worker: &Worker, engine: &Engine, since: Option<Timestamp>) -> Result<Swept, Fault> {
    let Candidates { links, unlinked_remote, unlinked_local } = engine.candidates(since).await?;
    let looked_at = links.len() + unlinked_remote.len() + unlinked_local.len();
    let mut due = unlinked_remote.len();
    for issue in &unlinked_remote {
        publish(worker, engine, Side::Remote, issue).await?;
    }
    for unlinked in unlinked_local.chunks(READ_AT_ONCE) {
        for issue in engine.wanted_there(unlinked.to_vec()).await? {
            publish(worker, engine, Side::Local, &issue).await?;
            due += 1;
        }
    }
    for links in links.chunks(READ_AT_ONCE) {
        for Due { remote, why } in engine.survey(links).await? {
            info!(sync = %engine.name, %remote, why, "the sweep found an issue that is not in line");
            publish(worker, engine, Side::Remote, &remote).await?;
            due += 1;
        }
    }
    Ok(Swept { looked_at, due })
}

async fn publish(worker: &Worker, engine: &Engine, side: Side, issue: &IssueId) -> Result<(), Fault> {
    let tracker = match side {
        Side::Local => engine.local.name(),
        Side::Remote => engine.remote.name(),
    };
    let data = JobData {
        sync: engine.name.clone(),
        side,
        issue: issue.clone(),
        cause: "sweep".to_owned(),
        change: None,
        delivery: None,
        actor: None,
        generation: None,
        attempts: 0,
        error: None,
    };
    let job = Job::new(EventId::generate(), tracker, ISSUE_CHANGED, issue.to_string(), worker.clock.now(), data);
    let route = Route { sync: engine.name.clone(), lane: Lane::Bulk };
    worker.queue.publish(&Destination::Now(route), &job).await
}
