//! An archive that can be read.

use std::io::{Read, Seek};

use zip::{ZipReadOptions, result::ZipError};

use super::{
    content::EntryReader,
    directory::Directory,
    entry::Entry,
    error::{ArchiveError, ContentProblem},
    limits::Limits,
    url::EntryUrl,
};

/// An archive whose directory was read.
#[derive(Debug)]
pub struct Archive<R> {
    reader: R,
    directory: Directory,
    limits: Limits,
    /// Bytes that were unpacked from it.
    unpacked: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory of an archive, and nothing of its entries. A plain file serves best: a buffered one reads much in vain.
    ///
    /// # Errors
    /// If it is no archive, or it is beyond the limits as a whole.
    pub fn open(mut reader: R, limits: &Limits) -> Result<Self, ArchiveError> {
        let directory = Directory::read(&mut reader, limits)?;
        Ok(Self { reader, directory, limits: *limits, unpacked: 0 })
    }

    /// The files in it, in the order of the directory, refused ones included. Folders are left out.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.directory.entries
    }

    /// The documents among them: those at the root whose names end in `.xml`. Refused ones are included, lest they be missed.
    pub fn documents(&self) -> impl Iterator<Item = &Entry> {
        self.entries().iter().filter(|entry| entry.is_document())
    }

    /// The entry that the URL of a document names: by the name as it is, or as it becomes where its bytes are taken for a code page of
    /// DOS. It may be a refused one.
    #[must_use]
    pub fn find(&self, url: &EntryUrl) -> Option<&Entry> {
        let index = url.spellings().find_map(|name| self.directory.by_stored_name.get(&name))?;
        self.entries().get(*index)
    }

    /// Reads an entry as a stream, which holds some 100 kB and no more. Its errors are [`ArchiveError`] within [`std::io::Error`]. Whoever
    /// reads to the end can be sure that size and checksum are right.
    ///
    /// # Errors
    /// If there is no such entry, it is refused, or its bytes are not where they should be.
    pub fn read(&mut self, index: usize) -> Result<EntryReader<'_, R>, ArchiveError> {
        let Directory { entries, headers, .. } = &self.directory;
        let (Some(entry), Some(header)) = (entries.get(index), headers.get(index)) else {
            return Err(ArchiveError::NoEntry(index));
        };
        if let Some(refusal) = &entry.refusal {
            return Err(ArchiveError::Refused { name: entry.name.clone(), refusal: refusal.clone() });
        }
        let content = header.as_ref().with_reader(&mut self.reader, ZipReadOptions::new()).map_err(|error| {
            let problem = match &error {
                ZipError::Io(error) => ContentProblem::of_content(error),
                other => ContentProblem::Damaged(other.to_string()),
            };
            ArchiveError::Content { name: entry.name.clone(), position: 0, problem }
        })?;
        Ok(EntryReader::new(content, entry, &mut self.unpacked, self.limits.total_bytes))
    }
}
