//! Writes archives that every reader takes, and that are the same for the same content.

use std::{
    collections::HashSet,
    io::{self, Read, Seek, Write},
};

use jiff::civil::DateTime;
use zip::{CompressionMethod, System, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{
    limits::Limits,
    name::{NameFault, for_people, normalise_within},
};

/// Writes an archive: deflated entries, one time of modification for all, names in UTF-8, nothing of the machine that writes it.
#[derive(Debug)]
pub struct ArchiveWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
    options: SimpleFileOptions,
    limits: Limits,
    /// The names that were used, as people read them.
    names: HashSet<String>,
}

/// Why an archive cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The time cannot be told in an archive.
    #[error("{0} cannot be the time of an archive: only 1980 to 2107 can")]
    Time(DateTime),
    /// A reader would refuse the name.
    #[error("{name:?} cannot be the name of an entry: {fault}")]
    Name {
        /// The name.
        name: String,
        /// Why.
        fault: NameFault,
    },
    /// A reader would take it for another name.
    #[error("{name:?} cannot be the name of an entry: readers take it for {read_as:?}")]
    NotPlain {
        /// The name.
        name: String,
        /// What it is taken for.
        read_as: String,
    },
    /// There is such an entry already.
    #[error("there is an entry {0:?} already")]
    Duplicate(String),
    /// A reader would refuse so large an entry.
    #[error("{name:?} has more than {limit} bytes, which is the limit")]
    TooLarge {
        /// The name.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The content cannot be read, or not be written.
    #[error("{name:?} cannot be added: {error}")]
    Content {
        /// The name.
        name: String,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The archive cannot be written.
    #[error("the archive cannot be written: {0}")]
    Io(#[source] io::Error),
}

impl From<ZipError> for WriteError {
    fn from(error: ZipError) -> Self {
        Self::Io(error.into())
    }
}

impl<W: Write + Seek> ArchiveWriter<W> {
    /// Begins an archive whose entries were all modified at a time, which is told by two seconds and without a zone.
    ///
    /// # Errors
    /// If the time is before 1980 or after 2107.
    pub fn new(writer: W, modified: DateTime) -> Result<Self, WriteError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .system(System::Unix)
            .unix_permissions(0o644)
            .last_modified_time(dos_time(modified).ok_or(WriteError::Time(modified))?);
        Ok(Self { zip: ZipWriter::new(writer), options, limits: Limits::default(), names: HashSet::new() })
    }

    /// Adds an entry, and tells how many bytes it has unpacked. `./` before the name is kept, as readers expect it that compare names as
    /// texts.
    ///
    /// # Errors
    /// If a reader would refuse the name or the size, the content cannot be read, or the archive cannot be written. What is no fault of
    /// the archive leaves it without this entry, and others can be added.
    pub fn add(&mut self, name: &str, content: &mut impl Read) -> Result<u64, WriteError> {
        self.check_name(name)?;
        self.zip.start_file(name, self.options)?;
        let limit = self.limits.entry_bytes;
        let added = match io::copy(&mut content.take(limit + 1), &mut self.zip) {
            Ok(bytes) if bytes <= limit => Ok(bytes),
            Ok(_) => Err(WriteError::TooLarge { name: name.to_owned(), limit }),
            Err(error) => Err(WriteError::Content { name: name.to_owned(), error }),
        };
        if added.is_err() {
            self.zip.abort_file()?;
        } else {
            self.names.insert(read_as(name, &self.limits)?);
        }
        added
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> Result<W, WriteError> {
        Ok(self.zip.finish()?)
    }

    fn check_name(&self, name: &str) -> Result<(), WriteError> {
        let read_as = read_as(name, &self.limits)?;
        if name.strip_prefix("./").unwrap_or(name) != read_as {
            return Err(WriteError::NotPlain { name: name.to_owned(), read_as });
        }
        if self.names.contains(&read_as) {
            return Err(WriteError::Duplicate(read_as));
        }
        Ok(())
    }
}

/// The name that our reader sees.
fn read_as(name: &str, limits: &Limits) -> Result<String, WriteError> {
    let normalised = normalise_within(name, limits).map_err(|fault| WriteError::Name { name: name.to_owned(), fault })?;
    Ok(for_people(&normalised))
}

fn dos_time(time: DateTime) -> Option<zip::DateTime> {
    let small = |number: i8| u8::try_from(number).ok();
    let year = u16::try_from(time.year()).ok()?;
    let (month, day) = (small(time.month())?, small(time.day())?);
    zip::DateTime::from_date_and_time(year, month, day, small(time.hour())?, small(time.minute())?, small(time.second())?).ok()
}
