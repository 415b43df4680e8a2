//! Writes segments to bytes.

use super::{
    segment::Segment,
    separators::{Class, Separators},
};

/// Writes an interchange, segment by segment.
#[derive(Clone, Debug)]
pub struct Writer {
    out: Vec<u8>,
    separators: Separators,
    classes: [Class; 256],
}

/// Why a text cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{tag}, element {element}, component {component}: {}", reason(*.character))]
pub struct Unwritable {
    /// The tag of the segment.
    pub tag: String,
    /// The element, from 1; 0 if it is the tag.
    pub element: usize,
    /// The component, from 1.
    pub component: usize,
    /// The character that cannot be written; `None` if the tag is none.
    pub character: Option<char>,
}

fn reason(character: Option<char>) -> String {
    match character {
        None => "a tag is three capital letters or digits".to_owned(),
        Some(c) if c.is_control() => format!("the control character U+{:04X} cannot be written", u32::from(c)),
        Some(c) if u32::from(c) > 0xFF => format!("{c:?} (U+{:04X}) is not in ISO 8859-1", u32::from(c)),
        Some(c) => format!("{c:?} separates, and the separators have no release character"),
    }
}

impl Writer {
    /// Begins without a service string advice: right for the default separators.
    #[must_use]
    pub fn new(separators: Separators) -> Self {
        Self { out: Vec::new(), separators, classes: separators.classes() }
    }

    /// Begins with a service string advice.
    #[must_use]
    pub fn with_una(separators: Separators) -> Self {
        Self { out: separators.una().to_vec(), ..Self::new(separators) }
    }

    /// Writes a segment as it was read, empty components included. It may have had other separators.
    ///
    /// # Errors
    /// If the separators have no release character and a text holds one of them, or a text holds a control character that separated
    /// where it was read; never if the separators are the same. Then nothing of the segment is written.
    pub fn copy(&mut self, segment: &Segment<'_, '_>) -> Result<(), Unwritable> {
        if segment.separators == self.separators && !segment.parts.iter().any(|part| part.has_release) {
            self.out.extend_from_slice(segment.raw());
            self.out.push(self.separators.terminator());
            return Ok(());
        }
        let before = self.out.len();
        let written = self.copy_components(segment);
        if written.is_err() {
            self.out.truncate(before);
        }
        written
    }

    fn copy_components(&mut self, segment: &Segment<'_, '_>) -> Result<(), Unwritable> {
        self.out.extend_from_slice(segment.tag().as_str().as_bytes());
        for element in 1..=segment.elements() {
            self.out.push(self.separators.element());
            for component in 1..=segment.components(element) {
                if component > 1 {
                    self.out.push(self.separators.component());
                }
                for byte in segment.component(element, component).bytes().iter() {
                    let tag = segment.tag();
                    self.byte(*byte).map_err(|character| Unwritable {
                        tag: tag.to_string(),
                        element,
                        component,
                        character: Some(character),
                    })?;
                }
            }
        }
        self.out.push(self.separators.terminator());
        Ok(())
    }

    /// Writes a segment of texts, in ISO 8859-1. Empty components and elements at the end are left out.
    ///
    /// # Errors
    /// If the tag is none, or a text holds a character that cannot be written; then nothing of the segment is.
    pub fn segment(&mut self, tag: &str, elements: &[&[&str]]) -> Result<(), Unwritable> {
        let before = self.out.len();
        let written = self.elements(tag, elements);
        if written.is_err() {
            self.out.truncate(before);
        }
        written
    }

    fn elements(&mut self, tag: &str, elements: &[&[&str]]) -> Result<(), Unwritable> {
        let unwritable = |element, component, character| Unwritable { tag: tag.to_owned(), element, component, character };
        let is_segment = |tag: &super::error::Tag| tag.as_str().as_bytes() != Separators::UNA;
        super::error::Tag::new(tag.as_bytes()).filter(is_segment).ok_or_else(|| unwritable(0, 1, None))?;
        self.out.extend_from_slice(tag.as_bytes());
        let used = elements.iter().rposition(|texts| texts.iter().any(|text| !text.is_empty()));
        for (element, texts) in elements[..used.map_or(0, |last| last + 1)].iter().enumerate() {
            self.out.push(self.separators.element());
            let used = texts.iter().rposition(|text| !text.is_empty());
            for (component, text) in texts[..used.map_or(0, |last| last + 1)].iter().enumerate() {
                if component > 0 {
                    self.out.push(self.separators.component());
                }
                self.text(text).map_err(|character| unwritable(element + 1, component + 1, Some(character)))?;
            }
        }
        self.out.push(self.separators.terminator());
        Ok(())
    }

    /// Writes a text in ISO 8859-1, or tells the character that cannot be written.
    fn text(&mut self, text: &str) -> Result<(), char> {
        if text.bytes().all(|byte| byte.is_ascii() && self.classes[usize::from(byte)] == Class::Text) {
            self.out.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        self.out.reserve(text.len());
        for character in text.chars() {
            // The others up to U+00FF are one byte each.
            let byte = u8::try_from(character).ok().filter(|byte| !(0x80..=0x9F).contains(byte));
            self.byte(byte.ok_or(character)?)?;
        }
        Ok(())
    }

    /// Writes a byte of a text, with a release character before a separator.
    fn byte(&mut self, byte: u8) -> Result<(), char> {
        match self.classes[usize::from(byte)] {
            Class::Text => {}
            Class::Control => return Err(char::from(byte)),
            Class::Component | Class::Element | Class::Terminator | Class::Release => {
                self.out.push(self.separators.release().ok_or(char::from(byte))?);
            }
        }
        self.out.push(byte);
        Ok(())
    }

    /// How many bytes were written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }
}
