//! What fields are made of: named elements with a text, with elements, or with the bytes of a document.

use bytes::Bytes;

/// One element of a request, an answer or a stored problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) content: Content,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Text(String),
    Elements(Vec<Element>),
    /// Bytes, which travel as base64 in a request and as a part of their own in an answer.
    Binary(Bytes),
}

impl Element {
    pub(super) fn new(name: &str, content: Content) -> Self {
        Self { name: name.to_owned(), attributes: Vec::new(), content }
    }

    pub(super) fn text(name: &str, text: impl Into<String>) -> Self {
        Self::new(name, Content::Text(text.into()))
    }

    pub(super) fn group(name: &str, elements: Vec<Element>) -> Self {
        Self::new(name, Content::Elements(elements))
    }

    /// The elements inside; none in a text.
    pub(super) fn elements(&self) -> &[Element] {
        match &self.content {
            Content::Elements(elements) => elements,
            Content::Text(_) | Content::Binary(_) => &[],
        }
    }

    /// The text inside; `None` where there are elements or bytes.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Elements(_) | Content::Binary(_) => None,
        }
    }
}

/// The first element of that name.
pub(super) fn find<'a>(elements: &'a [Element], name: &str) -> Option<&'a Element> {
    elements.iter().find(|element| element.name == name)
}

/// The text of the first element of that name.
pub(super) fn text<'a>(elements: &'a [Element], name: &str) -> Option<&'a str> {
    find(elements, name)?.as_text()
}
