//! What is wrong with the rules of a sync, found before the first event: paths that a tracker does not have, values that it does
//! not know, and rules that work against each other (see [`super::quarrel`]).
//!
//! | code | severity | found |
//! | --- | --- | --- |
//! | `rules::unknown_attribute` | error | a path that the side's tracker does not have, or a display name of several fields |
//! | `rules::read_only` | error | a rule may write a path that cannot be set |
//! | `rules::unknown_value` | error | a value that a rule would set is outside of a closed vocabulary |
//! | `rules::unknown_value` | warning | a value that a rule only compares with is outside of it, or is spelt in other letter case |
//! | `rules::loop` | error, warning | rules that never come to an end, or of which one undoes the other |
//!
//! Compared values give warnings only, because issues may still have a value that has been retired since, and maps are shared
//! between trackers. What a tracker does not tell is never reported. Kinds need nothing of their own for this: what they read and
//! write is their access, and the parameters with names and values are those that all kinds share.

use super::{
    RuleSet,
    compiled::Compiled,
    origin::{Mentioned, Use},
    quarrel,
};
use crate::{
    config::{diagnostic::Diagnostic, section::nearest},
    sync::{
        issue::Side,
        schema::{Attribute, Lookup, Schema},
    },
};

/// How many values or attributes a hint names at most.
const MOST_NAMED: usize = 12;

/// All that can be found: [`against_schemas`] and [`quarrels`].
#[must_use]
pub fn diagnose(rules: &RuleSet, local: Option<&Schema>, remote: Option<&Schema>) -> Vec<Diagnostic> {
    let mut found = against_schemas(rules, local, remote);
    found.extend(quarrels(rules));
    found
}

/// Rules that work against each other; no tracker is asked for this.
#[must_use]
pub fn quarrels(rules: &RuleSet) -> Vec<Diagnostic> {
    quarrel::find(rules)
}

/// Checks the rules of a sync against what its trackers tell about themselves; `None` for one that was not asked.
#[must_use]
pub fn against_schemas(rules: &RuleSet, local: Option<&Schema>, remote: Option<&Schema>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for compiled in &rules.rules {
        for (side, schema) in [(Side::Local, local), (Side::Remote, remote)] {
            if let Some(schema) = schema {
                OnSide { compiled, side, schema }.diagnose(&mut found);
            }
        }
    }
    found
}

/// One rule on one side.
struct OnSide<'r> {
    compiled: &'r Compiled,
    side: Side,
    schema: &'r Schema,
}

impl OnSide<'_> {
    fn diagnose(&self, found: &mut Vec<Diagnostic>) {
        let access = self.compiled.rule.access();
        let reads = if self.side == Side::Local { &access.local.paths } else { &access.remote.paths };
        let writes = || access.writes.iter().filter(|(side, _)| *side == self.side).map(|(_, path)| path);
        let only_written = writes().filter(|path| !reads.contains(*path));
        for path in reads.iter().chain(only_written) {
            match self.schema.lookup(path) {
                Lookup::Found(attribute) => {
                    let written = writes().any(|written| written == path);
                    if let Some(why) = attribute.read_only.as_ref().filter(|_| written) {
                        found.push(self.read_only(path, why));
                    }
                    if self.compiled.origin.path(self.side) == Some(path) {
                        found.extend(self.values(&attribute, written));
                    }
                }
                Lookup::Missing { part, of, candidates } => found.push(self.missing(path, &part, &of, &candidates)),
                Lookup::Ambiguous { part, ids } => found.push(self.ambiguous(path, &part, &ids)),
                Lookup::Undecided => {}
            }
        }
    }

    fn tracker(&self) -> String {
        format!("{} tracker `{}`", self.side, self.schema.tracker)
    }

    fn missing(&self, path: &str, part: &str, of: &str, candidates: &[String]) -> Diagnostic {
        let message = if part.is_empty() {
            format!("the path `{path}` lacks the property, as in `/class/property`")
        } else {
            format!("the {} has no attribute `{path}`: there is no `{part}` in {of}", self.tracker())
        };
        let place = self.compiled.origin.place_of(self.side, path).clone();
        let diagnostic = Diagnostic::error("rules::unknown_attribute", message, place);
        match hint(part, candidates) {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }

    fn ambiguous(&self, path: &str, part: &str, ids: &[String]) -> Diagnostic {
        let message = format!("the {} has {} fields of the name `{part}`", self.tracker(), ids.len());
        let place = self.compiled.origin.place_of(self.side, path).clone();
        let ids = ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        Diagnostic::error("rules::unknown_attribute", message, place).hint(format!("name it by its id, one of {ids}"))
    }

    fn read_only(&self, path: &str, why: &str) -> Diagnostic {
        let message = format!("this rule writes `{path}`, which cannot be set in the {}: {why}", self.tracker());
        let place = self.compiled.origin.place_of(self.side, path).clone();
        Diagnostic::error("rules::read_only", message, place)
    }

    fn values(&self, attribute: &Attribute<'_>, written: bool) -> Vec<Diagnostic> {
        let Some(vocabulary) = attribute.vocabulary else { return Vec::new() };
        let of_side = self.compiled.origin.values.iter().filter(|value| value.side == self.side);
        let unknown = of_side.filter(|value| {
            // Roundup takes several items of a list in one text.
            let several = attribute.list && value.text.split(',').all(|part| is_known(part, vocabulary));
            !several && !is_known(&value.text, vocabulary)
        });
        unknown.map(|value| self.unknown_value(value, vocabulary, written)).collect()
    }

    fn unknown_value(&self, value: &Mentioned, vocabulary: &[String], written: bool) -> Diagnostic {
        let text = value.text.trim();
        let path = self.compiled.origin.path(self.side).unwrap_or_default();
        let message = format!("`{path}` in the {} has no value \"{text}\"", self.tracker());
        // Values are told apart by letter case wherever they are compared, so that this one would be written again and again.
        let differs_in_case = vocabulary.iter().any(|known| known.trim().to_lowercase() == text.to_lowercase());
        let is_error = value.usage == Use::Set && written && !differs_in_case;
        let hint = hint(text, vocabulary).unwrap_or_else(|| "it has no values at all".to_owned());
        let found = Diagnostic::error("rules::unknown_value", message, value.place.clone()).hint(hint);
        Diagnostic { is_warning: !is_error, ..found }
    }
}

/// Whether a value is one of a vocabulary. An id of the tracker is as good as a name.
fn is_known(text: &str, vocabulary: &[String]) -> bool {
    let text = text.trim();
    let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_id || vocabulary.iter().any(|known| known.trim() == text)
}

/// The nearest of the known words, or the first ones of them.
fn hint(word: &str, known: &[String]) -> Option<String> {
    if known.is_empty() {
        return None;
    }
    let lower = word.to_lowercase();
    if let Some(other_case) = known.iter().find(|known| known.to_lowercase() == lower) {
        return Some(format!("did you mean `{other_case}`?"));
    }
    let told = nearest(word, known.iter().map(String::as_str));
    if known.len() <= MOST_NAMED || told.starts_with("did you mean") {
        return Some(told);
    }
    let first = nearest(word, known.iter().take(MOST_NAMED).map(String::as_str));
    Some(format!("{first} and {} more", known.len() - MOST_NAMED))
}

#[cfg(test)]
mod tests;
