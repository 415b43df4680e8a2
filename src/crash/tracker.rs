//! A tracker, with a point before and after each call that writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use jiff::SignedDuration;

use super::step;
use crate::{
    config::diagnostic::Diagnostic,
    ids::{IssueId, TrackerName},
    sync::{
        fault::Fault,
        issue::{Attributes, Snapshot},
        plan::{MessageEdit, NewMessage},
        ports::{Claim, FileContent, Intent, Listing, Made, MirroredState, Query, Token, Tracker, WriteTerms},
        requirements::Requirements,
        rules::Needs,
        schema::Schema,
        value::Equality,
    },
};

pub(super) struct Pointed {
    /// The side that it is on, as it stands in the names of its points.
    pub port: &'static str,
    pub inner: Arc<dyn Tracker>,
}

#[async_trait]
impl Tracker for Pointed {
    fn name(&self) -> &TrackerName {
        self.inner.name()
    }

    fn equality(&self) -> Equality {
        self.inner.equality()
    }

    async fn read(&self, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
        self.inner.read(id, needs).await
    }

    async fn read_several(&self, ids: &[IssueId], needs: &Needs) -> Result<Option<Vec<Snapshot>>, Fault> {
        self.inner.read_several(ids, needs).await
    }

    async fn matches(&self, id: &IssueId, filter: &str) -> Result<bool, Fault> {
        self.inner.matches(id, filter).await
    }

    async fn list(&self, query: &Query) -> Result<Listing, Fault> {
        self.inner.list(query).await
    }

    async fn find_linked(&self, tracker: &TrackerName, remote: &[&str]) -> Result<Vec<IssueId>, Fault> {
        self.inner.find_linked(tracker, remote).await
    }

    async fn linked_remote(&self, id: &IssueId, tracker: &TrackerName) -> Result<Claim, Fault> {
        self.inner.linked_remote(id, tracker).await
    }

    async fn mirrored_attributes(&self, id: &IssueId) -> Result<Option<Attributes>, Fault> {
        self.inner.mirrored_attributes(id).await
    }

    async fn create(&self, fields: &Attributes, state: &MirroredState, token: &Token) -> Result<Made, Fault> {
        step(self.port, "create", self.inner.create(fields, state, token)).await
    }

    async fn create_marked(&self, fields: &Attributes, token: &Token) -> Result<Made, Fault> {
        step(self.port, "create_marked", self.inner.create_marked(fields, token)).await
    }

    async fn find_marked(&self, intent: &Intent, age: SignedDuration) -> Result<Option<IssueId>, Fault> {
        self.inner.find_marked(intent, age).await
    }

    async fn creation_token(&self, id: &IssueId) -> Result<Option<Token>, Fault> {
        self.inner.creation_token(id).await
    }

    async fn came_of_one(&self, id: &IssueId, open: &[Intent]) -> Result<bool, Fault> {
        self.inner.came_of_one(id, open).await
    }

    async fn set_fields(&self, id: &IssueId, fields: &Attributes, terms: WriteTerms<'_>) -> Result<(), Fault> {
        step(self.port, "set_fields", self.inner.set_fields(id, fields, terms)).await
    }

    async fn add_message(&self, id: &IssueId, message: &NewMessage, token: &Token) -> Result<String, Fault> {
        step(self.port, "add_message", self.inner.add_message(id, message, token)).await
    }

    async fn edit_message(&self, id: &IssueId, edit: &MessageEdit) -> Result<(), Fault> {
        step(self.port, "edit_message", self.inner.edit_message(id, edit)).await
    }

    async fn remove_message(&self, id: &IssueId, message: &str) -> Result<(), Fault> {
        step(self.port, "remove_message", self.inner.remove_message(id, message)).await
    }

    async fn open_file(&self, id: &IssueId, file: &str) -> Result<FileContent, Fault> {
        self.inner.open_file(id, file).await
    }

    async fn add_file(&self, id: &IssueId, name: &str, content: FileContent, token: &Token) -> Result<String, Fault> {
        step(self.port, "add_file", self.inner.add_file(id, name, content, token)).await
    }

    async fn find_effect(&self, id: &IssueId, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
        self.inner.find_effect(id, intent, known).await
    }

    async fn mirror(&self, id: &IssueId, state: &MirroredState) -> Result<(), Fault> {
        step(self.port, "mirror", self.inner.mirror(id, state)).await
    }

    async fn mark_linked(&self, id: &IssueId, state: &MirroredState) -> Result<(), Fault> {
        step(self.port, "mark_linked", self.inner.mark_linked(id, state)).await
    }

    async fn who_am_i(&self) -> Result<String, Fault> {
        self.inner.who_am_i().await
    }

    async fn is_us(&self, actor: &str) -> Result<bool, Fault> {
        self.inner.is_us(actor).await
    }

    async fn schema(&self) -> Result<Schema, Fault> {
        self.inner.schema().await
    }

    fn place(&self) -> Option<&'static str> {
        self.inner.place()
    }

    async fn values_in(&self, place: &str, paths: &BTreeSet<String>) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
        self.inner.values_in(place, paths).await
    }

    async fn preflight(&self, asked: &Requirements) -> Result<Vec<Diagnostic>, Fault> {
        self.inner.preflight(asked).await
    }
}
