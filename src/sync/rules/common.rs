//! Parameters that are common to all kinds: the attribute names, and when a rule runs at all.

use serde_json::Value;

use super::{
    Access, RuleOutcome,
    evaluation::{Evaluation, Verdict},
    mapping::Mapping,
};
use crate::{
    config::{
        diagnostic::Diagnostic,
        section::{Located, Section},
    },
    sync::issue::Side,
};

/// When a rule may run, and when it may write.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a parameter of the configuration")]
pub struct Gates {
    only_create: bool,
    local_only_update: bool,
    local_only_create: bool,
    only_assigned: bool,
}

impl Gates {
    pub(super) fn read(section: &Section<'_>) -> Self {
        // `only_update` restricts nothing while remote issues are never created by us, yet it is read: configurations have it.
        section.flag("only_update", false);
        Self {
            only_create: section.flag("only_create", false),
            local_only_update: section.flag("l_only_update", false),
            local_only_create: section.flag("l_only_create", false),
            only_assigned: section.flag("only_assigned", false),
        }
    }

    /// The verdict in place of the rule's own, where the rule does not run at all.
    pub(super) fn closed(&self, evaluation: &Evaluation<'_>) -> Option<Verdict> {
        let closed = self.only_assigned && !evaluation.remote().assigned_to_us;
        closed.then(|| Verdict::new(RuleOutcome::Skipped, "only_assigned and the remote issue is not assigned to us"))
    }

    /// Why nothing must be written on a side now, if so.
    pub(super) fn refusal(&self, side: Side, local_exists: bool) -> Option<&'static str> {
        match side {
            Side::Remote if self.only_create => Some("only_create and the remote issue exists"),
            Side::Local if self.local_only_update && !local_exists => {
                Some("l_only_update and the local issue does not exist yet")
            }
            Side::Local if self.local_only_create && local_exists => Some("l_only_create and the local issue exists"),
            _ => None,
        }
    }
}

/// The local attribute's path; `roundup_name` is the predecessor's word for it.
pub(super) fn local_name(section: &Section<'_>) -> Option<Located<String>> {
    let older = section.text("roundup_name");
    section.text("local_name").or(older)
}

/// The local attribute's path, which this kind needs.
pub(super) fn required_local_name(section: &Section<'_>) -> Option<String> {
    let name = local_name(section);
    if name.is_none() {
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

    /// The values of both sides as earlier rules left them, the remote one as [`Mapping::seen`].
    pub(super) fn values(&self, evaluation: &Evaluation<'_>) -> (Value, Value) {
        let remote = evaluation.value(Side::Remote, &self.remote);
        (evaluation.value(Side::Local, &self.local), self.mapping.seen(&remote))
    }
}

/// The remote attribute's path, which this kind needs.
pub(super) fn required_remote_name(section: &Section<'_>) -> Option<String> {
    section.required_text("remote_name").map(|name| name.value)
}

/// `/class/property` stands for an item that links to the issue; it is promised and not built yet.
pub(super) fn refuse_unsupported_paths(section: &Section<'_>) {
    if let Some(name) = local_name(section).filter(|name| name.value.starts_with('/')) {
        let message = format!("the path `{}` (an item that links to the issue) is not supported by this version", name.value);
        section.findings.add(Diagnostic::error("rules::unsupported", message, name.place));
    }
}

/// What a rule is about, for people.
pub(super) fn subject(section: &Section<'_>) -> String {
    let local = local_name(section).map(|name| name.value);
    let remote = section.text("remote_name").map(|name| name.value);
    match (local, remote) {
        (Some(local), Some(remote)) => format!("{local} <-> {remote}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => String::new(),
    }
}
