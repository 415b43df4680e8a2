//! Packages that arrived.

use jiff::Timestamp;

use super::super::pool::{Pool, StoreError, begin, on_pool};
use crate::{
    clock::millis,
    ids::TrackerName,
    sync::ports::{ArrivalState, ArrivedPackage, Ingest},
};

#[derive(sqlx::FromRow)]
struct Row {
    reference: String,
    state: String,
    at: i64,
    issues: i64,
    findings: String,
}

const INGESTED: &str = "ingested";
const REFUSED: &str = "refused";

impl TryFrom<Row> for ArrivedPackage {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            reference: row.reference,
            state: if row.state == INGESTED { ArrivalState::Ingested } else { ArrivalState::Refused },
            at: Timestamp::from_millisecond(row.at).unwrap_or_default(),
            issues: u64::try_from(row.issues).unwrap_or_default(),
            findings: serde_json::from_str(&row.findings)?,
        })
    }
}

const ONE: &str = "SELECT reference, state, at, issues, findings FROM packages_in WHERE tracker = $1 AND reference = $2";
const NEWEST: &str = "SELECT reference, state, at, issues, findings FROM packages_in WHERE tracker = $1 ORDER BY at DESC, reference DESC LIMIT $2";

pub(super) async fn one(pool: &Pool, tracker: &TrackerName, reference: &str) -> Result<Option<ArrivedPackage>, StoreError> {
    let row: Option<Row> = on_pool!(pool, pool ->
        sqlx::query_as(ONE).bind(tracker.as_str()).bind(reference).fetch_optional(pool).await?);
    row.map(ArrivedPackage::try_from).transpose()
}

pub(super) async fn newest(pool: &Pool, tracker: &TrackerName, most: u32) -> Result<Vec<ArrivedPackage>, StoreError> {
    let rows: Vec<Row> = on_pool!(pool, pool ->
        sqlx::query_as(NEWEST).bind(tracker.as_str()).bind(i64::from(most)).fetch_all(pool).await?);
    rows.into_iter().map(ArrivedPackage::try_from).collect()
}

/// A package that was refused may be taken in later: somebody may have mended what kept it out.
const TAKE: &str = "INSERT INTO packages_in (tracker, reference, state, at, issues, findings) VALUES ($1, $2, 'ingested', $3, $4, $5) \
    ON CONFLICT (tracker, reference) DO UPDATE SET state = excluded.state, at = excluded.at, issues = excluded.issues, \
    findings = excluded.findings WHERE packages_in.state <> 'ingested'";

/// The first 14 characters of a reference are its time and its running number: packages of one moment count in the order in which they
/// are taken in.
const TELL: &str = "INSERT INTO mirror_issues \
    (tracker, issue, incoming, told_by, own, version, answered, dirty_since, changed_at, due) \
    VALUES ($1, $2, $3, $4, '{}', 0, 0, NULL, $5, $4) \
    ON CONFLICT (tracker, issue) DO UPDATE SET incoming = excluded.incoming, told_by = excluded.told_by, \
    changed_at = excluded.changed_at, due = excluded.due \
    WHERE substr(mirror_issues.told_by, 1, 14) <= substr(excluded.told_by, 1, 14)";

/// What was only named before may have come now; what came before stays.
const FILE: &str = "INSERT INTO mirror_files (tracker, issue, id, name, size, stored, ours, sent, at) \
    VALUES ($1, $2, $3, $4, $5, $6, 0, NULL, $7) ON CONFLICT (tracker, issue, id) DO UPDATE \
    SET stored = excluded.stored, size = excluded.size WHERE mirror_files.stored IS NULL AND excluded.stored IS NOT NULL";

/// A file that an older package brings late is news, whatever newer ones tell: also while the event of a newer one is being made.
const NEWS: &str = "UPDATE mirror_issues SET due = $3, changed_at = $4 WHERE tracker = $1 AND issue = $2";

pub(super) async fn ingest(pool: &Pool, package: &Ingest) -> Result<bool, StoreError> {
    let findings = serde_json::to_string(&package.findings)?;
    let count = i64::try_from(package.issues.len()).unwrap_or(i64::MAX);
    let (tracker, at) = (package.tracker.as_str(), millis(package.at));
    on_pool!(pool, pool => {
        let mut transaction = begin(pool).await?;
        let taken = sqlx::query(TAKE)
            .bind(tracker)
            .bind(&package.reference)
            .bind(at)
            .bind(count)
            .bind(&findings)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if taken == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        for issue in &package.issues {
            let told = sqlx::query(TELL)
                .bind(tracker)
                .bind(issue.issue.as_str())
                .bind(serde_json::to_string(&issue.attributes)?)
                .bind(&package.reference)
                .bind(at)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            let mut news = 0;
            for file in &issue.files {
                news += sqlx::query(FILE)
                    .bind(tracker)
                    .bind(issue.issue.as_str())
                    .bind(&file.id)
                    .bind(&file.name)
                    .bind(file.size.and_then(|size| i64::try_from(size).ok()))
                    .bind(&file.stored)
                    .bind(at)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
            }
            if told == 0 && news > 0 {
                sqlx::query(NEWS)
                    .bind(tracker)
                    .bind(issue.issue.as_str())
                    .bind(&package.reference)
                    .bind(at)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
    });
    Ok(true)
}

pub(super) async fn refuse(
    pool: &Pool,
    tracker: &TrackerName,
    reference: &str,
    at: Timestamp,
    findings: &[String],
) -> Result<(), StoreError> {
    const REFUSE: &str = "INSERT INTO packages_in (tracker, reference, state, at, issues, findings) VALUES ($1, $2, $3, $4, 0, $5) \
        ON CONFLICT (tracker, reference) DO UPDATE SET at = excluded.at, findings = excluded.findings \
        WHERE packages_in.state = 'refused'";
    let findings = serde_json::to_string(findings)?;
    on_pool!(pool, pool => sqlx::query(REFUSE)
        .bind(tracker.as_str())
        .bind(reference)
        .bind(REFUSED)
        .bind(millis(at))
        .bind(&findings)
        .execute(pool)
        .await?);
    Ok(())
}
