//! Moving files, never over another one, and removing them.

use std::{
    fs::File,
    io::{self, ErrorKind},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use tracing::warn;

use super::{
    super::{Delivered, Places, name},
    failure::{at, fault},
    inbox::must_be_there,
};
use crate::sync::fault::Fault;

/// Moves files.
#[derive(Default)]
pub(super) struct Mover {
    told_of_two_steps: AtomicBool,
}

/// Why a file was not moved.
enum NotMoved {
    /// There is another one of that name.
    Taken,
    /// The file, or one of the folders, is not there.
    NotThere,
    Failed(io::Error),
}

impl Mover {
    /// Moves a staged file into the outbox, and makes sure that a loss of power does not bring it back.
    pub(super) fn deliver(&self, places: &Places, staged: &str, name: &str) -> Result<Delivered, Fault> {
        let (from, to) = (places.staging.join(staged), places.outbox.join(name));
        let delivered = match self.rename(&from, &to) {
            Ok(()) => Delivered::Moved,
            Err(NotMoved::Taken) => return Ok(Delivered::Collision),
            Err(NotMoved::NotThere) => {
                must_be_there(&places.staging)?;
                must_be_there(&places.outbox)?;
                Delivered::NotThere
            }
            Err(NotMoved::Failed(error)) => return Err(fault("moving into the outbox", &from, &error)),
        };
        // If it was moved before, that run may have ended before this.
        flush(&places.outbox)?;
        flush(&places.staging)?;
        Ok(delivered)
    }

    /// Moves a file into an archive.
    pub(super) fn archive(&self, inbox: &Path, name: &str, archive: &Path) -> Result<(), Fault> {
        let from = inbox.join(name);
        for free in name::in_archive(name) {
            match self.rename(&from, &archive.join(free)) {
                Ok(()) => return Ok(()),
                Err(NotMoved::Taken) => {}
                Err(NotMoved::NotThere) => return must_be_there(inbox).and_then(|()| must_be_there(archive)),
                Err(NotMoved::Failed(error)) if error.kind() == ErrorKind::CrossesDevices => {
                    let fault = fault("moving into the archive", &from, &error);
                    return Err(fault.hint("the archive must be on the file system of the inbox"));
                }
                Err(NotMoved::Failed(error)) => return Err(fault("moving into the archive", &from, &error)),
            }
        }
        Err(name::archive_is_full(name, &archive.display().to_string()))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), NotMoved> {
        let renamed = match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Not every file system knows it.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                if !self.told_of_two_steps.swap(true, Ordering::Relaxed) {
                    let folder = to.parent().unwrap_or(to).display();
                    warn!(%folder, "this file system cannot move a file only where the name is free: that is looked at just before");
                }
                look_then_rename(from, to)
            }
            renamed => renamed.map_err(io::Error::from),
        };
        renamed.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => NotMoved::Taken,
            ErrorKind::NotFound => NotMoved::NotThere,
            _ => NotMoved::Failed(error),
        })
    }
}

/// In two steps: a file that gets the name between them would be lost. Names of packages are ours alone.
pub(super) fn look_then_rename(from: &Path, to: &Path) -> io::Result<()> {
    match to.symlink_metadata() {
        Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => std::fs::rename(from, to),
        Err(error) => Err(error),
    }
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> Result<(), Fault> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(at("removing", path)),
    }
}

/// Brings the names in a folder to the disk.
pub(super) fn flush(folder: &Path) -> Result<(), Fault> {
    let flushed = File::open(folder).and_then(|folder| folder.sync_all());
    match flushed {
        // Some file systems do so by themselves, and know no such request.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        flushed => flushed.map_err(at("flushing", folder)),
    }
}
