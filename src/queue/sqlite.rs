//! The `SQLite` files that queues are kept in.

use std::path::Path;

use sqlx::SqlitePool;

use crate::store::{Pool, StoreError};

/// Opens a file and makes what it is to have. What is committed is on disk.
///
/// # Errors
/// The file cannot be opened, or is no database.
pub(super) async fn open(file: &Path, schema: &[&'static str]) -> Result<SqlitePool, StoreError> {
    let Pool::Sqlite(pool) = Pool::sqlite(file).await? else {
        return Err(StoreError::Database(sqlx::Error::PoolClosed));
    };
    for statement in schema {
        sqlx::query(*statement).execute(&pool).await?;
    }
    Ok(pool)
}
