//! Where a store is: a file of its own, or a database of its own in PostgreSQL.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use trackersync::{
    clock,
    store::{Pool, Store},
};

/// An empty database, for one test.
pub enum Place {
    Sqlite(tempfile::TempDir),
    Postgres { server: String, name: String },
}

impl Place {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub async fn postgres() -> Self {
        let given = std::env::var("TRACKERSYNC_TEST_POSTGRES").ok();
        let server = given.unwrap_or_else(|| "postgres://postgres@127.0.0.1:5432".to_owned());
        let name = format!("trackersync_test_{}", uuid::Uuid::new_v4().simple());
        let place = Self::Postgres { server, name: name.clone() };
        place.order(format!("CREATE DATABASE {name}")).await;
        place
    }

    /// One more pool of connections, as another process would have.
    pub async fn pool(&self) -> Pool {
        match self {
            Self::Sqlite(folder) => Pool::sqlite(&folder.path().join("store.db")).await.unwrap(),
            Self::Postgres { server, name } => Pool::postgres(&format!("{server}/{name}"), 5).unwrap(),
        }
    }

    pub async fn open(&self) -> Store {
        Store::open(self.pool().await, clock::system()).await.unwrap()
    }

    /// Removes the database; the file goes with its folder.
    pub async fn remove(self) {
        if let Self::Postgres { name, .. } = &self {
            self.order(format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }

    async fn order(&self, sql: String) {
        let Self::Postgres { server, .. } = self else { return };
        let connected = PgConnection::connect(&format!("{server}/postgres")).await;
        let hint = "this test needs PostgreSQL: tests/run starts it, TRACKERSYNC_TEST_POSTGRES names another";
        let mut connection = connected.unwrap_or_else(|error| panic!("{hint}: {error}"));
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
}
