//! `to_remote`: the local value goes to the remote side whenever the two differ; `l_default` stands for an unset one.
//!
//! Nothing is taken from a local issue that does not exist yet.

use super::{
    Access, Rule,
    common::{required_local_name, required_remote_name},
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
struct ToRemote {
    local: String,
    remote: String,
    mapping: Mapping,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let (local, remote) = (required_local_name(section), required_remote_name(section));
    let mapping = Mapping::read(section);
    Some(Box::new(ToRemote { local: local?, remote: remote?, mapping }))
}

impl Rule for ToRemote {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.paths.insert(self.local.clone());
        access.remote.paths.insert(self.remote.clone());
        access.writes.insert((Side::Remote, self.remote.clone()));
        access
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        if !evaluation.local_exists() {
            return Verdict::skipped("the local issue does not exist yet");
        }
        let local = evaluation.value(Side::Local, &self.local);
        let remote = self.mapping.seen(&evaluation.value(Side::Remote, &self.remote));
        let wanted = match self.mapping.to_remote(&local) {
            Ok(wanted) => wanted,
            Err(missing) => return Verdict::failed(missing.reason()),
        };
        if is_unset(&wanted) && is_unset(&remote) {
            return Verdict::unchanged("both are unset");
        }
        if equal(&wanted, &remote) {
            return Verdict::unchanged(format!("both are {}", shown(&remote)));
        }
        evaluation.set(Side::Remote, &self.remote, wanted, &format!("local {} is {}", self.local, shown(&local)))
    }
}
