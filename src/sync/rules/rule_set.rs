//! The rules of one sync together.

use std::collections::BTreeSet;

use super::{
    super::{
        issue::Side,
        plan::{Plan, RuleOutcome, RuleReport},
    },
    compiled::{Compiled, compile_one},
    rule::{Direction, Needs},
    users,
};
use crate::config::{diagnostic::Diagnostic, node::Table, section::Findings};

/// The rules of one sync, in the order of the configuration.
#[derive(Debug, Default)]
pub struct RuleSet {
    pub(super) rules: Vec<Compiled>,
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

    /// The values that the configuration gives for a local attribute.
    #[must_use]
    pub fn local_constants(&self, path: &str) -> BTreeSet<String> {
        let of_path = self.rules.iter().flat_map(|compiled| compiled.constants(Side::Local, path));
        of_path.map(|constant| constant.text).collect()
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
