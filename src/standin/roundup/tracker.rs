//! One tracker: its items and everything around them.

use super::control::Control;
use super::events::{self, Outbox};
use super::login::Logins;
use super::options::RoundupOptions;
use super::permission::Caller;
use super::post_once::PostOnce;
use super::refusal::Refusal;
use super::store::Store;
pub(super) use crate::standin::lock::locked;
use std::sync::Mutex;

/// One tracker; shared by the server and by those who act on it in this process.
#[derive(Debug)]
pub(super) struct Tracker {
    /// What a browser on this tracker sends as `Origin`.
    pub(super) origin: String,
    /// The address of the tracker, with a slash at the end.
    pub(super) base: String,
    pub(super) logins: Logins,
    pub(super) post_once: PostOnce,
    pub(super) control: Control,
    pub(super) outbox: Outbox,
    store: Mutex<Store>,
}

impl Tracker {
    pub(super) fn new(options: &RoundupOptions, origin: &str, outbox: Outbox) -> Result<Self, Refusal> {
        Ok(Self {
            origin: origin.to_owned(),
            base: format!("{origin}/tracker/"),
            logins: Logins::new(&options.name),
            post_once: PostOnce::default(),
            control: Control::default(),
            outbox,
            store: Mutex::new(Store::new(options)?),
        })
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&locked(&self.store))
    }

    /// Changes the tracker in one request: all its changes to one issue become one event, and none if it is refused.
    pub(super) fn write<T>(
        &self,
        caller: &Caller,
        source: &'static str,
        change: impl FnOnce(&mut Store) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut store = locked(&self.store);
        let result = change(&mut store);
        let changes = store.take_changes();
        let result = result?;
        // Still under the lock, so that events leave in the order of the changes.
        for event in events::of_changes(&store, &changes, &caller.name, source) {
            self.outbox.post(&event);
        }
        Ok(result)
    }
}
