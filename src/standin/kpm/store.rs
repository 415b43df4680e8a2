//! The memory of a stand-in.

use std::collections::BTreeMap;

use super::{failure::Failure, problem::Problem, times::Clock};

/// All problems, and the clock that gives out ids.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) clock: Clock,
    pub(super) problems: BTreeMap<i64, Problem>,
    next_number: i64,
}

impl Store {
    pub(super) fn new(first_number: i64, offset_minutes: i32) -> Self {
        Self { clock: Clock::new(offset_minutes), problems: BTreeMap::new(), next_number: first_number }
    }

    pub(super) fn next_number(&mut self) -> i64 {
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        number
    }

    /// The problem, or the fault that there is none.
    pub(super) fn problem(&self, number: Option<i64>) -> Result<&Problem, Failure> {
        number.and_then(|number| self.problems.get(&number)).ok_or_else(|| Failure::not_found("Problem"))
    }

    /// The problem to be changed, or the fault that there is none.
    pub(super) fn problem_mut(&mut self, number: Option<i64>) -> Result<&mut Problem, Failure> {
        number.and_then(|number| self.problems.get_mut(&number)).ok_or_else(|| Failure::not_found("Problem"))
    }
}
