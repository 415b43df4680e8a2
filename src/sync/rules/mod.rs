//! The rules of a sync: compiled once from the configuration, then evaluated for each issue without any I/O.
//!
//! Each kind is one file: its documentation, its compile step, what it decides, and its tests. A new kind is a new file and a
//! line in [`KINDS`].

pub mod check;
pub mod check_remote;
pub mod common;
mod copies;
pub mod default_message;
pub mod diagnose;
pub mod documentation;
pub mod evaluation;
pub mod examples;
pub mod files;
pub mod kpm_message;
pub mod mapping;
pub mod message;
pub mod messages;
pub mod multi_to_remote;
mod origin;
pub mod pfiff_messages;
mod quarrel;
pub mod rehearsal;
mod requirements;
pub mod to_local;
pub mod to_local_concatenate;
pub mod to_local_default;
pub mod to_local_multilink;
pub mod to_local_multistring;
pub mod to_remote;
pub mod to_remote_default;
pub mod to_remote_if_dirty;
pub mod two_way;
mod users;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    sync::Arc,
};

pub use self::evaluation::Phase;
use self::{
    common::Gates,
    evaluation::{Evaluation, Verdict},
    origin::Origin,
    users::People,
};
use super::{
    issue::{Base, Side, Snapshot},
    plan::{Plan, RuleOutcome, RuleReport, Write},
    requirements::ContentWrite,
    value::Equality,
};
use crate::{
    config::{
        diagnostic::Diagnostic,
        node::Table,
        section::{Findings, Section, nearest},
    },
    ids::TrackerName,
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
    /// When the issue was last changed.
    pub updated: bool,
    /// The tracker on the other side: a local tracker may keep attributes for each of several.
    pub counterpart: Option<TrackerName>,
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
    /// What may be done to messages and files, by side.
    pub contents: BTreeSet<(Side, ContentWrite)>,
    /// Local attributes whose possible values it has to know.
    pub vocabularies: BTreeSet<String>,
    /// Whether it decides by what both sides were like after the last sync.
    pub uses_base: bool,
}

impl Access {
    /// To the messages of both sides, and nothing else; `contents` is what it does to them.
    fn to_messages(contents: impl IntoIterator<Item = (Side, ContentWrite)>) -> Self {
        let messages = || Needs { messages: true, ..Needs::default() };
        Self { local: messages(), remote: messages(), contents: contents.into_iter().collect(), ..Self::default() }
    }
}

/// Which side a kind of rule writes to, and so in which phase it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the local side only.
    ToLocal,
    /// To the remote side only.
    ToRemote,
    /// To either side.
    Both,
    /// It decides whether the issue is synced at all.
    Check,
}

/// A compiled rule.
pub trait Rule: Debug + Send + Sync {
    /// What it reads and may write.
    fn access(&self) -> Access;

    /// Which side it writes to.
    fn direction(&self) -> Direction;

    /// Decides. Effects are put into the evaluation, the verdict says what was decided and why.
    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict;
}

/// Compiles one kind from its section; `None` after a finding was reported.
type Compile = fn(&Section<'_>) -> Option<Box<dyn Rule>>;

/// The kinds by their names in the configuration.
const KINDS: [(&str, Compile); 20] = [
    ("to_local", to_local::compile),
    ("to_local_default", to_local_default::compile),
    ("to_local_concatenate", to_local_concatenate::compile),
    ("to_local_multilink", to_local_multilink::compile),
    ("to_local_multilink_default", to_local_multilink::compile_default),
    ("to_local_multistring", to_local_multistring::compile),
    ("to_local_multistring_default", to_local_multistring::compile_default),
    ("to_remote", to_remote::compile),
    ("to_remote_default", to_remote_default::compile),
    ("to_remote_if_dirty", to_remote_if_dirty::compile),
    ("multi_to_remote", multi_to_remote::compile),
    ("two_way", two_way::compile),
    ("check", check::compile),
    ("check_remote", check_remote::compile),
    ("files", files::compile),
    ("messages", messages::compile),
    ("message", message::compile),
    ("default_message", default_message::compile),
    ("kpm_message", kpm_message::compile),
    ("pfiff_messages", pfiff_messages::compile),
];

/// A rule with what is common to all kinds.
#[derive(Clone)]
struct Compiled {
    kind: &'static str,
    subject: String,
    place: String,
    origin: Origin,
    gates: Gates,
    people: Option<People>,
    direction: Direction,
    /// The remote attributes that it reads.
    reads_remotely: BTreeSet<String>,
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
    /// How the remote tracker compares values.
    pub equality: Equality,
    /// The values that local attributes may have, by path, where they are known and few.
    pub local_vocabularies: BTreeMap<String, BTreeSet<String>>,
}

impl RuleSet {
    /// Compiles the rules of one sync; `people` is its `[sync.users]`.
    ///
    /// # Errors
    /// Every finding, with its place.
    pub fn compile(tables: &[Table], people: Option<&Table>) -> Result<Self, Vec<Diagnostic>> {
        let findings = Findings::default();
        let rules: Vec<Compiled> =
            tables.iter().filter_map(|table| compile_one(&users::filled_in(table, people), &findings)).collect();
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
            all.updated |= needs.updated;
        }
        all
    }

    /// The local attributes whose possible values rules have to know.
    #[must_use]
    pub fn vocabularies(&self) -> BTreeSet<String> {
        self.rules.iter().flat_map(|compiled| compiled.rule.access().vocabularies).collect()
    }

    /// Whether a rule looks at the local issue and may stop its sync.
    #[must_use]
    pub fn picks_local_issues(&self) -> bool {
        let picks = |compiled: &Compiled| {
            let looks_at_it = compiled.direction == Direction::Check && !compiled.rule.access().local.paths.is_empty();
            looks_at_it && compiled.gates.may_run_before_the_remote_issue_exists()
        };
        self.rules.iter().any(picks)
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

    /// The paths whose base must stay as it is after this Plan: those of rules that failed, hold a conflict or did not apply, and
    /// that go by the base. Were it to move on, the next evaluation would no longer see that something is open. A rule that does
    /// not go by it must not hold it back: to another one with the same path, each value would look changed for ever.
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
            .map(|(compiled, _)| compiled.rule.access())
            .filter(|access| access.uses_base)
            .flat_map(|access| if side == Side::Local { access.local.paths } else { access.remote.paths })
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
    let subject = common::subject(table);
    let rule = compile(&section);
    section.finish();
    let rule: Arc<dyn Rule> = rule?.into();
    let (direction, access) = (rule.direction(), rule.access());
    let (people, reads_remotely) = (People::of(table, &access), access.remote.paths);
    let (place, origin) = (table.place.to_string(), Origin::read(table));
    Some(Compiled { kind, subject, place, origin, gates, people, direction, reads_remotely, rule })
}

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

/// What the rule is, wherever it was written.
impl Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, subject, gates, rule, .. } = self;
        let mut shown = f.debug_struct("Compiled");
        shown.field("kind", kind).field("subject", subject).field("gates", gates).field("rule", rule).finish_non_exhaustive()
    }
}

impl Compiled {
    fn decide(&self, index: usize, evaluation: &mut Evaluation<'_>) -> Verdict {
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

    fn report(&self, verdict: Verdict, writes: Vec<Write>) -> RuleReport {
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

#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod tests;
