//! `check`: stops the sync of this issue unless the local attribute is set, or equals `value`; `invert` turns that round.
//!
//! Only an issue that exists locally is stopped. With `update` (the default) a local attribute that is unset is first filled from
//! the remote one, or `r_default`, and then looked at.

use serde_json::Value;

use super::{
    Access, Rule,
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
    value: Value,
    invert: bool,
    update: bool,
    mapping: Mapping,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let local = required_local_name(section);
    let check = Check {
        remote: section.text("remote_name").map(|name| name.value),
        value: read_value(section, "value"),
        invert: section.flag("invert", false),
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

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let filled = self.fill(evaluation);
        let local = evaluation.value(Side::Local, &self.local);
        let passes = if self.value.is_null() { !is_unset(&local) } else { equal(&local, &self.value) };
        if passes != self.invert {
            return filled.unwrap_or_else(|| Verdict::unchanged(format!("local {} is {}", self.local, shown(&local))));
        }
        if !evaluation.local_exists() {
            return filled.unwrap_or_else(|| Verdict::skipped("only stops for an issue that exists locally"));
        }
        Verdict::new(RuleOutcome::Stopped, format!("local {} is {}", self.local, shown(&local)))
    }
}

impl Check {
    fn fill(&self, evaluation: &mut Evaluation<'_>) -> Option<Verdict> {
        if !self.update || !is_unset(&evaluation.value(Side::Local, &self.local)) {
            return None;
        }
        let remote = self.remote.as_ref().map_or(Value::Null, |path| evaluation.value(Side::Remote, path));
        match self.mapping.to_local(&self.mapping.seen(&remote)) {
            Ok(wanted) if is_unset(&wanted) => None,
            Ok(wanted) => Some(evaluation.set(Side::Local, &self.local, wanted, "local is unset")),
            Err(missing) => Some(Verdict::failed(missing.reason())),
        }
    }
}
