//! The sweep: finds by itself what no event told. It looks at many issues at once, and makes an event for each one that a run is due
//! for; the rest is the workers'.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tracing::{Instrument, info, info_span, warn};

use super::{Worker, cursor, finds::Finds, lease};
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
        fuses::Fuse,
        issue::Side,
        ports::{Mark, READ_AT_ONCE},
        survey::{Candidates, Due},
    },
};

/// When to ask again after another process was found sweeping: it may have ended without a result.
const ASK_AGAIN: Duration = Duration::from_mins(1);

/// What a sweep came to.
struct Swept {
    looked_at: usize,
    /// Issues that an event was made for.
    due: usize,
    /// Whether that were too many, and none was made.
    withheld: bool,
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
    let mut sweeping = Sweeping { full, period, ours: None, withheld: false };
    let mut failures = 0;
    loop {
        let span = info_span!("sweep", sync = %engine.name, full);
        let pause = match sweeping.turn(worker, engine).instrument(span).await {
            Ok(pause) => {
                failures = 0;
                pause
            }
            // The next sweep looks back as far as this one would have.
            Err(fault) => {
                let pause = pause_after(failures, period);
                failures += 1;
                let seconds = pause.as_secs();
                warn!(sync = %engine.name, %fault, full, "the sweep failed; it is tried again in {seconds} s");
                pause
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = draining.cancelled() => return,
        }
    }
}

/// How long to rest after a sweep that failed after so many others in a row. Never longer than after one that succeeded: a full sweep
/// that met a tracker in its maintenance would else be missing for a day.
fn pause_after(failures: u32, period: Duration) -> Duration {
    period.min(ASK_AGAIN * 2_u32.saturating_pow(failures.min(20)))
}

/// One of the two sweeps of a sync.
struct Sweeping {
    full: bool,
    period: Duration,
    /// When the last sweep of this process began that succeeded, by the clock and by the machine's own count.
    ours: Option<(Timestamp, Instant)>,
    /// Whether the last sweep found too much.
    withheld: bool,
}

impl Sweeping {
    fn mark(&self) -> Mark {
        if self.full { Mark::SweptFull } else { Mark::SweptChanged }
    }

    /// Sweeps if it is time to, and writes down that it is done; for how long to rest then.
    async fn turn(&mut self, worker: &Arc<Worker>, engine: &Arc<Engine>) -> Result<Duration, Fault> {
        let (now, started) = (worker.clock.now(), Instant::now());
        let last = engine.records.mark(&engine.name, self.mark()).await?;
        // A full sweep is dear: neither a restart nor another process is a reason for one more.
        if self.full
            && let Some(rest) = cursor::rest(last, self.period, now)
        {
            return Ok(rest);
        }
        let since = if self.full { None } else { self.look_back(last, now) };
        // Somebody who made the fuses good since then lets one sweep through.
        let limited = engine.records.mark(&engine.name, Mark::FusesReset).await?.is_none_or(|reset| Some(reset) <= last);
        let Some(Swept { looked_at, due, withheld }) = sweep(worker, engine, self.full, since, limited).await? else {
            return Ok(self.period.min(ASK_AGAIN));
        };
        let full = self.full;
        let since = since.map(|since| format!("{since:.0}"));
        info!(sync = %engine.name, looked_at, due, full, since, "swept");
        worker.metrics.swept(engine.name.as_str(), full, looked_at - due, due);
        if withheld || self.withheld {
            worker.metrics.fuse_blown(engine.name.as_str(), Fuse::ChangesPerSweep.name(), withheld);
        }
        self.withheld = withheld;
        if withheld {
            return Ok(self.period);
        }
        // Cut to what the store keeps, so that it is known again.
        let began = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        engine.records.set_mark(&engine.name, self.mark(), began).await?;
        self.ours = Some((began, started));
        Ok(self.period)
    }

    fn look_back(&self, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let ago = self.ours.filter(|(began, _)| Some(*began) == last).map(|(_, started)| started.elapsed());
        let since = cursor::look_back(last, ago, self.period, now);
        if since.is_none() {
            info!("the clock was set back since the last sweep, so this one looks at everything");
        }
        since
    }
}

/// One sweep; `None` if another process is at it.
async fn sweep(
    worker: &Arc<Worker>,
    engine: &Arc<Engine>,
    full: bool,
    since: Option<Timestamp>,
    limited: bool,
) -> Result<Option<Swept>, Fault> {
    let key = format!("sweep/{}/{}", engine.name, if full { "full" } else { "changed" });
    let Some(lease) = lease::take(&worker.coordination, &key, worker.config.lease).await? else { return Ok(None) };
    // A lease that is lost meanwhile does no harm: it only spares the trackers a second sweep of the same.
    let outcome = find_and_publish(worker, engine, since, limited).await;
    lease.release().await;
    outcome.map(Some)
}

async fn find_and_publish(worker: &Worker, engine: &Engine, since: Option<Timestamp>, limited: bool) -> Result<Swept, Fault> {
    let Candidates { linked, unlinked_remote, unlinked_local } = engine.candidates(since).await?;
    let looked_at = linked.len() + unlinked_remote.len() + unlinked_local.len();
    let mut finds = Finds::new(worker, engine, limited);
    for issue in unlinked_remote {
        finds.add(Side::Remote, issue, "it has no local issue").await?;
    }
    for unlinked in unlinked_local.chunks(READ_AT_ONCE) {
        for issue in engine.wanted_there(unlinked.to_vec()).await? {
            finds.add(Side::Local, issue, "it has no remote issue").await?;
        }
    }
    for linked in linked.chunks(READ_AT_ONCE) {
        for Due { remote, why } in engine.survey(linked).await? {
            info!(sync = %engine.name, %remote, why, "the sweep found an issue that is not in line");
            finds.add(Side::Remote, remote, &why).await?;
        }
    }
    let (due, withheld) = finds.finish().await?;
    Ok(Swept { looked_at, due, withheld })
}

pub(super) async fn publish(worker: &Worker, engine: &Engine, side: Side, issue: &IssueId) -> Result<(), Fault> {
    let tracker = match side {
        Side::Local => engine.local.name(),
        Side::Remote => engine.remote.name(),
    };
    let data = JobData::of(engine.name.clone(), side, issue.clone(), "sweep");
    let job = Job::new(EventId::generate(), tracker, ISSUE_CHANGED, issue.to_string(), worker.clock.now(), data);
    let route = Route { sync: engine.name.clone(), lane: Lane::Bulk };
    worker.queue.publish(&Destination::Now(route), &job).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_that_fails_is_tried_again_soon_and_then_less_often() {
        let day = Duration::from_hours(24);
        let pauses = [0, 1, 2, 10, 1_000].map(|failures| pause_after(failures, day).as_secs() / 60);
        assert_eq!(pauses, [1, 2, 4, 1_024, 1_440]);
        assert_eq!(pause_after(0, Duration::from_secs(5)), Duration::from_secs(5));
    }
}
