//! Folders on this machine, or mounted here.

mod failure;
mod inbox;
mod moving;
mod probe;
mod staging;
#[cfg(test)]
mod tests;
mod watch;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;

use self::{moving::Mover, staging::Stager, watch::Watch};
use super::{Arrived, Delivered, Folders, Permissions, Places, Probe, name::plain};
use crate::sync::fault::Fault;

/// Folders on this machine.
pub struct LocalFolders {
    disk: Arc<Disk>,
    watch: Watch,
}

/// What works on the disk, and blocks while it does.
struct Disk {
    places: Places,
    mover: Mover,
    stager: Stager,
}

impl LocalFolders {
    /// These folders, which need not be there yet. The inbox is watched from now on.
    #[must_use]
    pub fn new(places: Places, permissions: Permissions) -> Self {
        let watch = Watch::new(places.inbox.clone());
        let disk = Disk { places, mover: Mover::default(), stager: Stager::new(permissions) };
        Self { disk: Arc::new(disk), watch }
    }

    async fn blocking<T, W>(&self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: FnOnce(&Disk) -> Result<T, Fault> + Send + 'static,
    {
        let disk = Arc::clone(&self.disk);
        tokio::task::spawn_blocking(move || work(&disk))
            .await
            .unwrap_or_else(|error| Err(Fault::bug(format!("work on folders ended early: {error}"))))
    }

    /// Work on one file.
    async fn on_file<T, W>(&self, name: &str, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: FnOnce(&Disk, &str) -> Result<T, Fault> + Send + 'static,
    {
        let name = plain(name)?.to_owned();
        self.blocking(move |disk| work(disk, &name)).await
    }
}

#[async_trait]
impl Folders for LocalFolders {
    async fn arrived(&self) -> Result<Vec<Arrived>, Fault> {
        self.blocking(|disk| inbox::list(&disk.places.inbox)).await
    }

    async fn fetch(&self, name: &str, into: &Path, limit: u64) -> Result<u64, Fault> {
        let into = into.to_owned();
        self.on_file(name, move |disk, name| inbox::fetch(&disk.places.inbox.join(name), &into, limit)).await
    }

    async fn archive(&self, name: &str, folder: &Path) -> Result<(), Fault> {
        let folder = folder.to_owned();
        self.on_file(name, move |disk, name| disk.mover.archive(&disk.places.inbox, name, &folder)).await
    }

    async fn remove(&self, name: &str) -> Result<(), Fault> {
        self.on_file(name, |disk, name| moving::remove(&disk.places.inbox.join(name))).await
    }

    async fn stage(&self, name: &str, local: &Path) -> Result<(), Fault> {
        let local: PathBuf = local.to_owned();
        self.on_file(name, move |disk, name| disk.stager.stage(&disk.places, name, &local)).await
    }

    async fn staged(&self, name: &str) -> Result<Option<u64>, Fault> {
        self.on_file(name, |disk, name| inbox::size(&disk.places.staging, name)).await
    }

    async fn in_outbox(&self, name: &str) -> Result<Option<u64>, Fault> {
        self.on_file(name, |disk, name| inbox::size(&disk.places.outbox, name)).await
    }

    async fn deliver(&self, staged: &str, name: &str) -> Result<Delivered, Fault> {
        let name = plain(name)?.to_owned();
        self.on_file(staged, move |disk, staged| disk.mover.deliver(&disk.places, staged, &name)).await
    }

    async fn unstage(&self, name: &str) -> Result<(), Fault> {
        self.on_file(name, |disk, name| moving::remove(&disk.places.staging.join(name))).await
    }

    async fn probe(&self) -> Vec<Probe> {
        let probes = self.blocking(|disk| Ok(probe::all(&disk.places))).await;
        probes.unwrap_or_else(|fault| {
            vec![Probe::of("the folders".to_owned(), "an outcome", Err(fault), "report this as an error of the program")]
        })
    }

    async fn changed(&self) {
        self.watch.changed().await;
    }
}
