//! Parameters that are common to all kinds: the attribute names, and when a rule runs at all.

use super::{
    RuleOutcome,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::section::{Located, Section},
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

/// The remote attribute's path, which this kind needs.
pub(super) fn required_remote_name(section: &Section<'_>) -> Option<String> {
    section.required_text("remote_name").map(|name| name.value)
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
