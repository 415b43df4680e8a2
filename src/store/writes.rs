//! What was written for a sync of late: counted in the store, since all workers see that.

use jiff::Timestamp;

use super::pool::{Pool, StoreError, on_pool};
use crate::{clock::millis, ids::SyncName, sync::ports::Spent};

const HOUR: i64 = 60;
const DAY: i64 = 24 * 60;

fn minute(at: Timestamp) -> i64 {
    millis(at).div_euclid(60_000)
}

pub(super) async fn spend(pool: &Pool, sync: &SyncName, now: Timestamp, spent: Spent) -> Result<(), StoreError> {
    const UPSERT: &str = "INSERT INTO writes (sync, minute, writes, creations) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (sync, minute) DO UPDATE SET writes = writes.writes + excluded.writes, \
        creations = writes.creations + excluded.creations";
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    on_pool!(pool, pool => sqlx::query(UPSERT)
        .bind(sync.as_str())
        .bind(minute(now))
        .bind(number(spent.writes))
        .bind(number(spent.creations))
        .execute(pool)
        .await?);
    forget_until(pool, sync, minute(now) - DAY).await
}

/// Of minutes to come, which a clock that was set back leaves, nothing counts.
pub(super) async fn spent(pool: &Pool, sync: &SyncName, now: Timestamp) -> Result<Spent, StoreError> {
    const SELECT: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN minute > $2 THEN writes ELSE 0 END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(creations), 0) AS BIGINT) FROM writes WHERE sync = $1 AND minute > $3 AND minute <= $4";
    let now = minute(now);
    let (writes, creations): (i64, i64) = on_pool!(pool, pool -> sqlx::query_as(SELECT)
        .bind(sync.as_str())
        .bind(now - HOUR)
        .bind(now - DAY)
        .bind(now)
        .fetch_one(pool)
        .await?);
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(Spent { writes: number(writes), creations: number(creations) })
}

pub(super) async fn forget(pool: &Pool, sync: &SyncName) -> Result<(), StoreError> {
    forget_until(pool, sync, i64::MAX).await
}

async fn forget_until(pool: &Pool, sync: &SyncName, minute: i64) -> Result<(), StoreError> {
    const DELETE: &str = "DELETE FROM writes WHERE sync = $1 AND minute <= $2";
    on_pool!(pool, pool => sqlx::query(DELETE).bind(sync.as_str()).bind(minute).execute(pool).await?);
    Ok(())
}
