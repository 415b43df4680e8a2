//! `[worker]`: how many jobs at once, how long one may take, how often it is tried.

use std::time::Duration;

use super::section::Section;

/// Settings of the workers.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Jobs of one sync that run at the same time in one process.
    pub concurrency: usize,
    /// Jobs of all syncs that run at the same time in one process: many times as many, so that one sync whose tracker does not answer
    /// cannot take all places.
    pub max_jobs: usize,
    /// Longest run of one job; then it is stopped and tried again.
    pub deadline: Duration,
    /// How long an issue stays locked after its worker was last heard of.
    pub lease: Duration,
    /// Attempts until an event is parked in the dead queue.
    pub max_attempts: u32,
    /// Pause before the second attempt; it doubles each time.
    pub backoff: Duration,
    /// Longest pause between two attempts.
    pub max_backoff: Duration,
    /// Age from which a parked or waiting event is told in the log.
    pub alert_after: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            concurrency: 8,
            max_jobs: 64,
            deadline: Duration::from_mins(2),
            lease: Duration::from_secs(15),
            // About a day, with the longest pause: trackers have maintenance weekends.
            max_attempts: 100,
            backoff: Duration::from_secs(1),
            max_backoff: Duration::from_mins(15),
            alert_after: Duration::from_hours(1),
        }
    }
}

pub(super) fn read(section: Section<'_>) -> WorkerConfig {
    let default = WorkerConfig::default();
    let config = WorkerConfig {
        concurrency: usize::try_from(section.number("concurrency", 8, 1..=1_000)).unwrap_or(default.concurrency),
        max_jobs: usize::try_from(section.number("max_jobs", 64, 1..=10_000)).unwrap_or(default.max_jobs),
        deadline: section.duration("deadline").unwrap_or(default.deadline),
        // Below a second the renewal would do nothing else.
        lease: section.duration("lease").unwrap_or(default.lease).max(Duration::from_secs(1)),
        max_attempts: u32::try_from(section.number("max_attempts", 100, 1..=10_000)).unwrap_or(default.max_attempts),
        backoff: section.duration("backoff").unwrap_or(default.backoff),
        max_backoff: section.duration("max_backoff").unwrap_or(default.max_backoff),
        alert_after: section.duration("alert_after").unwrap_or(default.alert_after),
    };
    section.finish();
    config
}
