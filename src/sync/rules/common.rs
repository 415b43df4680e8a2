//! Parameters that are common to all kinds: the attribute names, and when a rule runs at all.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Access, Direction, Phase,
    evaluation::{Evaluation, Verdict},
    mapping::Mapping,
};
use crate::{
    config::{
        node::{Node, NodeValue, Table},
        section::{Located, Section},
    },
    sync::{
        issue::{Side, Snapshot},
        value::{is_unset, shown},
    },
};

/// When a rule may run, and when it may write.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a parameter of the configuration")]
pub struct Gates {
    only_update: bool,
    only_create: bool,
    local_only_update: bool,
    local_only_create: bool,
    only_assigned: bool,
    after_create: bool,
    /// It has a value to go by for an issue that may not be read.
    takes_unreadable: bool,
}

impl Gates {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            only_update: section.flag("only_update", false),
            only_create: section.flag("only_create", false),
            local_only_update: section.flag("l_only_update", false),
            local_only_create: section.flag("l_only_create", false),
            only_assigned: section.flag("only_assigned", false),
            after_create: section.flag("after_create", false),
            takes_unreadable: section.node("r_unreadable").is_some(),
        }
    }

    /// Whether the rule can run while the remote issue is yet to be created.
    pub(super) fn may_run_before_the_remote_issue_exists(&self) -> bool {
        !self.only_update && !self.only_assigned
    }

    /// Whether the rule may give an issue a value that is just being created on a side.
    pub(super) fn may_write_new_issues(&self, side: Side) -> bool {
        match side {
            Side::Local => !self.only_create && !self.local_only_update,
            Side::Remote => self.may_run_before_the_remote_issue_exists(),
        }
    }

    /// Whether the rule may give an issue a value that is there on a side already.
    pub(super) fn may_write_issues_that_exist(&self, side: Side, direction: Direction) -> bool {
        match side {
            Side::Local if self.only_create && direction == Direction::ToLocal => false,
            Side::Local => !self.local_only_create,
            Side::Remote => !self.only_create,
        }
    }

    /// The verdict in place of the rule's own, where the rule does not run at all.
    pub(super) fn closed(
        &self,
        direction: Direction,
        reads_remotely: &BTreeSet<String>,
        evaluation: &Evaluation<'_>,
    ) -> Option<Verdict> {
        let reason = self.closed_in_phase(direction, evaluation).map(str::to_owned);
        let reason = reason.or_else(|| closed_to_new(evaluation).map(str::to_owned));
        let reason = reason.or_else(|| self.closed_to(direction, reads_remotely, evaluation.remote()));
        reason.map(Verdict::skipped)
    }

    fn closed_in_phase(&self, direction: Direction, evaluation: &Evaluation<'_>) -> Option<&'static str> {
        let assigned = evaluation.remote().assigned_to_us;
        match evaluation.phase() {
            Phase::Update if self.only_create => Some("only_create and the remote issue exists"),
            Phase::CreateRemote if self.only_update => Some("only_update and the remote issue does not exist yet"),
            Phase::CreateRemote if direction == Direction::ToLocal => {
                Some("the remote issue does not exist yet, and nothing of it could go to the local side")
            }
            Phase::AfterCreate if !self.after_create => Some("not marked after_create"),
            Phase::AfterCreate if direction != Direction::ToLocal => {
                Some("after_create is for what goes to the local side only")
            }
            _ if self.only_assigned && !assigned => Some("only_assigned and the remote issue is not assigned to us"),
            _ => None,
        }
    }

    /// Of an issue that is shown in part, a rule that reads what is not shown must not run: the attribute looks emptied.
    fn closed_to(&self, direction: Direction, reads: &BTreeSet<String>, remote: &Snapshot) -> Option<String> {
        let shown = remote.restricted.as_ref()?;
        let open = direction == Direction::Check
            || self.takes_unreadable && !remote.is_readable()
            || !reads.is_empty() && reads.is_subset(shown);
        let told = || shown.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        (!open).then(|| format!("restricted: of this remote issue we are shown only {}", told()))
    }

    /// Why nothing must be written on a side now, if so.
    pub(super) fn refusal(&self, side: Side, local_exists: bool) -> Option<&'static str> {
        match side {
            Side::Local if self.local_only_update && !local_exists => {
                Some("l_only_update and the local issue does not exist yet")
            }
            Side::Local if self.local_only_create && local_exists => Some("l_only_create and the local issue exists"),
            _ => None,
        }
    }
}

