//! How a value of one side is expressed on the other: maps, defaults, prefixes, and the equality that goes with them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    config::{
        diagnostic::Diagnostic,
        node::{Entry, Node, NodeValue},
        section::Section,
        users::Users,
    },
    sync::{
        issue::Side,
        value::{Equality, equal, is_unset, same_text, shown, to_text},
    },
};

use super::{evaluation::Evaluation, users};

/// The translation between the values of both sides.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    to_remote: Option<Vec<(String, Value)>>,
    to_local: Option<Vec<(String, Value)>>,
    /// Goes to the remote side when the local value is unset; in the remote side's values.
    pub l_default: Value,
    /// Goes to the local side when the remote value is unset; in the local side's values.
    pub r_default: Value,
    /// A local value that counts as unset.
    pub local_unset: Value,
    /// Stands for the remote value while we may not read the remote issue.
    r_unreadable: Value,
    strip_prefix: String,
    local_prefix: String,
    allowed_chars: Option<String>,
    joined_by: Option<String>,
    /// The values are people, and these stand for those who are not in the map.
    fallbacks: Option<Fallbacks>,
}

/// Who stands for people who are not in the map.
#[derive(Clone, Debug, Default)]
struct Fallbacks {
    remote: Value,
    local: Value,
}

/// Why a value that a map does not hold cannot go across.
#[derive(Debug, PartialEq, Eq)]
pub struct NotInMap(String);

impl NotInMap {
    /// What is wrong, for the Plan.
    #[must_use]
    pub fn reason(&self) -> String {
        self.0.clone()
    }
}

impl Mapping {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let (map, imap) = (read_map(section, "map"), read_map(section, "imap"));
        if let Some(users) = users::read(section) {
            return Self::of_users(users, Self::read_without_maps(section));
        }
        Self {
            to_local: imap.clone().or_else(|| map.as_deref().map(inverse)),
            to_remote: map.or_else(|| imap.as_deref().map(inverse)),
            ..Self::read_without_maps(section)
        }
    }

    fn of_users(users: Users, plain: Self) -> Self {
        let fallback = |user: Option<String>| user.map_or(Value::Null, Value::from);
        let map: Vec<(String, Value)> = users.map.into_iter().map(|(local, remote)| (local, Value::from(remote))).collect();
        let fallbacks = Fallbacks { remote: fallback(users.remote_fallback), local: fallback(users.local_fallback) };
        Self { to_local: Some(inverse(&map)), to_remote: Some(map), fallbacks: Some(fallbacks), ..plain }
    }

    /// For kinds whose translation is not one of single values.
    pub(super) fn read_without_maps(section: &Section<'_>) -> Self {
        let separator = section.text("separator").map_or_else(|| ", ".to_owned(), |text| text.value);
        let text = |key| section.text(key).map(|text| text.value).unwrap_or_default();
        Self {
            to_local: None,
            to_remote: None,
            l_default: read_value(section, "l_default"),
            r_default: read_default(section),
            local_unset: read_value(section, "local_unset"),
            r_unreadable: read_value(section, "r_unreadable"),
            strip_prefix: text("strip_prefix"),
            local_prefix: text("local_prefix"),
            allowed_chars: section.text("allowed_chars").map(|text| text.value),
            joined_by: section.flag("join_multilink", false).then_some(separator),
            fallbacks: None,
        }
    }

    /// The mapping without what is put around or taken out of values on their way to the local side: where the value comes back,
    /// it would grow with each run.
    #[must_use]
    pub fn undressed(self) -> Self {
        Self { local_prefix: String::new(), allowed_chars: None, ..self }
    }

    /// The remote value at a path, as earlier rules left it and as every comparison sees it.
    #[must_use]
    pub fn remote_value(&self, evaluation: &Evaluation<'_>, path: Option<&String>) -> Value {
        if !self.r_unreadable.is_null() && !evaluation.remote().is_readable() {
            return self.r_unreadable.clone();
        }
        path.map_or(Value::Null, |path| self.seen(&evaluation.value(Side::Remote, path)))
    }

    /// The remote value as every comparison sees it.
    #[must_use]
    pub fn seen(&self, remote: &Value) -> Value {
        match remote {
            Value::String(text) if !self.strip_prefix.is_empty() => {
                Value::from(text.strip_prefix(&self.strip_prefix).unwrap_or(text))
            }
            other => other.clone(),
        }
    }

    /// What a local value is on the remote side; the default for an unset one.
    ///
    /// # Errors
    /// The value is not in the map.
    pub fn to_remote(&self, local: &Value) -> Result<Value, NotInMap> {
        if is_unset(local) {
            return Ok(of_unset(self.to_remote.as_deref()).unwrap_or_else(|| self.l_default.clone()));
        }
        let value = self.translate(Side::Remote, local)?;
        Ok(match (&self.joined_by, value) {
            (Some(separator), list @ Value::Array(_)) => Value::from(to_text(&list, separator)),
            (_, value) => value,
        })
    }

    /// What a remote value (as [`Mapping::seen`]) is on the local side; the default for an unset one.
    ///
    /// # Errors
    /// The value is not in the map.
    pub fn to_local(&self, remote: &Value) -> Result<Value, NotInMap> {
        if is_unset(remote) {
            return Ok(of_unset(self.to_local.as_deref()).unwrap_or_else(|| self.r_default.clone()));
        }
        let value = self.translate(Side::Local, remote)?;
        Ok(match value {
            Value::Array(items) => items.into_iter().map(|item| self.dress(item)).collect(),
            single => self.dress(single),
        })
    }

    /// Whether there is nothing to do between a local and a remote value.
    ///
    /// With maps it is enough that one direction says so: a map that is not one-to-one must not make both sides take turns.
    #[must_use]
    pub fn in_line(&self, local: &Value, remote: &Value, equality: Equality) -> bool {
        if is_unset(local) && is_unset(remote) {
            return is_unset(&self.l_default) && is_unset(&self.r_default);
        }
        let there = self.to_remote(local).is_ok_and(|value| equality.equal(&self.seen(&value), remote));
        // What a map gives is a value of the local side, where blanks around it never count.
        let same_here = |value: &Value| equality.equal(value, local) || self.to_local.is_some() && equal(value, local);
        let back = self.to_local(remote).is_ok_and(|value| same_here(&value));
        there || back
    }

    /// Whether a map, in either direction, holds the two for the same.
    #[must_use]
    pub fn same_by_map(&self, local: &Value, remote: &Value) -> bool {
        let mapped = self.to_remote.is_some() || self.to_local.is_some();
        mapped && !is_unset(local) && !is_unset(remote) && self.in_line(local, remote, Equality::Plain)
    }

    /// Whether a local value counts as unset.
    #[must_use]
    pub fn is_local_unset(&self, local: &Value) -> bool {
        is_unset(local) || (!self.local_unset.is_null() && equal(local, &self.local_unset))
    }

    /// What a value is on the other side, which is this one.
    fn translate(&self, to: Side, value: &Value) -> Result<Value, NotInMap> {
        let map = if to == Side::Remote { &self.to_remote } else { &self.to_local };
        let Some(map) = map else { return Ok(value.clone()) };
        let Value::Array(items) = value else { return self.translate_one(to, map, value) };
        let mut translated: Vec<Value> =
            items.iter().map(|item| self.translate_one(to, map, item)).collect::<Result<_, _>>()?;
        if self.fallbacks.is_some() {
            // A tracker keeps nobody twice, and several may have the same stand-in.
            let mut seen = BTreeSet::new();
            translated.retain(|user| seen.insert(to_text(user, ", ")));
        }
        Ok(Value::Array(translated))
    }

    fn translate_one(&self, to: Side, map: &[(String, Value)], value: &Value) -> Result<Value, NotInMap> {
        let text = to_text(value, ", ");
        if let Some((_, mapped)) = map.iter().rev().find(|(key, _)| same_text(key, &text)) {
            return Ok(mapped.clone());
        }
        let (otherwise, missing) = match (&self.fallbacks, to) {
            (Some(fallbacks), Side::Remote) => (&fallbacks.remote, "remote_fallback"),
            (Some(fallbacks), Side::Local) => (&fallbacks.local, "local_fallback"),
            (None, Side::Remote) => (&self.l_default, "default"),
            (None, Side::Local) => (&self.r_default, "default"),
        };
        if !is_unset(otherwise) {
            return Ok(otherwise.clone());
        }
        let map = if self.fallbacks.is_some() { "[sync.users]" } else { "the map" };
        Err(NotInMap(format!("{map} has no entry for {}, and there is no {missing}", shown(value))))
    }

    fn dress(&self, value: Value) -> Value {
        let Value::String(text) = value else { return value };
        let allowed = |c: char| self.allowed_chars.as_ref().is_none_or(|allowed| allowed.contains(c));
        let text: String = text.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
        Value::from(format!("{}{text}", self.local_prefix))
    }
}

