//! `to_local_default` (also `default`): the remote value, else `r_default`, goes to the local side, only while the local value is
//! unset or equals `local_unset`. `remote_name` may be left out.

use super::{
    Access, Direction, Rule,
    common::required_local_name,
    evaluation::{Evaluation, Verdict},
    mapping::Mapping,
};
use crate::{
    config::section::Section,
    sync::{
        issue::Side,
        value::{equal, is_unset, shown},
    },
};

#[derive(Debug)]
struct ToLocalDefault {
    local: String,
    remote: Option<String>,
    mapping: Mapping,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let local = required_local_name(section);
    let remote = section.text("remote_name").map(|name| name.value);
    let mapping = Mapping::read(section);
    if remote.is_none() && mapping.r_default.is_null() {
        section.missing("remote_name` or `r_default");
        return None;
    }
    Some(Box::new(ToLocalDefault { local: local?, remote, mapping }))
}

impl Rule for ToLocalDefault {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.paths.insert(self.local.clone());
        access.remote.paths.extend(self.remote.clone());
        access.writes.insert((Side::Local, self.local.clone()));
        access
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let local = evaluation.value(Side::Local, &self.local);
        if !self.mapping.is_local_unset(&local) {
            return Verdict::unchanged(format!("local {} is set already: {}", self.local, shown(&local)));
        }
        let remote = self.mapping.remote_value(evaluation, self.remote.as_ref());
        match self.mapping.to_local(&remote) {
            Err(missing) => Verdict::failed(missing.reason()),
            Ok(wanted) if is_unset(&wanted) => Verdict::unchanged("the remote side has no value and there is no default"),
            Ok(wanted) if equal(&wanted, &local) => Verdict::unchanged(format!("local {} is {}", self.local, shown(&local))),
            Ok(wanted) => {
                let because = if is_unset(&remote) { "local is unset, default" } else { "local is unset, remote value" };
                evaluation.set(Side::Local, &self.local, wanted, because)
            }
        }
    }
}
