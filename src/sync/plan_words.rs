//! A Plan as people read it, and as scripts do.

use serde_json::{Value, json};
use similar::TextDiff;

use super::{
    effects::Effect,
    plan::{Plan, RuleReport, Write},
    value::{shown, to_text},
};

/// Texts longer than this, or of several lines, are told as a diff.
const SHORT: usize = 60;
/// Lines around each change of a diff.
const CONTEXT: usize = 1;

impl Plan {
    /// The Plan in words: a line for each rule with its place, one for what it decided and why; then a line for each effect.
    #[must_use]
    pub fn in_words(&self) -> String {
        self.words(true)
    }

    /// The same without the places of the rules, which move with every line that is written above them.
    #[must_use]
    pub fn in_words_without_places(&self) -> String {
        self.words(false)
    }

    fn words(&self, with_places: bool) -> String {
        let mut lines = Vec::new();
        for (number, report) in self.rules.iter().enumerate() {
            let RuleReport { kind, subject, place, outcome, reason, warning, writes } = report;
            let place = if with_places { format!("  [{place}]") } else { String::new() };
            lines.push(format!("{:>3}. {kind} {subject}", number + 1).trim_end().to_owned() + &place);
            lines.push(format!("     {}: {reason}", outcome.word()));
            lines.extend(warning.iter().map(|warning| format!("     warning: {warning}")));
            lines.extend(writes.iter().filter_map(diff).flat_map(|diff| indented(&diff)));
        }
        lines.push(String::new());
        lines.extend(self.effects_in_words());
        lines.join("\n")
    }

    /// What would be written, a line for each effect; a line saying so if there is none, and why where a rule stopped it.
    #[must_use]
    pub fn effects_in_words(&self) -> Vec<String> {
        if let Some(number) = self.rules.iter().position(|report| report.outcome == super::plan::RuleOutcome::Stopped) {
            return self.stopped_in_words(number);
        }
        let lines: Vec<String> = self.effects().into_iter().map(|Effect { words, .. }| words).collect();
        if lines.is_empty() { vec!["nothing to do".to_owned()] } else { lines }
    }

    fn stopped_in_words(&self, by: usize) -> Vec<String> {
        let mut lines = vec![format!("nothing is written: rule {} stopped the sync of this issue", by + 1)];
        for (number, report) in self.rules.iter().enumerate().take(by) {
            let told = report.writes.iter().map(|Write { side, path, old, new }| {
                format!("not carried out: rule {}: set {side} {path}: {} -> {}", number + 1, shown(old), shown(new))
            });
            lines.extend(told);
        }
        lines
    }

    /// The Plan for scripts: as it is stored, with a diff beside each long text that a rule sets.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut told = json!(self);
        for (number, report) in self.rules.iter().enumerate() {
            for (at, write) in report.writes.iter().enumerate() {
                if let Some(diff) = diff(write) {
                    told["rules"][number]["writes"][at]["diff"] = Value::from(diff);
                }
            }
        }
        told
    }
}

/// The difference between two texts, where a line of words would not show it.
fn diff(write: &Write) -> Option<String> {
    let (old, new) = (to_text(&write.old, ", "), to_text(&write.new, ", "));
    let long = |text: &str| text.len() > SHORT || text.contains('\n');
    if old.is_empty() || !long(&old) && !long(&new) {
        return None;
    }
    let (old, new) = (old.replace('\r', ""), new.replace('\r', ""));
    let diff = TextDiff::from_lines(&old, &new);
    Some(diff.unified_diff().context_radius(CONTEXT).missing_newline_hint(false).to_string().trim_end().to_owned())
}

fn indented(text: &str) -> Vec<String> {
    text.lines().map(|line| format!("       {line}").trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(outcome: &str, new: &str) -> Plan {
        let writes = json!([{ "side": "local", "path": "text", "old": "first\nsecond\nthird", "new": new }]);
        let rule = json!({ "kind": "to_local", "subject": "text <-> r", "place": "a.toml:3", "outcome": "change", "reason": "why", "writes": writes });
        let check = json!({ "kind": "check", "subject": "go", "place": "a.toml:9", "outcome": outcome, "reason": "local go is \"no\"" });
        serde_json::from_value(json!({ "creates_local": false, "rules": [rule, check], "local": {}, "remote": {} })).unwrap()
    }

    #[test]
    fn a_long_text_is_told_as_a_diff() {
        let plan = plan("unchanged", "first\n2nd\nthird");
        let words = plan.in_words();
        assert!(
            words.contains("       @@ -1,3 +1,3 @@\n        first\n       -second\n       +2nd\n        third\n"),
            "{words}"
        );
        assert!(plan.to_json()["rules"][0]["writes"][0]["diff"].as_str().unwrap().contains("+2nd"));
        assert!(words.contains("[a.toml:3]") && !plan.in_words_without_places().contains("a.toml"));
    }

    #[test]
    fn what_a_stopped_rule_stopped_is_told() {
        let words = plan("stopped", "x").in_words();
        assert!(words.ends_with("nothing is written: rule 2 stopped the sync of this issue\nnot carried out: rule 1: set local text: \"first second third\" -> \"x\""), "{words}");
    }
}
