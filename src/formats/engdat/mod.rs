//! ENGDAT, version 2 (VDA 4951): packages of files that engineering partners exchange over OFTP. The first file of a package is its
//! description in EDIFACT, the others are the data.
//!
//! What a received description says is told as [`Description`], with all that is wrong with it: [`Mode`] says how much is forgiven.
//! Whether it is from whom and for whom it should be ([`Description::check_route`]) and whether it names the files that are there
//! ([`Parts::compare`]) is asked apart.
//!
//! ```
//! use trackersync::formats::engdat::{FileName, Parts, Reference};
//!
//! let description = FileName::parse("ENG26112010000000PAG002001_20261120.0001")?;
//! assert!(description.is_description());
//! assert_eq!(description.reference().as_str(), "26112010000000PAG");
//!
//! // The files of a package come separately and in any order.
//! let mut parts = Parts::of(description);
//! assert_eq!(parts.missing(), [2]);
//! parts.add(FileName::parse("ENG26112010000000PAG002002")?)?;
//! assert!(parts.is_complete());
//!
//! // A package of our own.
//! let reference = Reference::compose(jiff::civil::date(2026, 11, 20).at(10, 0, 0, 0), 0, "PAG-PFIFF-EXPORT")?;
//! assert_eq!(FileName::new(reference, 2, 1)?.to_string(), "ENG26112010000000PAG002001");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assembly;
mod data_file;
mod description;
mod envelope;
mod name;
mod partner;
mod parts;
mod read;
mod segment_texts;
mod tables;
#[cfg(test)]
mod tests;
mod write;

pub use self::{
    data_file::{DataFile, ZIP_FORMAT},
    description::{Description, WrongRoute},
    envelope::{Document, Envelope, Identification, Message, Password, Stamp},
    name::{FileName, MOST_FILES, NameError, Reference},
    partner::{Address, Contact, Partner},
    parts::{Agreement, PartError, Parts},
    read::{DescriptionError, Mode, ReadDescription},
    segment_texts::KeptSegment,
    write::WriteError,
};
