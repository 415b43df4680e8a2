//! Trying the folders without writing anything.

use std::{os::unix::fs::MetadataExt, path::Path};

use rustix::fs::{Access, access};

use super::{
    super::{Places, Probe},
    failure::at,
    inbox,
};
use crate::sync::fault::Fault;

/// All trials.
pub(super) fn all(places: &Places) -> Vec<Probe> {
    let Places { inbox, outbox, staging } = places;
    let writable = |folder: &Path| {
        Probe::of(
            format!("whether files can be made in, and taken from, {}", folder.display()),
            "permission to do so",
            may_write(folder),
            "let the account that this program runs as write there",
        )
    };
    let listed = Probe::of(
        format!("listing the inbox {}", inbox.display()),
        "a list of its files",
        inbox::list(inbox).map(|files| format!("{} files", files.len())),
        "look whether it is there and can be read",
    );
    let one_file_system = Probe::of(
        format!("whether {} and {} are on one file system", staging.display(), outbox.display()),
        "the same device",
        same_device(staging, outbox),
        "put staging on the file system of the outbox",
    );
    vec![listed, writable(inbox), writable(staging), writable(outbox), one_file_system]
}

fn may_write(folder: &Path) -> Result<String, Fault> {
    if !folder.metadata().map_err(at("looking at", folder))?.is_dir() {
        return Err(Fault::permanent(format!("{} is no folder", folder.display())));
    }
    let allowed = access(folder, Access::WRITE_OK | Access::EXEC_OK);
    allowed.map(|()| "it is permitted".to_owned()).map_err(|errno| at("writing into", folder)(errno.into()))
}

fn same_device(staging: &Path, outbox: &Path) -> Result<String, Fault> {
    let device = |folder: &Path| folder.metadata().map(|metadata| metadata.dev()).map_err(at("looking at", folder));
    let (one, other) = (device(staging)?, device(outbox)?);
    if one == other {
        return Ok(format!("both are on device {one}"));
    }
    Err(Fault::permanent(format!("staging is on device {one}, the outbox on device {other}")))
}
