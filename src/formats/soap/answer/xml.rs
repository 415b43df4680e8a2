//! The envelope as a row of tokens, with all limits, and without a DTD or any entity of its own.

use std::borrow::Cow;

use quick_xml::{
    XmlVersion,
    errors::SyntaxError,
    escape::resolve_predefined_entity,
    events::{BytesDecl, BytesRef, BytesStart, Event},
    name::ResolveResult,
    reader::NsReader,
};

use super::{super::envelope::XSI, AnswerError};
use crate::formats::soap::{
    limits::{DEEPEST_MESSAGE, MOST_ATTRIBUTES, MOST_ELEMENTS, MOST_TEXT_BYTES},
    name::{Name, is_xml_char},
};

/// A step through the envelope.
#[derive(Debug)]
pub(in crate::formats::soap) enum Token<'x> {
    /// An element begins.
    Open(Tag),
    /// A piece of text; more may follow.
    Text(Cow<'x, str>),
    /// The element ends that was opened last.
    Close,
    /// The document ends.
    End,
}

/// The beginning of an element.
#[derive(Debug)]
pub(in crate::formats::soap) struct Tag {
    /// Its name.
    pub name: Name,
    /// Its attributes, without namespace declarations and what `xsi` says.
    pub attributes: Vec<(Name, String)>,
    /// Whether it says that it has no value.
    pub is_nil: bool,
    /// The type that it says it has.
    pub type_name: Option<Name>,
}

/// Reads tokens.
pub(in crate::formats::soap) struct Pull<'x> {
    reader: NsReader<&'x [u8]>,
    depth: usize,
    elements: usize,
    /// Bytes of text since the last tag.
    text_bytes: usize,
    has_root: bool,
    /// Whether a character was replaced that XML does not allow; whoever tells it sets it back.
    pub has_illegal_character: bool,
}

