//! `check`: stops the sync of this issue unless the local attribute is set, or equals `value`; `invert` turns that round. A flag
//! that is false and a number that is 0 count as not set: people take an issue out of the sync by clearing a flag.
//!
//! Only an issue that exists locally is stopped. With `update` (the default) the attribute of a new issue, and one that is unset and
//! does not stop, is filled from the remote one, or `r_default`.

use serde_json::Value;

use super::{
    Access, Direction, Rule,
    common::required_local_name,
    evaluation::{Evaluation, Verdict},
    mapping::{Mapping, read_value},
};
use crate::{
    config::section::Section,
    sync::{
        issue::Side,
        plan::RuleOutcome,
        value::{equal, is_unset, shown},
    },
};

#[derive(Debug)]
struct Check {
    local: String,
    remote: Option<String>,
    test: Test,
    update: bool,
    mapping: Mapping,
}

/// What an attribute has to be for the sync to go on.
#[derive(Debug)]
pub(super) struct Test {
    value: Value,
    invert: bool,
}

impl Test {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self { value: read_value(section, "value"), invert: section.flag("invert", false) }
    }

    /// Whether an attribute of this value stops the sync.
    pub(super) fn stops(&self, value: &Value) -> bool {
        let passes = if self.value.is_null() { is_set(value) } else { equal(value, &self.value) };
        passes == self.invert
    }
}

fn is_set(value: &Value) -> bool {
    !is_unset(value) && *value != Value::Bool(false) && value.as_f64() != Some(0.0)
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let local = required_local_name(section);
    let check = Check {
        remote: section.text("remote_name").map(|name| name.value),
        test: Test::read(section),
        update: section.flag("update", true),
        mapping: Mapping::read(section),
        local: local?,
    };
    Some(Box::new(check))
}

impl Rule for Check {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.paths.insert(self.local.clone());
        access.remote.paths.extend(self.remote.clone());
        if self.update {
            access.writes.insert((Side::Local, self.local.clone()));
        }
        access
    }

    fn direction(&self) -> Direction {
        Direction::Check
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let local = evaluation.value(Side::Local, &self.local);
        let told = format!("local {} is {}", self.local, shown(&local));
        if self.test.stops(&local) && evaluation.local_exists() {
            return Verdict::new(RuleOutcome::Stopped, told);
        }
        self.fill(evaluation, &local).unwrap_or_else(|| Verdict::unchanged(told))
    }
}

impl Check {
    fn fill(&self, evaluation: &mut Evaluation<'_>, local: &Value) -> Option<Verdict> {
        if !self.update || !is_unset(local) {
            return None;
        }
        let remote = self.mapping.remote_value(evaluation, self.remote.as_ref());
        match self.mapping.to_local(&remote) {
            Ok(wanted) if is_unset(&wanted) => None,
            Ok(wanted) => Some(evaluation.set(Side::Local, &self.local, wanted, "local is unset")),
            Err(missing) => Some(Verdict::failed(missing.reason())),
        }
    }
}
