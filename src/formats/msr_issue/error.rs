//! Where something is wrong, and what.

use std::fmt;

/// A place in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
}

impl Place {
    /// The beginning of a document.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a document cannot be read, or not to its end. Issues before the place were handed out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct DocumentError {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: DocumentProblem,
}

/// What is wrong with a document as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentProblem {
    /// The source of the bytes failed.
    #[error("the document cannot be read: {0}")]
    Source(String),
    /// The limits do not allow it.
    #[error("more {what} than {limit}, which is the limit")]
    TooLarge {
        /// `bytes`, for example.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// An encoding that is not read.
    #[error("the encoding {0:?} is not read: UTF-8, ISO-8859-1 and windows-1252 are")]
    Encoding(String),
    /// Bytes that are none of the encoding.
    #[error("the byte at offset {offset} is not {encoding}, which the document is said to be in")]
    Malformed {
        /// The name of the encoding.
        encoding: &'static str,
        /// Bytes of the document before it.
        offset: u64,
    },
    /// A document type declaration, where entities could be declared.
    #[error("a document type declaration (DTD) is not allowed")]
    Dtd,
    /// The XML is not well-formed.
    #[error("this is no well-formed XML: {0}")]
    NotWellFormed(String),
    /// The bytes end too early.
    #[error("the document ends before its last element does: it was cut off")]
    Truncated,
    /// The root element has another name.
    #[error("the root element is {0}, and MSR-ISSUE is expected, without a prefix")]
    Root(String),
    /// Something outside of the issues is as no issue may be.
    #[error("outside of the issues: {0}")]
    Head(IssueProblem),
}

/// Why one issue cannot be read. The ones after it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueError {
    /// Where the issue begins.
    pub begins: Place,
    /// Where it is wrong.
    pub place: Place,
    /// Its number at the peer, if it is known.
    pub number: Option<String>,
    /// Its `LONG-NAME`, if it is known.
    pub title: Option<String>,
    /// What is wrong.
    pub problem: IssueProblem,
}

impl std::error::Error for IssueError {}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the issue ")?;
        if let Some(number) = &self.number {
            write!(f, "{number} ")?;
        }
        if let Some(title) = &self.title {
            write!(f, "{:?} ", clipped(title))?;
        }
        write!(f, "at {}: {}", self.begins, self.problem)?;
        if self.place == self.begins { Ok(()) } else { write!(f, " ({})", self.place) }
    }
}

/// What is wrong with one issue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueProblem {
    /// The peer gives it no number.
    #[error("it has no ISSUE-ID in a COMPANY-ISSUE-INFO of the company {0:?}")]
    NoNumber(String),
    /// The number is too long.
    #[error("its ISSUE-ID is longer than {0} characters")]
    LongNumber(usize),
    /// The number is none that can be shown in a line.
    #[error("its ISSUE-ID has control characters")]
    ControlInNumber,
    /// The limits do not allow it.
    #[error("it has more {what} than {limit}, which is the limit")]
    TooLarge {
        /// `bytes`, for example.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// An entity that XML does not have of its own.
    #[error("the entity {0:?} is not one of the five that XML has of its own")]
    Entity(String),
    /// A character reference that is none.
    #[error("{0:?} refers to no character")]
    Reference(String),
}

/// Foreign text for a message: not longer than a line.
pub(super) fn clipped(text: &str) -> String {
    const MOST: usize = 60;
    let mut clipped: String = text.chars().take(MOST).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}