impl<'x> Pull<'x> {
    /// A reader at the beginning of a document.
    pub fn new(text: &'x str) -> Self {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = false;
        reader.resolver_mut().set_max_namespace_bindings(MOST_ATTRIBUTES);
        Self { reader, depth: 0, elements: 0, text_bytes: 0, has_root: false, has_illegal_character: false }
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token<'x>, AnswerError> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.not_xml(error))?;
            match event {
                Event::Start(start) => return self.open(&start).map(Token::Open),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.text_bytes = 0;
                    return Ok(Token::Close);
                }
                Event::Text(text) => {
                    let text = text.xml10_content();
                    if self.depth > 0 {
                        return self.text(text).map(Token::Text);
                    }
                    if !text.chars().all(char::is_whitespace) {
                        return Err(self.error("text stands outside of the envelope"));
                    }
                }
                Event::CData(text) if self.depth > 0 => return self.text(text.xml10_content()).map(Token::Text),
                Event::GeneralRef(reference) if self.depth > 0 => {
                    let text = self.reference(&reference)?;
                    return self.text(text).map(Token::Text);
                }
                Event::CData(_) | Event::GeneralRef(_) => return Err(self.error("text stands outside of the envelope")),
                Event::Decl(declaration) => self.check_encoding(&declaration)?,
                Event::DocType(_) => return Err(self.error("a DTD is not allowed in SOAP")),
                Event::Eof if self.depth > 0 || !self.has_root => return Err(AnswerError::Truncated("the envelope")),
                Event::Eof => return Ok(Token::End),
                // `Empty` does not come: such elements are expanded.
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
            }
        }
    }

    /// Goes to the end of the element that was opened last.
    pub fn skip(&mut self) -> Result<(), AnswerError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// An error at this place.
    pub fn error(&self, message: impl std::fmt::Display) -> AnswerError {
        AnswerError::xml(self.reader.buffer_position(), message)
    }

    /// Where the reader looks for the end of something in vain, the envelope was cut off.
    fn not_xml(&self, error: quick_xml::Error) -> AnswerError {
        match error {
            quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) => self.error(SyntaxError::InvalidBangMarkup),
            quick_xml::Error::Syntax(_) => AnswerError::Truncated("the envelope"),
            error => self.error(error),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<Tag, AnswerError> {
        self.depth += 1;
        self.elements += 1;
        self.text_bytes = 0;
        if self.depth > DEEPEST_MESSAGE {
            return Err(self.error(format!("elements are nested more than {DEEPEST_MESSAGE} deep")));
        }
        if self.elements > MOST_ELEMENTS {
            return Err(self.error(format!("there are more than {MOST_ELEMENTS} elements")));
        }
        if self.depth == 1 && std::mem::replace(&mut self.has_root, true) {
            return Err(self.error("there is a second root element"));
        }
        let (namespace, local) = self.reader.resolver().resolve_element(start.name());
        let name = Name::new(namespace_of(&namespace), local.into_inner());
        let mut tag = Tag { name, attributes: Vec::new(), is_nil: false, type_name: None };
        for (at, attribute) in start.attributes().with_checks(false).enumerate() {
            if at >= MOST_ATTRIBUTES {
                return Err(self.error(format!("an element has more than {MOST_ATTRIBUTES} attributes")));
            }
            let attribute = attribute.map_err(|error| self.error(error))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| self.error(error))?;
            if value.len() > MOST_TEXT_BYTES {
                return Err(self.error(format!("an attribute is longer than {MOST_TEXT_BYTES} bytes")));
            }
            let (namespace, local) = self.reader.resolver().resolve_attribute(attribute.key);
            let name = Name::new(namespace_of(&namespace), local.into_inner());
            let value = self.legal(value).into_owned();
            self.attribute(&mut tag, name, value);
        }
        Ok(tag)
    }

    fn attribute(&self, tag: &mut Tag, name: Name, value: String) {
        if name.namespace != XSI {
            tag.attributes.push((name, value));
        } else if name.local == "nil" {
            tag.is_nil = matches!(value.trim(), "true" | "1");
        } else if name.local == "type" {
            let type_name = quick_xml::name::QName(value.trim());
            let (namespace, local) = self.reader.resolver().resolve_element(type_name);
            tag.type_name = Some(Name::new(namespace_of(&namespace), local.into_inner()));
        }
    }

    fn text(&mut self, text: Cow<'x, str>) -> Result<Cow<'x, str>, AnswerError> {
        self.text_bytes += text.len();
        if self.text_bytes > MOST_TEXT_BYTES {
            return Err(self.error(format!("a text is longer than {MOST_TEXT_BYTES} bytes")));
        }
        Ok(self.legal(text))
    }

    /// Replaces characters that XML does not allow: one such character must not hide an issue for ever.
    fn legal<'t>(&mut self, text: Cow<'t, str>) -> Cow<'t, str> {
        if text.chars().all(is_xml_char) {
            return text;
        }
        self.has_illegal_character = true;
        Cow::Owned(text.chars().map(|c| if is_xml_char(c) { c } else { char::REPLACEMENT_CHARACTER }).collect())
    }

    fn reference(&self, reference: &BytesRef<'_>) -> Result<Cow<'x, str>, AnswerError> {
        if let Some(c) = reference.resolve_char_ref().map_err(|error| self.error(error))? {
            return Ok(Cow::Owned(c.to_string()));
        }
        let name = reference.xml10_content();
        let resolved = resolve_predefined_entity(&name).map(Cow::Borrowed);
        resolved.ok_or_else(|| self.error("an entity is not one of the five that XML has of its own"))
    }

    fn check_encoding(&self, declaration: &BytesDecl<'_>) -> Result<(), AnswerError> {
        match declaration.encoding() {
            None => Ok(()),
            Some(encoding) => is_utf8(&encoding.map_err(|error| self.error(error))?),
        }
    }
}

/// Refuses an encoding that is not UTF-8, nor a part of it.
pub(in crate::formats::soap) fn is_utf8(encoding: &str) -> Result<(), AnswerError> {
    if ["utf-8", "utf8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(AnswerError::Encoding(encoding.chars().take(40).collect()))
}

fn namespace_of<'n>(resolved: &ResolveResult<'n>) -> &'n str {
    match resolved {
        ResolveResult::Bound(namespace) => namespace.0,
        ResolveResult::Unbound | ResolveResult::Unknown(_) => "",
    }
}
