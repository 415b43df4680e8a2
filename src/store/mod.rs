//! The durable state: links, journal, audit trail. `SQLite` in the data folder, or `PostgreSQL`; the same SQL for both.

mod audit;
mod journal;
mod linked;
mod links;
mod marks;
mod migrations;
mod packages;
mod pool;
mod retention;
mod writes;

pub use audit::AuditRow;
pub use linked::newest_linked;
pub use pool::{Pool, StoreError, reach_postgres};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    clock::SharedClock,
    ids::{IssueId, LinkId, SyncName},
    sync::{
        fault::Fault,
        issue::{Copied, Side},
        ports::{AuditEntry, Intent, Link, Mark, Opened, Records, Spent, Token},
    },
};

/// The store.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    clock: SharedClock,
}

impl Store {
    /// Opens the database and brings its schema up to date, under a lock.
    ///
    /// # Errors
    /// It cannot be reached, or its schema is not ours.
    pub async fn open(pool: Pool, clock: SharedClock) -> Result<Self, StoreError> {
        migrations::run(&pool).await?;
        Ok(Self { pool, clock })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.pool.ping().await
    }

    /// The newest entries of the audit trail of one remote issue.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit_of(&self, sync: &SyncName, remote: &IssueId, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        audit::newest(&self.pool, sync, remote, limit).await
    }
}

#[async_trait]
impl Records for Store {
    async fn now(&self) -> Result<Timestamp, Fault> {
        Ok(self.pool.now(&self.clock).await?)
    }

    async fn link_of_remote(&self, sync: &SyncName, remote: &IssueId) -> Result<Option<Link>, Fault> {
        Ok(links::by_remote(&self.pool, sync, remote).await?)
    }

    async fn link_of_local(&self, sync: &SyncName, local: &IssueId) -> Result<Option<Link>, Fault> {
        Ok(links::by_local(&self.pool, sync, local).await?)
    }

    async fn linked(&self, sync: &SyncName) -> Result<Vec<(IssueId, Option<IssueId>)>, Fault> {
        Ok(links::linked(&self.pool, sync).await?)
    }

    async fn links(&self, sync: &SyncName) -> Result<Vec<Link>, Fault> {
        Ok(links::all(&self.pool, sync).await?)
    }

    async fn ensure_link(&self, sync: &SyncName, remote: &IssueId, remote_key: &str) -> Result<Link, Fault> {
        Ok(links::ensure(&self.pool, sync, remote, remote_key, self.clock.now()).await?)
    }

    async fn save_link(&self, link: &Link) -> Result<bool, Fault> {
        Ok(links::save(&self.pool, link, self.clock.now()).await?)
    }

    async fn copies(&self, link: &LinkId) -> Result<Vec<Copied>, Fault> {
        Ok(journal::copies(&self.pool, link).await?)
    }

    async fn open_intents(&self, link: &LinkId) -> Result<Vec<Intent>, Fault> {
        Ok(journal::open_intents(&self.pool, link).await?)
    }

    async fn open_intent(&self, intent: &Intent) -> Result<Opened, Fault> {
        Ok(journal::open(&self.pool, intent).await?)
    }

    async fn close_intent(&self, token: &Token, made: &str) -> Result<(), Fault> {
        Ok(journal::close(&self.pool, token, made).await?)
    }

    async fn open_creations(&self) -> Result<Vec<Intent>, Fault> {
        Ok(journal::open_creations(&self.pool).await?)
    }

    async fn knows_intent(&self, token: &Token) -> Result<bool, Fault> {
        Ok(journal::knows(&self.pool, token).await?)
    }

    async fn note_text(&self, link: &LinkId, to: Side, copy: &str, text: &str) -> Result<(), Fault> {
        Ok(journal::note_text(&self.pool, link, to, copy, text).await?)
    }

    async fn surrender_intent(&self, token: &Token, run: &str) -> Result<(), Fault> {
        Ok(journal::surrender(&self.pool, token, run).await?)
    }

    async fn drop_intent(&self, token: &Token, run: &str) -> Result<(), Fault> {
        Ok(journal::forget(&self.pool, token, run).await?)
    }

    async fn mark(&self, sync: &SyncName, mark: Mark) -> Result<Option<Timestamp>, Fault> {
        Ok(marks::get(&self.pool, sync, mark).await?)
    }

    async fn set_mark(&self, sync: &SyncName, mark: Mark, at: Timestamp) -> Result<(), Fault> {
        Ok(marks::set(&self.pool, sync, mark, at).await?)
    }

    async fn spend(&self, sync: &SyncName, now: Timestamp, spent: Spent) -> Result<(), Fault> {
        Ok(writes::spend(&self.pool, sync, now, spent).await?)
    }

    async fn spent(&self, sync: &SyncName, now: Timestamp) -> Result<Spent, Fault> {
        Ok(writes::spent(&self.pool, sync, now).await?)
    }

    async fn forget_spent(&self, sync: &SyncName) -> Result<(), Fault> {
        Ok(writes::forget(&self.pool, sync).await?)
    }

    async fn audit(&self, entry: &AuditEntry<'_>) -> Result<(), Fault> {
        Ok(audit::add(&self.pool, entry).await?)
    }
}
