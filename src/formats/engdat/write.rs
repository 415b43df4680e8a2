//! Writes a description.

use super::{
    description::Description,
    read::{DescriptionError, Mode},
    segment_texts::{KeptSegment, Texts},
};
use crate::formats::edifact::{Unwritable, Writer};

/// Why a description cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A text cannot be written in ISO 8859-1.
    #[error("the description cannot be written: {0}")]
    Unwritable(#[from] Unwritable),
    /// It would not be as the standard says.
    #[error("what would be written could not be read: {0}")]
    Refused(#[from] DescriptionError),
}

impl Description {
    /// Writes it, in ISO 8859-1, and reads it again: what goes out is what a strict reader takes.
    ///
    /// # Errors
    /// If a text cannot be written, or something is not as the standard says, such as a name that is too long.
    pub fn write(&self) -> Result<Vec<u8>, WriteError> {
        let bytes = self.write_unchecked()?;
        Self::read(&bytes, Mode::Strict)?;
        Ok(bytes)
    }

    fn write_unchecked(&self) -> Result<Vec<u8>, Unwritable> {
        let separators = self.separators.unwrap_or_default();
        let mut writer = self.separators.map_or_else(|| Writer::new(separators), Writer::with_una);
        put(&mut writer, "UNB", &self.envelope.texts())?;
        // From UNH to UNT, the latter included.
        let mut segments = 6;
        put(&mut writer, "UNH", &self.message.texts())?;
        put(&mut writer, "MID", &self.document.texts())?;
        put(&mut writer, "SDE", &self.sender.texts())?;
        put(&mut writer, "RDE", &self.recipient.texts())?;
        segments += put_kept(&mut writer, &self.kept)?;
        for file in &self.files {
            put(&mut writer, "EFC", &file.texts(&format!("{:03}", file.sequence)))?;
            segments += 1 + put_kept(&mut writer, &file.kept)?;
        }
        writer.segment("TOT", &[&[&(self.files.len() + 1).to_string(), &self.unit]])?;
        writer.segment("UNT", &[&[&segments.to_string()], &[&self.message.reference]])?;
        writer.segment("UNZ", &[&["1"], &[&self.envelope.control_reference]])?;
        Ok(writer.into_bytes())
    }
}

/// Writes segments that were kept, and counts them.
fn put_kept(writer: &mut Writer, kept: &[KeptSegment]) -> Result<usize, Unwritable> {
    for segment in kept {
        put(writer, &segment.tag, &segment.texts())?;
    }
    Ok(kept.len())
}

fn put(writer: &mut Writer, tag: &str, texts: &Texts<'_>) -> Result<(), Unwritable> {
    let elements: Vec<&[&str]> = texts.iter().map(Vec::as_slice).collect();
    writer.segment(tag, &elements)
}
