//! A rule as it was compiled from the configuration, with what is common to all kinds.

use std::{collections::BTreeSet, fmt::Debug, sync::Arc};

use super::{
    super::plan::{RuleReport, Write},
    KINDS,
    common::{self, Gates},
    evaluation::{Evaluation, Verdict},
    origin::Origin,
    rule::{Direction, Rule},
    users::People,
};
use crate::config::{
    diagnostic::Diagnostic,
    node::Table,
    section::{Findings, Section, nearest},
};

/// A rule with what is common to all kinds.
#[derive(Clone)]
pub(super) struct Compiled {
    pub(super) kind: &'static str,
    pub(super) subject: String,
    pub(super) place: String,
    pub(super) origin: Origin,
    pub(super) gates: Gates,
    pub(super) people: Option<People>,
    pub(super) direction: Direction,
    /// The remote attributes that it reads.
    pub(super) reads_remotely: BTreeSet<String>,
    pub(super) rule: Arc<dyn Rule>,
}

/// Compiles one rule; `None` after a finding was reported.
pub(super) fn compile_one(table: &Table, findings: &Findings) -> Option<Compiled> {
    let section = Section::new("[[sync.rule]]", table, findings);
    let name = section.required_text("kind")?;
    let Some((kind, compile)) = KINDS.iter().find(|(kind, _)| *kind == name.value) else {
        let message = format!("there is no rule of kind `{}`", name.value);
        let hint = nearest(&name.value, KINDS.iter().map(|(kind, _)| *kind));
        findings.add(Diagnostic::error("rules::unknown_kind", message, name.place).hint(hint));
        return None;
    };
    let gates = Gates::read(&section);
    let subject = common::subject(table);
    let rule = compile(&section);
    section.finish();
    let rule: Arc<dyn Rule> = rule?.into();
    let (direction, access) = (rule.direction(), rule.access());
    let (people, reads_remotely) = (People::of(table, &access), access.remote.paths);
    let (place, origin) = (table.place.to_string(), Origin::read(table));
    Some(Compiled { kind, subject, place, origin, gates, people, direction, reads_remotely, rule })
}

/// What the rule is, wherever it was written.
impl Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, subject, gates, rule, .. } = self;
        let mut shown = f.debug_struct("Compiled");
        shown.field("kind", kind).field("subject", subject).field("gates", gates).field("rule", rule).finish_non_exhaustive()
    }
}

impl Compiled {
    pub(super) fn decide(&self, index: usize, evaluation: &mut Evaluation<'_>) -> Verdict {
        evaluation.start_rule(index, self.gates.clone());
        let closed = self.gates.closed(self.direction, &self.reads_remotely, evaluation);
        if let Some(verdict) = closed {
            return verdict;
        }
        match &self.people {
            Some(people) => people.watch(self.direction, evaluation, |evaluation| self.rule.evaluate(evaluation)),
            None => self.rule.evaluate(evaluation),
        }
    }

    pub(super) fn report(&self, verdict: Verdict, writes: Vec<Write>) -> RuleReport {
        RuleReport {
            kind: self.kind.to_owned(),
            subject: self.subject.clone(),
            place: self.place.clone(),
            outcome: verdict.outcome,
            reason: verdict.reason,
            warning: verdict.warning,
            writes,
        }
    }
}
