//! What a sweep finds due: made into events as it is found; where the sync has a fuse for it, once it is known that there are not too
//! many.

use tracing::error;

use super::{Worker, sweep::publish};
use crate::{
    ids::IssueId,
    sync::{engine::Engine, fault::Fault, fuses::blown_by_sweep, issue::Side},
};

/// Reasons that are told of a sweep that found too much.
const MOST_REASONS: usize = 3;

pub(super) struct Finds<'a> {
    worker: &'a Worker,
    engine: &'a Engine,
    /// Whether events wait for the end of the sweep.
    limited: bool,
    waiting: Vec<(Side, IssueId)>,
    count: usize,
    reasons: Vec<String>,
}

impl<'a> Finds<'a> {
    pub(super) fn new(worker: &'a Worker, engine: &'a Engine, limited: bool) -> Self {
        let limited = limited && engine.fuses.changes_per_sweep > 0;
        Self { worker, engine, limited, waiting: Vec::new(), count: 0, reasons: Vec::new() }
    }

    pub(super) async fn add(&mut self, side: Side, issue: IssueId, why: &str) -> Result<(), Fault> {
        self.count += 1;
        if !self.limited {
            return publish(self.worker, self.engine, side, &issue).await;
        }
        if self.reasons.len() < MOST_REASONS {
            self.reasons.push(format!("{side} issue {issue}: {why}"));
        }
        // More than may go out need not be remembered.
        if blown_by_sweep(&self.engine.fuses, self.count).is_none() {
            self.waiting.push((side, issue));
        }
        Ok(())
    }

    /// How many were found, and whether those were too many.
    pub(super) async fn finish(self) -> Result<(usize, bool), Fault> {
        if let Some(blown) = blown_by_sweep(&self.engine.fuses, self.count).filter(|_| self.limited) {
            let reasons = self.reasons.join("; ");
            error!(
                sync = %self.engine.name, %blown, reasons,
                "a fuse is blown: this sweep makes no events; if that is as it should be, `trackersync fuse reset` lets the next one through"
            );
            return Ok((self.count, true));
        }
        for (side, issue) in &self.waiting {
            publish(self.worker, self.engine, *side, issue).await?;
        }
        Ok((self.count, false))
    }
}
