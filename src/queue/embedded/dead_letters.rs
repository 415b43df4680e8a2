//! Going through the parked events of the embedded queue. A change of one is one statement, so that a service may run meanwhile.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    super::parked::{DeadLetters, Fate, Parked, Visitor},
    Embedded, dead_queue,
};
use crate::{clock::millis, ids::SyncName, store::StoreError, sync::fault::Fault};

const PAGE: &str = "SELECT id, body, due FROM messages WHERE queue = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT 100";
/// It keeps its number, so that it comes before what was put into the queue since.
const REPLAY: &str = "UPDATE messages SET queue = $1, body = $2, due = $3, taken = 0 WHERE id = $4 AND queue = $5";
const DROP: &str = "DELETE FROM messages WHERE id = $1 AND queue = $2";

#[async_trait]
impl DeadLetters for Embedded {
    async fn visit(&self, sync: &SyncName, visitor: &mut dyn Visitor) -> Result<(), Fault> {
        let queue = dead_queue(sync);
        let last = self.last_of(&queue).await?;
        let mut seen = 0;
        loop {
            let page = self.page(&queue, seen, last).await?;
            let Some((end, ..)) = page.last() else { return Ok(()) };
            seen = *end;
            for (id, body, due) in page {
                let parked = Parked::new(sync.clone(), body, Timestamp::from_millisecond(due).ok(), false);
                let fate = visitor.decide(&parked);
                // Another one may have settled it meanwhile.
                if fate != Fate::Keep && self.settle(id, &queue, &parked, fate).await? {
                    visitor.settled(&parked, fate);
                }
            }
        }
    }
}

impl Embedded {
    async fn last_of(&self, queue: &str) -> Result<i64, StoreError> {
        let (last,): (Option<i64>,) =
            sqlx::query_as("SELECT MAX(id) FROM messages WHERE queue = $1").bind(queue).fetch_one(&self.pool).await?;
        Ok(last.unwrap_or(0))
    }

    async fn page(&self, queue: &str, after: i64, last: i64) -> Result<Vec<(i64, Vec<u8>, i64)>, StoreError> {
        Ok(sqlx::query_as(PAGE).bind(queue).bind(after).bind(last).fetch_all(&self.pool).await?)
    }

    /// Whether it was still there.
    async fn settle(&self, id: i64, queue: &str, parked: &Parked, fate: Fate) -> Result<bool, StoreError> {
        let done = if fate == Fate::Replay {
            sqlx::query(REPLAY)
                .bind(parked.route().key())
                .bind(parked.replayed())
                .bind(millis(Timestamp::now()))
                .bind(id)
                .bind(queue)
                .execute(&self.pool)
                .await?
        } else {
            sqlx::query(DROP).bind(id).bind(queue).execute(&self.pool).await?
        };
        self.wake.notify_waiters();
        Ok(done.rows_affected() == 1)
    }
}
