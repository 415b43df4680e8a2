//! Reads a document, one issue at a time.

use std::{collections::HashSet, io::BufRead};

use super::{
    element::{Element, Grown},
    error::{DocumentError, DocumentProblem, IssueError, IssueProblem, Place},
    head::{Head, HeadParts},
    issue::{Issue, peer_number, title},
    note::Notes,
    options::ReadOptions,
    pull::{Pull, Tag, Token},
};

/// What became of an issue.
pub type IssueResult = Result<Issue, IssueError>;

const ROOT: &str = "MSR-ISSUE";

/// Reads a document. One issue is held in memory at a time.
#[derive(Debug)]
pub struct Reader<R> {
    pull: Pull<R>,
    options: ReadOptions,
    head: Head,
    state: State,
    /// How many issues were begun.
    issues: usize,
    /// The numbers that were read.
    numbers: HashSet<String>,
}

/// Where the reader is.
#[derive(Debug)]
enum State {
    /// Directly inside of the root.
    InRoot,
    /// Directly inside of `ISSUES`.
    InIssues,
    /// At the end.
    Ended,
    /// No further.
    Failed(DocumentError),
}

impl<R: BufRead> Reader<R> {
    /// Reads the head of a document, up to its issues.
    ///
    /// # Errors
    /// If it is no such document, or something is wrong in its head.
    pub fn new(source: R, options: ReadOptions) -> Result<Self, DocumentError> {
        let mut pull = Pull::new(source, &options.limits)?;
        let mut parts = HeadParts::default();
        read_root(&mut pull, &mut parts)?;
        let mut head_bytes = 0;
        let state = loop {
            match pull.next()? {
                Token::Open(tag) => match tag.name.as_str() {
                    "ISSUES" => break State::InIssues,
                    "COMPANY-DATAS" => {
                        let companies = grow_head(&mut pull, tag, &options, &mut parts.notes, &mut head_bytes)?;
                        parts.companies(&companies);
                    }
                    "ADMIN-DATA" => {
                        let administration = grow_head(&mut pull, tag, &options, &mut parts.notes, &mut head_bytes)?;
                        parts.administration(&administration);
                    }
                    _ => pull.skip_to(1)?,
                },
                Token::Flaw(flaw) => return Err(in_head(pull.place(), flaw)),
                Token::Text(_) => {}
                Token::Close | Token::End => break State::Ended,
            }
        };
        let head = parts.finish(&options, pull.place());
        let mut reader = Self { pull, options, head, state, issues: 0, numbers: HashSet::new() };
        if matches!(reader.state, State::Ended) {
            reader.read_end()?;
        }
        Ok(reader)
    }

    /// What is said before the issues.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The next issue, or what is wrong with it; `None` at the end.
    ///
    /// # Errors
    /// If the document cannot be read any further. It stays so.
    pub fn next_issue(&mut self) -> Result<Option<IssueResult>, DocumentError> {
        let next = match &self.state {
            State::Failed(error) => return Err(error.clone()),
            State::Ended => return Ok(None),
            State::InRoot | State::InIssues => self.find_issue(),
        };
        if let Err(error) = &next {
            self.state = State::Failed(error.clone());
        }
        next
    }

    fn find_issue(&mut self) -> Result<Option<IssueResult>, DocumentError> {
        loop {
            match self.pull.next()? {
                Token::Open(tag) => match (&self.state, tag.name.as_str()) {
                    (State::InRoot, "ISSUES") => self.state = State::InIssues,
                    (State::InIssues, "ISSUE") => return self.read_issue(tag).map(Some),
                    _ => self.pull.skip_to(self.pull.depth().saturating_sub(1))?,
                },
                Token::Flaw(flaw) => return Err(in_head(self.pull.place(), flaw)),
                Token::Text(_) => {}
                Token::Close if matches!(self.state, State::InIssues) => self.state = State::InRoot,
                Token::Close | Token::End => {
                    self.read_end()?;
                    self.state = State::Ended;
                    return Ok(None);
                }
            }
        }
    }

    fn read_issue(&mut self, tag: Tag) -> Result<IssueResult, DocumentError> {
        self.issues += 1;
        let limit = self.options.limits.issues;
        if self.issues > limit {
            let problem = DocumentProblem::TooLarge { what: "issues", limit: limit as u64 };
            return Err(DocumentError { place: tag.place, problem });
        }
        let grown = Element::grow(&mut self.pull, tag, &self.options.limits)?;
        Ok(self.issue_of(&grown))
    }

    fn issue_of(&mut self, Grown { element, flaw, illegal_character }: &Grown) -> IssueResult {
        let number = peer_number(element, &self.head.peer);
        let broken = |place: Place, number: Option<String>, problem: IssueProblem| IssueError {
            begins: element.place,
            place,
            number,
            title: title(element),
            problem,
        };
        if let Some((place, flaw)) = flaw {
            return Err(broken(*place, number.ok(), flaw.clone()));
        }
        let number = number.map_err(|problem| broken(element.place, None, problem))?;
        let mut notes = Notes::default();
        if let Some(place) = illegal_character {
            notes.add(*place, "a character that XML does not allow was replaced");
        }
        if !self.numbers.insert(number.clone()) {
            notes.add(element.place, format!("the issue {number} was in this document before"));
        }
        Ok(Issue::of(element, number, &self.head, &self.options, notes))
    }

    /// Nothing but comments may come after the root.
    fn read_end(&mut self) -> Result<(), DocumentError> {
        while !matches!(self.pull.next()?, Token::End) {}
        Ok(())
    }
}

fn read_root<R: BufRead>(pull: &mut Pull<R>, parts: &mut HeadParts) -> Result<(), DocumentError> {
    // Outside of the root there is nothing that is told but its tag.
    if let Token::Open(tag) = pull.next()? {
        if tag.name != ROOT {
            let problem = DocumentProblem::Root(super::error::clipped(&tag.name));
            return Err(DocumentError { place: tag.place, problem });
        }
        if tag.namespace.is_some_and(|namespace| !namespace.is_empty()) {
            parts.notes.add(tag.place, "the document has a namespace, and none is expected: it is read as if it had none");
        }
    }
    Ok(())
}

fn grow_head<R: BufRead>(
    pull: &mut Pull<R>,
    tag: Tag,
    options: &ReadOptions,
    notes: &mut Notes,
    bytes: &mut u64,
) -> Result<Element, DocumentError> {
    let (place, begins_at, limit) = (tag.place, pull.consumed(), options.limits.issue_bytes);
    let Grown { element, flaw, illegal_character } = Element::grow(pull, tag, &options.limits)?;
    if let Some(place) = illegal_character {
        notes.add(place, "a character that XML does not allow was replaced");
    }
    // There may be any number of parts, and all of them are kept.
    *bytes += pull.consumed() - begins_at;
    let flaw = flaw.or_else(|| (*bytes > limit).then_some((place, IssueProblem::TooLarge { what: "bytes", limit })));
    match flaw {
        Some((place, flaw)) => Err(in_head(place, flaw)),
        None => Ok(element),
    }
}

fn in_head(place: Place, flaw: IssueProblem) -> DocumentError {
    DocumentError { place, problem: DocumentProblem::Head(flaw) }
}
