//! Parked events: what the dead queue of a sync holds, and the port through which people go through it.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Lane, Route,
    job::{Job, Undecodable},
};
use crate::{ids::SyncName, sync::fault::Fault};

/// The kind of what is no event of ours.
pub const UNDECODABLE: &str = "undecodable";
/// The kind of an event that was delivered again and again, and that no worker lived to settle.
pub const UNSETTLED: &str = "unsettled";

/// A message in a dead queue.
#[derive(Debug)]
pub struct Parked {
    /// The sync whose dead queue holds it.
    pub sync: SyncName,
    /// The event.
    pub job: Result<Job, Undecodable>,
    /// The message as it is.
    pub body: Vec<u8>,
    /// When the queue took it, where the queue tells.
    taken_at: Option<Timestamp>,
    /// Whether the broker itself gave it up.
    given_up: bool,
}

impl Parked {
    pub(super) fn new(sync: SyncName, body: Vec<u8>, taken_at: Option<Timestamp>, given_up: bool) -> Self {
        Self { sync, job: Job::decode(&body), body, taken_at, given_up }
    }

    /// Since when it is parked, where that is known.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        let failed = self.job.as_ref().ok().and_then(|job| job.data.error.as_ref()).map(|error| error.at);
        // What the broker gave up has the error of an earlier attempt, if any.
        let noted = if self.given_up { self.taken_at.or(failed) } else { failed.or(self.taken_at) };
        noted.or_else(|| self.job.as_ref().ok().map(|job| job.time))
    }

    /// Why it is parked, in a word: that of the fault, [`UNDECODABLE`] or [`UNSETTLED`].
    #[must_use]
    pub fn kind(&self) -> &str {
        match &self.job {
            Err(_) => UNDECODABLE,
            Ok(_) if self.given_up => UNSETTLED,
            Ok(job) => job.data.error.as_ref().map_or(UNSETTLED, |error| error.kind.as_str()),
        }
    }

    /// Why it is parked, in full.
    #[must_use]
    pub fn error(&self) -> String {
        let job = match &self.job {
            Ok(job) => job,
            Err(undecodable) => return undecodable.to_string(),
        };
        match &job.data.error {
            Some(error) if !self.given_up => error.message.clone(),
            last => {
                let last = last.as_ref().map(|error| format!("; before that: {}", error.message)).unwrap_or_default();
                format!("delivered again and again, and each time its worker ended before it was through{last}")
            }
        }
    }

    /// The queue that it is replayed into.
    #[must_use]
    pub fn route(&self) -> Route {
        let swept = self.job.as_ref().is_ok_and(|job| job.data.cause == "sweep");
        Route { sync: self.sync.clone(), lane: if swept { Lane::Bulk } else { Lane::Live } }
    }

    /// The message that is replayed: without attempts or error, and bound to run even where a later run covered the event. What is no
    /// event of ours stays as it is: a newer program may understand it.
    pub(super) fn replayed(&self) -> Vec<u8> {
        let Ok(job) = &self.job else { return self.body.clone() };
        let mut job = job.clone();
        (job.data.attempts, job.data.error, job.data.generation) = (0, None, None);
        job.encode()
    }
}

/// What happens to a parked event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays where it is.
    Keep,
    /// It goes to the workers again, as if it had just come.
    Replay,
    /// It is removed.
    Drop,
}

/// Goes through parked events.
pub trait Visitor: Send {
    /// What is to happen to this one.
    fn decide(&mut self, parked: &Parked) -> Fate;

    /// It has happened, and is durable. Not told of those that stay.
    fn settled(&mut self, parked: &Parked, fate: Fate);
}

/// The dead queues.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Shows the parked events of a sync to a visitor, oldest first; those that are parked meanwhile are not among them, and may
    /// stand before them afterwards. One visitor at a time. Events that stay keep their order. Whatever ends this early, no event is lost; one that was being replayed may be
    /// replayed again.
    ///
    /// # Errors
    /// Those of the queue; what was settled before is settled.
    async fn visit(&self, sync: &SyncName, visitor: &mut dyn Visitor) -> Result<(), Fault>;

    /// Since when the event is parked that is so the longest; `None` if there is none. It takes a look at all of them.
    ///
    /// # Errors
    /// Those of the queue.
    async fn oldest(&self, sync: &SyncName) -> Result<Option<Timestamp>, Fault> {
        let mut oldest = Oldest::default();
        self.visit(sync, &mut oldest).await?;
        Ok(oldest.0)
    }
}

#[derive(Default)]
struct Oldest(Option<Timestamp>);

impl Visitor for Oldest {
    fn decide(&mut self, parked: &Parked) -> Fate {
        self.0 = self.0.into_iter().chain(parked.since()).min();
        Fate::Keep
    }

    fn settled(&mut self, _parked: &Parked, _fate: Fate) {}
}

#[cfg(test)]
mod tests;
