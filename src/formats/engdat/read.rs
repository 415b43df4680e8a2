//! Reads a description: finds all that is wrong, and tells what is meant.

use super::{assembly::Assembly, description::Description};
use crate::formats::edifact::{EdifactError, Findings, Gravity, Limits, Place, Reader};

/// Enough for a thousand files with remarks on each, and for three times the components that a segment has.
const LIMITS: Limits =
    Limits { bytes: 2 * 1024 * 1024, segments: 20_000, segment_bytes: 8 * 1024, components: 100, component_bytes: 2 * 1024 };

/// How much is forgiven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// What is not as the standard says is refused.
    Strict,
    /// What is clear enough is taken, and told: lengths and characters of what is for people, wrong counts, line breaks between
    /// segments, UTF-8, a last segment without terminator.
    #[default]
    Tolerant,
}

/// A description that was read, and what was forgiven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDescription {
    /// The description.
    pub description: Description,
    /// What is wrong with it all the same, for the log.
    pub findings: Findings,
}

/// Why a description cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// It is no EDIFACT.
    #[error("the description cannot be read: {0}")]
    Edifact(#[from] EdifactError),
    /// It is none of a package, or not as the standard says.
    #[error("the description is refused: {0}")]
    Refused(Findings),
}

impl Description {
    /// Reads a description.
    ///
    /// # Errors
    /// If it is no EDIFACT, or so wrong that the mode does not forgive it: then with all findings at once.
    pub fn read(bytes: &[u8], mode: Mode) -> Result<ReadDescription, DescriptionError> {
        let mut reader = Reader::new(bytes, LIMITS)?;
        let separators = reader.has_una().then(|| reader.separators());
        let mut assembly = Assembly::default();
        while let Some(segment) = reader.next_segment()? {
            assembly.take(&segment);
        }
        if let Some(offset) = reader.line_break() {
            let place = Place { offset, ..Place::default() };
            assembly.findings.add(Gravity::Deviation, place, "there are line breaks between the segments");
        }
        let (description, findings) = assembly.finish(separators, bytes.len());
        let findings = findings.in_order();
        let refused = match mode {
            Mode::Strict => Gravity::Deviation,
            Mode::Tolerant => Gravity::Fault,
        };
        match description {
            Some(description) if findings.worst() < Some(refused) => Ok(ReadDescription { description, findings }),
            _ => Err(DescriptionError::Refused(findings)),
        }
    }
}
