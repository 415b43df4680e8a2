//! The schema's history, embedded in the program. Each file runs once, in its order; a migration that was published is never
//! changed.

use std::{fs::File, path::Path};

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use super::pool::{Pool, StoreError};

const FILES: [(i64, &str, &str); 8] = [
    (1, "links, journal, audit", include_str!("migrations/0001_links_journal_audit.sql")),
    (2, "fields underway", include_str!("migrations/0002_fields_underway.sql")),
    (3, "audit of effects", include_str!("migrations/0003_audit_effects.sql")),
    (4, "links seen", include_str!("migrations/0004_links_seen.sql")),
    (5, "marks", include_str!("migrations/0005_marks.sql")),
    (6, "writes", include_str!("migrations/0006_writes.sql")),
    (7, "open creations", include_str!("migrations/0007_open_creations.sql")),
    (8, "packages", include_str!("migrations/0008_packages.sql")),
];

pub(super) async fn run(pool: &Pool) -> Result<(), StoreError> {
    let migrations = FILES
        .into_iter()
        .map(|(version, description, sql)| {
            Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    let migrator = Migrator::with_migrations(migrations);
    match pool {
        Pool::Sqlite(pool) => {
            let _alone = lock_beside(pool.connect_options().get_filename()).await?;
            migrator.run(pool).await?;
        }
        Pool::Postgres(pool) => migrator.run(pool).await?,
    }
    Ok(())
}

/// Keeps other processes from the schema until the file is dropped: for `PostgreSQL` the migrator takes a lock itself, for
/// `SQLite` it takes none.
async fn lock_beside(database: &Path) -> Result<File, StoreError> {
    let path = database.with_extension("migration-lock");
    let name = path.display().to_string();
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok(file)
    });
    let locked = locked.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    locked.map_err(|error| StoreError::Folder(name, error))
}
