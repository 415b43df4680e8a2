//! `multi_to_remote`: several local attributes (`local_names`) give one remote value, by a table of patterns: the first one that
//! fits wins.
//!
//! ```text
//! patterns = [
//!   { when = ["closed", "fixed"], value = "5" },
//!   { when = ["closed", { any = true }], value = "6" },
//! ]
//! ```
//!
//! A pattern has an item for each of the names: a value, or `{ any = true }` for whatever it is. No pattern that fits is a failure
//! of the rule that tells the values. `l_default` stands for the value of a pattern that is unset.

use serde_json::Value;

use super::{
    Access, Direction, Rule,
    common::required_remote_name,
    evaluation::{Evaluation, Verdict},
    mapping::{Mapping, plain_value},
};
use crate::{
    config::{
        diagnostic::Diagnostic,
        node::{Node, NodeValue},
        section::Section,
    },
    sync::{
        issue::Side,
        value::{equal, is_unset, shown},
    },
};

#[derive(Debug)]
struct MultiToRemote {
    local: Vec<String>,
    remote: String,
    patterns: Vec<Pattern>,
    mapping: Mapping,
}

#[derive(Debug)]
struct Pattern {
    /// For each name the value that it must have; none: any.
    when: Vec<Option<Value>>,
    value: Value,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let local = section.texts("local_names").map(|names| names.into_iter().map(|name| name.value).collect::<Vec<_>>());
    if section.node("local_names").is_none() {
        section.missing("local_names");
    }
    let remote = required_remote_name(section);
    let patterns = read_patterns(section, local.as_deref());
    let mapping = Mapping::read_without_maps(section);
    Some(Box::new(MultiToRemote { local: local?, remote: remote?, patterns: patterns?, mapping }))
}

fn read_patterns(section: &Section<'_>, names: Option<&[String]>) -> Option<Vec<Pattern>> {
    let Some(node) = section.node("patterns") else {
        section.missing("patterns");
        return None;
    };
    let NodeValue::Array(items) = &node.value else {
        return section.wrong("patterns", node, "must be a list of { when = [...], value = ... }");
    };
    items.iter().map(|item| read_pattern(section, item, names)).collect()
}

fn read_pattern(section: &Section<'_>, item: &Node, names: Option<&[String]>) -> Option<Pattern> {
    let NodeValue::Table(table) = &item.value else {
        return section.wrong("patterns", item, "must hold tables { when = [...], value = ... }");
    };
    let inner = Section::new("patterns", table, section.findings);
    let (when, value) = (inner.node("when"), inner.node("value"));
    for (key, node) in [("when", when), ("value", value)] {
        if node.is_none() {
            inner.missing(key);
        }
    }
    inner.finish();
    let Node { value: NodeValue::Array(when), place } = when? else {
        return section.wrong("when", when?, "must be a list with an item for each of `local_names`");
    };
    if let Some(names) = names.filter(|names| names.len() != when.len()) {
        let message = format!("this pattern has {} items and `local_names` has {}", when.len(), names.len());
        section.findings.add(Diagnostic::error("rules::value", message, place.clone()));
        return None;
    }
    Some(Pattern { when: when.iter().map(wanted).collect(), value: plain_value(value?) })
}

fn wanted(node: &Node) -> Option<Value> {
    let any = matches!(&node.value, NodeValue::Table(table) if table.get("any").is_some_and(|any| any.value == NodeValue::Boolean(true)));
    (!any).then(|| plain_value(node))
}

impl Rule for MultiToRemote {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.paths.extend(self.local.iter().cloned());
        access.remote.paths.insert(self.remote.clone());
        access.writes.insert((Side::Remote, self.remote.clone()));
        access
    }

    fn direction(&self) -> Direction {
        Direction::ToRemote
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        if !evaluation.local_exists() {
            return Verdict::skipped("the local issue does not exist yet");
        }
        let local: Vec<Value> = self.local.iter().map(|path| evaluation.value(Side::Local, path)).collect();
        let told = self.local.iter().zip(&local).map(|(name, value)| format!("{name} {}", shown(value)));
        let told = told.collect::<Vec<_>>().join(", ");
        let Some(pattern) = self.patterns.iter().find(|pattern| pattern.fits(&local)) else {
            return Verdict::failed(format!("no pattern fits local {told}"));
        };
        let remote = self.mapping.remote_value(evaluation, Some(&self.remote));
        // Whatever the remote value is: were the default for an unset one only, the next run would take it away again.
        let wanted = if is_unset(&pattern.value) { &self.mapping.l_default } else { &pattern.value };
        if evaluation.equality().equal(&self.mapping.seen(wanted), &remote) {
            return Verdict::unchanged(format!("remote {} is {}", self.remote, shown(&remote)));
        }
        evaluation.set(Side::Remote, &self.remote, wanted.clone(), &format!("local {told}"))
    }
}

impl Pattern {
    fn fits(&self, values: &[Value]) -> bool {
        self.when.iter().zip(values).all(|(wanted, value)| wanted.as_ref().is_none_or(|wanted| equal(wanted, value)))
    }
}
