//! `to_local` (also `one_way`): the remote value goes to the local side whenever the two differ.
//!
//! An unset remote value gives `r_default`; without one the local value stays as it is. (The remote side emptying a field does
//! not erase what people wrote locally.)

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
struct ToLocal {
    local: String,
    remote: String,
    mapping: Mapping,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let (local, remote) = (required_local_name(section), required_remote_name(section));
    let mapping = Mapping::read(section);
    Some(Box::new(ToLocal { local: local?, remote: remote?, mapping }))
}

impl Rule for ToLocal {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.paths.insert(self.local.clone());
        access.remote.paths.insert(self.remote.clone());
        access.writes.insert((Side::Local, self.local.clone()));
        access
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let remote = self.mapping.seen(&evaluation.value(Side::Remote, &self.remote));
        let local = evaluation.value(Side::Local, &self.local);
        let wanted = match self.mapping.to_local(&remote) {
            Ok(wanted) => wanted,
            Err(missing) => return Verdict::failed(missing.reason()),
        };
        if is_unset(&wanted) {
            return Verdict::unchanged(format!("remote {} is unset", self.remote));
        }
        if equal(&wanted, &local) {
            return Verdict::unchanged(format!("both are {}", shown(&local)));
        }
        evaluation.set(Side::Local, &self.local, wanted, &format!("remote {} is {}", self.remote, shown(&remote)))
    }
}
