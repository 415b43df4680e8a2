//! `sync --zip`: an archive of PFIFF that somebody has at hand, without a package around it.

use std::{path::Path, sync::Arc};

use super::CliError;
use crate::{
    app, clock,
    config::Config,
    ids::{IssueId, SyncName, TrackerName},
    store::{Pool, Store},
    sync::{engine::Engine, fault::Fault},
    trackers::pfiff::Pfiff,
};

/// An archive that was taken in.
pub(super) struct ByHand {
    tracker: Arc<Pfiff>,
    /// Its issues, each once.
    pub issues: Vec<IssueId>,
    /// What was found wrong.
    pub findings: Vec<String>,
    /// Of a dry run: what it tells is kept here, and gone at the end.
    _folder: Option<tempfile::TempDir>,
}

impl ByHand {
    /// Takes an archive in. In a dry run nothing of it is kept.
    pub async fn take(
        config: &Config,
        store: &Store,
        tracker: &TrackerName,
        archive: &Path,
        dry_run: bool,
    ) -> Result<Self, CliError> {
        let (tracker, folder) = if dry_run {
            let folder = tempfile::tempdir()?;
            let pool = Pool::sqlite(&folder.path().join("store.db")).await.map_err(Fault::from)?;
            let apart = Store::open(pool, clock::system()).await.map_err(Fault::from)?;
            let mut config = config.clone();
            folder.path().clone_into(&mut config.server.data_dir);
            (app::connect_by_hand(&config, tracker, &apart)?, Some(folder))
        } else {
            (app::connect_by_hand(config, tracker, store)?, None)
        };
        let (mut issues, findings) = tracker.take_archive(archive).await?;
        issues.sort();
        issues.dedup();
        Ok(Self { tracker: Arc::new(tracker), issues, findings, _folder: folder })
    }

    /// The engine of a sync, on what was taken in.
    pub fn engine(&self, config: &Config, store: &Store, sync: &SyncName) -> Result<Arc<Engine>, CliError> {
        Ok(app::engine_with_remote(config, store, sync, Arc::clone(&self.tracker) as _)?)
    }

    /// Writes all answers that wait into an archive; how many those are.
    pub async fn answer(&self, out: &Path) -> Result<usize, CliError> {
        Ok(self.tracker.answer_archive(out).await?)
    }
}
