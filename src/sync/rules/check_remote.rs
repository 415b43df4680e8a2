//! `check_remote`: stops the sync of this issue unless the remote attribute is set, or equals `value`; `invert` turns that round.
//! It never writes, and it stops an issue that is yet to be created as well: that one is then not created. A remote issue that is yet
//! to be created has no attributes: where the sync creates some, give the rule `only_update = true`.

use super::{
    Access, Direction, Rule,
    check::Test,
    common::{local_name, required_remote_name},
    evaluation::{Evaluation, Verdict},
    mapping::Mapping,
};
use crate::{
    config::section::Section,
    sync::{plan::RuleOutcome, value::shown},
};

#[derive(Debug)]
struct CheckRemote {
    remote: String,
    test: Test,
    mapping: Mapping,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    // The predecessor wants one and makes nothing of it.
    local_name(section);
    let (remote, test) = (required_remote_name(section), Test::read(section));
    let mapping = Mapping::read(section);
    Some(Box::new(CheckRemote { remote: remote?, test, mapping }))
}

impl Rule for CheckRemote {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.remote.paths.insert(self.remote.clone());
        access
    }

    fn direction(&self) -> Direction {
        Direction::Check
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let remote = self.mapping.remote_value(evaluation, Some(&self.remote));
        let told = format!("remote {} is {}", self.remote, shown(&remote));
        if self.test.stops(&remote) {
            return Verdict::new(RuleOutcome::Stopped, told);
        }
        Verdict::unchanged(told)
    }
}
