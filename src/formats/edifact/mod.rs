//! EDIFACT (ISO 9735, syntax versions 1 to 3): segments of elements of components, read from bytes and written to bytes.
//!
//! The [`Reader`] copies nothing: what it yields points into the bytes. It tells the place of everything, and it knows no message; what a
//! segment may hold is said by tables ([`SegmentRule`]). What the [`Reader`] read and the [`Writer`] copies is the same, byte by byte,
//! if a release character stands only where one is needed.
//!
//! ```
//! use trackersync::formats::edifact::{Limits, Reader, Separators, Writer};
//!
//! let bytes = b"UNA:+.? 'UNB+UNOC:1+O001:OD'FTX+Why?? 1?+1:2'";
//! let mut reader = Reader::new(bytes, Limits::default())?;
//! let mut writer = Writer::with_una(reader.separators());
//! while let Some(segment) = reader.next_segment()? {
//!     if segment.tag().as_str() == "FTX" {
//!         assert_eq!(segment.component(1, 1).text().value, "Why? 1+1");
//!         assert_eq!(segment.component(1, 2).place.to_string(), "byte 43, segment 2 (FTX), element 1, component 2");
//!     }
//!     writer.copy(&segment)?;
//! }
//! assert_eq!(writer.into_bytes(), bytes);
//!
//! // Empty components at the end are left out.
//! let mut writer = Writer::new(Separators::default());
//! writer.segment("SDE", &[&["O001", "Größe & Söhne", ""], &[], &["PAG+1"], &["", ""]])?;
//! assert_eq!(writer.into_bytes(), b"SDE+O001:Gr\xF6\xDFe & S\xF6hne++PAG?+1'");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod component;
mod error;
mod finding;
mod limits;
mod reader;
mod rules;
mod segment;
mod separators;
#[cfg(test)]
mod tests;
mod writer;

pub use self::{
    component::{Charset, Component, Text},
    error::{EdifactError, Place, Problem, Tag},
    finding::{Finding, Findings, Gravity, MOST_FINDINGS},
    limits::Limits,
    reader::Reader,
    rules::{ComponentRule, ElementRule, Kind, SegmentRule},
    segment::Segment,
    separators::Separators,
    writer::{Unwritable, Writer},
};
