//! What a verified delivery says. Ours ends here: behind this point no sender's payload is known.

pub mod jira;
pub mod standard;

use crate::ids::IssueId;

/// One issue that a delivery is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The issue's id.
    pub issue: IssueId,
    /// What people call it, else the id.
    pub subject: String,
    /// Whether the sender says that the issue is gone.
    pub deleted: bool,
    /// Who did it, where the sender says so.
    pub actor: Option<String>,
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// These issues may have changed.
    Changes(Vec<Change>),
    /// Understood, and about no issue that could be named.
    Nothing(&'static str),
}

/// Why a delivery is not understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        // Where, and not what: the body is the sender's own.
        Self(format!("no valid JSON at line {} column {}", error.line(), error.column()))
    }
}

/// An id that may stand in a URL: letters, digits, `-` and `_`.
fn safe_id(text: &str) -> Option<IssueId> {
    let safe =
        !text.is_empty() && text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    safe.then(|| IssueId::new(text))
}
