//! What we answer to an issue.

use std::{fmt, str::FromStr};

use jiff::civil::DateTime;

use super::{head::Company, value::Attributes};

/// What we answer to an issue: one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The reference of the exchange that it goes out with: 17 characters.
    pub reference: String,
    /// When it is made, by our clock.
    pub made: DateTime,
    /// Who gets it.
    pub peer: Company,
    /// Who we are.
    pub own: Company,
    /// The key of the issue at our side.
    pub key: String,
    /// The number of the issue at the peer.
    pub problem_number: String,
    /// Who has the issue at our side.
    pub assignee: Option<Person>,
    /// The issue as the peer sent it, by the names that [`FIELDS`](super::FIELDS) lists. Its title, kind, description, priority,
    /// reproducibility and engineering objects are sent back; what is numbered, and what is of no known category, is not.
    pub attributes: Attributes,
    /// How far we are.
    pub supplier_status: SupplierStatus,
    /// The release in which we mean to have it solved; empty if there is none.
    pub resolve_until_release: String,
    /// The release in which it is solved; empty if there is none.
    pub resolved_in_release: String,
    /// Our analysis; empty if there is none.
    pub supplier_comments: String,
    /// The names of the documents that go out with it.
    pub documents: Vec<String>,
    /// Our remarks, all of them.
    pub annotations: Vec<Annotation>,
}

/// A person at our side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Person {
    /// The name in full.
    pub name: String,
    /// The short name, such as a login.
    pub short_name: String,
}

/// A remark of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// What it says.
    pub text: String,
    /// Who says it.
    pub author: Option<Person>,
    /// When, by our clock.
    pub date: DateTime,
}

/// How far we are, in the words of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SupplierStatus {
    /// We have it.
    Received,
    /// We know until when it will be solved.
    Estimated,
    /// It is solved, and delivered.
    Delivered,
    /// Nothing is left to do.
    Closed,
    /// We will not solve it.
    Rejected,
}

/// A word that is no [`SupplierStatus`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no status of a supplier: RECEIVED, ESTIMATED, DELIVERED, CLOSED and REJECTED are")]
pub struct UnknownStatus(pub String);

impl SupplierStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Received, Self::Estimated, Self::Delivered, Self::Closed, Self::Rejected];

    /// The word of the peer.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Estimated => "ESTIMATED",
            Self::Delivered => "DELIVERED",
            Self::Closed => "CLOSED",
            Self::Rejected => "REJECTED",
        }
    }
}

impl fmt::Display for SupplierStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SupplierStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

impl Answer {
    /// The name of the document in its archive.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("./{}.xml", self.key)
    }

    /// Where a document that goes out with it is in the archive, which is also its URL.
    #[must_use]
    pub fn document_url(&self, name: &str) -> String {
        format!("./{}/{name}", self.key)
    }
}
