//! Packages that carry our answers.

use jiff::Timestamp;

use super::super::pool::{Pool, StoreError, begin, on_pool};
use crate::{
    clock::millis,
    ids::{IssueId, TrackerName},
    sync::ports::{DispatchState, OutgoingAnswer, OutgoingFile, OutgoingPackage, Packed, Unanswered},
};

#[derive(sqlx::FromRow)]
struct Row {
    reference: String,
    state: String,
    made: i64,
    sent: Option<i64>,
    attempts: i64,
    staged_as: Option<i64>,
}

const PACKED: &str = "packed";
const STAGED: &str = "staged";
const SENT: &str = "sent";

impl From<Row> for OutgoingPackage {
    fn from(row: Row) -> Self {
        let moment = |millis| Timestamp::from_millisecond(millis).unwrap_or_default();
        Self {
            reference: row.reference,
            state: match row.state.as_str() {
                STAGED => DispatchState::Staged,
                SENT => DispatchState::Sent,
                _ => DispatchState::Packed,
            },
            made: moment(row.made),
            sent: row.sent.map(moment),
            attempts: u32::try_from(row.attempts).unwrap_or_default(),
            staged_as: row.staged_as.and_then(|attempt| u32::try_from(attempt).ok()),
        }
    }
}

pub(super) async fn unanswered(pool: &Pool, tracker: &TrackerName, most: u32) -> Result<Vec<Unanswered>, StoreError> {
    const SELECT: &str = "SELECT issue, dirty_since FROM mirror_issues WHERE tracker = $1 AND dirty_since IS NOT NULL \
        ORDER BY dirty_since, issue LIMIT $2";
    let rows: Vec<(String, i64)> = on_pool!(pool, pool ->
        sqlx::query_as(SELECT).bind(tracker.as_str()).bind(i64::from(most)).fetch_all(pool).await?);
    let since = |millis| Timestamp::from_millisecond(millis).unwrap_or_default();
    Ok(rows.into_iter().map(|(issue, millis)| Unanswered { issue: IssueId::new(issue), since: since(millis) }).collect())
}

pub(super) async fn open(pool: &Pool, tracker: &TrackerName) -> Result<Option<OutgoingPackage>, StoreError> {
    const SELECT: &str = "SELECT reference, state, made, sent, attempts, staged_as FROM packages_out \
        WHERE tracker = $1 AND state <> 'sent'";
    let row: Option<Row> = on_pool!(pool, pool -> sqlx::query_as(SELECT).bind(tracker.as_str()).fetch_optional(pool).await?);
    Ok(row.map(OutgoingPackage::from))
}

pub(super) async fn newest(pool: &Pool, tracker: &TrackerName, most: u32) -> Result<Vec<OutgoingPackage>, StoreError> {
    const SELECT: &str = "SELECT reference, state, made, sent, attempts, staged_as FROM packages_out WHERE tracker = $1 \
        ORDER BY made DESC, reference DESC LIMIT $2";
    let rows: Vec<Row> = on_pool!(pool, pool ->
        sqlx::query_as(SELECT).bind(tracker.as_str()).bind(i64::from(most)).fetch_all(pool).await?);
    Ok(rows.into_iter().map(OutgoingPackage::from).collect())
}