/// A new local issue is made of a complete remote one only.
fn closed_to_new(evaluation: &Evaluation<'_>) -> Option<&'static str> {
    let in_part = evaluation.remote().restricted.is_some() && !evaluation.local_exists();
    in_part.then_some("restricted: no local issue is created from a remote one that is shown in part")
}

/// The local attribute's path; `roundup_name` is the predecessor's word for it.
pub(super) fn local_name(section: &Section<'_>) -> Option<Located<String>> {
    let older = section.text("roundup_name");
    section.text("local_name").or(older)
}

/// The local attribute's path, which this kind needs.
pub(super) fn required_local_name(section: &Section<'_>) -> Option<String> {
    let name = local_name(section);
    if section.node("local_name").or_else(|| section.node("roundup_name")).is_none() {
        section.missing("local_name");
    }
    name.map(|name| name.value)
}

/// Two attributes and the translation between their values: what most kinds are made of.
#[derive(Debug)]
pub(super) struct Pair {
    pub local: String,
    pub remote: String,
    pub mapping: Mapping,
}

impl Pair {
    pub(super) fn read(section: &Section<'_>) -> Option<Self> {
        let (local, remote) = (required_local_name(section), required_remote_name(section));
        let mapping = Mapping::read(section);
        Some(Self { local: local?, remote: remote?, mapping })
    }

    /// Both are read; those of the named sides may be written.
    pub(super) fn access(&self, writes: &[Side]) -> Access {
        let mut access = Access::default();
        access.local.paths.insert(self.local.clone());
        access.remote.paths.insert(self.remote.clone());
        access.writes.extend(writes.iter().map(|side| (*side, self.path(*side).to_owned())));
        access
    }

    fn path(&self, side: Side) -> &str {
        match side {
            Side::Local => &self.local,
            Side::Remote => &self.remote,
        }
    }

    /// The values of both sides as earlier rules left them, the remote one as [`Mapping::remote_value`].
    pub(super) fn values(&self, evaluation: &Evaluation<'_>) -> (Value, Value) {
        let remote = self.mapping.remote_value(evaluation, Some(&self.remote));
        (evaluation.value(Side::Local, &self.local), remote)
    }

    /// Whether there is nothing to do between these two values.
    pub(super) fn in_line(&self, evaluation: &Evaluation<'_>, local: &Value, remote: &Value) -> bool {
        self.mapping.in_line(local, remote, evaluation.equality())
    }
}

/// A local attribute and what comes to it: the value of a remote one, or, where none is named, a default.
#[derive(Debug)]
pub(super) struct Import {
    pub local: String,
    pub remote: Option<String>,
    pub mapping: Mapping,
}

impl Import {
    pub(super) fn read(section: &Section<'_>) -> Option<Self> {
        let local = required_local_name(section);
        let remote = section.text("remote_name").map(|name| name.value);
        let mapping = Mapping::read(section);
        if remote.is_none() && mapping.r_default.is_null() {
            section.missing("remote_name` or `r_default");
            return None;
        }
        Some(Self { local: local?, remote, mapping })
    }

    pub(super) fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.paths.insert(self.local.clone());
        access.remote.paths.extend(self.remote.clone());
        access.writes.insert((Side::Local, self.local.clone()));
        access
    }

    /// The values of both sides as earlier rules left them, the remote one as [`Mapping::remote_value`].
    pub(super) fn values(&self, evaluation: &Evaluation<'_>) -> (Value, Value) {
        let remote = self.mapping.remote_value(evaluation, self.remote.as_ref());
        (evaluation.value(Side::Local, &self.local), remote)
    }

    /// What the remote side says, for people.
    pub(super) fn told(&self, remote: &Value) -> String {
        match &self.remote {
            Some(path) if is_unset(remote) => format!("remote {path} is unset"),
            Some(path) => format!("remote {path} is {}", shown(remote)),
            None => "no remote attribute is named".to_owned(),
        }
    }
}

/// The remote attribute's path, which this kind needs.
pub(super) fn required_remote_name(section: &Section<'_>) -> Option<String> {
    section.required_text("remote_name").map(|name| name.value)
}

/// What a rule is about, for people. Reads the table itself: whether a kind knows a key is not decided here.
pub(super) fn subject(table: &Table) -> String {
    let first = |keys: &[&str]| keys.iter().find_map(|key| table.get(key)).map(shown_name);
    let local = first(&["local_name", "roundup_name", "local_names"]);
    let remote = first(&["remote_name", "remote_names", "kpm_process_step"]);
    match (local, remote) {
        (Some(local), Some(remote)) => format!("{local} <-> {remote}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => first(&["headline", "prefix", "keyword"]).unwrap_or_default(),
    }
}

fn shown_name(node: &Node) -> String {
    match &node.value {
        NodeValue::String(name) => name.clone(),
        NodeValue::Array(names) => names.iter().map(shown_name).collect::<Vec<_>>().join(", "),
        other => other.kind().to_owned(),
    }
}
