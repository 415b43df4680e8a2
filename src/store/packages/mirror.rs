//! The newest known state of the issues of a tracker that sends packages, and what we answer.

use jiff::Timestamp;

use super::super::pool::{Pool, StoreError, begin, on_pool};
use crate::{
    clock::millis,
    ids::{IssueId, TrackerName},
    sync::{
        issue::Attributes,
        ports::{Annotation, MirroredFile, MirroredIssue},
    },
};

/// An issue of a tracker.
type Of<'a> = (&'a TrackerName, &'a IssueId);

#[derive(sqlx::FromRow)]
struct IssueRow {
    incoming: String,
    told_by: String,
    own: String,
    version: i64,
    changed_at: i64,
}

#[derive(sqlx::FromRow)]
struct FileRow {
    id: String,
    name: String,
    size: Option<i64>,
    stored: Option<String>,
    ours: i64,
    sent: Option<String>,
}

pub(super) async fn issue(pool: &Pool, tracker: &TrackerName, issue: &IssueId) -> Result<Option<MirroredIssue>, StoreError> {
    const SELECT: &str =
        "SELECT incoming, told_by, own, version, changed_at FROM mirror_issues WHERE tracker = $1 AND issue = $2";
    let row: Option<IssueRow> = on_pool!(pool, pool ->
        sqlx::query_as(SELECT).bind(tracker.as_str()).bind(issue.as_str()).fetch_optional(pool).await?);
    let read = |row: IssueRow| {
        Ok(MirroredIssue {
            incoming: serde_json::from_str(&row.incoming)?,
            told_by: row.told_by,
            own: serde_json::from_str(&row.own)?,
            version: row.version,
            changed_at: Timestamp::from_millisecond(row.changed_at).unwrap_or_default(),
        })
    };
    row.map(read).transpose()
}

pub(super) async fn files(pool: &Pool, tracker: &TrackerName, issue: &IssueId) -> Result<Vec<MirroredFile>, StoreError> {
    const SELECT: &str = "SELECT id, name, size, stored, ours, sent FROM mirror_files WHERE tracker = $1 AND issue = $2 \
        ORDER BY ours, at, name, id";
    let rows: Vec<FileRow> = on_pool!(pool, pool ->
        sqlx::query_as(SELECT).bind(tracker.as_str()).bind(issue.as_str()).fetch_all(pool).await?);
    let file = |row: FileRow| MirroredFile {
        id: row.id,
        name: row.name,
        size: row.size.and_then(|size| u64::try_from(size).ok()),
        stored: row.stored,
        ours: row.ours != 0,
        sent: row.sent,
    };
    Ok(rows.into_iter().map(file).collect())
}

pub(super) async fn annotations(pool: &Pool, tracker: &TrackerName, issue: &IssueId) -> Result<Vec<Annotation>, StoreError> {
    const SELECT: &str =
        "SELECT id, text, author, at FROM mirror_annotations WHERE tracker = $1 AND issue = $2 ORDER BY at, id";
    let rows: Vec<(String, String, Option<String>, i64)> = on_pool!(pool, pool ->
        sqlx::query_as(SELECT).bind(tracker.as_str()).bind(issue.as_str()).fetch_all(pool).await?);
    let at = |at| Timestamp::from_millisecond(at).unwrap_or_default();
    Ok(rows.into_iter().map(|(id, text, author, millis)| Annotation { id, text, author, at: at(millis) }).collect())
}

pub(super) async fn list(pool: &Pool, tracker: &TrackerName, since: Option<Timestamp>) -> Result<Vec<IssueId>, StoreError> {
    const SELECT: &str = "SELECT issue FROM mirror_issues WHERE tracker = $1 AND changed_at >= $2 ORDER BY changed_at, issue";
    let since = since.map_or(i64::MIN, millis);
    let rows: Vec<(String,)> =
        on_pool!(pool, pool -> sqlx::query_as(SELECT).bind(tracker.as_str()).bind(since).fetch_all(pool).await?);
    Ok(rows.into_iter().map(|(issue,)| IssueId::new(issue)).collect())
}

pub(super) async fn due(pool: &Pool, tracker: &TrackerName, most: u32) -> Result<Vec<(IssueId, String)>, StoreError> {
    const SELECT: &str = "SELECT issue, due FROM mirror_issues WHERE tracker = $1 AND due IS NOT NULL ORDER BY issue LIMIT $2";
    let rows: Vec<(String, String)> = on_pool!(pool, pool ->
        sqlx::query_as(SELECT).bind(tracker.as_str()).bind(i64::from(most)).fetch_all(pool).await?);
    Ok(rows.into_iter().map(|(issue, package)| (IssueId::new(issue), package)).collect())
}

