//! Reading: what is there, and its bytes.

use std::{
    fs::{File, Metadata},
    io::{self, ErrorKind, Read},
    path::Path,
};

use jiff::Timestamp;
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};
use tracing::debug;

use super::{
    super::{Arrived, name::is_plain, refusal},
    failure::at,
};
use crate::sync::fault::Fault;

/// The regular files of a folder.
pub(super) fn list(folder: &Path) -> Result<Vec<Arrived>, Fault> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(at("listing", folder))? {
        let entry = entry.map_err(at("listing", folder))?;
        let Some(name) = entry.file_name().into_string().ok().filter(|name| is_plain(name)) else {
            debug!(folder = %folder.display(), name = ?entry.file_name(), "a name that is none of ours is left alone");
            continue;
        };
        // Of a link itself, not of what it leads to.
        match entry.metadata() {
            Ok(metadata) if metadata.is_file() => {
                found.push(Arrived { name, size: metadata.len(), changed: changed(&metadata) });
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(at("looking at", &entry.path())(error)),
        }
    }
    Ok(found)
}

fn changed(metadata: &Metadata) -> Timestamp {
    metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Copies a file that a foreign server wrote.
pub(super) fn fetch(from: &Path, into: &Path, limit: u64) -> Result<u64, Fault> {
    let file = open(from)?;
    let before = file.metadata().map_err(at("looking at", from))?;
    if !before.is_file() {
        return Err(refusal::no_file(&from.display().to_string()));
    }
    if before.len() > limit {
        return Err(refusal::too_long(&from.display().to_string(), limit));
    }
    let mut copy = File::create(into).map_err(at("writing", into))?;
    // One byte more than is wanted shows that it grew.
    let bytes = io::copy(&mut (&file).take(limit.saturating_add(1)), &mut copy).map_err(at("copying", from))?;
    let after = file.metadata().map_err(at("looking at", from))?;
    if after.len() != bytes || after.modified().ok() != before.modified().ok() {
        return Err(refusal::still_written(&from.display().to_string()));
    }
    copy.sync_all().map_err(at("writing", into))?;
    Ok(bytes)
}

/// Opens a file and no link, and does not wait for the other end of a pipe.
fn open(path: &Path) -> Result<File, Fault> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::LOOP) => Err(refusal::link(&path.display().to_string())),
        Err(Errno::NOENT) => Err(refusal::gone(&path.display().to_string())),
        Err(errno) => Err(at("opening", path)(errno.into())),
    }
}

/// The size of a regular file, if it is in a folder that is there.
pub(super) fn size(folder: &Path, name: &str) -> Result<Option<u64>, Fault> {
    let path = folder.join(name);
    match path.symlink_metadata() {
        Ok(metadata) => Ok(metadata.is_file().then_some(metadata.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            must_be_there(folder)?;
            Ok(None)
        }
        Err(error) => Err(at("looking at", &path)(error)),
    }
}

/// Nothing is said to be absent from a folder that is not there.
pub(super) fn must_be_there(folder: &Path) -> Result<(), Fault> {
    folder.metadata().map(drop).map_err(at("looking at", folder))
}