/// What a map has for an unset value: its entry for the empty text.
fn of_unset(map: Option<&[(String, Value)]>) -> Option<Value> {
    map?.iter().rev().find(|(key, _)| key.is_empty()).map(|(_, value)| value.clone())
}

fn inverse(map: &[(String, Value)]) -> Vec<(String, Value)> {
    map.iter().map(|(key, value)| (to_text(value, ", "), Value::from(key.as_str()))).collect()
}

pub(super) fn read_map(section: &Section<'_>, key: &'static str) -> Option<Vec<(String, Value)>> {
    let node = section.node(key)?;
    let NodeValue::Table(table) = &node.value else {
        return section.wrong(key, node, &format!("must be a table of values, not {}", node.value.kind()));
    };
    Some(table.entries.iter().map(plain_entry).collect())
}

/// An entry of a map.
pub(super) fn plain_entry(entry: &Entry) -> (String, Value) {
    (entry.key.clone(), plain_value(&entry.value))
}

/// `default` is the older name of `r_default`; both at once is a contradiction.
fn read_default(section: &Section<'_>) -> Value {
    let (older, newer) = (section.node("default"), section.node("r_default"));
    if let (Some(older), Some(_)) = (older, newer) {
        let message = "`default` is another name of `r_default`; give one of them";
        section.findings.add(Diagnostic::error("rules::value", message, older.place.clone()));
    }
    newer.or(older).map_or(Value::Null, plain_value)
}

pub(super) fn read_value(section: &Section<'_>, key: &'static str) -> Value {
    section.node(key).map_or(Value::Null, plain_value)
}

/// A value as the rules see it.
pub(super) fn plain_value(node: &Node) -> Value {
    match &node.value {
        NodeValue::String(text) => Value::from(text.as_str()),
        NodeValue::Integer(number) => Value::from(*number),
        NodeValue::Float(number) => Value::from(*number),
        NodeValue::Boolean(flag) => Value::from(*flag),
        NodeValue::Array(items) => items.iter().map(plain_value).collect(),
        NodeValue::Table(table) => table
            .entries
            .iter()
            .map(|entry| (entry.key.clone(), plain_value(&entry.value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
