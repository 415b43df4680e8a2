//! The queue in this process, kept in an `SQLite` file. Each message is on disk before its publisher is told so.

mod dead_letters;

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::SqlitePool;
use tokio::{
    sync::{Notify, Semaphore, mpsc},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{Deliveries, Delivery, Destination, Lane, Prefetch, Queue, Route, Settle, delay_tier, job::Job, sqlite};
use crate::{clock::millis, ids::SyncName, store::StoreError, sync::fault::Fault};

/// How long to wait at most before looking again: delays end without anybody telling.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS messages (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    queue  TEXT NOT NULL,
    body   BLOB NOT NULL,
    due    INTEGER NOT NULL,
    taken  INTEGER NOT NULL DEFAULT 0
)";
const INDEX: &str = "CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue, taken, due, id)";
const TAKE: &str = "UPDATE messages SET taken = 1 WHERE id = \
    (SELECT id FROM messages WHERE queue = $1 AND taken = 0 AND due <= $2 ORDER BY id LIMIT 1) RETURNING id, body";

/// The queue in this process.
#[derive(Clone)]
pub struct Embedded {
    pool: SqlitePool,
    syncs: Vec<SyncName>,
    wake: Arc<Notify>,
}

impl Embedded {
    /// Opens the file. What a process that ended had taken and not settled is free again.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub async fn open(file: &Path, syncs: Vec<SyncName>) -> Result<Self, StoreError> {
        let queue = Self::beside(file, syncs).await?;
        sqlx::query("UPDATE messages SET taken = 0").execute(&queue.pool).await?;
        Ok(queue)
    }

    /// Opens the file while a service may be at work on it: what that one has taken stays taken.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub async fn beside(file: &Path, syncs: Vec<SyncName>) -> Result<Self, StoreError> {
        let pool = sqlite::open(file, &[SCHEMA, INDEX]).await?;
        Ok(Self { pool, syncs, wake: Arc::new(Notify::new()) })
    }

    async fn put(&self, queue: &str, body: &[u8], due: Timestamp) -> Result<(), Fault> {
        sqlx::query("INSERT INTO messages (queue, body, due) VALUES ($1, $2, $3)")
            .bind(queue)
            .bind(body)
            .bind(millis(due))
            .execute(&self.pool)
            .await
            .map_err(StoreError::from)?;
        self.wake.notify_waiters();
        Ok(())
    }

    async fn take(&self, queue: &str) -> Result<Option<(i64, Vec<u8>)>, Fault> {
        let taken = sqlx::query_as(TAKE).bind(queue).bind(millis(Timestamp::now())).fetch_optional(&self.pool).await;
        Ok(taken.map_err(StoreError::from)?)
    }

    async fn free(&self, id: i64) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE messages SET taken = 0 WHERE id = $1").bind(id).execute(&self.pool).await;
        self.wake.notify_waiters();
        done.map(|_| ()).map_err(|error| StoreError::from(error).into())
    }

    /// Delivers the messages of one queue, so many unsettled at a time.
    async fn deliver(self, route: Route, unsettled: u16, deliveries: mpsc::Sender<Delivery>, until: CancellationToken) {
        let places = Arc::new(Semaphore::new(usize::from(unsettled.max(1))));
        let queue = route.key();
        while !until.is_cancelled() {
            let place = tokio::select! {
                place = places.clone().acquire_owned() => place,
                () = until.cancelled() => return,
            };
            let Ok(place) = place else { return };
            // Listen before looking: what is put in between is then not missed.
            let woken = self.wake.notified();
            match self.take(&queue).await {
                Ok(Some((id, body))) => {
                    let settle = Box::new(InFile { queue: self.clone(), id, settled: false, _place: place });
                    let delivery = Delivery { route: route.clone(), job: Job::decode(&body), body, settle };
                    if deliveries.send(delivery).await.is_err() {
                        return;
                    }
                    continue;
                }
                Ok(None) => {}
                Err(fault) => error!(%fault, queue, "the embedded queue cannot be read"),
            }
            drop(place);
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = until.cancelled() => return,
            }
        }
    }
}

fn dead_queue(sync: &SyncName) -> String {
    format!("{sync}.dead")
}

#[async_trait]
impl Queue for Embedded {
    async fn publish(&self, to: &Destination, job: &Job) -> Result<(), Fault> {
        let now = Timestamp::now();
        let (queue, due) = match to {
            Destination::Now(route) => (route.key(), now),
            Destination::Later(route, pause) => {
                let pause = Duration::from_secs(delay_tier(*pause));
                (route.key(), now.checked_add(pause).unwrap_or(now))
            }
            Destination::Dead(sync) => (dead_queue(sync), now),
        };
        self.put(&queue, &job.encode(), due).await
    }

    async fn park_raw(&self, sync: &SyncName, body: &[u8], _why: &str) -> Result<(), Fault> {
        self.put(&dead_queue(sync), body, Timestamp::now()).await
    }

    fn subscribe(&self, prefetch: Prefetch, until: CancellationToken) -> Deliveries {
        let (deliveries, receiver) = mpsc::channel(1);
        let mut delivering = JoinSet::new();
        for sync in &self.syncs {
            for lane in Lane::ALL {
                let route = Route { sync: sync.clone(), lane };
                let (queue, deliveries, until) = (self.clone(), deliveries.clone(), until.clone());
                delivering.spawn(queue.deliver(route, prefetch.of(lane), deliveries, until));
            }
        }
        Deliveries::new(receiver, delivering)
    }

    async fn ping(&self) -> Result<(), Fault> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map_err(StoreError::from)?;
        Ok(())
    }

    async fn depths(&self) -> Result<Vec<(String, u64)>, Fault> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT queue, COUNT(*) FROM messages GROUP BY queue ORDER BY queue")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::from)?;
        // An empty queue is told as such: whoever keeps the figures would keep its last depth otherwise.
        let lanes = self.syncs.iter().flat_map(|sync| Lane::ALL.map(|lane| Route { sync: sync.clone(), lane }.key()));
        let empty = lanes.chain(self.syncs.iter().map(dead_queue)).map(|queue| (queue, 0));
        let mut depths: BTreeMap<String, u64> = empty.collect();
        depths.extend(rows.into_iter().map(|(queue, count)| (queue, u64::try_from(count).unwrap_or(0))));
        Ok(depths.into_iter().collect())
    }
}

struct InFile {
    queue: Embedded,
    id: i64,
    settled: bool,
    _place: tokio::sync::OwnedSemaphorePermit,
}

impl Drop for InFile {
    /// What was delivered and not settled is free again, as it is with a broker.
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (queue, id) = (self.queue.clone(), self.id);
            runtime.spawn(async move {
                if queue.free(id).await.is_err() {
                    tokio::time::sleep(LOOK_AGAIN).await;
                    if let Err(fault) = queue.free(id).await {
                        error!(%fault, id, "a message could not be freed; it stays taken until the next start");
                    }
                }
            });
        }
    }
}

#[async_trait]
impl Settle for InFile {
    async fn ack(mut self: Box<Self>) -> Result<(), Fault> {
        let done = sqlx::query("DELETE FROM messages WHERE id = $1").bind(self.id).execute(&self.queue.pool).await;
        // Only now: what could not be settled is freed when this is dropped.
        self.settled = done.is_ok();
        done.map(|_| ()).map_err(|error| StoreError::from(error).into())
    }

    async fn release(mut self: Box<Self>) -> Result<(), Fault> {
        let done = self.queue.free(self.id).await;
        self.settled = done.is_ok();
        done
    }
}
