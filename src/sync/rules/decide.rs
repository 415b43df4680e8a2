//! From the rules and the two issues to a Plan.

use super::{
    super::{
        issue::{Base, Snapshot},
        plan::{Plan, RuleOutcome},
    },
    Options, RuleSet,
    evaluation::{Evaluation, Phase, Verdict},
};

/// Decides what is to be done to bring one issue in line. A pure function of its arguments.
///
/// One of the two issues may be absent: it is then created from this evaluation, but for a local one of whose remote issue only a
/// part is shown. Rules run in their order, and a later one sees
/// what earlier ones have set. A rule that stops the sync empties the Plan of all effects.
#[must_use]
pub fn evaluate(rules: &RuleSet, local: Option<&Snapshot>, remote: Option<&Snapshot>, base: &Base, options: &Options) -> Plan {
    let phase = if remote.is_some() { Phase::Update } else { Phase::CreateRemote };
    evaluate_in(phase, rules, local, remote, base, options)
}

/// Decides what goes back to the local issue from a remote one that has just been created from it: the rules marked
/// `after_create` run, and no others.
#[must_use]
pub fn evaluate_after_create(rules: &RuleSet, local: &Snapshot, remote: &Snapshot, base: &Base, options: &Options) -> Plan {
    evaluate_in(Phase::AfterCreate, rules, Some(local), Some(remote), base, options)
}

fn evaluate_in(
    phase: Phase,
    rules: &RuleSet,
    local: Option<&Snapshot>,
    remote: Option<&Snapshot>,
    base: &Base,
    options: &Options,
) -> Plan {
    let mut evaluation = Evaluation::new(phase, local, remote, base, options);
    let mut reports = Vec::with_capacity(rules.rules.len());
    let mut stopped_by = None;
    for (index, compiled) in rules.rules.iter().enumerate() {
        let verdict = match stopped_by {
            Some(rule) => Verdict::new(RuleOutcome::NotReached, format!("rule {rule} stopped the sync of this issue")),
            None => compiled.decide(index, &mut evaluation),
        };
        if verdict.outcome == RuleOutcome::Stopped {
            stopped_by = Some(index + 1);
        }
        reports.push(compiled.report(verdict, evaluation.take_writes()));
    }
    if stopped_by.is_some() {
        return Plan { rules: reports, ..Plan::default() };
    }
    let (local_changes, remote_changes) = evaluation.into_changes();
    Plan {
        creates_local: local.is_none() && remote.is_none_or(|issue| issue.restricted.is_none()),
        creates_remote: phase == Phase::CreateRemote,
        rules: reports,
        local: local_changes,
        remote: remote_changes,
    }
}
