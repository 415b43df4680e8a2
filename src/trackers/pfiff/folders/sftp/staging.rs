//! Writing a file completely before anybody looks at it.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use tracing::warn;

use super::{
    super::{GroupChoice, Permissions},
    failure::Failure,
    moving,
    opened::Opened,
    session::Session,
    transfer,
};
use crate::sync::fault::Fault;

/// Writes files into the staging folder.
pub(super) struct Stager {
    permissions: Permissions,
    told_of_group: AtomicBool,
    told_of_mode: AtomicBool,
}

impl Stager {
    pub(super) fn new(permissions: Permissions) -> Self {
        Self { permissions, told_of_group: AtomicBool::new(false), told_of_mode: AtomicBool::new(false) }
    }

    /// Writes one.
    pub(super) async fn stage(&self, session: &Session, path: &str, local: &Path, outbox: &str) -> Result<(), Failure> {
        let file = self.create(session, path).await?;
        let written = self.fill(session, &file, local, outbox).await;
        let written = file.close(written).await;
        if written.is_err() && session.is_usable() {
            // It takes room, and is of no use; that it could not be written is what is told.
            let _ = moving::remove(session, path).await;
        }
        let written = written?;
        let found = session.look(path).await?.map(|attributes| attributes.len());
        if found == Some(written) {
            return Ok(());
        }
        Err(Fault::transient(format!("{written} bytes were written, and {} are there", found.unwrap_or(0))).into())
    }

    /// Makes a new file. What is there is not written over: a link would lead elsewhere, and a session that was lost may still have
    /// requests under way that write to it.
    async fn create<'s>(&self, session: &'s Session, path: &str) -> Result<Opened<'s>, Failure> {
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE;
        match Opened::open(session, path, flags, self.mode()).await {
            Err(Failure::Refused { code: StatusCode::Failure, .. }) => {
                moving::remove(session, path).await?;
                Opened::open(session, path, flags, self.mode()).await
            }
            opened => opened,
        }
    }

    fn mode(&self) -> FileAttributes {
        FileAttributes { permissions: Some(self.permissions.mode()), ..FileAttributes::empty() }
    }

    async fn fill(&self, session: &Session, file: &Opened<'_>, local: &Path, outbox: &str) -> Result<u64, Failure> {
        let written = transfer::send(session, file, local).await?;
        self.set_group(session, file, outbox).await?;
        self.set_mode(file).await?;
        if session.extensions().fsync {
            session.ask(session.sftp.fsync(file.handle())).await?;
        }
        Ok(written)
    }

    /// A host whose files have no modes says so, and is taken as it is.
    async fn set_mode(&self, file: &Opened<'_>) -> Result<(), Failure> {
        match file.change(self.mode()).await {
            Err(Failure::Refused { code: StatusCode::OpUnsupported, .. }) => {
                if !self.told_of_mode.swap(true, Ordering::Relaxed) {
                    warn!("this host does not let us set the mode of files");
                }
                Ok(())
            }
            changed => changed,
        }
    }

    async fn set_group(&self, session: &Session, file: &Opened<'_>, outbox: &str) -> Result<(), Failure> {
        let wanted = match self.permissions.group {
            None => return Ok(()),
            Some(GroupChoice::Id(id)) => Some(id),
            Some(GroupChoice::OfOutbox) => session.ask(session.sftp.stat(outbox)).await?.attrs.gid,
        };
        let now = file.attributes().await?;
        // The protocol sets both or none. A host that tells no numbers has none to set.
        let (Some(wanted), Some(_), Some(gid)) = (wanted, now.uid, now.gid) else { return Ok(()) };
        if gid == wanted {
            return Ok(());
        }
        let owned = FileAttributes { uid: now.uid, gid: Some(wanted), ..FileAttributes::empty() };
        match file.change(owned).await {
            Err(Failure::Refused { code, .. }) => {
                if !self.told_of_group.swap(true, Ordering::Relaxed) {
                    let why = code.to_string();
                    warn!(group = wanted, outbox, why, "files cannot be given this group: our account there has to be in it");
                }
                Ok(())
            }
            changed => changed,
        }
    }
}
