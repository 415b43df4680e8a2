//! What the sync engine needs from the outside: trackers, and a durable record of links and effects.

use std::{collections::BTreeSet, pin::Pin, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    effects::EffectOutcome,
    fault::Fault,
    issue::{Attributes, Base, CopyKind, Seen, Side, Snapshot},
    plan::{MessageEdit, NewMessage, Plan},
    requirements::Requirements,
    rules::Needs,
    schema::Schema,
    underway::Writing,
    value::Equality,
};
use crate::{
    config::diagnostic::Diagnostic,
    ids::{EventId, IssueId, LinkId, SyncName, TrackerName},
};

/// The bytes of a file, as they come.
pub type FileStream = Pin<Box<dyn Stream<Item = std::io::Result<Bytes>> + Send>>;

/// A file on its way from one tracker to the other; never held whole in memory.
pub struct FileContent {
    /// Bytes in all, where the source tells.
    pub size: Option<u64>,
    /// Its media type, where the source tells.
    pub media_type: Option<String>,
    /// The bytes.
    pub stream: FileStream,
}

/// What one listing is to hold.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// In the tracker's own query language; absent: all issues.
    pub filter: Option<String>,
    /// Only issues that changed since then.
    pub changed_since: Option<Timestamp>,
}

/// What the local tracker shows people about the remote issue.
#[derive(Clone, Debug, PartialEq)]
pub struct MirroredState {
    /// The remote tracker.
    pub tracker: TrackerName,
    /// The remote issue.
    pub remote: IssueId,
    /// What people call it.
    pub key: String,
    /// All of its attributes that were read.
    pub attributes: Attributes,
}

/// On what terms attributes are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct WriteTerms<'a> {
    /// Only if the issue is still what was read then (see [`Snapshot::revision`]); else a transient fault.
    pub revision: Option<&'a str>,
    /// The tracker on the other side: a local tracker may keep attributes for each of several.
    pub counterpart: Option<&'a TrackerName>,
}

/// An issue that was created.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its id.
    pub id: IssueId,
    /// Paths whose values were not set with the creation: they can be set only on an issue that exists.
    pub left_out: BTreeSet<String>,
}

/// What an issue says of the remote issue that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It stands for none.
    Nothing,
    /// For this one of our tracker.
    Ours(String),
    /// For one of another tracker, by that tracker's name.
    AnotherTrackers(String),
}

/// Most issues that [`Tracker::read_several`] is asked for: no tracker that can tells fewer with one request.
pub const READ_AT_ONCE: usize = 100;

/// An issue tracker, on either side.
///
/// Implementations make no second attempt by themselves; what may pass is a transient [`Fault`]. A tracker that answers "not
/// there" is believed only with proven credentials, so `Ok(None)` means gone.
#[async_trait]
pub trait Tracker: Send + Sync {
    /// The tracker's name in the configuration.
    fn name(&self) -> &TrackerName;

    /// How it compares values with its own.
    fn equality(&self) -> Equality {
        Equality::Plain
    }

