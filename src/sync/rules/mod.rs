//! The rules of a sync: compiled once from the configuration, then evaluated for each issue without any I/O.
//!
//! Each kind is one file: its documentation, its compile step, what it decides, and its tests. A new kind is a new file and a
//! line in [`KINDS`].

pub mod check;
pub mod common;
pub mod default_message;
pub mod diagnose;
pub mod evaluation;
pub mod files;
pub mod mapping;
pub mod message;
pub mod messages;
mod origin;
mod quarrel;
pub mod to_local;
pub mod to_local_default;
pub mod to_remote;
pub mod two_way;

use std::{collections::BTreeSet, fmt::Debug, sync::Arc};

use self::{
    common::Gates,
    evaluation::{Evaluation, Verdict},
    origin::Origin,
};
use super::{
    issue::{Base, Side, Snapshot},
    plan::{Plan, RuleOutcome, RuleReport},
};
use crate::config::{
    diagnostic::Diagnostic,
    node::Table,
    section::{Findings, Section, nearest},
};

/// What rules have to know of an issue on one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Attribute paths.
    pub paths: BTreeSet<String>,
    /// Comments or messages.
    pub messages: bool,
    /// Attachments or files.
    pub files: bool,
}

/// What a rule reads and writes, known before it runs.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Read on the local side.
    pub local: Needs,
    /// Read on the remote side.
    pub remote: Needs,
    /// Attribute paths that may be written: side and path.
    pub writes: BTreeSet<(Side, String)>,
}

/// A compiled rule.
pub trait Rule: Debug + Send + Sync {
    /// What it reads and may write.
    fn access(&self) -> Access;

    /// Decides. Effects are put into the evaluation, the verdict says what was decided and why.
    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict;
}

/// Compiles one kind from its section; `None` after a finding was reported.
type Compile = fn(&Section<'_>) -> Option<Box<dyn Rule>>;

/// The kinds by their names in the configuration.
const KINDS: [(&str, Compile); 9] = [
    ("to_local", to_local::compile),
    ("to_local_default", to_local_default::compile),
    ("to_remote", to_remote::compile),
    ("two_way", two_way::compile),
    ("check", check::compile),
    ("files", files::compile),
    ("messages", messages::compile),
    ("message", message::compile),
    ("default_message", default_message::compile),
];

/// A rule with what is common to all kinds.
#[derive(Clone, Debug)]
struct Compiled {
    kind: &'static str,
    subject: String,
    place: String,
    origin: Origin,
    gates: Gates,
    rule: Arc<dyn Rule>,
}

/// The rules of one sync, in the order of the configuration.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Compiled>,
}

/// What the caller of one evaluation wants.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Take the remote value for changed, whatever the base says (`--remote-change`).
    pub remote_change: bool,
}

impl RuleSet {
    /// Compiles the rules of one sync.
    ///
    /// # Errors
    /// Every finding, with its place.
    pub fn compile(tables: &[Table]) -> Result<Self, Vec<Diagnostic>> {
        let findings = Findings::default();
        let rules: Vec<Compiled> = tables.iter().filter_map(|table| compile_one(table, &findings)).collect();
        let diagnostics = findings.into_vec();
        if diagnostics.is_empty() { Ok(Self { rules }) } else { Err(diagnostics) }
    }

    /// What all rules together have to know of an issue on one side.
    #[must_use]
    pub fn needs(&self, side: Side) -> Needs {
        let mut all = Needs::default();
        for compiled in &self.rules {
            let access = compiled.rule.access();
            let needs = match side {
                Side::Local => access.local,
                Side::Remote => access.remote,
            };
            all.paths.extend(needs.paths);
            all.messages |= needs.messages;
            all.files |= needs.files;
        }
        all
    }

    /// The paths that one rule reads on a side.
    #[must_use]
    pub fn paths_read(&self, rule: usize, side: Side) -> BTreeSet<String> {
        let Some(compiled) = self.rules.get(rule) else { return BTreeSet::new() };
        let access = compiled.rule.access();
        if side == Side::Local { access.local.paths } else { access.remote.paths }
    }

