//! Writing a file completely before anybody looks at it.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use tracing::warn;

use super::{
    super::{GroupChoice, Permissions, Places},
    failure::at,
    moving,
};
use crate::sync::fault::Fault;

/// Writes files into the staging folder.
pub(super) struct Stager {
    permissions: Permissions,
    told_of_group: AtomicBool,
}

impl Stager {
    pub(super) fn new(permissions: Permissions) -> Self {
        Self { permissions, told_of_group: AtomicBool::new(false) }
    }

    /// Writes one.
    pub(super) fn stage(&self, places: &Places, name: &str, local: &Path) -> Result<(), Fault> {
        let path = places.staging.join(name);
        let mut source = File::open(local).map_err(at("reading", local))?;
        // What is there is not written over: a link would lead elsewhere, and a writer that still has it open would mix in its bytes.
        moving::remove(&path)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(self.permissions.mode())
            .open(&path)
            .map_err(at("writing", &path))?;
        let written = self.write(&mut source, &mut file, &path, places);
        if written.is_err() {
            // It takes room, and is of no use; that it could not be written is what is told.
            let _ = std::fs::remove_file(&path);
        }
        written
    }

    fn write(&self, source: &mut File, file: &mut File, path: &Path, places: &Places) -> Result<(), Fault> {
        io::copy(source, file).map_err(at("writing", path))?;
        self.set_group(file, path, &places.outbox)?;
        let mode = std::fs::Permissions::from_mode(self.permissions.mode());
        file.set_permissions(mode).map_err(at("setting the mode of", path))?;
        file.sync_all().map_err(at("flushing", path))?;
        moving::flush(&places.staging)
    }

    fn set_group(&self, file: &File, path: &Path, outbox: &Path) -> Result<(), Fault> {
        let wanted = match self.permissions.group {
            None => return Ok(()),
            Some(GroupChoice::Id(id)) => id,
            Some(GroupChoice::OfOutbox) => outbox.metadata().map_err(at("looking at", outbox))?.gid(),
        };
        if file.metadata().map_err(at("looking at", path))?.gid() == wanted {
            return Ok(());
        }
        match fchown(file, None, Some(wanted)) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                if !self.told_of_group.swap(true, Ordering::Relaxed) {
                    let folder = outbox.display();
                    warn!(group = wanted, %folder, "files cannot be given this group: our account has to be in it");
                }
                Ok(())
            }
            changed => changed.map_err(at("setting the group of", path)),
        }
    }
}
