//! `to_local` (in the predecessor also `One_Way`): the remote value goes to the local side whenever the two differ.
//!
//! An unset remote value gives `r_default`; without one the local value stays as it is. (The remote side emptying a field does
//! not erase what people wrote locally.)

use super::{
    Access, Direction, Rule,
    common::Import,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::section::Section,
    sync::{
        issue::Side,
        value::{is_unset, shown},
    },
};

#[derive(Debug)]
struct ToLocal(Import);

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(ToLocal(Import::read(section)?)))
}

impl Rule for ToLocal {
    fn access(&self) -> Access {
        self.0.access()
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let (local, remote) = self.0.values(evaluation);
        let wanted = match self.0.mapping.to_local(&remote) {
            Ok(wanted) => wanted,
            Err(missing) => return Verdict::failed(missing.reason()),
        };
        if is_unset(&wanted) {
            return Verdict::unchanged(self.0.told(&remote));
        }
        if evaluation.equality().equal(&wanted, &local) || self.0.mapping.same_by_map(&local, &remote) {
            return Verdict::unchanged(format!("both are {}", shown(&local)));
        }
        evaluation.set(Side::Local, &self.0.local, wanted, &self.0.told(&remote))
    }
}
