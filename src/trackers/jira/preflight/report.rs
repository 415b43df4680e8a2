//! The findings, in words, each of them once.

use crate::{
    config::{diagnostic::Diagnostic, place::Place},
    ids::TrackerName,
    sync::issue::Side,
};

/// What was found so far.
pub(super) struct Report {
    /// The side and the name of the tracker, for people.
    pub(super) tracker: String,
    /// The side, for the names of rules and parameters in hints.
    pub(super) side: Side,
    findings: Vec<Diagnostic>,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It will go wrong.
    Certain,
    /// It may go wrong, or in some cases only.
    Possible,
}

impl Certainty {
    /// Certain if this holds.
    pub(super) fn if_so(certain: bool) -> Self {
        if certain { Self::Certain } else { Self::Possible }
    }
}

impl Report {
    pub(super) fn new(tracker: &TrackerName, side: Side) -> Self {
        Self { tracker: format!("{side} tracker `{tracker}`"), side, findings: Vec::new() }
    }

    /// Notes a finding, unless the same stands there for this place.
    pub(super) fn add(&mut self, certainty: Certainty, code: &'static str, place: &Place, message: String, hint: String) {
        let found = match certainty {
            Certainty::Certain => Diagnostic::error(code, message, place.clone()),
            Certainty::Possible => Diagnostic::warning(code, message, place.clone()),
        };
        let is_known = |other: &Diagnostic| (other.code, &other.place, &other.message) == (code, place, &found.message);
        if !self.findings.iter().any(is_known) {
            self.findings.push(found.hint(hint));
        }
    }

    /// How a rule gives new issues on this side a value: its kind, and its parameters.
    pub(super) fn rule_for_new_issues(&self) -> &'static str {
        match self.side {
            Side::Local => "a `to_local_default` rule with `r_default` and `l_only_create = true`",
            Side::Remote => "a `to_remote_default` rule with `l_default` and `only_create = true`",
        }
    }

    pub(super) fn into_findings(self) -> Vec<Diagnostic> {
        self.findings
    }
}
