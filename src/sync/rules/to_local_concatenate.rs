//! `to_local_concatenate`: several remote attributes (`remote_names`), as one text with headings, go to the local side whenever it
//! differs.
//!
//! Attributes without a value are left out. Each of the others gets a heading, unless `add_prefix` is false: `field_prefix`, the
//! name, `field_postfix` (by default a colon and a line end); `delimiter` (a line end) stands between. `name_map` gives other names;
//! a name mapped to the empty text gets no heading and is joined by `short_delimiter` (a blank). `content_map` holds, for a name, a
//! table of its values and what is written in their place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Access, Direction, Rule,
    common::required_local_name,
    evaluation::{Evaluation, Verdict},
    mapping::read_map,
};
use crate::{
    config::{node::NodeValue, section::Section},
    sync::{
        issue::Side,
        value::{is_unset, same_text, to_text},
    },
};

#[derive(Debug)]
struct ToLocalConcatenate {
    local: String,
    parts: Vec<Part>,
    delimiter: String,
    short_delimiter: String,
}

/// One remote attribute.
#[derive(Debug)]
struct Part {
    remote: String,
    /// What stands before its value; none: it is joined to what is before.
    heading: Option<String>,
    contents: Vec<(String, Value)>,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let local = required_local_name(section);
    let names = section.texts("remote_names");
    if section.node("remote_names").is_none() {
        section.missing("remote_names");
    }
    let text = |key, default: &str| section.text(key).map_or_else(|| default.to_owned(), |text| text.value);
    let (prefix, postfix) = (text("field_prefix", ""), text("field_postfix", ":\n"));
    let (delimiter, short_delimiter) = (text("delimiter", "\n"), text("short_delimiter", " "));
    let with_headings = section.flag("add_prefix", true);
    let other_names: BTreeMap<String, Value> = read_map(section, "name_map").unwrap_or_default().into_iter().collect();
    let mut contents = read_content_map(section);
    let heading = |name: &str| match other_names.get(name) {
        Some(other) if is_unset(other) => None,
        _ if !with_headings => Some(String::new()),
        other => Some(format!("{prefix}{}{postfix}", other.map_or_else(|| name.to_owned(), |other| to_text(other, ", ")))),
    };
    let parts = names?.into_iter().map(|name| Part {
        heading: heading(&name.value),
        contents: contents.remove(&name.value).unwrap_or_default(),
        remote: name.value,
    });
    Some(Box::new(ToLocalConcatenate { local: local?, parts: parts.collect(), delimiter, short_delimiter }))
}

fn read_content_map(section: &Section<'_>) -> BTreeMap<String, Vec<(String, Value)>> {
    let Some(node) = section.node("content_map") else { return BTreeMap::new() };
    let NodeValue::Table(table) = &node.value else {
        return section.wrong("content_map", node, "must be a table of tables").unwrap_or_default();
    };
    let inner = |entry: &crate::config::node::Entry| match &entry.value.value {
        NodeValue::Table(values) => Some((entry.key.clone(), values.entries.iter().map(super::mapping::plain_entry).collect())),
        _ => section.wrong("content_map", &entry.value, "must be a table of tables"),
    };
    table.entries.iter().filter_map(inner).collect()
}

impl Rule for ToLocalConcatenate {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.paths.insert(self.local.clone());
        access.remote.paths.extend(self.parts.iter().map(|part| part.remote.clone()));
        access.writes.insert((Side::Local, self.local.clone()));
        access
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let wanted = self.text(evaluation);
        if wanted.is_empty() {
            return Verdict::unchanged("none of the remote attributes has a value");
        }
        let (wanted, local) = (Value::from(wanted), evaluation.value(Side::Local, &self.local));
        if evaluation.equality().equal(&wanted, &local) {
            return Verdict::unchanged(format!("local {} holds this text", self.local));
        }
        evaluation.set(Side::Local, &self.local, wanted, "the text made of the remote attributes differs")
    }
}

impl ToLocalConcatenate {
    fn text(&self, evaluation: &Evaluation<'_>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            let value = evaluation.value(Side::Remote, &part.remote);
            if is_unset(&value) {
                continue;
            }
            let delimiter = if part.heading.is_some() { &self.delimiter } else { &self.short_delimiter };
            if !text.is_empty() {
                text.push_str(delimiter);
            }
            text.push_str(part.heading.as_deref().unwrap_or_default());
            text.push_str(&part.content(&to_text(&value, ", ")));
        }
        text
    }
}

impl Part {
    fn content(&self, value: &str) -> String {
        let mapped = self.contents.iter().rev().find(|(from, _)| same_text(from, value));
        mapped.map_or_else(|| value.to_owned(), |(_, to)| to_text(to, ", "))
    }
}
