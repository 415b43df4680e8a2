//! `to_remote_if_dirty`: like `to_remote`, and only if an earlier rule changes the remote issue anyway: for time stamps and current
//! owners, which are worth no change of their own.

use super::{
    Access, Direction, Rule,
    common::Pair,
    evaluation::{Evaluation, Verdict},
    to_remote::ToRemote,
};
use crate::config::section::Section;

#[derive(Debug)]
struct ToRemoteIfDirty(ToRemote);

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(ToRemoteIfDirty(ToRemote(Pair::read(section)?))))
}

impl Rule for ToRemoteIfDirty {
    fn access(&self) -> Access {
        self.0.access()
    }

    fn direction(&self) -> Direction {
        self.0.direction()
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        if !evaluation.remote_is_changed() && evaluation.remote_exists() {
            return Verdict::skipped("no earlier rule changes the remote issue");
        }
        self.0.evaluate(evaluation)
    }
}
