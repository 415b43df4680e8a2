//! The watch over what stands still: parked and waiting events that are older than somebody should let them become.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use tracing::{debug, error, info, warn};

use super::Worker;
use crate::{
    ids::SyncName,
    queue::{parked::DeadLetters, sync_of_dead_queue},
    sync::{
        engine::Engine,
        fuses::{Blown, Fuse},
    },
};

/// How often it looks at most.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// How long a dead queue that has as many events as before is taken for unchanged: a look reads them all.
const UNCHANGED_FOR: Duration = Duration::from_hours(1);
/// How often the same is told again while it lasts.
const TELL_EVERY: Duration = Duration::from_hours(1);

/// What stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Standing {
    Parked,
    Waiting,
}

/// Watches for as long as the process lives: over what its own workers put off, and over the dead queues where it is given them.
pub async fn run(worker: Arc<Worker>, dead: Option<Arc<dyn DeadLetters>>) {
    let draining = worker.lifecycle.draining();
    let pause = (worker.config.alert_after / 2).clamp(Duration::from_secs(1), LOOK_EVERY);
    let (mut looks, mut told, mut blown) = (HashMap::new(), Told::default(), HashMap::new());
    loop {
        let now = worker.clock.now();
        if let Some(dead) = &dead {
            look_at_parked(&worker, dead.as_ref(), &mut looks, &mut told, now).await;
            for engine in worker.engines.values() {
                look_at_fuses(&worker, engine, &mut blown).await;
            }
        }
        for sync in worker.engines.keys() {
            let since = worker.waiting.oldest(sync, now);
            worker.metrics.waiting_oldest(sync.as_str(), age(since, now));
            told.look(sync, Standing::Waiting, since, worker.config.alert_after, now);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = draining.cancelled() => return,
        }
    }
}

/// What the last look into a dead queue found.
struct Look {
    at: Timestamp,
    depth: u64,
    oldest: Option<Timestamp>,
}

/// Looks into those dead queues that are not empty.
async fn look_at_parked(
    worker: &Worker,
    dead: &dyn DeadLetters,
    looks: &mut HashMap<SyncName, Look>,
    told: &mut Told,
    now: Timestamp,
) {
    let depths = match worker.queue.depths().await {
        Ok(depths) => depths,
        Err(fault) => return debug!(%fault, "the queue does not tell what is parked"),
    };
    for (sync, depth) in depths.iter().filter_map(|(name, depth)| Some((SyncName::new(sync_of_dead_queue(name)?), *depth))) {
        let unchanged = |look: &&Look| look.depth == depth && age(Some(look.at), now) < UNCHANGED_FOR;
        let oldest = match looks.get(&sync).filter(unchanged) {
            Some(look) => Ok(look.oldest),
            None if depth == 0 => Ok(None),
            None => dead.oldest(&sync).await,
        };
        match oldest {
            Ok(oldest) => {
                worker.metrics.dead_oldest(sync.as_str(), age(oldest, now));
                told.look(&sync, Standing::Parked, oldest, worker.config.alert_after, now);
                let at = looks.get(&sync).filter(unchanged).map_or(now, |look| look.at);
                looks.insert(sync, Look { at, depth, oldest });
            }
            // Somebody is going through them.
            Err(fault) => debug!(%sync, %fault, "the parked events cannot be looked at"),
        }
    }
}

/// Tells a fuse that has blown since the last look, and one that is good again.
async fn look_at_fuses(worker: &Worker, engine: &Engine, known: &mut HashMap<SyncName, Blown>) {
    let now = match engine.blown_fuse().await {
        Ok(now) => now,
        Err(fault) => return debug!(sync = %engine.name, %fault, "the store does not tell what was written"),
    };
    for fuse in Fuse::OF_WRITING {
        let blown = now.is_some_and(|blown| blown.fuse == fuse);
        worker.metrics.fuse_blown(engine.name.as_str(), fuse.name(), blown);
    }
    let before = match now {
        Some(blown) => known.insert(engine.name.clone(), blown),
        None => known.remove(&engine.name),
    };
    match (before, now) {
        (None, Some(blown)) => error!(
            sync = %engine.name, %blown,
            "a fuse is blown: nothing is written for this sync, its events wait; find out why, then `trackersync fuse reset`"
        ),
        (Some(_), None) => info!(sync = %engine.name, "the fuse is good again: what waits is written"),
        _ => {}
    }
}

fn age(since: Option<Timestamp>, now: Timestamp) -> Duration {
    since.and_then(|since| Duration::try_from(now.duration_since(since)).ok()).unwrap_or_default()
}

/// What was told, and when.
#[derive(Default)]
struct Told(HashMap<(SyncName, Standing), Timestamp>);

impl Told {
    fn look(&mut self, sync: &SyncName, standing: Standing, since: Option<Timestamp>, alert_after: Duration, now: Timestamp) {
        if !self.is_due(sync, standing, age(since, now) > alert_after, now) {
            return;
        }
        let since = since.map(|since| format!("{since:.0}")).unwrap_or_default();
        match standing {
            Standing::Parked => warn!(
                %sync, since, "an event is parked for long; `trackersync dead list` shows why, `dead replay` gives it to the workers again"
            ),
            Standing::Waiting => {
                warn!(%sync, since, "an event waits for long; the lines `waits` and `will be tried again` tell for what");
            }
        }
    }

    /// Whether it is to be told now: at once, and again after some time.
    fn is_due(&mut self, sync: &SyncName, standing: Standing, too_old: bool, now: Timestamp) -> bool {
        let key = (sync.clone(), standing);
        if !too_old {
            self.0.remove(&key);
            return false;
        }
        let due = self.0.get(&key).is_none_or(|told| age(Some(*told), now) >= TELL_EVERY);
        if due {
            self.0.insert(key, now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_still_is_told_at_once_and_then_once_an_hour() {
        let (mut told, sync) = (Told::default(), SyncName::new("s"));
        let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let mut due = |standing, too_old, minute| told.is_due(&sync, standing, too_old, at(minute));
        assert!(!due(Standing::Parked, false, 0));
        assert!(due(Standing::Parked, true, 1));
        assert!(due(Standing::Waiting, true, 1), "another thing");
        assert!(!due(Standing::Parked, true, 60));
        assert!(due(Standing::Parked, true, 61));
        assert!(!due(Standing::Parked, false, 62));
        assert!(due(Standing::Parked, true, 63), "it is over, and comes again");
    }
}
