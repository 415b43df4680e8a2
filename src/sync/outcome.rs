//! What became of one run.

use super::plan::{Plan, RuleOutcome, RuleReport};
use crate::ids::IssueId;

/// What became of one run for one issue.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Something was written.
    Synced(Report),
    /// Both sides were in line.
    Unchanged(Report),
    /// The event was caused by our own writes, and its side is as they left it: the other side was not read.
    Echo,
    /// A rule stopped the sync of this issue.
    Stopped(Report),
    /// Nothing to do with this issue, and why.
    Ignored(String),
}

/// The Plan of a run and what became of it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The remote issue, as people call it.
    pub remote_key: String,
    /// The local issue; absent if it would have been created in a dry run.
    pub local: Option<IssueId>,
    /// The Plan.
    pub plan: Plan,
    /// What was refused or failed: rule and reason.
    pub failures: Vec<String>,
}

impl Report {
    /// A report; rules that the evaluation found to fail are failures like those of carrying the Plan out.
    #[must_use]
    pub fn new(remote_key: String, local: Option<IssueId>, plan: Plan, mut failures: Vec<String>) -> Self {
        failures.extend(told(&plan, RuleOutcome::Failed));
        Self { remote_key, local, plan, failures }
    }

    /// Rules that hold a conflict or a write that is not allowed: rule and reason.
    #[must_use]
    pub fn held(&self) -> Vec<String> {
        told(&self.plan, RuleOutcome::Held)
    }

    /// What somebody should know of all the same: a file that the other side does not take, say.
    #[must_use]
    pub fn warnings(&self) -> Vec<&str> {
        self.plan.rules.iter().filter_map(|rule| rule.warning.as_deref()).collect()
    }

    /// Whether somebody may want to know of this run later.
    #[must_use]
    pub fn is_notable(&self) -> bool {
        !self.plan.is_empty() || !self.failures.is_empty() || !self.held().is_empty() || !self.warnings().is_empty()
    }
}

fn told(plan: &Plan, outcome: RuleOutcome) -> Vec<String> {
    let tell = |RuleReport { kind, subject, place, reason, .. }: &RuleReport| format!("{kind} {subject} ({place}): {reason}");
    plan.rules.iter().filter(|report| report.outcome == outcome).map(tell).collect()
}

impl Outcome {
    /// One word for metrics, logs and tables.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Synced(report) | Self::Unchanged(report) if !report.failures.is_empty() => "partly",
            Self::Synced(_) => "synced",
            Self::Unchanged(report) if !report.held().is_empty() => "held",
            Self::Unchanged(_) => "unchanged",
            Self::Echo => "echo",
            Self::Stopped(_) => "stopped",
            Self::Ignored(_) => "ignored",
        }
    }

    /// The report, where the rules were evaluated.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Synced(report) | Self::Unchanged(report) | Self::Stopped(report) => Some(report),
            Self::Echo | Self::Ignored(_) => None,
        }
    }
}