    /// Reads one issue, by its id or by what people call it: exactly what is needed.
    async fn read(&self, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault>;

    /// Reads up to [`READ_AT_ONCE`] issues, by their ids, with next to no more requests than one of them takes. What the tracker
    /// leaves out need not be gone; what cannot be read is left out as well, since one issue must not hide the others. `None` where it cannot tell several issues at once.
    async fn read_several(&self, _ids: &[IssueId], _needs: &Needs) -> Result<Option<Vec<Snapshot>>, Fault> {
        Ok(None)
    }

    /// Whether the filter holds this issue.
    async fn matches(&self, id: &IssueId, filter: &str) -> Result<bool, Fault>;

    /// All issues of a query. A listing that could not be completed is a fault, never a shorter list.
    async fn list(&self, query: &Query) -> Result<Vec<IssueId>, Fault>;

    /// The issues here that say they stand for this remote issue (known there by any of these names).
    async fn find_linked(&self, tracker: &TrackerName, remote: &[&str]) -> Result<Vec<IssueId>, Fault>;

    /// Which remote issue this issue says it stands for.
    async fn linked_remote(&self, id: &IssueId, tracker: &TrackerName) -> Result<Claim, Fault>;

    /// What this issue shows of the remote one's attributes, from the last sync by whatever program.
    async fn mirrored_attributes(&self, id: &IssueId) -> Result<Option<Attributes>, Fault>;

    /// Creates an issue that says which remote issue it stands for. Where the tracker has a place for it, the issue carries the
    /// token of its creation from its birth; elsewhere [`Tracker::find_linked`] finds it.
    async fn create(&self, fields: &Attributes, state: &MirroredState, token: &Token) -> Result<Made, Fault>;

    /// Creates an issue that carries the token of its creation from its birth.
    async fn create_marked(&self, fields: &Attributes, token: &Token) -> Result<Made, Fault>;

    /// The issue that was created with this token, if there is one; it was created about so long ago. `None` only if it would be
    /// seen by now.
    async fn find_marked(&self, token: &Token, age: SignedDuration) -> Result<Option<IssueId>, Fault>;

    /// The token that an issue was created with, where it has one.
    async fn creation_token(&self, id: &IssueId) -> Result<Option<Token>, Fault>;

    /// Sets attributes, in as few requests as possible.
    async fn set_fields(&self, id: &IssueId, fields: &Attributes, terms: WriteTerms<'_>) -> Result<(), Fault>;

    /// Adds a message that carries the token as far as the tracker allows; returns its id.
    async fn add_message(&self, id: &IssueId, message: &NewMessage, token: &Token) -> Result<String, Fault>;

    /// Replaces the text of a message.
    async fn edit_message(&self, id: &IssueId, edit: &MessageEdit) -> Result<(), Fault>;

    /// Takes a message off the issue.
    async fn remove_message(&self, id: &IssueId, message: &str) -> Result<(), Fault>;

    /// Reads a file's bytes.
    async fn open_file(&self, id: &IssueId, file: &str) -> Result<FileContent, Fault>;

    /// Adds a file; returns its id.
    async fn add_file(&self, id: &IssueId, name: &str, content: FileContent, token: &Token) -> Result<String, Fault>;

    /// Looks for the effect of an intent whose outcome is not known; the id of what it made, if it did. `known` are copies that
    /// other intents made: none of them can be it.
    async fn find_effect(&self, id: &IssueId, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault>;

    /// Shows people the state of the remote issue, where the tracker has a place for that.
    async fn mirror(&self, id: &IssueId, state: &MirroredState) -> Result<(), Fault>;

    /// Lets an issue that was there before say which remote issue it stands for from now on, where [`Tracker::mirror`] does not.
    async fn mark_linked(&self, _id: &IssueId, _state: &MirroredState) -> Result<(), Fault> {
        Ok(())
    }

    /// Proves that the tracker answers and knows us; the account's name.
    async fn who_am_i(&self) -> Result<String, Fault>;

    /// Whether the account that a delivery names as its actor is ours.
    async fn is_us(&self, actor: &str) -> Result<bool, Fault>;

    /// What the tracker tells about its classes, their attributes, and the values that these can have.
    async fn schema(&self) -> Result<Schema, Fault>;

    /// What the tracker lacks for what a sync asks of it, as findings about the configuration; each once. What it does not tell is no
    /// finding. Nothing is written.
    async fn preflight(&self, _asked: &Requirements) -> Result<Vec<Diagnostic>, Fault> {
        Ok(Vec::new())
    }
}

/// A token that names one effect: the same intent always has the same token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// The token of a copy, from the link, what is copied, the direction and the original.
    #[must_use]
    pub fn of_copy(link: &LinkId, kind: CopyKind, to: Side, source: &str) -> Self {
        Self::derive(&[link.as_str(), "copy", kind.name(), to.name(), source])
    }

    /// The token of a text of our own: from the link, the text, and how many such texts were added before.
    #[must_use]
    pub fn of_text(link: &LinkId, to: Side, text: &str, before: usize) -> Self {
        Self::derive(&[link.as_str(), "text", to.name(), text, &before.to_string()])
    }

    fn derive(parts: &[&str]) -> Self {
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new();
        for part in parts {
            // The length keeps ("ab", "c") and ("a", "bc") apart.
            digest.update(part.len().to_be_bytes());
            digest.update(part.as_bytes());
        }
        Self(hex::encode(&digest.finalize()[..16]))
    }

    /// Takes a stored token.
    #[must_use]
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An effect that must happen once: written down before it is tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Its token.
    pub token: Token,
    /// The link it belongs to.
    pub link: LinkId,
    /// A message or a file.
    pub kind: CopyKind,
    /// The side that it is done on.
    pub to: Side,
    /// The original's id; empty for a text of our own.
    pub source: String,
    /// The message's text, or the file's name: what to look for where a tracker carries no token.
    pub content: String,
    /// The file's size, where known.
    pub size: Option<u64>,
    /// When it was first intended, by the clock of the records.
    pub since: Timestamp,
    /// The run that intends it: another run must not touch it while that one may still be at work. Empty once that is over.
    pub run: String,
}

/// What the journal says about an intent.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// Written down now, by this run: go ahead.
    Ours,
    /// Another run wrote it down; its outcome is not known.
    Theirs(Intent),
    /// It was done; the id of what it made.
    Done(String),
}

/// A link between a local and a remote issue.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// The sync.
    pub sync: SyncName,
    /// The remote issue.
    pub remote: IssueId,
    /// What people call the remote issue.
    pub remote_key: String,
    /// The local issue; absent while it is being created.
    pub local: Option<IssueId>,
    /// What people call the local issue.
    pub local_key: String,
    /// Both sides' attributes after the last sync; the copies are kept apart, in the journal.
    pub base: Base,
    /// Fields that a run set out to write and has not reported.
    pub underway: Vec<Writing>,
    /// What both sides held after the last run, where that left nothing open.
    pub seen: Seen,
    /// Number of times the link was written.
    pub version: i64,
}

