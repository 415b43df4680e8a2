//! Reads segments out of bytes, in one pass.

use super::{
    error::{EdifactError, Place, Problem, Tag},
    limits::Limits,
    segment::{Part, Segment},
    separators::{Class, Separators},
};

/// Reads the segments of an interchange, one after the other.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: Limits,
    separators: Separators,
    classes: [Class; 256],
    has_una: bool,
    line_break: Option<usize>,
    /// The segment that is read, from 1.
    number: usize,
    tag: Option<Tag>,
    parts: Vec<Part>,
    elements: Vec<usize>,
}

impl<'a> Reader<'a> {
    /// Begins to read; the service string advice is read at once.
    ///
    /// # Errors
    /// If there are more bytes than the limits allow, or the service string advice is wrong.
    pub fn new(bytes: &'a [u8], limits: Limits) -> Result<Self, EdifactError> {
        let error = |offset, problem| EdifactError { place: Place { offset, ..Place::default() }, problem };
        if bytes.len() > limits.bytes {
            return Err(error(limits.bytes, Problem::TooLarge { what: "bytes", limit: limits.bytes }));
        }
        let (separators, at) = match bytes.strip_prefix(Separators::UNA) {
            None => (Separators::default(), 0),
            Some(rest) => {
                let una = rest.first_chunk().ok_or(error(bytes.len(), Problem::UnaCutOff))?;
                let moved = |wrong: EdifactError| error(Separators::UNA.len() + wrong.place.offset, wrong.problem);
                (Separators::new(*una).map_err(moved)?, Separators::UNA.len() + una.len())
            }
        };
        Ok(Self {
            bytes,
            at,
            limits,
            separators,
            classes: separators.classes(),
            has_una: at > 0,
            line_break: None,
            number: 0,
            tag: None,
            parts: Vec::new(),
            elements: Vec::new(),
        })
    }

    /// The separators: those of the service string advice, or the default.
    #[must_use]
    pub fn separators(&self) -> Separators {
        self.separators
    }

    /// Whether there is a service string advice.
    #[must_use]
    pub fn has_una(&self) -> bool {
        self.has_una
    }

    /// Where the first line break between segments stood, as far as was read. They are passed over, and EDIFACT does not allow them.
    #[must_use]
    pub fn line_break(&self) -> Option<usize> {
        self.line_break
    }

    /// How many bytes were read.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The next segment; `None` at the end, and after an error. The last one need not be terminated: see [`Segment::is_terminated`].
    ///
    /// # Errors
    /// If the bytes are no EDIFACT, or more than the limits allow.
    pub fn next_segment(&mut self) -> Result<Option<Segment<'_, 'a>>, EdifactError> {
        self.pass_line_breaks();
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        match self.read() {
            Ok((tag, is_terminated)) => Ok(Some(Segment {
                bytes: self.bytes,
                separators: self.separators,
                tag,
                number: self.number,
                parts: &self.parts,
                elements: &self.elements,
                is_terminated,
            })),
            Err(error) => {
                self.at = self.bytes.len();
                Err(error)
            }
        }
    }

    fn pass_line_breaks(&mut self) {
        while let Some(byte @ (b'\r' | b'\n')) = self.bytes.get(self.at) {
            if self.classes[usize::from(*byte)] != Class::Control {
                break;
            }
            self.line_break.get_or_insert(self.at);
            self.at += 1;
        }
    }

    fn read(&mut self) -> Result<(Tag, bool), EdifactError> {
        self.number += 1;
        self.tag = None;
        self.parts.clear();
        self.elements.clear();
        self.elements.push(0);
        if self.number > self.limits.segments {
            return Err(self.too_large(self.at, "segments", self.limits.segments));
        }
        let tag = self.read_tag()?;
        self.tag = Some(tag);
        Ok((tag, self.split()?))
    }

    fn read_tag(&self) -> Result<Tag, EdifactError> {
        let rest = &self.bytes[self.at..];
        if rest.strip_prefix(Separators::UNA).is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric)) {
            return Err(self.error(self.at, Problem::UnaElsewhere));
        }
        let is_end = |byte: &u8| matches!(self.classes[usize::from(*byte)], Class::Element | Class::Terminator);
        let tag = rest.get(..3).and_then(Tag::new).filter(|_| rest.get(3).is_none_or(is_end));
        tag.ok_or_else(|| self.error(self.at, Problem::Tag))
    }

    /// Finds the components, up to the terminator or the end of the file; tells whether it was the terminator.
    fn split(&mut self) -> Result<bool, EdifactError> {
        let most = self.at.saturating_add(self.limits.segment_bytes);
        let (mut at, mut start, mut has_release) = (self.at, self.at, false);
        loop {
            at += self.bytes[at..].iter().take_while(|byte| self.classes[usize::from(**byte)] == Class::Text).count();
            if at > most {
                return Err(self.too_large(most, "bytes in a segment", self.limits.segment_bytes));
            }
            let class = self.bytes.get(at).map_or(Class::Terminator, |byte| self.classes[usize::from(*byte)]);
            match class {
                Class::Release => {
                    self.check_released(at + 1)?;
                    has_release = true;
                    at += 2;
                    continue;
                }
                Class::Control => return Err(self.error(at, Problem::Control(self.bytes[at]))),
                Class::Text | Class::Component | Class::Element | Class::Terminator => {}
            }
            self.push(Part { start, end: at, has_release })?;
            if class == Class::Element {
                self.elements.push(self.parts.len());
            }
            if class == Class::Terminator {
                let is_there = at < self.bytes.len();
                self.at = at + usize::from(is_there);
                return Ok(is_there);
            }
            (at, start, has_release) = (at + 1, at + 1, false);
        }
    }

    fn check_released(&self, at: usize) -> Result<(), EdifactError> {
        match self.bytes.get(at) {
            None => Err(self.error(at, Problem::ReleasedEnd)),
            Some(byte) if self.classes[usize::from(*byte)] == Class::Control => Err(self.error(at, Problem::Control(*byte))),
            Some(_) => Ok(()),
        }
    }

    fn push(&mut self, part: Part) -> Result<(), EdifactError> {
        if part.end - part.start > self.limits.component_bytes {
            return Err(self.too_large(part.start, "bytes in a component", self.limits.component_bytes));
        }
        if self.parts.len() >= self.limits.components {
            return Err(self.too_large(part.start, "components in a segment", self.limits.components));
        }
        self.parts.push(part);
        Ok(())
    }

    fn too_large(&self, offset: usize, what: &'static str, limit: usize) -> EdifactError {
        self.error(offset, Problem::TooLarge { what, limit })
    }

    /// An error in the component that is read.
    fn error(&self, offset: usize, problem: Problem) -> EdifactError {
        let element = self.elements.len().saturating_sub(1);
        let component = self.parts.len() - self.elements.last().copied().unwrap_or_default() + 1;
        let place = Place { offset, segment: self.number, tag: self.tag, element, component };
        EdifactError { place, problem }
    }
}
