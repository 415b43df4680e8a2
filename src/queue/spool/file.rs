//! The file of the spool: events in the order in which they came.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sqlx::{Sqlite, SqlitePool, query::Query, sqlite::SqliteArguments};

use crate::{
    clock::millis,
    ids::SyncName,
    queue::{Lane, Route, sqlite},
    store::StoreError,
    sync::fault::Fault,
};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS spooled (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    sync  TEXT NOT NULL,
    lane  TEXT NOT NULL,
    body  BLOB NOT NULL,
    at    INTEGER NOT NULL
)";
const INDEX: &str = "CREATE INDEX IF NOT EXISTS spooled_by_route ON spooled (sync, lane, id)";
/// Writes a page, and so finds out whether the disk takes it.
const TRY_TO_WRITE: &str = "PRAGMA user_version = 1";

/// An event that is to be kept.
pub(super) struct Entry {
    /// Where it is to go.
    pub route: Route,
    /// The event, as it stands in a queue.
    pub body: Vec<u8>,
    /// When it was taken in.
    pub at: Timestamp,
}

/// An event that is kept.
pub(super) struct Row {
    /// Its place in the order.
    pub id: i64,
    /// The event.
    pub body: Vec<u8>,
}

/// What waits for one queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The queue.
    pub route: Route,
    /// Events.
    pub events: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
}

/// The file.
pub(super) struct SpoolFile {
    path: PathBuf,
    pool: SqlitePool,
}

impl SpoolFile {
    /// Opens the file, and makes it where there is none.
    pub(super) async fn open(path: &Path) -> Result<Self, Fault> {
        let pool = sqlite::open(path, &[SCHEMA, INDEX]).await.map_err(|error| unusable(path, &error))?;
        Ok(Self { path: path.to_owned(), pool })
    }

    /// Keeps events: when this returns, all of them are on disk, or none.
    pub(super) async fn append(&self, entries: &[Entry]) -> Result<(), Fault> {
        let statements = entries.iter().map(|entry| {
            sqlx::query("INSERT INTO spooled (sync, lane, body, at) VALUES ($1, $2, $3, $4)")
                .bind(entry.route.sync.as_str())
                .bind(entry.route.lane.name())
                .bind(&entry.body[..])
                .bind(millis(entry.at))
        });
        self.told(self.at_once(statements).await)
    }

    /// The oldest events of one queue.
    pub(super) async fn oldest(&self, route: &Route, most: usize) -> Result<Vec<Row>, Fault> {
        let rows = sqlx::query_as("SELECT id, body FROM spooled WHERE sync = $1 AND lane = $2 ORDER BY id LIMIT $3")
            .bind(route.sync.as_str())
            .bind(route.lane.name())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await;
        let rows: Vec<(i64, Vec<u8>)> = self.told(rows)?;
        Ok(rows.into_iter().map(|(id, body)| Row { id, body }).collect())
    }

    /// Keeps events no more.
    pub(super) async fn remove(&self, ids: &[i64]) -> Result<(), Fault> {
        let statements = ids.iter().map(|id| sqlx::query("DELETE FROM spooled WHERE id = $1").bind(*id));
        self.told(self.at_once(statements).await)
    }

    /// When the oldest of all was taken in.
    pub(super) async fn oldest_of_all(&self) -> Result<Option<Timestamp>, Fault> {
        let at = sqlx::query_scalar("SELECT at FROM spooled ORDER BY id LIMIT 1").fetch_optional(&self.pool).await;
        let at: Option<i64> = self.told(at)?;
        Ok(at.and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    /// What waits for each queue.
    pub(super) async fn waiting(&self) -> Result<Vec<Waiting>, Fault> {
        let rows = sqlx::query_as("SELECT sync, lane, COUNT(*), SUM(LENGTH(body)) FROM spooled GROUP BY sync, lane")
            .fetch_all(&self.pool)
            .await;
        let rows: Vec<(String, String, i64, i64)> = self.told(rows)?;
        let waiting = |(sync, lane, events, bytes): (String, String, i64, i64)| {
            let (Some(lane), Ok(events), Ok(bytes)) = (Lane::named(&lane), u64::try_from(events), u64::try_from(bytes)) else {
                return Err(unusable(&self.path, &format!("it holds what no lane is called: `{lane}`")));
            };
            Ok(Waiting { route: Route { sync: SyncName::new(sync), lane }, events, bytes })
        };
        rows.into_iter().map(waiting).collect()
    }

    /// Whether it can be written to.
    pub(super) async fn try_to_write(&self) -> Result<(), Fault> {
        self.told(sqlx::query(TRY_TO_WRITE).execute(&self.pool).await).map(|_| ())
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Closes the file: what was written beside it is moved into it.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    async fn at_once<'q>(
        &self,
        statements: impl Iterator<Item = Query<'q, Sqlite, SqliteArguments>>,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for statement in statements {
            statement.execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    fn told<T>(&self, outcome: Result<T, sqlx::Error>) -> Result<T, Fault> {
        outcome.map_err(|error| unusable(&self.path, &StoreError::from(error)))
    }
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    Fault::transient(format!("the spool {} cannot be used: {error}", path.display()))
        .hint("make room on its disk and let us write there; if the file is damaged, move it away and restart: the next sweep finds what its events told")
}
