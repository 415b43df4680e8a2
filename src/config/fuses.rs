//! `fuses` of a `[[sync]]`: how much is written before somebody should have a look.

use super::section::Section;

/// Limits of one sync; 0: none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FuseConfig {
    /// Most writes, on both sides together, within an hour.
    pub writes_per_hour: u64,
    /// Most issues created, on both sides together, within a day.
    pub creations_per_day: u64,
    /// Most issues that one sweep may find due.
    pub changes_per_sweep: u64,
}

impl Default for FuseConfig {
    fn default() -> Self {
        Self {
            // More than five a second for an hour on end: no people at work, but a loop or an import.
            writes_per_hour: 20_000,
            creations_per_day: 5_000,
            // A first sweep finds everything due, and rightly so.
            changes_per_sweep: 0,
        }
    }
}

const MOST: u64 = 1_000_000_000;

pub(super) fn read(section: Section<'_>) -> FuseConfig {
    let default = FuseConfig::default();
    let config = FuseConfig {
        writes_per_hour: section.number("writes_per_hour", default.writes_per_hour, 0..=MOST),
        creations_per_day: section.number("creations_per_day", default.creations_per_day, 0..=MOST),
        changes_per_sweep: section.number("changes_per_sweep", default.changes_per_sweep, 0..=MOST),
    };
    section.finish();
    config
}
