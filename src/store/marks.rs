//! Points in time that a sync has to remember.

use jiff::Timestamp;

use super::pool::{Pool, StoreError, on_pool};
use crate::{clock::millis, ids::SyncName, sync::ports::Mark};

pub(super) async fn get(pool: &Pool, sync: &SyncName, mark: Mark) -> Result<Option<Timestamp>, StoreError> {
    const SELECT: &str = "SELECT at FROM marks WHERE sync = $1 AND mark = $2";
    let at: Option<(i64,)> = on_pool!(pool, pool ->
        sqlx::query_as(SELECT).bind(sync.as_str()).bind(mark.name()).fetch_optional(pool).await?);
    Ok(at.and_then(|(at,)| Timestamp::from_millisecond(at).ok()))
}

pub(super) async fn set(pool: &Pool, sync: &SyncName, mark: Mark, at: Timestamp) -> Result<(), StoreError> {
    const UPSERT: &str =
        "INSERT INTO marks (sync, mark, at) VALUES ($1, $2, $3) ON CONFLICT (sync, mark) DO UPDATE SET at = excluded.at";
    on_pool!(pool, pool =>
        sqlx::query(UPSERT).bind(sync.as_str()).bind(mark.name()).bind(millis(at)).execute(pool).await?);
    Ok(())
}
