//! The durable record of packages: those that arrived, what they tell of their issues, and those that carry our answers.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{IssueId, TrackerName},
    sync::{fault::Fault, issue::Attributes},
};

/// A package that was read, to be taken in whole or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingest {
    /// The tracker that it comes from.
    pub tracker: TrackerName,
    /// Its reference. The first 14 characters tell which of two packages is the older one.
    pub reference: String,
    /// When it is taken in.
    pub at: Timestamp,
    /// What was found wrong with it and forgiven, and the issues that were left out.
    pub findings: Vec<String>,
    /// Its issues, in their order.
    pub issues: Vec<ArrivedIssue>,
}

/// What a package tells of one issue.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrivedIssue {
    /// The issue.
    pub issue: IssueId,
    /// Its attributes, all of them.
    pub attributes: Attributes,
    /// The files that it names.
    pub files: Vec<MirroredFile>,
}

/// A file of a mirrored issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirroredFile {
    /// Its id: one and the same for the same name and content.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its size in bytes, where that is known.
    pub size: Option<u64>,
    /// Where its content waits; absent if it is only named.
    pub stored: Option<String>,
    /// Whether it goes from us to the other side.
    pub ours: bool,
    /// The package of ours that it went with.
    pub sent: Option<String>,
}

/// What became of a package that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArrivalState {
    /// It was taken in.
    Ingested,
    /// It cannot be taken in; a person is needed.
    Refused,
}

/// A package that arrived.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArrivedPackage {
    /// Its reference.
    pub reference: String,
    /// What became of it.
    pub state: ArrivalState,
    /// When.
    pub at: Timestamp,
    /// How many issues were taken in.
    pub issues: u64,
    /// What was found wrong.
    pub findings: Vec<String>,
}

/// The newest known state of an issue.
#[derive(Clone, Debug, PartialEq)]
pub struct MirroredIssue {
    /// What the other side tells.
    pub incoming: Attributes,
    /// The package that tells it.
    pub told_by: String,
    /// What we answer.
    pub own: Attributes,
    /// Number of changes of our answer.
    pub version: i64,
    /// When either of them last changed.
    pub changed_at: Timestamp,
}

/// An annotation of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Its id: the token of its creation.
    pub id: String,
    /// The text.
    pub text: String,
    /// Who wrote it, where that is known.
    pub author: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How far a package of ours has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DispatchState {
    /// Its content is fixed.
    Packed,
    /// All its files are complete, beside the outbox.
    Staged,
    /// All its files are in the outbox, or were.
    Sent,
}

/// A package of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutgoingPackage {
    /// Its reference.
    pub reference: String,
    /// How far it has come.
    pub state: DispatchState,
    /// When its content was fixed.
    pub made: Timestamp,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// How often its files were begun to be completed.
    pub attempts: u32,
    /// The attempt whose files go out.
    pub staged_as: Option<u32>,
}

/// What a package of ours says of one issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingAnswer {
    /// The issue.
    pub issue: IssueId,
    /// The version of our answer that this is.
    pub version: i64,
    /// The document: its name in the archive, and its text.
    pub document: (String, String),
    /// New attachments.
    pub files: Vec<OutgoingFile>,
}

/// A new attachment of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingFile {
    /// Its id.
    pub id: String,
    /// Its name in the archive.
    pub entry: String,
    /// Where its content waits.
    pub stored: String,
}

/// What became of an attempt to fix the content of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packed {
    /// It is fixed.
    Done,
    /// Another package has this reference.
    ReferenceTaken,
    /// Another package of the tracker is still under way.
    AnotherOpen,
    /// Some of its answers or attachments went out with another package since they were read.
    Outdated,
}

/// An issue with an answer that has not gone out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The issue.
    pub issue: IssueId,
    /// Since when the answer waits.
    pub since: Timestamp,
}

/// The durable record of packages.
#[async_trait]
pub trait PackageRecords: Send + Sync {
    /// This moment, by the clock that all who share these records share.
    async fn now(&self) -> Result<Timestamp, Fault>;

