//! `to_local_default` (in the predecessor also `Default`): the remote value, else `r_default`, goes to the local side, only while the
//! local value is unset or equals `local_unset`. `remote_name` may be left out.

use super::{
    Access, Direction, Rule,
    common::Import,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::section::Section,
    sync::{
        issue::Side,
        value::{equal, is_unset, shown},
    },
};

#[derive(Debug)]
struct ToLocalDefault(Import);

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(ToLocalDefault(Import::read(section)?)))
}

impl Rule for ToLocalDefault {
    fn access(&self) -> Access {
        self.0.access()
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let Import { local: path, mapping, .. } = &self.0;
        let (local, remote) = self.0.values(evaluation);
        if !mapping.is_local_unset(&local) {
            return Verdict::unchanged(format!("local {path} is set already: {}", shown(&local)));
        }
        match mapping.to_local(&remote) {
            Err(missing) => Verdict::failed(missing.reason()),
            Ok(wanted) if is_unset(&wanted) => Verdict::unchanged("the remote side has no value and there is no default"),
            Ok(wanted) if equal(&wanted, &local) => Verdict::unchanged(format!("local {path} is {}", shown(&local))),
            Ok(wanted) => {
                let because = if is_unset(&remote) { "local is unset, default" } else { "local is unset, remote value" };
                evaluation.set(Side::Local, path, wanted, because)
            }
        }
    }
}
