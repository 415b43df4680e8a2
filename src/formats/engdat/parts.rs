//! Which files of a package are there.

use std::{collections::BTreeMap, fmt};

use super::name::{FileName, Reference};

/// The files of one package that are there. They come one by one and in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    reference: Reference,
    total: u16,
    present: BTreeMap<u16, FileName>,
}

/// Why a file is none of a package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// It is of another package.
    #[error("{file} is not a file of the package {reference}")]
    OtherPackage {
        /// The file.
        file: FileName,
        /// The package.
        reference: Reference,
    },
    /// Its name tells another number of files than the others: two packages have the same reference.
    #[error("{file} tells of {} files, and others of the package {reference} of {total}: two packages have the same reference", file.total())]
    OtherTotal {
        /// The file.
        file: FileName,
        /// The package.
        reference: Reference,
        /// What the others tell.
        total: u16,
    },
}

impl Parts {
    /// The package of a file, with this one in it.
    #[must_use]
    pub fn of(file: FileName) -> Self {
        let (reference, total) = (file.reference().clone(), file.total());
        Self { reference, total, present: BTreeMap::from([(file.sequence(), file)]) }
    }

    /// Adds a file; tells whether it is new.
    ///
    /// # Errors
    /// If it cannot be of the same package.
    pub fn add(&mut self, file: FileName) -> Result<bool, PartError> {
        if *file.reference() != self.reference {
            return Err(PartError::OtherPackage { file, reference: self.reference.clone() });
        }
        if file.total() != self.total {
            return Err(PartError::OtherTotal { file, reference: self.reference.clone(), total: self.total });
        }
        Ok(self.present.insert(file.sequence(), file).is_none())
    }

    /// The reference of the package.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// How many files it has, the description included.
    #[must_use]
    pub fn total(&self) -> u16 {
        self.total
    }

    /// The files that are there, in their order.
    pub fn present(&self) -> impl Iterator<Item = &FileName> {
        self.present.values()
    }

    /// The numbers of the files that are not there yet.
    #[must_use]
    pub fn missing(&self) -> Vec<u16> {
        (1..=self.total).filter(|sequence| !self.present.contains_key(sequence)).collect()
    }

    /// Whether all files are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.present.len() == usize::from(self.total)
    }

    /// Compares what the description names with the files that are there.
    #[must_use]
    pub fn compare(&self, named: impl IntoIterator<Item = u16>) -> Agreement {
        let mut named: Vec<u16> = named.into_iter().collect();
        named.sort_unstable();
        named.dedup();
        let is_here = |sequence: &u16| self.present.contains_key(sequence);
        Agreement {
            absent: named.iter().copied().filter(|sequence| !is_here(sequence)).collect(),
            unnamed: self.present.keys().copied().filter(|at| *at != 1 && named.binary_search(at).is_err()).collect(),
        }
    }
}

/// How the description of a package and its files agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Files that the description names, and that are not there.
    pub absent: Vec<u16>,
    /// Files that are there, and that the description does not name.
    pub unnamed: Vec<u16>,
}

impl Agreement {
    /// Whether they agree.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.absent.is_empty() && self.unnamed.is_empty()
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = |numbers: &[u16]| numbers.iter().map(|number| format!("{number:03}")).collect::<Vec<_>>().join(", ");
        match (self.absent.as_slice(), self.unnamed.as_slice()) {
            ([], []) => f.write_str("the description and the files agree"),
            (absent, []) => write!(f, "the description names files that are not there: {}", numbers(absent)),
            ([], unnamed) => write!(f, "there are files that the description does not name: {}", numbers(unnamed)),
            (absent, unnamed) => {
                let (absent, unnamed) = (numbers(absent), numbers(unnamed));
                write!(f, "the description names {absent}, which are not there, and does not name {unnamed}, which are")
            }
        }
    }
}