    /// A package that arrived, if it was taken in or refused.
    async fn arrived_package(&self, tracker: &TrackerName, reference: &str) -> Result<Option<ArrivedPackage>, Fault>;

    /// The packages that arrived last, newest first.
    async fn arrived_packages(&self, tracker: &TrackerName, most: u32) -> Result<Vec<ArrivedPackage>, Fault>;

    /// Takes a package in: all of it or nothing. An issue that a newer package told of keeps what that one told, and gets the files.
    /// `false` if the package was taken in before.
    async fn ingest(&self, package: &Ingest) -> Result<bool, Fault>;

    /// Notes that a package cannot be taken in, unless it was.
    async fn refuse(&self, tracker: &TrackerName, reference: &str, at: Timestamp, findings: &[String]) -> Result<(), Fault>;

    /// Issues that no event was made of yet since a package told of them, each with that package.
    async fn unannounced(&self, tracker: &TrackerName, most: u32) -> Result<Vec<(IssueId, String)>, Fault>;

    /// Notes that events were made. An issue that another package has told of since stays due.
    async fn announced(&self, tracker: &TrackerName, issues: &[(IssueId, String)]) -> Result<(), Fault>;

    /// The newest known state of an issue.
    async fn mirrored(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Option<MirroredIssue>, Fault>;

    /// The files of an issue: those of the other side, then ours, oldest first.
    async fn mirrored_files(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Vec<MirroredFile>, Fault>;

    /// Our annotations of an issue, oldest first.
    async fn annotations(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Vec<Annotation>, Fault>;

    /// All issues, or those that changed since then.
    async fn mirrored_issues(&self, tracker: &TrackerName, since: Option<Timestamp>) -> Result<Vec<IssueId>, Fault>;

    /// Sets what we answer, if nobody changed it since it was read at that version; `false` if somebody did.
    async fn set_own(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        version: i64,
        own: &Attributes,
        at: Timestamp,
    ) -> Result<bool, Fault>;

    /// Adds an annotation, unless it is there.
    async fn add_annotation(&self, tracker: &TrackerName, issue: &IssueId, annotation: &Annotation) -> Result<(), Fault>;

    /// Gives an annotation another text, if it is there.
    async fn edit_annotation(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        id: &str,
        text: &str,
        at: Timestamp,
    ) -> Result<(), Fault>;

    /// Takes an annotation away.
    async fn remove_annotation(&self, tracker: &TrackerName, issue: &IssueId, id: &str, at: Timestamp) -> Result<(), Fault>;

    /// Adds a file of ours, unless it is there.
    async fn add_own_file(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        file: &MirroredFile,
        at: Timestamp,
    ) -> Result<(), Fault>;

    /// Issues whose answer has not gone out, those that wait longest first.
    async fn unanswered(&self, tracker: &TrackerName, most: u32) -> Result<Vec<Unanswered>, Fault>;

    /// The package of ours that is under way.
    async fn open_package(&self, tracker: &TrackerName) -> Result<Option<OutgoingPackage>, Fault>;

    /// Fixes the content of a package, unless its reference is taken, another one is under way, or some of it went out meanwhile.
    async fn pack(
        &self,
        tracker: &TrackerName,
        reference: &str,
        made: Timestamp,
        answers: &[OutgoingAnswer],
    ) -> Result<Packed, Fault>;

    /// The content of a package of ours, in the order of the issues.
    async fn answers(&self, reference: &str) -> Result<Vec<OutgoingAnswer>, Fault>;

    /// Notes that somebody begins to complete the files of a package; which attempt this is, from 1.
    async fn begin_staging(&self, reference: &str) -> Result<u32, Fault>;

    /// Notes that all files of a package are complete beside the outbox, as that attempt made them; `false` if those of another one
    /// were complete before.
    async fn note_staged(&self, reference: &str, attempt: u32) -> Result<bool, Fault>;

    /// Notes that a package is sent; its answers are out with that.
    async fn note_sent(&self, tracker: &TrackerName, reference: &str, at: Timestamp) -> Result<(), Fault>;

    /// Our packages, newest first.
    async fn outgoing_packages(&self, tracker: &TrackerName, most: u32) -> Result<Vec<OutgoingPackage>, Fault>;
}
