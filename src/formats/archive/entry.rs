//! What an archive says that it holds.

use super::name::NameFault;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its place among the entries, from 0.
    pub index: usize,
    /// Its name as people gave it: slashes between folders, no `./`, and the double encoding undone where that is certain. No two entries
    /// that are not refused have the same. That of a refused entry is for showing, and for nothing else.
    pub name: String,
    /// The name as it is stored, in the same form; different from the other only by the double encoding.
    pub stored_name: String,
    /// Its bytes unpacked, as the archive says; never more are read.
    pub size: u64,
    /// Its bytes packed.
    pub packed_size: u64,
    /// Why it is not read; all others are.
    pub refusal: Option<Refusal>,
    /// An earlier entry whose name differs in nothing but small and capital letters, if there is one: not every file system can
    /// hold both.
    pub same_but_case: Option<usize>,
}

impl Entry {
    /// Whether it lies at the root, not in a folder.
    #[must_use]
    pub fn is_at_root(&self) -> bool {
        !self.name.contains('/')
    }

    /// Whether it is a document: at the root, and named `.xml` in any case of the letters.
    #[must_use]
    pub fn is_document(&self) -> bool {
        let ending = self.name.len().checked_sub(4).and_then(|at| self.name.get(at..));
        self.is_at_root() && ending.is_some_and(|ending| ending.eq_ignore_ascii_case(".xml"))
    }
}

/// Why one entry is not read. The others of the archive are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Its name is none.
    #[error("{0}")]
    Name(#[from] NameFault),
    /// An earlier entry has the same name.
    #[error("an earlier entry has the same name")]
    Duplicate,
    /// It is no file.
    #[error("it is not a file but {0}")]
    Special(&'static str),
    /// It needs a password.
    #[error("it is encrypted")]
    Encrypted,
    /// It is packed by a method of which we know nothing.
    #[error("it is packed by the method {0}, and only 0 (stored) and 8 (deflate) are known")]
    Method(u16),
    /// It is larger than the limit.
    #[error("it has {size} bytes unpacked, and at most {limit} are taken")]
    TooLarge {
        /// Its bytes unpacked, as the archive says.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// It is packed more densely than honest files are.
    #[error("it unpacks to {ratio} times its size, and at most {limit} times are taken")]
    Ratio {
        /// How many times larger it becomes.
        ratio: u64,
        /// The limit.
        limit: u64,
    },
    /// It shares bytes of the archive with an entry before it.
    #[error("its bytes are those of another entry, too")]
    Overlap,
    /// Its bytes reach beyond where entries can be: into the directory, or beyond the end.
    #[error("its bytes are not where they are said to be: the archive is damaged")]
    Outside,
}
