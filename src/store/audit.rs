//! The audit trail: every Plan that did something.

use serde_json::Value;

use super::{
    pool::{Pool, StoreError, on_pool},
    retention,
};
use crate::{
    clock::millis,
    ids::{IssueId, LinkId, SyncName},
    sync::ports::AuditEntry,
};

/// One entry of the audit trail.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The event that caused the run.
    pub event: Option<String>,
    /// The trace.
    pub trace: Option<String>,
    /// The Plan.
    pub plan: Value,
    /// What became of each effect: a list of `side`, `effect`, `outcome`.
    pub effects: Value,
    /// What became of it.
    pub outcome: String,
}

pub(super) async fn add(pool: &Pool, entry: &AuditEntry<'_>) -> Result<(), StoreError> {
    const INSERT: &str = "INSERT INTO audit (id, at, sync, link_id, remote_id, local_id, event_id, trace_id, plan, effects, \
        outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let (plan, effects) = (serde_json::to_string(entry.plan)?, serde_json::to_string(&entry.effects)?);
    on_pool!(pool, pool => sqlx::query(INSERT)
        .bind(retention::new_id())
        .bind(millis(entry.at))
        .bind(entry.sync.as_str())
        .bind(entry.link.map(LinkId::as_str))
        .bind(entry.remote.as_str())
        .bind(entry.local.map(IssueId::as_str))
        .bind(entry.event.map(crate::ids::EventId::as_str))
        .bind(entry.trace.as_deref())
        .bind(&plan)
        .bind(&effects)
        .bind(&entry.outcome)
        .execute(pool)
        .await?);
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    at: i64,
    event_id: Option<String>,
    trace_id: Option<String>,
    plan: String,
    effects: Option<String>,
    outcome: String,
}

pub(super) async fn newest(pool: &Pool, sync: &SyncName, remote: &IssueId, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    const SELECT: &str = "SELECT at, event_id, trace_id, plan, effects, outcome FROM audit WHERE sync = $1 AND remote_id = $2 \
        ORDER BY at DESC, id DESC LIMIT $3";
    let rows: Vec<Row> = on_pool!(pool, pool ->
        sqlx::query_as(SELECT).bind(sync.as_str()).bind(remote.as_str()).bind(limit).fetch_all(pool).await?);
    rows.into_iter()
        .map(|row| {
            let plan = serde_json::from_str(&row.plan)?;
            let effects = row.effects.as_deref().map_or(Ok(Value::Null), serde_json::from_str)?;
            Ok(AuditRow { at: row.at, event: row.event_id, trace: row.trace_id, plan, effects, outcome: row.outcome })
        })
        .collect()
}
