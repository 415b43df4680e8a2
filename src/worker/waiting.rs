//! The event of each sync that waits the longest, as far as this process has put it off. An event that no worker has tried yet is not
//! known here; how many of those there are tells the depth of their queue.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    ids::{EventId, SyncName},
    queue::{delay_tier, job::Job},
};

/// How much later than its pause an event may come again. One that did not come by then went to another process.
const LATE: Duration = Duration::from_mins(2);

struct Oldest {
    event: EventId,
    /// When the event was taken in.
    since: Timestamp,
    /// When it is believed no longer.
    until: Timestamp,
}

/// The oldest waiting event of each sync.
#[derive(Default)]
pub struct Waiting(Mutex<HashMap<SyncName, Oldest>>);

impl Waiting {
    /// An event goes back into the queue for that long.
    pub(super) fn put_off(&self, job: &Job, pause: Duration, now: Timestamp) {
        let again = Duration::from_secs(delay_tier(pause)) + LATE;
        let this = Oldest { event: job.id.clone(), since: job.time, until: now.checked_add(again).unwrap_or(now) };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&job.data.sync) {
            Some(oldest) if oldest.event != job.id && oldest.since <= job.time && oldest.until > now => {}
            _ => {
                known.insert(job.data.sync.clone(), this);
            }
        }
    }

    /// An event has come to its end.
    pub(super) fn ended(&self, job: &Job) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(&job.data.sync).is_some_and(|oldest| oldest.event == job.id) {
            known.remove(&job.data.sync);
        }
    }

    /// Since when the oldest one waits.
    pub(super) fn oldest(&self, sync: &SyncName, now: Timestamp) -> Option<Timestamp> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(sync).filter(|oldest| oldest.until > now).map(|oldest| oldest.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        queue::job::{ISSUE_CHANGED, JobData},
        sync::issue::Side,
    };

    fn job(event: &str, second: i64) -> Job {
        let data = JobData::of("s".into(), Side::Remote, "1".into(), "webhook");
        Job::new(EventId::new(event), &"up".into(), ISSUE_CHANGED, "UP-1".to_owned(), at(second), data)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_oldest_counts_until_it_ends_or_does_not_come_again() {
        let (waiting, sync, pause) = (Waiting::default(), SyncName::new("s"), Duration::from_mins(1));
        assert_eq!(waiting.oldest(&sync, at(100)), None);
        waiting.put_off(&job("b", 50), pause, at(100));
        waiting.put_off(&job("a", 10), pause, at(100));
        waiting.put_off(&job("c", 90), pause, at(101));
        assert_eq!(waiting.oldest(&sync, at(102)), Some(at(10)));
        waiting.ended(&job("c", 90));
        assert_eq!(waiting.oldest(&sync, at(102)), Some(at(10)), "another one has ended");
        waiting.put_off(&job("a", 10), pause, at(160));
        assert_eq!(waiting.oldest(&sync, at(330)), Some(at(10)), "it was put off once more");
        assert_eq!(waiting.oldest(&sync, at(341)), None, "somebody else must have it");
        waiting.put_off(&job("d", 300), pause, at(341));
        assert_eq!(waiting.oldest(&sync, at(342)), Some(at(300)), "what is believed no longer gives way");
        waiting.ended(&job("d", 300));
        assert_eq!(waiting.oldest(&sync, at(342)), None);
    }
}
