//! The two databases behind one face.

use std::{path::Path, str::FromStr, time::Duration};

use jiff::Timestamp;
use sqlx::{
    ConnectOptions, Connection, Database, Transaction,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{clock::SharedClock, sync::fault::Fault};

/// Runs the same expression on whichever database it is: both understand the SQL that we write.
macro_rules! on_pool {
    ($self:expr, $pool:ident => $body:expr) => {
        match $self {
            $crate::store::Pool::Sqlite($pool) => {
                $body;
            }
            $crate::store::Pool::Postgres($pool) => {
                $body;
            }
        }
    };
    ($self:expr, $pool:ident -> $body:expr) => {
        match $self {
            $crate::store::Pool::Sqlite($pool) => $body,
            $crate::store::Pool::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on_pool;

/// Connections to one of the two databases.
#[derive(Clone, Debug)]
pub enum Pool {
    /// `SQLite`, embedded.
    Sqlite(SqlitePool),
    /// `PostgreSQL`.
    Postgres(PgPool),
}

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database's own error.
    #[error("the store: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the store's schema: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored text is not what we wrote.
    #[error("the store holds a text that cannot be read: {0}")]
    Content(#[from] serde_json::Error),
    /// The data folder cannot be made.
    #[error("the data folder {0}: {1}")]
    Folder(String, std::io::Error),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match &error {
            // The one that people can bring about: an external id that was pointed at another remote issue.
            StoreError::Database(sqlx::Error::Database(inner)) if inner.is_unique_violation() => {
                Fault::permanent(format!("this local issue is linked to another remote issue already ({inner})"))
                    .hint("give its external id back, or remove the other link")
            }
            StoreError::Content(_)
            | StoreError::Database(
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_),
            ) => Fault::bug(error.to_string()),
            // Whatever is wrong with the database, the event must wait for it: nothing about the event itself is wrong.
            StoreError::Database(_) | StoreError::Migration(_) | StoreError::Folder(..) => {
                Fault::service_away(error.to_string())
            }
        }
    }
}

/// Begins a transaction, to its end even if nobody waits for it any more: of one that is cut off while it begins, sqlx knows nothing, and
/// gives the connection back with it. Whatever is written over that connection from then on would be part of a transaction that never ends.
pub(super) async fn begin<DB: Database>(pool: &sqlx::Pool<DB>) -> Result<Transaction<'static, DB>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin().await });
    begun.await.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error))))
}

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects to a `PostgreSQL` database once and leaves again: a pool would try until its patience ends, and not say why.
///
/// # Errors
/// It cannot be reached, or does not know us.
pub async fn reach_postgres(url: &str) -> Result<(), StoreError> {
    let connection = PgConnectOptions::from_str(url)?.connect().await?;
    Ok(connection.close().await?)
}

impl Pool {
    /// Opens (and makes, if need be) an `SQLite` file. What is committed is on disk.
    ///
    /// # Errors
    /// The folder cannot be made, the file cannot be opened.
    pub async fn sqlite(file: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|error| StoreError::Folder(folder.display().to_string(), error))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(ACQUIRE_TIMEOUT);
        let pool = SqlitePoolOptions::new().max_connections(4).acquire_timeout(ACQUIRE_TIMEOUT).connect_with(options).await?;
        Ok(Self::Sqlite(pool))
    }

    /// Opens an `SQLite` file to read it. Its content is not changed, and another process may be at work on it.
    ///
    /// # Errors
    /// There is no such file, or it cannot be opened.
    pub async fn sqlite_to_read(file: &Path) -> Result<Self, StoreError> {
        // Reading beside the log of another process takes its files; without one, even reading would make some.
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        let in_use = Path::new(&log).exists();
        let options =
            SqliteConnectOptions::new().filename(file).read_only(true).immutable(!in_use).busy_timeout(ACQUIRE_TIMEOUT);
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT).connect_with(options).await?;
        Ok(Self::Sqlite(pool))
    }

    /// Opens a `PostgreSQL` database. Connections are made when they are needed, so this succeeds while it is away.
    ///
    /// # Errors
    /// The URL cannot be understood.
    pub fn postgres(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?;
        let pool =
            PgPoolOptions::new().max_connections(max_connections).acquire_timeout(ACQUIRE_TIMEOUT).connect_lazy_with(options);
        Ok(Self::Postgres(pool))
    }

    /// This moment, in whole milliseconds as all moments are kept, so that it is not after what is written next. Processes that
    /// share a database go by its clock; an embedded one is of one machine.
    pub(super) async fn now(&self, own: &SharedClock) -> Result<Timestamp, StoreError> {
        const NOW: &str = "SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)";
        let millis: i64 = match self {
            Self::Sqlite(_) => own.now().as_millisecond(),
            Self::Postgres(pool) => sqlx::query_scalar(NOW).fetch_one(pool).await?,
        };
        Ok(Timestamp::from_millisecond(millis).unwrap_or_else(|_| own.now()))
    }

    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        on_pool!(self, pool => sqlx::query("SELECT 1").execute(pool).await?);
        Ok(())
    }
}
