//! The schema's history, embedded in the program. Each file runs once, in its order; a migration that was published is never
//! changed.

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use super::pool::{Pool, StoreError};

const FILES: [(i64, &str, &str); 1] = [(1, "links, journal, audit", include_str!("migrations/0001_links_journal_audit.sql"))];

pub(super) async fn run(pool: &Pool) -> Result<(), StoreError> {
    let migrations = FILES
        .into_iter()
        .map(|(version, description, sql)| {
            Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    let migrator = Migrator::with_migrations(migrations);
    match pool {
        Pool::Sqlite(pool) => migrator.run(pool).await?,
        Pool::Postgres(pool) => migrator.run(pool).await?,
    }
    Ok(())
}
