//! What all scenes play with.

use super::{
    Demo,
    narrator::{Narrator, NotSeen},
};
use crate::{
    ids::{IssueId, SyncName},
    sync::{engine::RunOptions, outcome::Outcome},
};

/// The running demo, and who tells about it.
#[derive(Clone, Copy)]
pub(super) struct Stage<'d> {
    pub(super) demo: &'d Demo,
    pub(super) narrator: &'d Narrator,
}

impl Stage<'_> {
    /// What `trackersync explain` says about an issue of a sync, which is told too.
    pub(super) async fn explain(&self, sync: &str, remote: &IssueId) -> Result<String, NotSeen> {
        let explained = self.explained(sync, remote).await.ok_or(NotSeen)?;
        self.narrator.tell("     `trackersync explain` says, and writes nothing:");
        self.narrator.detail(&explained);
        Ok(explained)
    }

    async fn explained(&self, sync: &str, remote: &IssueId) -> Option<String> {
        let engine = self.demo.app.engines.get(&SyncName::new(sync))?;
        let options = RunOptions { dry_run: true, ..RunOptions::default() };
        match engine.run(remote, &options).await.ok()? {
            Outcome::Ignored(_) => None,
            outcome => outcome.report().map(|report| report.plan.in_words()),
        }
    }

    /// What somebody did has to be taken by the tracker.
    pub(super) fn done<T, E: std::fmt::Debug>(&self, outcome: Result<T, E>) -> Result<T, NotSeen> {
        outcome.map_err(|error| {
            self.narrator.tell(&format!("     the edit was refused: {error:?}"));
            NotSeen
        })
    }
}
