//! Fuses: a sync that writes more than it ever should is stopped until somebody had a look, or until time has passed. They count what
//! was done, in the store, where all workers see it; what is under way meanwhile comes on top.

use std::{fmt, time::Duration};

use tracing::warn;

use super::{
    effects::{EffectKey, EffectOutcomes},
    engine::Engine,
    fault::Fault,
    ports::{Mark, Spent},
};
use crate::config::fuses::FuseConfig;

/// How long events wait before they ask again.
const PAUSE: Duration = Duration::from_mins(4);

/// A fuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fuse {
    /// Writes within an hour.
    WritesPerHour,
    /// Created issues within a day.
    CreationsPerDay,
    /// Issues that one sweep finds due.
    ChangesPerSweep,
}

impl Fuse {
    /// Those that stop writing.
    pub const OF_WRITING: [Self; 2] = [Self::WritesPerHour, Self::CreationsPerDay];

    /// As it is called in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WritesPerHour => "writes_per_hour",
            Self::CreationsPerDay => "creations_per_day",
            Self::ChangesPerSweep => "changes_per_sweep",
        }
    }
}

/// A fuse that is blown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blown {
    /// Which one.
    pub fuse: Fuse,
    /// What it lets through.
    pub limit: u64,
    /// What was counted.
    pub counted: u64,
}

impl fmt::Display for Blown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fuse, limit, counted } = self;
        match fuse {
            Fuse::WritesPerHour => write!(f, "{counted} writes within an hour, and {}", fuse.name())?,
            Fuse::CreationsPerDay => write!(f, "{counted} issues created within a day, and {}", fuse.name())?,
            Fuse::ChangesPerSweep => write!(f, "{counted} issues are due in one sweep, and {}", fuse.name())?,
        }
        write!(f, " = {limit}")
    }
}

/// The fuse that what was written has blown, if one is.
#[must_use]
pub fn blown(limits: &FuseConfig, spent: Spent) -> Option<Blown> {
    let of = |fuse, limit: u64, counted| (limit > 0 && counted >= limit).then_some(Blown { fuse, limit, counted });
    of(Fuse::WritesPerHour, limits.writes_per_hour, spent.writes)
        .or_else(|| of(Fuse::CreationsPerDay, limits.creations_per_day, spent.creations))
}

/// Whether a sweep that found so many issues due lets none of them through.
#[must_use]
pub fn blown_by_sweep(limits: &FuseConfig, due: usize) -> Option<Blown> {
    let (limit, counted) = (limits.changes_per_sweep, u64::try_from(due).unwrap_or(u64::MAX));
    (limit > 0 && counted > limit).then_some(Blown { fuse: Fuse::ChangesPerSweep, limit, counted })
}

impl Engine {
    /// The fuse that is blown, if one is.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn blown_fuse(&self) -> Result<Option<Blown>, Fault> {
        if self.fuses.writes_per_hour == 0 && self.fuses.creations_per_day == 0 {
            return Ok(None);
        }
        Ok(blown(&self.fuses, self.records.spent(&self.name, self.clock.now()).await?))
    }

    /// Refuses to write while a fuse is blown; the event waits, which is no attempt.
    ///
    /// # Errors
    /// A fuse is blown; those of the store.
    pub async fn may_write(&self) -> Result<(), Fault> {
        let Some(blown) = self.blown_fuse().await? else { return Ok(()) };
        let fault = Fault::asked_to_wait(PAUSE, format!("a fuse of sync {} is blown: {blown}; nothing is written", self.name));
        let sync = &self.name;
        Err(fault.hint(format!(
            "find out why so much is written, then `trackersync fuse reset -s {sync}`; or it goes on by itself as time passes"
        )))
    }

    /// Counts what a run has written. Where that fails, a fuse blows later.
    pub(super) async fn count_writes(&self, outcomes: &EffectOutcomes) {
        let spent = outcomes.spent();
        if spent == Spent::default() {
            return;
        }
        if let Err(fault) = self.records.spend(&self.name, self.clock.now(), spent).await {
            warn!(sync = %self.name, %fault, "what was written is not counted");
        }
    }

    /// Makes all fuses good: nothing that was written counts any more, and the next sweep may find as much as there is.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn reset_fuses(&self) -> Result<(), Fault> {
        self.records.forget_spent(&self.name).await?;
        self.records.set_mark(&self.name, Mark::FusesReset, self.clock.now()).await
    }
}

impl EffectOutcomes {
    fn spent(&self) -> Spent {
        let (mut writes, mut creations) = (0, 0);
        for key in self.done() {
            writes += 1;
            creations += u64::from(*key == EffectKey::Create);
        }
        Spent { writes, creations }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::issue::Side;

    #[test]
    fn a_fuse_blows_at_its_limit_and_none_without_one() {
        let limits = FuseConfig { writes_per_hour: 10, creations_per_day: 2, changes_per_sweep: 3 };
        let fuse = |writes, creations| blown(&limits, Spent { writes, creations }).map(|blown| blown.fuse);
        assert_eq!(fuse(9, 1), None);
        assert_eq!(fuse(10, 1), Some(Fuse::WritesPerHour));
        assert_eq!(fuse(9, 2), Some(Fuse::CreationsPerDay));
        assert_eq!(blown_by_sweep(&limits, 3), None);
        assert!(blown_by_sweep(&limits, 4).is_some());
        let off = FuseConfig { writes_per_hour: 0, creations_per_day: 0, changes_per_sweep: 0 };
        assert_eq!(blown(&off, Spent { writes: u64::MAX, creations: u64::MAX }), None);
        assert_eq!(blown_by_sweep(&off, usize::MAX), None);
    }

    #[test]
    fn what_was_done_counts_and_what_was_refused_does_not() {
        let mut outcomes = EffectOutcomes::default();
        outcomes.note(Side::Local, EffectKey::Create, "done");
        outcomes.note(Side::Local, EffectKey::Field("title".to_owned()), "done");
        outcomes.note(Side::Remote, EffectKey::Field("title".to_owned()), "refused: no");
        assert_eq!(outcomes.spent(), Spent { writes: 2, creations: 1 });
    }
}
