//! The records, with a point before and after each call that writes.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::step;
use crate::{
    ids::{IssueId, LinkId, SyncName},
    sync::{
        fault::Fault,
        issue::{Copied, Side},
        ports::{AuditEntry, Intent, Link, Mark, Opened, Records, Spent, Token},
    },
};

pub(super) struct Pointed(pub Arc<dyn Records>);

#[async_trait]
impl Records for Pointed {
    async fn now(&self) -> Result<Timestamp, Fault> {
        self.0.now().await
    }

    async fn link_of_remote(&self, sync: &SyncName, remote: &IssueId) -> Result<Option<Link>, Fault> {
        self.0.link_of_remote(sync, remote).await
    }

    async fn link_of_local(&self, sync: &SyncName, local: &IssueId) -> Result<Option<Link>, Fault> {
        self.0.link_of_local(sync, local).await
    }

    async fn linked(&self, sync: &SyncName) -> Result<Vec<(IssueId, Option<IssueId>)>, Fault> {
        self.0.linked(sync).await
    }

    async fn links(&self, sync: &SyncName) -> Result<Vec<Link>, Fault> {
        self.0.links(sync).await
    }

    async fn ensure_link(&self, sync: &SyncName, remote: &IssueId, remote_key: &str) -> Result<Link, Fault> {
        step("records", "ensure_link", self.0.ensure_link(sync, remote, remote_key)).await
    }

    async fn save_link(&self, link: &Link) -> Result<bool, Fault> {
        step("records", "save_link", self.0.save_link(link)).await
    }

    async fn copies(&self, link: &LinkId) -> Result<Vec<Copied>, Fault> {
        self.0.copies(link).await
    }

    async fn open_intents(&self, link: &LinkId) -> Result<Vec<Intent>, Fault> {
        self.0.open_intents(link).await
    }

    async fn open_intent(&self, intent: &Intent) -> Result<Opened, Fault> {
        step("records", "open_intent", self.0.open_intent(intent)).await
    }

    async fn close_intent(&self, token: &Token, made: &str) -> Result<(), Fault> {
        step("records", "close_intent", self.0.close_intent(token, made)).await
    }

    async fn open_creations(&self) -> Result<Vec<Intent>, Fault> {
        self.0.open_creations().await
    }

    async fn knows_intent(&self, token: &Token) -> Result<bool, Fault> {
        self.0.knows_intent(token).await
    }

    async fn note_text(&self, link: &LinkId, to: Side, copy: &str, text: &str) -> Result<(), Fault> {
        step("records", "note_text", self.0.note_text(link, to, copy, text)).await
    }

    async fn surrender_intent(&self, token: &Token, run: &str) -> Result<(), Fault> {
        step("records", "surrender_intent", self.0.surrender_intent(token, run)).await
    }

    async fn drop_intent(&self, token: &Token, run: &str) -> Result<(), Fault> {
        step("records", "drop_intent", self.0.drop_intent(token, run)).await
    }

    async fn mark(&self, sync: &SyncName, mark: Mark) -> Result<Option<Timestamp>, Fault> {
        self.0.mark(sync, mark).await
    }

    async fn set_mark(&self, sync: &SyncName, mark: Mark, at: Timestamp) -> Result<(), Fault> {
        step("records", "set_mark", self.0.set_mark(sync, mark, at)).await
    }

    async fn spend(&self, sync: &SyncName, now: Timestamp, spent: Spent) -> Result<(), Fault> {
        step("records", "spend", self.0.spend(sync, now, spent)).await
    }

    async fn spent(&self, sync: &SyncName, now: Timestamp) -> Result<Spent, Fault> {
        self.0.spent(sync, now).await
    }

    async fn forget_spent(&self, sync: &SyncName) -> Result<(), Fault> {
        step("records", "forget_spent", self.0.forget_spent(sync)).await
    }

    async fn audit(&self, entry: &AuditEntry<'_>) -> Result<(), Fault> {
        step("records", "audit", self.0.audit(entry)).await
    }
}
