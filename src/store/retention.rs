//! How long the audit trail is kept: it grows with every run that does something, and would fill the disk of a service that nobody
//! looks after.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use super::{
    Store,
    pool::{Pool, StoreError, on_pool},
};

/// How often what is too old is looked for.
const PERIOD: Duration = Duration::from_hours(6);
/// Rows that one statement removes: it holds up nobody.
const BATCH: u64 = 1_000;

impl Store {
    /// Removes what is older from the audit trail, now and then, until the process drains.
    pub async fn keep_audit_for(self, keep: Duration, draining: CancellationToken) {
        loop {
            match self.forget_audit_before(self.clock.now().checked_sub(keep).unwrap_or(Timestamp::MIN)).await {
                Ok(0) => {}
                Ok(removed) => info!(removed, "old entries of the audit trail were removed"),
                Err(error) => warn!(%error, "old entries of the audit trail cannot be removed now"),
            }
            tokio::select! {
                () = tokio::time::sleep(PERIOD) => {}
                () = draining.cancelled() => return,
            }
        }
    }

    /// Removes what is older from the audit trail; how many entries that were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_audit_before(&self, time: Timestamp) -> Result<u64, StoreError> {
        let (first_kept, mut removed) = (first_id_of(time), 0);
        loop {
            let batch = remove_batch(&self.pool, &first_kept).await?;
            removed += batch;
            if batch < BATCH {
                return Ok(removed);
            }
        }
    }
}

async fn remove_batch(pool: &Pool, first_kept: &str) -> Result<u64, StoreError> {
    const DELETE: &str = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < $1 ORDER BY id LIMIT $2)";
    let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
    Ok(on_pool!(pool, pool -> sqlx::query(DELETE).bind(first_kept).bind(most).execute(pool).await?.rows_affected()))
}

/// No entry of an earlier time has an id as high as this: ids begin with the millisecond of their making (RFC 9562, version 7).
fn first_id_of(time: Timestamp) -> String {
    let millis = u64::try_from(time.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().to_string()
}

/// The id of a new entry.
pub(super) fn new_id() -> String {
    Uuid::now_v7().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_what_is_older() {
        let second = Duration::from_secs(1);
        let before = first_id_of(Timestamp::now() - second);
        let entry = new_id();
        assert!(before < entry && entry < first_id_of(Timestamp::now() + second));
        assert_eq!(first_id_of(Timestamp::from_millisecond(-1).unwrap()), first_id_of(Timestamp::UNIX_EPOCH));
    }
}
