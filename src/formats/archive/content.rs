//! The content of an entry, as a stream.

use std::io::{self, Read};

use zip::read::ZipFile;

use super::{
    entry::Entry,
    error::{ArchiveError, ContentProblem},
};

/// The bytes of one entry, unpacked. What is read counts against what may be unpacked from the archive in all.
#[derive(Debug)]
pub struct EntryReader<'a, R: Read> {
    content: ZipFile<'a, R>,
    entry: &'a Entry,
    /// How many bytes of the entry were read.
    position: u64,
    /// How many of the archive were.
    unpacked: &'a mut u64,
    budget: u64,
}

impl<'a, R: Read> EntryReader<'a, R> {
    pub(super) fn new(content: ZipFile<'a, R>, entry: &'a Entry, unpacked: &'a mut u64, budget: u64) -> Self {
        Self { content, entry, position: 0, unpacked, budget }
    }

    /// The entry that is read.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        self.entry
    }

    fn error(&self, kind: io::ErrorKind, problem: ContentProblem) -> io::Error {
        io::Error::new(kind, ArchiveError::Content { name: self.entry.name.clone(), position: self.position, problem })
    }
}

impl<R: Read> Read for EntryReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = self.content.read(buffer);
        let read = read.map_err(|error| self.error(error.kind(), ContentProblem::of_content(&error)))?;
        let size = self.entry.size;
        if read == 0 && self.position < size {
            return Err(self.error(io::ErrorKind::InvalidData, ContentProblem::TooShort { size }));
        }
        let bytes = u64::try_from(read).unwrap_or(u64::MAX);
        *self.unpacked = self.unpacked.saturating_add(bytes);
        if *self.unpacked > self.budget {
            return Err(self.error(io::ErrorKind::InvalidData, ContentProblem::Budget { limit: self.budget }));
        }
        self.position = self.position.saturating_add(bytes);
        Ok(read)
    }
}
