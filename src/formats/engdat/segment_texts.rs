//! Segments as texts, and segments that are kept as they are.

use crate::formats::edifact::Segment;

/// The texts of a segment: elements of components.
pub(super) type Texts<'a> = Vec<Vec<&'a str>>;

/// The first components of an element; those that are not there are empty.
pub(super) fn texts<const N: usize>(segment: &Segment<'_, '_>, element: usize) -> [String; N] {
    std::array::from_fn(|at| segment.component(element, at + 1).text().value.into_owned())
}

/// A segment that means nothing here, and is kept: `DAN`, `FTX`, `DSD`, `LOF` or `SEC`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSegment {
    /// Its tag.
    pub tag: String,
    /// Its elements, each with its components.
    pub elements: Vec<Vec<String>>,
}

impl KeptSegment {
    pub(super) fn read(segment: &Segment<'_, '_>) -> Self {
        let text = |element, component| segment.component(element, component).text().value.into_owned();
        let element = |element| (1..=segment.components(element)).map(|component| text(element, component)).collect();
        Self { tag: segment.tag().to_string(), elements: (1..=segment.elements()).map(element).collect() }
    }

    pub(super) fn texts(&self) -> Texts<'_> {
        self.elements.iter().map(|element| element.iter().map(String::as_str).collect()).collect()
    }
}
