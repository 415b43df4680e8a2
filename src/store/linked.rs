//! The linked issues of a database that is looked at and left as it is, whether or not a service is at work on it.

use super::pool::{Pool, StoreError, on_pool};
use crate::ids::{IssueId, SyncName};

/// The local and the remote issue of those links of a sync that changed last.
///
/// # Errors
/// Those of the database; also that it is none of ours, or was never used.
pub async fn newest_linked(pool: &Pool, sync: &SyncName, most: i64) -> Result<Vec<(IssueId, IssueId)>, StoreError> {
    const NEWEST: &str = "SELECT local_id, remote_id FROM links WHERE sync = $1 AND local_id IS NOT NULL \
        ORDER BY updated_at DESC, id LIMIT $2";
    let rows: Vec<(String, String)> =
        on_pool!(pool, pool -> sqlx::query_as(NEWEST).bind(sync.as_str()).bind(most).fetch_all(pool).await?);
    Ok(rows.into_iter().map(|(local, remote)| (IssueId::new(local), IssueId::new(remote))).collect())
}
