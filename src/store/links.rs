//! The table of links. Every write is compare-and-set on `version`.

use jiff::Timestamp;

use super::pool::{Pool, StoreError, on_pool};
use crate::{
    clock::millis,
    ids::{IssueId, LinkId, SyncName},
    sync::{
        issue::{Base, Seen},
        ports::Link,
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    sync: String,
    remote_id: String,
    remote_key: String,
    local_id: Option<String>,
    local_key: String,
    base_remote: String,
    base_local: String,
    underway: Option<String>,
    seen: Option<String>,
    version: i64,
}

impl TryFrom<Row> for Link {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Link {
            id: LinkId::new(row.id),
            sync: SyncName::new(row.sync),
            remote: IssueId::new(row.remote_id),
            remote_key: row.remote_key,
            local: row.local_id.map(IssueId::new),
            local_key: row.local_key,
            base: Base {
                remote: serde_json::from_str(&row.base_remote)?,
                local: serde_json::from_str(&row.base_local)?,
                copies: Vec::new(),
            },
            underway: row.underway.as_deref().map_or(Ok(Vec::new()), serde_json::from_str)?,
            seen: row.seen.as_deref().map_or(Ok(Seen::default()), serde_json::from_str)?,
            version: row.version,
        })
    }
}

const BY_REMOTE: &str = "SELECT * FROM links WHERE sync = $1 AND remote_id = $2";
const BY_LOCAL: &str = "SELECT * FROM links WHERE sync = $1 AND local_id = $2";

pub(super) async fn by_remote(pool: &Pool, sync: &SyncName, remote: &IssueId) -> Result<Option<Link>, StoreError> {
    one(pool, BY_REMOTE, sync, remote).await
}

pub(super) async fn by_local(pool: &Pool, sync: &SyncName, local: &IssueId) -> Result<Option<Link>, StoreError> {
    one(pool, BY_LOCAL, sync, local).await
}

async fn one(pool: &Pool, sql: &'static str, sync: &SyncName, issue: &IssueId) -> Result<Option<Link>, StoreError> {
    let row: Option<Row> = on_pool!(pool, pool ->
        sqlx::query_as(sql).bind(sync.as_str()).bind(issue.as_str()).fetch_optional(pool).await?);
    row.map(Link::try_from).transpose()
}

pub(super) async fn all(pool: &Pool, sync: &SyncName) -> Result<Vec<Link>, StoreError> {
    let rows: Vec<Row> = on_pool!(pool, pool ->
        sqlx::query_as("SELECT * FROM links WHERE sync = $1 ORDER BY created_at, id").bind(sync.as_str()).fetch_all(pool).await?);
    rows.into_iter().map(Link::try_from).collect()
}

pub(super) async fn linked(pool: &Pool, sync: &SyncName) -> Result<Vec<(IssueId, Option<IssueId>)>, StoreError> {
    const LINKED: &str = "SELECT remote_id, local_id FROM links WHERE sync = $1 ORDER BY created_at, id";
    let rows: Vec<(String, Option<String>)> =
        on_pool!(pool, pool -> sqlx::query_as(LINKED).bind(sync.as_str()).fetch_all(pool).await?);
    Ok(rows.into_iter().map(|(remote, local)| (IssueId::new(remote), local.map(IssueId::new))).collect())
}

pub(super) async fn ensure(
    pool: &Pool,
    sync: &SyncName,
    remote: &IssueId,
    remote_key: &str,
    now: Timestamp,
) -> Result<Link, StoreError> {
    const INSERT: &str = "INSERT INTO links (id, sync, remote_id, remote_key, local_id, local_key, base_remote, base_local, \
        version, created_at, updated_at) VALUES ($1, $2, $3, $4, NULL, '', '{}', '{}', 1, $5, $5) ON CONFLICT DO NOTHING";
    let id = LinkId::derive(sync, remote);
    on_pool!(pool, pool => sqlx::query(INSERT)
        .bind(id.as_str())
        .bind(sync.as_str())
        .bind(remote.as_str())
        .bind(remote_key)
        .bind(millis(now))
        .execute(pool)
        .await?);
    match by_remote(pool, sync, remote).await? {
        Some(link) => Ok(link),
        None => Err(sqlx::Error::RowNotFound.into()),
    }
}

pub(super) async fn save(pool: &Pool, link: &Link, now: Timestamp) -> Result<bool, StoreError> {
    const UPDATE: &str = "UPDATE links SET remote_key = $1, local_id = $2, local_key = $3, base_remote = $4, base_local = $5, \
        underway = $6, seen = $7, version = version + 1, updated_at = $8 WHERE id = $9 AND version = $10";
    let (base_remote, base_local) = (serde_json::to_string(&link.base.remote)?, serde_json::to_string(&link.base.local)?);
    let underway = if link.underway.is_empty() { None } else { Some(serde_json::to_string(&link.underway)?) };
    let seen = if link.seen == Seen::default() { None } else { Some(serde_json::to_string(&link.seen)?) };
    let written = on_pool!(pool, pool -> sqlx::query(UPDATE)
        .bind(&link.remote_key)
        .bind(link.local.as_ref().map(IssueId::as_str))
        .bind(&link.local_key)
        .bind(&base_remote)
        .bind(&base_local)
        .bind(&underway)
        .bind(&seen)
        .bind(millis(now))
        .bind(link.id.as_str())
        .bind(link.version)
        .execute(pool)
        .await?
        .rows_affected());
    Ok(written == 1)
}
