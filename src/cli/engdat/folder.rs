//! A folder below which files are written, and nowhere else.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{AtFlags, Mode, OFlags, mkdirat, open, openat, renameat, unlinkat},
    io::Errno,
};
use uuid::Uuid;

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// A folder that is open: what is written by it cannot land outside, whatever links lie in it or are put there meanwhile.
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// Opens a folder, and makes it and those above it if they are not there.
    pub fn create(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self(open(path, FOLDER, Mode::empty())?))
    }

    /// A folder within this one, made if it is not there. A link is none.
    pub fn within(&self, name: &str) -> io::Result<Self> {
        if matches!(name, "" | "." | "..") || name.contains('/') {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{name:?} is no name of a folder")));
        }
        match mkdirat(&self.0, name, Mode::from(0o777)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        let opened = openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty());
        opened.map(Self).map_err(|error| match error {
            Errno::NOTDIR | Errno::LOOP => {
                io::Error::new(io::ErrorKind::NotADirectory, format!("{name:?} is there, and is no folder"))
            }
            other => other.into(),
        })
    }

    /// Writes a file by its name with folders; a failure leaves none, and what was there before as it was.
    pub fn write(&self, name: &str, content: &mut impl Read, overwrite: bool) -> io::Result<u64> {
        let Some((folder, rest)) = name.split_once('/') else { return self.write_here(name, content, overwrite) };
        self.within(folder)?.write(rest, content, overwrite)
    }

    fn write_here(&self, name: &str, content: &mut impl Read, overwrite: bool) -> io::Result<u64> {
        let part = if overwrite { format!(".{}.part", Uuid::new_v4()) } else { name.to_owned() };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.0, part.as_str(), flags, Mode::from(0o666)).map_err(|error| match error {
            Errno::EXIST => io::Error::new(io::ErrorKind::AlreadyExists, "there is such a file already; --force overwrites it"),
            other => other.into(),
        })?;
        let written = io::copy(content, &mut File::from(file)).and_then(|bytes| {
            if overwrite {
                // This takes the place of a link, and does not follow it.
                renameat(self.0.as_fd(), part.as_str(), self.0.as_fd(), name)?;
            }
            Ok(bytes)
        });
        if written.is_err() {
            // The reason is told; that a rest stays, if it cannot be removed, is a lesser one.
            let _ = unlinkat(&self.0, part.as_str(), AtFlags::empty());
        }
        written
    }
}
