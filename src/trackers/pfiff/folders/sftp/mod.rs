//! Folders of another host, reached by SFTP.

mod connection;
mod failure;
mod handshake;
mod key;
mod known_hosts;
mod listing;
mod moving;
mod opened;
mod probe;
mod session;
mod staging;
mod transfer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;

use self::{connection::Connection, failure::Failure, session::Session, staging::Stager};
use super::{Arrived, Delivered, Folders, Permissions, Places, Probe, name::plain};
use crate::{config::partner::SshConfig, sync::fault::Fault};

/// Folders of another host. One session is kept and used by all calls; the first call after a loss makes a new one.
pub struct SftpFolders {
    connection: Connection,
    paths: Paths,
    stager: Stager,
}

/// How long the host may stay silent. What arrives in time goes on for as long as it takes.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until a session is there, from looking up the name of the host on.
    pub connect: Duration,
    /// Until an answer, or the next part of a file.
    pub request: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(20), request: Duration::from_secs(20) }
    }
}

/// The folders, as that host names them.
struct Paths {
    inbox: String,
    outbox: String,
    staging: String,
}

/// The path of a file in a folder.
fn within(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

impl SftpFolders {
    /// These folders of that host. Nothing is connected yet.
    #[must_use]
    pub fn new(ssh: SshConfig, places: &Places, permissions: Permissions, timeouts: Timeouts) -> Self {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let paths = Paths { inbox: text(&places.inbox), outbox: text(&places.outbox), staging: text(&places.staging) };
        Self { connection: Connection::new(ssh, timeouts), paths, stager: Stager::new(permissions) }
    }

    /// Work on the host, told by `doing` should it fail.
    async fn work<T, F>(&self, doing: &str, work: impl FnOnce(Arc<Session>) -> F + Send) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let session = self.connection.session().await?;
        let outcome = work(Arc::clone(&session)).await;
        outcome.map_err(|failure| self.connection.settle(&session, failure, doing))
    }

    /// Work on one file.
    async fn on_file<T, F>(
        &self,
        doing: &str,
        folder: &str,
        name: &str,
        work: impl FnOnce(Arc<Session>, String) -> F + Send,
    ) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let path = within(folder, plain(name)?);
        self.work(&format!("{doing} {path}"), |session| work(session, path)).await
    }
}

#[async_trait]
impl Folders for SftpFolders {
    async fn arrived(&self) -> Result<Vec<Arrived>, Fault> {
        let inbox = &self.paths.inbox;
        self.work(&format!("listing {inbox}"), async |session| listing::list(&session, inbox).await).await
    }

    async fn fetch(&self, name: &str, into: &Path, limit: u64) -> Result<u64, Fault> {
        let work = |session: Arc<Session>, path: String| async move { transfer::fetch(&session, &path, into, limit).await };
        self.on_file("fetching", &self.paths.inbox, name, work).await
    }

    async fn archive(&self, name: &str, folder: &Path) -> Result<(), Fault> {
        let (inbox, folder) = (&self.paths.inbox, folder.to_string_lossy());
        let work = |session: Arc<Session>, _| async move { moving::archive(&session, inbox, plain(name)?, &folder).await };
        self.on_file("archiving", inbox, name, work).await
    }

    async fn remove(&self, name: &str) -> Result<(), Fault> {
        let work = |session: Arc<Session>, path: String| async move { moving::remove(&session, &path).await };
        self.on_file("removing", &self.paths.inbox, name, work).await
    }

    async fn stage(&self, name: &str, local: &Path) -> Result<(), Fault> {
        let work = |session: Arc<Session>, path: String| async move {
            self.stager.stage(&session, &path, local, &self.paths.outbox).await
        };
        self.on_file("writing", &self.paths.staging, name, work).await
    }

    async fn staged(&self, name: &str) -> Result<Option<u64>, Fault> {
        let folder = &self.paths.staging;
        let work = |session: Arc<Session>, path: String| async move { listing::size(&session, folder, &path).await };
        self.on_file("looking at", folder, name, work).await
    }

    async fn in_outbox(&self, name: &str) -> Result<Option<u64>, Fault> {
        let folder = &self.paths.outbox;
        let work = |session: Arc<Session>, path: String| async move { listing::size(&session, folder, &path).await };
        self.on_file("looking at", folder, name, work).await
    }

    async fn deliver(&self, staged: &str, name: &str) -> Result<Delivered, Fault> {
        let to = within(&self.paths.outbox, plain(name)?);
        let work =
            |session: Arc<Session>, from: String| async move { moving::deliver(&session, &self.paths, &from, &to).await };
        self.on_file("moving into the outbox", &self.paths.staging, staged, work).await
    }

    async fn unstage(&self, name: &str) -> Result<(), Fault> {
        let work = |session: Arc<Session>, path: String| async move { moving::remove(&session, &path).await };
        self.on_file("removing", &self.paths.staging, name, work).await
    }

    async fn probe(&self) -> Vec<Probe> {
        probe::all(&self.connection, &self.paths).await
    }

    async fn changed(&self) {
        std::future::pending::<()>().await;
    }
}
