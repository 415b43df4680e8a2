//! The sweep: finds by itself what no event told. It only asks which issues changed; the rest is the workers'.

use std::{collections::HashSet, sync::Arc, time::Duration};

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
        ports::{Link, Query},
    },
};

/// How much each sweep looks back beyond the last one: clocks differ, and trackers list with a lag.
const OVERLAP: Duration = Duration::from_mins(5);

/// When to ask again after another process was found sweeping: it may have ended without a result.
const ASK_AGAIN: Duration = Duration::from_mins(1);

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
            Ok(Some(found)) => {
                info!(sync = %engine.name, found, full, "swept");
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
async fn sweep(worker: &Arc<Worker>, engine: &Arc<Engine>, since: Option<Timestamp>) -> Result<Option<usize>, Fault> {
    let key = format!("sweep/{}/{}", engine.name, if since.is_some() { "changed" } else { "full" });
    let Some(lease) = worker.coordination.acquire(&key, Duration::from_mins(10)).await? else { return Ok(None) };
    let outcome = find_and_publish(worker, engine, since).await;
    worker.coordination.release(&lease).await?;
    outcome.map(Some)
}

async fn find_and_publish(worker: &Worker, engine: &Engine, since: Option<Timestamp>) -> Result<usize, Fault> {
    let mut found: Vec<(Side, IssueId)> = Vec::new();
    if engine.remote_filter.is_some() {
        let query = Query { filter: engine.remote_filter.clone(), changed_since: since };
        found.extend(engine.remote.list(&query).await?.into_iter().map(|id| (Side::Remote, id)));
    }
    let links = engine.records.links(&engine.name).await?;
    if since.is_some() {
        let changed = engine.local.list(&Query { filter: None, changed_since: since }).await?;
        let linked: HashSet<&IssueId> = links.iter().filter_map(|link| link.local.as_ref()).collect();
        // One that has no remote issue may be one that is to get it.
        let wanted = changed.into_iter().filter(|id| engine.create_remote || linked.contains(id));
        found.extend(wanted.map(|id| (Side::Local, id)));
    } else {
        if engine.create_remote {
            found.extend(unlinked(engine, &links).await?.into_iter().map(|id| (Side::Local, id)));
        }
        found.extend(links.into_iter().map(|link| (Side::Remote, link.remote)));
    }
    found.sort();
    found.dedup();
    for (side, issue) in &found {
        publish(worker, engine, *side, issue).await?;
    }
    Ok(found.len())
}

/// Local issues without a remote one, some of which may be waiting for it.
async fn unlinked(engine: &Engine, links: &[Link]) -> Result<Vec<IssueId>, Fault> {
    let linked: HashSet<&IssueId> = links.iter().filter_map(|link| link.local.as_ref()).collect();
    let all = engine.local.list(&Query::default()).await?;
    Ok(all.into_iter().filter(|id| !linked.contains(id)).collect())
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
