//! What people on both sides did to each issue, and whether it is where it belongs, once.

use std::collections::BTreeMap;

use trackersync::standin::jira::IssueSnapshot;

use super::{
    answers::Answer,
    oftp::{Oftp, Taken},
};
use crate::ledger::Figures;

/// The field with the number of the other side.
const NUMBER: &str = "customfield_10050";
const STATE: &str = "PFIFF-Status-";

/// What an issue has to be.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Of the package that told of it last.
    pub title: String,
    pub state: String,
    /// What packages brought: name and digest.
    pub arrived: Vec<(String, String)>,
    /// What we are to say of its state.
    pub answer: &'static str,
    /// The texts of the annotations that there are to be.
    pub annotations: Vec<String>,
    /// What people attached here: name and digest.
    pub own: Vec<(String, String)>,
}

/// All issues by their numbers, and how often somebody did something.
#[derive(Debug, Default)]
pub struct Ledger {
    pub issues: BTreeMap<u32, Expected>,
    pub edits: usize,
}

impl Ledger {
    /// An issue that something is done to.
    pub fn edit(&mut self, number: u32) -> &mut Expected {
        self.edits += 1;
        self.issues.entry(number).or_insert_with(|| Expected { answer: "RECEIVED", ..Expected::default() })
    }

    /// Compares with what is in the Jira and what the OFTP server took.
    pub fn check(&self, issues: &[IssueSnapshot], oftp: &Oftp) -> Figures {
        let taken = oftp.taken();
        let mut figures = Figures { attempted: self.edits, acknowledged: self.edits, ..Figures::default() };
        for (number, expected) in &self.issues {
            let text = format!("PFIFF-{number}");
            let here: Vec<&IssueSnapshot> =
                issues.iter().filter(|issue| issue.custom.get(NUMBER).is_some_and(|value| *value == *text)).collect();
            match here[..] {
                [] => figures.lost.push(format!("issue {number}")),
                [issue] => {
                    check_local(number, expected, issue, &mut figures);
                    check_answers(number, expected, issue, &taken, &mut figures);
                }
                _ => figures.doubled.push(format!("issue {number}: {} times", here.len())),
            }
        }
        let strange = issues.iter().filter(|issue| {
            let number = issue.custom.get(NUMBER).and_then(|value| value.as_str()?.strip_prefix("PFIFF-")?.parse().ok());
            !number.is_some_and(|number: u32| self.issues.contains_key(&number))
        });
        figures.unexpected.extend(strange.map(|issue| format!("issue {} \"{}\"", issue.key, issue.summary)));
        figures.unexpected.extend(taken.wrong.iter().cloned());
        figures.ok = self.edits.saturating_sub(figures.lost.len() + figures.doubled.len());
        figures
    }
}

fn check_local(number: &u32, expected: &Expected, issue: &IssueSnapshot, figures: &mut Figures) {
    if issue.summary != expected.title {
        figures.lost.push(format!("title \"{}\" of {number}: it is \"{}\"", expected.title, issue.summary));
    }
    let states: Vec<&str> = issue.labels.iter().filter_map(|label| label.strip_prefix(STATE)).collect();
    if states != [expected.state.as_str()] {
        figures.lost.push(format!("state {} of {number}: it is {states:?}", expected.state));
    }
    let files: Vec<(String, String)> =
        issue.attachments.iter().map(|file| (file.file_name.clone(), file.sha256.clone())).collect();
    let all: Vec<(String, String)> = expected.arrived.iter().chain(&expected.own).cloned().collect();
    compare(&all, &files, &format!("file of {number} in the Jira"), figures);
}

fn check_answers(number: &u32, expected: &Expected, issue: &IssueSnapshot, taken: &Taken, figures: &mut Figures) {
    let of_it = || taken.packages.values().flatten().filter(|answer: &&Answer| answer.number == *number);
    let Some(newest) = of_it().next_back() else { return figures.lost.push(format!("every answer to {number}")) };
    if newest.key != issue.key {
        figures.unexpected.push(format!("the answer to {number} is of {}, which is {}", newest.key, issue.key));
    }
    if newest.state != expected.answer {
        figures.lost.push(format!("answer {} to {number}: it is {}", expected.answer, newest.state));
    }
    compare(&expected.annotations, &newest.annotations, &format!("annotation of {number}"), figures);
    let sent: Vec<(String, String)> = of_it().flat_map(|answer| answer.files.clone()).collect();
    compare(&expected.own, &sent, &format!("file of {number} that went out"), figures);
}

/// Each of these has to be there once, and nothing else.
fn compare<T: PartialEq + std::fmt::Debug>(wanted: &[T], found: &[T], what: &str, figures: &mut Figures) {
    for one in wanted {
        match found.iter().filter(|found| *found == one).count() {
            0 => figures.lost.push(format!("{what}: {one:?}")),
            1 => {}
            times => figures.doubled.push(format!("{what}: {one:?}, {times} times")),
        }
    }
    let strange = found.iter().filter(|found| !wanted.contains(found));
    figures.unexpected.extend(strange.map(|one| format!("{what}: {one:?}")));
}
