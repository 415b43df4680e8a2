//! The durable record of links, effects and Plans.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Intent, Opened, Token};
use crate::{
    ids::{EventId, IssueId, LinkId, SyncName},
    sync::{
        effects::EffectOutcome,
        fault::Fault,
        issue::{Base, Copied, Seen, Side},
        plan::Plan,
        underway::Writing,
    },
};

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
    async fn copies(&self, link: &LinkId) -> Result<Vec<Copied>, Fault>;

    /// Intents of a link whose outcome is not known.
    async fn open_intents(&self, link: &LinkId) -> Result<Vec<Intent>, Fault>;

    /// Writes an intent down, unless it is known.
    async fn open_intent(&self, intent: &Intent) -> Result<Opened, Fault>;

    /// Writes down that an effect happened and what it made.
    async fn close_intent(&self, token: &Token, made: &str) -> Result<(), Fault>;

    /// Intents to create a remote issue whose outcome is not known, of all syncs.
    async fn open_creations(&self) -> Result<Vec<Intent>, Fault>;

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