/// What became of one run, for the audit trail.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    /// The link, where there is one.
    pub link: Option<&'a LinkId>,
    /// The sync.
    pub sync: &'a SyncName,
    /// The remote issue.
    pub remote: &'a IssueId,
    /// The local issue.
    pub local: Option<&'a IssueId>,
    /// The event that caused the run.
    pub event: Option<&'a EventId>,
    /// The trace.
    pub trace: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The Plan.
    pub plan: &'a Plan,
    /// What became of each of its effects.
    pub effects: Vec<EffectOutcome>,
    /// What became of it: `synced`, `stopped`, or the fault.
    pub outcome: String,
}

/// A point in time that a sync has to remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The last sweep over what changed that succeeded: when it began.
    SweptChanged,
    /// The last sweep over everything that succeeded: when it began.
    SweptFull,
    /// When somebody last made the fuses good.
    FusesReset,
}

/// What was written for a sync of late, on both sides together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Effects within the last hour; in [`Records::spend`], of one run.
    pub writes: u64,
    /// Created issues within the last day; in [`Records::spend`], of one run.
    pub creations: u64,
}

impl Mark {
    /// As it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SweptChanged => "swept_changed",
            Self::SweptFull => "swept_full",
            Self::FusesReset => "fuses_reset",
        }
    }
}

/// The durable record of links, effects and Plans.
#[async_trait]
pub trait Records: Send + Sync {
    /// This moment, by the clock that all who share these records share: a process's own may be wrong.
    async fn now(&self) -> Result<Timestamp, Fault>;

    /// The link of a remote issue.
    async fn link_of_remote(&self, sync: &SyncName, remote: &IssueId) -> Result<Option<Link>, Fault>;

    /// The link of a local issue.
    async fn link_of_local(&self, sync: &SyncName, local: &IssueId) -> Result<Option<Link>, Fault>;

    /// The remote and the local issue of each link of a sync, in the order in which they were linked; without all that a link holds.
    async fn linked(&self, sync: &SyncName) -> Result<Vec<(IssueId, Option<IssueId>)>, Fault>;

    /// All links of a sync.
    async fn links(&self, sync: &SyncName) -> Result<Vec<Link>, Fault>;

    /// Makes the link of a remote issue if it is not there, and returns what is there.
    async fn ensure_link(&self, sync: &SyncName, remote: &IssueId, remote_key: &str) -> Result<Link, Fault>;

    /// Writes a link if nobody wrote it since it was read; `false` if somebody did. The version is counted up in storage.
    async fn save_link(&self, link: &Link) -> Result<bool, Fault>;

    /// Copies that were made for a link.
    async fn copies(&self, link: &LinkId) -> Result<Vec<super::issue::Copied>, Fault>;

    /// Intents of a link whose outcome is not known.
    async fn open_intents(&self, link: &LinkId) -> Result<Vec<Intent>, Fault>;

    /// Writes an intent down, unless it is known.
    async fn open_intent(&self, intent: &Intent) -> Result<Opened, Fault>;

    /// Writes down that an effect happened and what it made.
    async fn close_intent(&self, token: &Token, made: &str) -> Result<(), Fault>;

    /// Whether an intent of this token was ever written down here.
    async fn knows_intent(&self, token: &Token) -> Result<bool, Fault>;

    /// Writes down the text that a copied message now has.
    async fn note_text(&self, link: &LinkId, to: Side, copy: &str, text: &str) -> Result<(), Fault>;

    /// Leaves an open intent to the next run: this one has ended its request and does not know its outcome.
    async fn surrender_intent(&self, token: &Token, run: &str) -> Result<(), Fault>;

    /// Forgets an intent that certainly did not happen, if it still belongs to that run.
    async fn drop_intent(&self, token: &Token, run: &str) -> Result<(), Fault>;

    /// A point in time that was written down.
    async fn mark(&self, sync: &SyncName, mark: Mark) -> Result<Option<Timestamp>, Fault>;

    /// Writes down a point in time.
    async fn set_mark(&self, sync: &SyncName, mark: Mark, at: Timestamp) -> Result<(), Fault>;

    /// Counts what a run has written.
    async fn spend(&self, sync: &SyncName, now: Timestamp, spent: Spent) -> Result<(), Fault>;

    /// What was written of late.
    async fn spent(&self, sync: &SyncName, now: Timestamp) -> Result<Spent, Fault>;

    /// Forgets what was written.
    async fn forget_spent(&self, sync: &SyncName) -> Result<(), Fault>;

    /// Adds to the audit trail.
    async fn audit(&self, entry: &AuditEntry<'_>) -> Result<(), Fault>;
}

/// How long an intent of another run may still be in the making.
#[derive(Clone, Copy, Debug)]
pub struct RunLimits {
    /// No run lasts longer.
    pub deadline: Duration,
}
