//! Tests of rules as data: a TOML file of cases, each with an issue on both sides and what the rules must decide about it. Users
//! write such files for their own rules; ours are in `tests/data/rules`.
//!
//! A case is compiled and evaluated as the service does it. Then its Plan is carried out in memory, and a second run has to find
//! nothing to do.

mod diff;
mod expectation;
mod read;

use std::sync::Arc;

use self::{expectation::told, read::Case};
use super::{Options, RuleSet, rehearsal::Rehearsal};
use crate::{
    config::{
        diagnostic::Diagnostic,
        node::from_toml,
        place::{Place, Source},
        section::Findings,
        sync::SyncConfig,
    },
    sync::plan::Plan,
};

/// What became of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What is not as it should be, each with the difference; empty: the case holds.
    pub failures: Vec<String>,
    /// What came out: the Plan in words, or the findings about the rules.
    pub actual: String,
}

/// Runs all cases of a file. `syncs` are those of the configuration, which a case may name instead of writing rules.
///
/// # Errors
/// What is wrong with the file itself; then no case is run.
pub fn run(source: &Arc<Source>, syncs: &[SyncConfig]) -> Result<Vec<Report>, Vec<Diagnostic>> {
    let tree = from_toml(source)?;
    let findings = Findings::default();
    let cases = read::cases(&tree, syncs, &findings);
    let findings = findings.into_vec();
    if findings.is_empty() { Ok(cases.iter().map(run_one).collect()) } else { Err(findings) }
}

fn run_one(case: &Case) -> Report {
    let rules = match RuleSet::compile(&case.rules, case.users.as_ref()) {
        Ok(rules) => rules,
        Err(found) => return report(case, expectation::of_findings(&case.expect, &found), told(&found)),
    };
    let mut issue = case.issue.clone();
    let plan = case.evaluate(&issue, &rules);
    let mut failures = expectation::of_plan(&case.expect, &plan);
    issue.carry_out(&rules, &plan);
    failures.extend(case.unsettled(issue, &rules, &plan));
    report(case, failures, plan.in_words_without_places())
}

fn report(case: &Case, failures: Vec<String>, actual: String) -> Report {
    Report { name: case.name.clone(), place: case.place.clone(), failures, actual }
}

impl Case {
    fn evaluate(&self, issue: &Rehearsal, rules: &RuleSet) -> Plan {
        if self.after_create { issue.evaluate_after_create(rules, &self.options) } else { issue.evaluate(rules, &self.options) }
    }

    /// What a second run would still do, where it must not; or that there is nothing left to do, where the case says otherwise.
    fn unsettled(&self, mut issue: Rehearsal, rules: &RuleSet, first: &Plan) -> Option<String> {
        // Told to take the remote value for changed, a second run takes it again.
        let options = Options { remote_change: false, ..self.options.clone() };
        if first.creates_remote && first.stopped_by().is_none() {
            let afterwards = issue.evaluate_after_create(rules, &options);
            issue.carry_out(rules, &afterwards);
        }
        if first.creates_local || first.creates_remote {
            // Nothing is taken from an issue that does not exist yet, so the first run leaves something to the one after it.
            issue.run(rules, &options);
        }
        let second =
            if self.after_create { issue.evaluate_after_create(rules, &options) } else { issue.evaluate(rules, &options) };
        let settles = second.is_empty() || first.stopped_by().is_some();
        match (settles, &self.unsettled_because) {
            (false, None) => Some(format!("a second run would not be empty:\n{}", second.in_words_without_places())),
            (true, Some(_)) => Some("the case says `settles = false`, and a second run is empty".to_owned()),
            _ => None,
        }
    }
}
