//! `to_remote`: the local value goes to the remote side whenever the two differ; `l_default` stands for an unset one.
//!
//! Nothing is taken from a local issue that does not exist yet.

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

/// Also what the kinds are made of that do the same under a condition.
#[derive(Debug)]
pub(super) struct ToRemote(pub Pair);

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(ToRemote(Pair::read(section)?)))
}

impl Rule for ToRemote {
    fn access(&self) -> Access {
        self.0.access(&[Side::Remote])
    }

    fn direction(&self) -> Direction {
        Direction::ToRemote
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        if !evaluation.local_exists() {
            return Verdict::skipped("the local issue does not exist yet");
        }
        let (local, remote) = self.0.values(evaluation);
        let wanted = match self.0.mapping.to_remote(&local) {
            Ok(wanted) => wanted,
            Err(missing) => return Verdict::failed(missing.reason()),
        };
        if is_unset(&wanted) && is_unset(&remote) {
            return Verdict::unchanged("both are unset");
        }
        if evaluation.equality().equal(&self.0.mapping.seen(&wanted), &remote) || self.0.mapping.same_by_map(&local, &remote) {
            return Verdict::unchanged(format!("both are {}", shown(&remote)));
        }
        evaluation.set(Side::Remote, &self.0.remote, wanted, &format!("local {} is {}", self.0.local, shown(&local)))
    }
}
