//! `to_local` (also `one_way`): the remote value goes to the local side whenever the two differ.
//!
//! An unset remote value gives `r_default`; without one the local value stays as it is. (The remote side emptying a field does
//! not erase what people wrote locally.)

use super::{
    Access, Direction, Rule,
    common::Pair,
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
struct ToLocal(Pair);

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(ToLocal(Pair::read(section)?)))
}

impl Rule for ToLocal {
    fn access(&self) -> Access {
        self.0.access(&[Side::Local])
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
            return Verdict::unchanged(format!("remote {} is unset", self.0.remote));
        }
        if evaluation.equality().equal(&wanted, &local) || self.0.mapping.same_by_map(&local, &remote) {
            return Verdict::unchanged(format!("both are {}", shown(&local)));
        }
        evaluation.set(Side::Local, &self.0.local, wanted, &format!("remote {} is {}", self.0.remote, shown(&remote)))
    }
}