pub(super) async fn pack(
    pool: &Pool,
    tracker: &TrackerName,
    reference: &str,
    made: Timestamp,
    answers: &[OutgoingAnswer],
) -> Result<Packed, StoreError> {
    const INSERT: &str =
        "INSERT INTO packages_out (reference, tracker, state, made) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    const HOLD: &str =
        "INSERT INTO packages_out_issues (reference, issue, version, document, files) VALUES ($1, $2, $3, $4, $5)";
    const ANSWERED: &str = "SELECT answered FROM mirror_issues WHERE tracker = $1 AND issue = $2";
    const FILES_SENT: &str = "SELECT id FROM mirror_files WHERE tracker = $1 AND issue = $2 AND sent IS NOT NULL";
    on_pool!(pool, pool => {
        let mut transaction = begin(pool).await?;
        let made = sqlx::query(INSERT)
            .bind(reference)
            .bind(tracker.as_str())
            .bind(PACKED)
            .bind(millis(made))
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if made == 1 {
            for answer in answers {
                // Whoever read these may have been slow, and the package of somebody else, that had them too, be out by now.
                let answered: Option<i64> = sqlx::query_scalar(ANSWERED)
                    .bind(tracker.as_str())
                    .bind(answer.issue.as_str())
                    .fetch_optional(&mut *transaction)
                    .await?;
                let sent: Vec<String> = sqlx::query_scalar(FILES_SENT)
                    .bind(tracker.as_str())
                    .bind(answer.issue.as_str())
                    .fetch_all(&mut *transaction)
                    .await?;
                let is_out = answered.is_some_and(|answered| answered >= answer.version);
                if is_out || answer.files.iter().any(|file| sent.contains(&file.id)) {
                    transaction.rollback().await?;
                    return Ok(Packed::Outdated);
                }
                sqlx::query(HOLD)
                    .bind(reference)
                    .bind(answer.issue.as_str())
                    .bind(answer.version)
                    .bind(serde_json::to_string(&answer.document)?)
                    .bind(serde_json::to_string(&answer.files)?)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            return Ok(Packed::Done);
        }
        transaction.rollback().await?;
    });
    // One of the two rules of the table kept it out.
    Ok(if open(pool, tracker).await?.is_some() { Packed::AnotherOpen } else { Packed::ReferenceTaken })
}

pub(super) async fn answers(pool: &Pool, reference: &str) -> Result<Vec<OutgoingAnswer>, StoreError> {
    const SELECT: &str = "SELECT issue, version, document, files FROM packages_out_issues WHERE reference = $1 ORDER BY issue";
    let rows: Vec<(String, i64, String, String)> =
        on_pool!(pool, pool -> sqlx::query_as(SELECT).bind(reference).fetch_all(pool).await?);
    let answer = |(issue, version, document, files): (String, i64, String, String)| {
        let files: Vec<OutgoingFile> = serde_json::from_str(&files)?;
        Ok(OutgoingAnswer { issue: IssueId::new(issue), version, document: serde_json::from_str(&document)?, files })
    };
    rows.into_iter().map(answer).collect()
}

pub(super) async fn begin_staging(pool: &Pool, reference: &str) -> Result<u32, StoreError> {
    const UPDATE: &str = "UPDATE packages_out SET attempts = attempts + 1 WHERE reference = $1 RETURNING attempts";
    let attempt: i64 = on_pool!(pool, pool -> sqlx::query_scalar(UPDATE).bind(reference).fetch_one(pool).await?);
    Ok(u32::try_from(attempt).unwrap_or(u32::MAX))
}

pub(super) async fn note_staged(pool: &Pool, reference: &str, attempt: u32) -> Result<bool, StoreError> {
    const UPDATE: &str = "UPDATE packages_out SET state = $1, staged_as = $2 WHERE reference = $3 AND state = $4";
    let noted = on_pool!(pool, pool -> sqlx::query(UPDATE)
        .bind(STAGED)
        .bind(i64::from(attempt))
        .bind(reference)
        .bind(PACKED)
        .execute(pool)
        .await?
        .rows_affected());
    Ok(noted == 1)
}

pub(super) async fn note_sent(pool: &Pool, tracker: &TrackerName, reference: &str, at: Timestamp) -> Result<(), StoreError> {
    const CLOSE: &str = "UPDATE packages_out SET state = $1, sent = $2 WHERE reference = $3 AND state <> $1";
    // What changed since the package was made waits from now on.
    const ANSWERED: &str = "UPDATE mirror_issues SET answered = $1, \
        dirty_since = CASE WHEN version = $1 THEN NULL ELSE $2 END WHERE tracker = $3 AND issue = $4 AND answered < $1";
    const WITH_IT: &str = "UPDATE mirror_files SET sent = $1 WHERE tracker = $2 AND issue = $3 AND id = $4";
    let answers = answers(pool, reference).await?;
    on_pool!(pool, pool => {
        let mut transaction = begin(pool).await?;
        let closed = sqlx::query(CLOSE)
            .bind(SENT)
            .bind(millis(at))
            .bind(reference)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        for answer in answers.iter().filter(|_| closed == 1) {
            sqlx::query(ANSWERED)
                .bind(answer.version)
                .bind(millis(at))
                .bind(tracker.as_str())
                .bind(answer.issue.as_str())
                .execute(&mut *transaction)
                .await?;
            for file in &answer.files {
                sqlx::query(WITH_IT)
                    .bind(reference)
                    .bind(tracker.as_str())
                    .bind(answer.issue.as_str())
                    .bind(&file.id)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
    });
    Ok(())
}