pub(super) async fn not_due(pool: &Pool, tracker: &TrackerName, issues: &[(IssueId, String)]) -> Result<(), StoreError> {
    const UPDATE: &str = "UPDATE mirror_issues SET due = NULL WHERE tracker = $1 AND issue = $2 AND due = $3";
    on_pool!(pool, pool => {
        let mut transaction = begin(pool).await?;
        for (issue, package) in issues {
            sqlx::query(UPDATE).bind(tracker.as_str()).bind(issue.as_str()).bind(package).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    });
    Ok(())
}

pub(super) async fn set_own(
    pool: &Pool,
    (tracker, issue): Of<'_>,
    version: i64,
    own: &Attributes,
    at: Timestamp,
) -> Result<bool, StoreError> {
    const UPDATE: &str = "UPDATE mirror_issues SET own = $1, version = version + 1, \
        dirty_since = COALESCE(dirty_since, $2), changed_at = $2 WHERE tracker = $3 AND issue = $4 AND version = $5";
    let own = serde_json::to_string(own)?;
    let written = on_pool!(pool, pool -> sqlx::query(UPDATE)
        .bind(&own)
        .bind(millis(at))
        .bind(tracker.as_str())
        .bind(issue.as_str())
        .bind(version)
        .execute(pool)
        .await?
        .rows_affected());
    Ok(written == 1)
}

/// Our answer has changed.
const CHANGED: &str = "UPDATE mirror_issues SET version = version + 1, dirty_since = COALESCE(dirty_since, $1), \
    changed_at = $1 WHERE tracker = $2 AND issue = $3";

/// Runs a statement; if it changed something, our answer has changed with it.
macro_rules! change {
    ($pool:expr, $of:expr, $at:expr, $statement:expr) => {{
        let (tracker, issue) = $of;
        let mut transaction = begin($pool).await?;
        let changed = $statement.execute(&mut *transaction).await?.rows_affected();
        if changed > 0 {
            sqlx::query(CHANGED)
                .bind(millis($at))
                .bind(tracker.as_str())
                .bind(issue.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
    }};
}

pub(super) async fn add_annotation(pool: &Pool, of: Of<'_>, annotation: &Annotation, at: Timestamp) -> Result<(), StoreError> {
    const INSERT: &str = "INSERT INTO mirror_annotations (tracker, issue, id, text, author, at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    on_pool!(pool, pool => change!(pool, of, at, sqlx::query(INSERT)
        .bind(of.0.as_str())
        .bind(of.1.as_str())
        .bind(&annotation.id)
        .bind(&annotation.text)
        .bind(&annotation.author)
        .bind(millis(annotation.at))));
    Ok(())
}

pub(super) async fn edit_annotation(pool: &Pool, of: Of<'_>, id: &str, text: &str, at: Timestamp) -> Result<(), StoreError> {
    const UPDATE: &str = "UPDATE mirror_annotations SET text = $1 WHERE tracker = $2 AND issue = $3 AND id = $4 AND text <> $1";
    on_pool!(pool, pool => change!(pool, of, at, sqlx::query(UPDATE)
        .bind(text)
        .bind(of.0.as_str())
        .bind(of.1.as_str())
        .bind(id)));
    Ok(())
}

pub(super) async fn remove_annotation(pool: &Pool, of: Of<'_>, id: &str, at: Timestamp) -> Result<(), StoreError> {
    const DELETE: &str = "DELETE FROM mirror_annotations WHERE tracker = $1 AND issue = $2 AND id = $3";
    on_pool!(pool, pool => change!(pool, of, at, sqlx::query(DELETE)
        .bind(of.0.as_str())
        .bind(of.1.as_str())
        .bind(id)));
    Ok(())
}

pub(super) async fn add_own_file(pool: &Pool, of: Of<'_>, file: &MirroredFile, at: Timestamp) -> Result<(), StoreError> {
    const INSERT: &str = "INSERT INTO mirror_files (tracker, issue, id, name, size, stored, ours, sent, at) \
        VALUES ($1, $2, $3, $4, $5, $6, 1, NULL, $7) ON CONFLICT DO NOTHING";
    on_pool!(pool, pool => change!(pool, of, at, sqlx::query(INSERT)
        .bind(of.0.as_str())
        .bind(of.1.as_str())
        .bind(&file.id)
        .bind(&file.name)
        .bind(file.size.and_then(|size| i64::try_from(size).ok()))
        .bind(&file.stored)
        .bind(millis(at))));
    Ok(())
}
