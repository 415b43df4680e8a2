//! An issue tracker, as the sync engine sees it.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};

use super::{Intent, Listing, Token};
use crate::{
    config::diagnostic::Diagnostic,
    ids::{IssueId, TrackerName},
    sync::{
        fault::Fault,
        issue::{Attributes, Snapshot},
        plan::{MessageEdit, NewMessage},
        requirements::Requirements,
        rules::Needs,
        schema::Schema,
        value::Equality,
    },
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

    /// Whether the filter holds this issue, which was just read: what the reading made sure of need not be asked again.
    async fn matches(&self, id: &IssueId, filter: &str) -> Result<bool, Fault>;

    /// All issues of a query. A listing that could not be completed is a fault, never a shorter list.
    async fn list(&self, query: &Query) -> Result<Listing, Fault>;

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

    /// The issue that was created for this intent, if there is one; it was created about so long ago. It is known by the token or,
    /// where the tracker has no place for one, by what it was created with: for an issue created by [`Tracker::create_marked`], the
    /// content of the intent holds its values, in JSON. `None` only if it would be seen by now.
    async fn find_marked(&self, intent: &Intent, age: SignedDuration) -> Result<Option<IssueId>, Fault>;

    /// The token that an issue was created with, where it has one.
    async fn creation_token(&self, id: &IssueId) -> Result<Option<Token>, Fault>;

    /// Whether an issue without a token is what came of one of these intents to create one, by what it was created with.
    async fn came_of_one(&self, _id: &IssueId, _open: &[Intent]) -> Result<bool, Fault> {
        Ok(false)
    }

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

    /// The attribute that says where an issue belongs, if the values of others depend on it: the project of a Jira.
    fn place(&self) -> Option<&'static str> {
        None
    }

    /// The values that these attributes may have in a place ([`Tracker::place`]), as far as they depend on it and the tracker tells.
    async fn values_in(&self, _place: &str, _paths: &BTreeSet<String>) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
        Ok(BTreeMap::new())
    }

    /// What the tracker lacks for what a sync asks of it, as findings about the configuration; each once. What it does not tell is no
    /// finding. Nothing is written.
    async fn preflight(&self, _asked: &Requirements) -> Result<Vec<Diagnostic>, Fault> {
        Ok(Vec::new())
    }
}
