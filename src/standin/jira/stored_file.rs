//! Contents of attachments, which are kept on the disk: a site with large files must not take their size in memory.

use std::{
    fmt,
    fs::File,
    io::{self, Write},
    sync::Arc,
};

use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};

/// A file that is being written.
pub(super) struct Draft {
    file: NamedTempFile,
    digest: Sha256,
    length: u64,
}

impl Draft {
    pub(super) fn new() -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix("standin-jira-").tempfile()?;
        Ok(Self { file, digest: Sha256::new(), length: 0 })
    }

    pub(super) fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece)?;
        self.digest.update(piece);
        self.length += piece.len() as u64;
        Ok(())
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn finish(self) -> StoredFile {
        let sha256 = hex::encode(self.digest.finalize());
        StoredFile { path: Arc::new(self.file.into_temp_path()), length: self.length, sha256 }
    }
}

/// The content of a file. It is on the disk, and gone from it with the last one who holds this.
#[derive(Clone)]
pub struct StoredFile {
    path: Arc<TempPath>,
    length: u64,
    sha256: String,
}

impl StoredFile {
    pub(super) fn of(content: &[u8]) -> io::Result<Self> {
        let mut draft = Draft::new()?;
        draft.write(content)?;
        Ok(draft.finish())
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Digest in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// All of it; nothing if it cannot be read.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        std::fs::read(&**self.path).unwrap_or_default()
    }

    pub(super) fn open(&self) -> io::Result<File> {
        File::open(&**self.path)
    }
}

impl fmt::Debug for StoredFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes, {}", self.length, self.sha256)
    }
}

impl PartialEq for StoredFile {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_on_the_disk_as_long_as_somebody_holds_it() {
        let file = StoredFile::of(b"content").unwrap();
        let path = file.path.to_path_buf();
        let other = file.clone();
        drop(file);
        assert_eq!((other.to_vec().as_slice(), other.len()), (&b"content"[..], 7));
        assert!(other.sha256().starts_with("ed7002b4"));
        drop(other);
        assert!(!path.exists());
    }
}
