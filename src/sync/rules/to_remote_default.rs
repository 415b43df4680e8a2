//! `to_remote_default`: the local value, else `l_default`, goes to the remote side, only while the remote value is unset.
//! `local_name` may be left out where there is an `l_default`: what a remote tracker demands of a new issue.

use serde_json::Value;

use super::{
    Access, Direction, Rule,
    common::{local_name, required_remote_name},
    evaluation::{Evaluation, Verdict},
    mapping::Mapping,
};
use crate::{
    config::section::Section,
    sync::{
        issue::Side,
        value::{is_unset, shown},
    },
};

#[derive(Debug)]
struct ToRemoteDefault {
    local: Option<String>,
    remote: String,
    mapping: Mapping,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let local = local_name(section).map(|name| name.value);
    let remote = required_remote_name(section);
    let mapping = Mapping::read(section);
    if local.is_none() && is_unset(&mapping.l_default) {
        section.missing("local_name` or `l_default");
        return None;
    }
    Some(Box::new(ToRemoteDefault { local, remote: remote?, mapping }))
}

impl Rule for ToRemoteDefault {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.paths.extend(self.local.clone());
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
        let remote = self.mapping.remote_value(evaluation, Some(&self.remote));
        if !is_unset(&remote) {
            return Verdict::unchanged(format!("remote {} is set already: {}", self.remote, shown(&remote)));
        }
        let local = self.local.as_ref().map_or(Value::Null, |path| evaluation.value(Side::Local, path));
        let because = if is_unset(&local) { "remote is unset, default" } else { "remote is unset, local value" };
        match self.mapping.to_remote(&local) {
            Err(missing) => Verdict::failed(missing.reason()),
            Ok(wanted) if is_unset(&wanted) => Verdict::unchanged("the local side has no value and there is no default"),
            Ok(wanted) => evaluation.set(Side::Remote, &self.remote, wanted, because),
        }
    }
}
