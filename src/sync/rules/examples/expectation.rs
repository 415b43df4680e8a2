//! What a case expects, and how it differs from what came out.

use super::diff;
use crate::{
    config::{diagnostic::Diagnostic, place::Place},
    sync::{
        issue::{Attributes, Side},
        plan::Plan,
        value::shown,
    },
};

/// What a case expects.
#[derive(Debug, PartialEq)]
pub(super) enum Expectation {
    /// The Plan, in these words.
    Plan(String),
    /// Findings about the rules, in these words.
    Findings(String),
    /// These attributes to be set on each side, and no others; whatever else the Plan says.
    Written {
        /// On the local side.
        local: Option<Attributes>,
        /// On the remote side.
        remote: Option<Attributes>,
    },
}

/// One finding in words: what it says, the line that it points to, its hint.
pub(super) fn finding(code: &str, line: &str, message: &str, hint: Option<&str>) -> String {
    let hint = hint.map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
    format!("{code}: {message}\n  line: {}{hint}", line.trim())
}

/// Findings in words.
pub(super) fn told(findings: &[Diagnostic]) -> String {
    let told = |found: &Diagnostic| finding(found.code, line_of(&found.place), &found.message, found.hint.as_deref());
    findings.iter().map(told).collect::<Vec<_>>().join("\n")
}

/// The line that a place is on.
fn line_of(place: &Place) -> &str {
    let (Place::File { source, .. }, Some((line, _))) = (place, place.line_and_column()) else { return "" };
    source.text.lines().nth(line - 1).unwrap_or_default()
}

/// How findings differ from what was expected.
pub(super) fn of_findings(expected: &Expectation, found: &[Diagnostic]) -> Vec<String> {
    let wanted = if let Expectation::Findings(wanted) = expected { wanted } else { "" };
    difference("the findings about the rules are not those expected", wanted, &told(found)).into_iter().collect()
}

/// How a Plan differs from what was expected.
pub(super) fn of_plan(expected: &Expectation, plan: &Plan) -> Vec<String> {
    const WHAT: &str = "the Plan is not the expected one";
    match expected {
        Expectation::Plan(words) => difference(WHAT, words, &plan.in_words_without_places()).into_iter().collect(),
        Expectation::Findings(words) => difference("the rules have no flaw", words, "").into_iter().collect(),
        Expectation::Written { local, remote } => [(Side::Local, local), (Side::Remote, remote)]
            .into_iter()
            .filter_map(|(side, wanted)| {
                let actual = settings(side, &plan.side(side).new_values());
                difference("what is set is not what was expected", &settings(side, wanted.as_ref()?), &actual)
            })
            .collect(),
    }
}

fn settings(side: Side, values: &Attributes) -> String {
    let lines = values.iter().map(|(path, value)| format!("set {side} {path}: {}", shown(value)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The difference in words, if there is one. Neither indentation nor lines without text count.
fn difference(what: &str, expected: &str, actual: &str) -> Option<String> {
    let (expected, actual) = (lines(expected), lines(actual));
    (expected != actual).then(|| format!("{what}  (- expected, + actual):\n{}", diff::of(&expected, &actual)))
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}
