//! What a verified delivery says. Ours ends here: behind this point no sender's payload is known.

pub mod arrival;
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
    /// What happened to it.
    pub cause: Cause,
    /// Who did it, where the sender says so.
    pub actor: Option<String>,
}

/// What happened to an issue, as the sender says. It is told to people; what is to be done is found by reading the issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was created.
    IssueCreated,
    /// Some of its fields changed.
    IssueUpdated,
    /// It was deleted.
    IssueDeleted,
    /// It went to another project: its key changed, its id did not.
    IssueMoved,
    /// A comment was added.
    Commented,
    /// The text of a comment changed.
    CommentEdited,
    /// A comment was deleted.
    CommentDeleted,
    /// A file was attached or taken away.
    Attachment,
    /// A link to another issue was made or taken away.
    Link,
    /// Work was logged, or what was logged changed.
    Worklog,
    /// Files of a package arrived; the issue is the package's reference.
    PackageArrived,
    /// The sender does not say.
    Unknown,
}

impl Cause {
    /// The word for it in an event.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::IssueCreated => "issue_created",
            Self::IssueUpdated => "issue_updated",
            Self::IssueDeleted => "issue_deleted",
            Self::IssueMoved => "issue_moved",
            Self::Commented => "commented",
            Self::CommentEdited => "comment_edited",
            Self::CommentDeleted => "comment_deleted",
            Self::Attachment => "attachment",
            Self::Link => "link",
            Self::Worklog => "worklog",
            Self::PackageArrived => "package_arrived",
            Self::Unknown => "unknown",
        }
    }
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// These issues may have changed.
    Changes(Vec<Change>),
    /// Understood, and about no issue that could be named.
    Nothing(Nameless),
}

/// Why a delivery that is understood leads to no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Nameless {
    /// It has no body, and its URL names no issue.
    #[error("it has no body, and its URL does not name the issue by its id")]
    NoBody,
    /// Jira says which file, and not of which issue.
    #[error("an attachment of an issue that is not named; the same change comes as an update of the issue")]
    Attachment,
    /// A whole project went away.
    #[error("a project was deleted; its issues are found gone by the next full sweep")]
    ProjectDeleted,
    /// The issue is named by its key, which may change and belong to another issue later.
    #[error("it names the issue by its key and not by its id")]
    KeyOnly,
    /// About something else than issues, or nothing that names one.
    #[error("it names no issue")]
    NoIssue,
    /// About an item of another class.
    #[error("an event about another class than issue")]
    OtherClass,
    /// A word of an arrival that names no file.
    #[error("it names no file")]
    NoFile,
    /// Not about items at all.
    #[error("an event of a type that is not about issues")]
    OtherType,
}

impl Nameless {
    /// The word for it in the metric.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoBody => "no_body",
            Self::Attachment => "attachment",
            Self::ProjectDeleted => "project_deleted",
            Self::KeyOnly => "key_only",
            Self::NoIssue => "no_issue",
            Self::OtherClass => "other_class",
            Self::NoFile => "no_file",
            Self::OtherType => "other_type",
        }
    }
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
