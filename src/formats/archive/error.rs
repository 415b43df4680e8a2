//! What goes wrong with archives.

use std::io;

use zip::result::ZipError;

use super::entry::Refusal;

/// Why an archive or one of its entries cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file below cannot be read; the archive may be good.
    #[error("the archive cannot be read: {0}")]
    Io(#[source] io::Error),
    /// It has no directory that makes sense.
    #[error("it is no zip archive, or a damaged one: its directory cannot be read: {0}")]
    Directory(String),
    /// It has too many entries.
    #[error("it has {found} entries, and at most {limit} are taken")]
    TooManyEntries {
        /// How many there are.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Its directory is too large to be held.
    #[error("its directory has more than {limit} bytes, which is the limit")]
    DirectoryTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// It unpacks to too much.
    #[error("it unpacks to {size} bytes, and at most {limit} are taken")]
    TooLarge {
        /// Bytes of all entries together, as the archive says; of refused ones nothing is counted.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// It has no entry of this index.
    #[error("it has no entry {0}")]
    NoEntry(usize),
    /// The entry was refused when the archive was opened.
    #[error("{name:?} is refused: {refusal}")]
    Refused {
        /// The name of the entry.
        name: String,
        /// Why.
        refusal: Refusal,
    },
    /// The entry turns out bad while it is read.
    #[error("{name:?} cannot be read beyond byte {position}: {problem}")]
    Content {
        /// The name of the entry.
        name: String,
        /// How many of its bytes, unpacked, were read before.
        position: u64,
        /// What is wrong.
        problem: ContentProblem,
    },
}

/// What turns out while an entry is read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentProblem {
    /// It cannot be unpacked, is longer than said, or its checksum is wrong.
    #[error("its bytes are damaged: {0}")]
    Damaged(String),
    /// The file below cannot be read; the archive may be good.
    #[error("the archive cannot be read: {0}")]
    Unreadable(String),
    /// It ends too early.
    #[error("it ends here, and {size} bytes were promised")]
    TooShort {
        /// Its bytes, as the archive says.
        size: u64,
    },
    /// More was unpacked from the archive than may be.
    #[error("more than {limit} bytes were unpacked from this archive, which is the limit")]
    Budget {
        /// The limit in bytes.
        limit: u64,
    },
}

impl ArchiveError {
    /// An error of the zip reader about the directory.
    pub(super) fn of_directory(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) if !is_about_content(error.kind()) => Self::Io(error),
            ZipError::Io(_) => Self::Directory("it is cut off".to_owned()),
            ZipError::InvalidArchive(problem) => Self::Directory(problem.into_owned()),
            other => Self::Directory(other.to_string()),
        }
    }
}

impl ContentProblem {
    /// An error of the zip reader about an entry.
    pub(super) fn of_content(error: &io::Error) -> Self {
        let said = error.to_string();
        if is_about_content(error.kind()) { Self::Damaged(said) } else { Self::Unreadable(said) }
    }
}

/// Whether an error comes from what stands in the file, not from the file itself.
fn is_about_content(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
}