    /// Name and place of a rule, for messages: `two_way title <-> summary (sync.toml:31)`.
    #[must_use]
    pub fn describe(&self, rule: usize) -> String {
        self.rules.get(rule).map_or_else(
            || format!("rule {rule}"),
            |compiled| format!("{} {} ({})", compiled.kind, compiled.subject, compiled.place),
        )
    }

    /// The paths whose base must stay as it is after this Plan: those of rules that failed, hold a conflict or did not apply. Were
    /// the base to move on, the next evaluation would no longer see that something is open.
    #[must_use]
    pub fn open_paths(&self, plan: &Plan, side: Side) -> BTreeSet<String> {
        let open = |report: &RuleReport| match report.outcome {
            RuleOutcome::Failed | RuleOutcome::Held => true,
            // A new issue is taken over as it is, whatever a rule waits for.
            RuleOutcome::Skipped => !plan.creates_local,
            _ => false,
        };
        self.rules
            .iter()
            .zip(&plan.rules)
            .filter(|(_, report)| open(report))
            .flat_map(|(compiled, _)| {
                let access = compiled.rule.access();
                if side == Side::Local { access.local.paths } else { access.remote.paths }
            })
            .collect()
    }

    /// All attribute paths that may be written, by side.
    #[must_use]
    pub fn write_set(&self) -> BTreeSet<(Side, String)> {
        self.rules.iter().flat_map(|compiled| compiled.rule.access().writes).collect()
    }
}

fn compile_one(table: &Table, findings: &Findings) -> Option<Compiled> {
    let section = Section::new("[[sync.rule]]", table, findings);
    let name = section.required_text("kind")?;
    let Some((kind, compile)) = KINDS.iter().find(|(kind, _)| *kind == name.value) else {
        let message = format!("there is no rule of kind `{}`", name.value);
        let hint = nearest(&name.value, KINDS.iter().map(|(kind, _)| *kind));
        findings.add(Diagnostic::error("rules::unknown_kind", message, name.place).hint(hint));
        return None;
    };
    let gates = Gates::read(&section);
    common::refuse_unsupported_paths(&section);
    let subject = common::subject(&section);
    let rule = compile(&section);
    section.finish();
    let (place, origin) = (table.place.to_string(), Origin::read(table));
    Some(Compiled { kind, subject, place, origin, gates, rule: rule?.into() })
}

/// Decides what is to be done to bring one issue in line. A pure function of its arguments.
///
/// `local` is absent when the local issue is to be created from this evaluation. Rules run in their order, and a later one
/// sees what earlier ones have set. A rule that stops the sync empties the Plan of all effects.
#[must_use]
pub fn evaluate(rules: &RuleSet, local: Option<&Snapshot>, remote: &Snapshot, base: &Base, options: &Options) -> Plan {
    let mut evaluation = Evaluation::new(local, remote, base, options);
    let mut reports = Vec::with_capacity(rules.rules.len());
    let mut stopped = false;
    for (index, compiled) in rules.rules.iter().enumerate() {
        let verdict = if stopped {
            Verdict::new(RuleOutcome::NotReached, "an earlier rule stopped the sync of this issue")
        } else {
            evaluation.start_rule(index, compiled.gates.clone());
            compiled.gates.closed(&evaluation).unwrap_or_else(|| compiled.rule.evaluate(&mut evaluation))
        };
        stopped |= verdict.outcome == RuleOutcome::Stopped;
        reports.push(RuleReport {
            kind: compiled.kind.to_owned(),
            subject: compiled.subject.clone(),
            place: compiled.place.clone(),
            outcome: verdict.outcome,
            reason: verdict.reason,
        });
    }
    let (creates_local, local, remote) = if stopped { Default::default() } else { evaluation.into_changes() };
    Plan { creates_local, rules: reports, local, remote }
}

#[cfg(test)]
pub(crate) mod tests;
