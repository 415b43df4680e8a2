//! One segment: its tag, its elements and their components.

use super::{
    component::Component,
    error::{Place, Tag},
    separators::Separators,
};

/// A component as the reader found it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub start: usize,
    pub end: usize,
    pub has_release: bool,
}

/// A segment. Its components point into the bytes that are read; the segment itself lives until the next is read.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'r, 'a> {
    pub(super) bytes: &'a [u8],
    pub(super) separators: Separators,
    pub(super) tag: Tag,
    pub(super) number: usize,
    pub(super) parts: &'r [Part],
    /// Which part each element begins with; the first is the tag.
    pub(super) elements: &'r [usize],
    pub(super) is_terminated: bool,
}

impl<'a> Segment<'_, 'a> {
    /// Its tag.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// Where it begins.
    #[inline]
    #[must_use]
    pub fn place(&self) -> Place {
        let offset = self.parts.first().map_or(0, |part| part.start);
        Place { offset, segment: self.number, tag: Some(self.tag), element: 0, component: 0 }
    }

    /// Its bytes, without the terminator.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        let start = self.parts.first().map_or(0, |part| part.start);
        let end = self.parts.last().map_or(start, |part| part.end);
        &self.bytes[start..end]
    }

    /// Whether its terminator is there: only the last segment of a file can lack it.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.is_terminated
    }

    /// How many elements there are, the tag not counted.
    #[inline]
    #[must_use]
    pub fn elements(&self) -> usize {
        self.elements.len().saturating_sub(1)
    }

    /// How many components an element has, from 1; none if there is no such element.
    #[inline]
    #[must_use]
    pub fn components(&self, element: usize) -> usize {
        self.parts_of(element).len()
    }

    /// A component: both numbers count from 1. One that is not there is empty, and its place is where its element ends.
    #[inline]
    #[must_use]
    pub fn component(&self, element: usize, component: usize) -> Component<'a> {
        let parts = self.parts_of(element);
        let part = component.checked_sub(1).and_then(|at| parts.get(at));
        let end = parts.last().or(self.parts.last()).map_or(0, |part| part.end);
        let (start, end) = part.map_or((end, end), |part| (part.start, part.end));
        Component {
            raw: &self.bytes[start..end],
            place: Place { offset: start, element, component, ..self.place() },
            release: self.separators.release().filter(|_| part.is_some_and(|part| part.has_release)),
        }
    }

    #[inline]
    fn parts_of(&self, element: usize) -> &[Part] {
        let Some(start) = self.elements.get(element) else { return &[] };
        let end = self.elements.get(element + 1).copied().unwrap_or(self.parts.len());
        &self.parts[*start..end]
    }
}
