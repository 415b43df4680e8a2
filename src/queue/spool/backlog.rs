//! What waits in the spool, counted in memory, and its bounds.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::file::Waiting;
use crate::{config::server::SpoolConfig, queue::Route};

/// The counts.
pub(super) struct Backlog {
    bounds: SpoolConfig,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    waiting: BTreeMap<Route, u64>,
    events: u64,
    bytes: u64,
    /// Whether one was refused since the last one left.
    refused: bool,
}

impl Backlog {
    pub(super) fn new(bounds: SpoolConfig, found: Vec<Waiting>) -> Self {
        let mut counts = Counts::default();
        for Waiting { route, events, bytes } in found {
            counts.events += events;
            counts.bytes += bytes;
            counts.waiting.insert(route, events);
        }
        Self { bounds, counts: Mutex::new(counts) }
    }

    /// Takes the room of one event; `false` where there is none. From here on, other events of its queue go behind it.
    pub(super) fn reserve(&self, route: &Route, bytes: usize) -> bool {
        let mut counts = self.counts();
        let bytes = counts.bytes.saturating_add(bytes as u64);
        if counts.events >= self.bounds.max_events || bytes > self.bounds.max_bytes {
            counts.refused = true;
            return false;
        }
        counts.bytes = bytes;
        counts.events += 1;
        *counts.waiting.entry(route.clone()).or_default() += 1;
        true
    }

    /// Gives the room of events back that wait no more.
    pub(super) fn release(&self, route: &Route, events: u64, bytes: u64) {
        let mut counts = self.counts();
        counts.events = counts.events.saturating_sub(events);
        counts.bytes = counts.bytes.saturating_sub(bytes);
        counts.refused = false;
        if let Some(waiting) = counts.waiting.get_mut(route) {
            *waiting = waiting.saturating_sub(events);
            if *waiting == 0 {
                counts.waiting.remove(route);
            }
        }
    }

    /// Whether an event of this queue has to go behind others.
    pub(super) fn holds(&self, route: &Route) -> bool {
        self.counts().waiting.contains_key(route)
    }

    /// The queues that events wait for.
    pub(super) fn routes(&self) -> Vec<Route> {
        self.counts().waiting.keys().cloned().collect()
    }

    /// All events that wait.
    pub(super) fn events(&self) -> u64 {
        self.counts().events
    }

    /// Whether there is no room: by number, or for the last one that came.
    pub(super) fn is_full(&self) -> bool {
        let counts = self.counts();
        counts.refused || counts.events >= self.bounds.max_events
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
