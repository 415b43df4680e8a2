//! A document as a row of tokens, with limits, and without a DTD or any entity of its own.

use std::io::BufRead;

use quick_xml::{
    XmlVersion,
    errors::{IllFormedError, SyntaxError},
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
    reader::Reader,
};

use super::{
    error::{DocumentError, DocumentProblem, IssueProblem, Place, clipped},
    limits::{DEEPEST, Limits, MOST_ATTRIBUTES},
    source::Source,
};

/// A step through the document.
#[derive(Debug)]
pub(super) enum Token {
    /// An element begins.
    Open(Tag),
    /// A piece of text; more may follow.
    Text(String),
    /// Something that makes the issue unreadable that it is in.
    Flaw(IssueProblem),
    /// The element ends that was opened last.
    Close,
    /// The document ends.
    End,
}

/// The beginning of an element.
#[derive(Debug)]
pub(super) struct Tag {
    /// Where it is.
    pub place: Place,
    /// Its name, with its prefix.
    pub name: String,
    /// The attribute `ID`.
    pub id: Option<String>,
    /// The attribute `ID-REF`.
    pub id_ref: Option<String>,
    /// The attribute `xmlns`.
    pub namespace: Option<String>,
}

/// Reads tokens.
#[derive(Debug)]
pub(super) struct Pull<R> {
    reader: Reader<Source<R>>,
    buffer: Vec<u8>,
    deepest: usize,
    depth: usize,
    has_begun: bool,
    has_root: bool,
    /// Where the token begins that was read last.
    place: Place,
}

impl<R: BufRead> Pull<R> {
    /// A reader at the beginning of a document.
    pub fn new(bytes: R, limits: &Limits) -> Result<Self, DocumentError> {
        let mut reader = Reader::from_reader(Source::new(bytes, limits)?);
        reader.config_mut().expand_empty_elements = true;
        let deepest = limits.depth.min(DEEPEST);
        Ok(Self { reader, buffer: Vec::new(), deepest, depth: 0, has_begun: false, has_root: false, place: Place::START })
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token, DocumentError> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().begin_token();
            self.place = self.reader.get_ref().place();
            let is_first = !std::mem::replace(&mut self.has_begun, true);
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(not_read(&mut self.reader, self.place, &error)),
            };
            let at = self.place;
            match event {
                Event::Start(start) => {
                    let tag = tag_of(&start, at)?;
                    return self.open(tag);
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Token::Close);
                }
                Event::Text(text) if self.depth > 0 && self.reader.get_ref().is_cut() => {
                    drop(text);
                    return Ok(Token::Flaw(self.too_long()));
                }
                Event::Text(text) if self.depth > 0 => return Ok(Token::Text(text.xml10_content().into_owned())),
                Event::CData(text) if self.depth > 0 => return Ok(Token::Text(text.xml10_content().into_owned())),
                Event::GeneralRef(reference) if self.depth > 0 => return Ok(resolved(&reference)),
                Event::Text(text) if text.chars().all(char::is_whitespace) => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(not_well_formed(at, "text stands outside of the root element"));
                }
                Event::Decl(_) if !is_first => return Err(not_well_formed(at, "the XML declaration is not at the beginning")),
                Event::DocType(_) => return Err(DocumentError { place: at, problem: DocumentProblem::Dtd }),
                Event::Eof if self.depth > 0 || !self.has_root => {
                    return Err(DocumentError { place: at, problem: DocumentProblem::Truncated });
                }
                Event::Eof => return Ok(Token::End),
                // `Empty` does not come: such elements are expanded. The encoding of the declaration is known.
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
    }

    /// Goes to the end of the elements inside of which there are `depth` open ones.
    pub fn skip_to(&mut self, depth: usize) -> Result<(), DocumentError> {
        while self.depth > depth {
            self.next()?;
        }
        Ok(())
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Where the token begins that was read last.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Bytes of text up to here.
    pub fn consumed(&self) -> u64 {
        self.reader.get_ref().consumed()
    }

    fn too_long(&self) -> IssueProblem {
        IssueProblem::TooLarge { what: "bytes in one text", limit: self.reader.get_ref().most_token_bytes() }
    }

    fn open(&mut self, tag: Tag) -> Result<Token, DocumentError> {
        self.depth += 1;
        if self.depth > self.deepest {
            let problem = DocumentProblem::TooLarge { what: "elements inside of each other", limit: self.deepest as u64 };
            return Err(DocumentError { place: tag.place, problem });
        }
        if self.depth == 1 && std::mem::replace(&mut self.has_root, true) {
            return Err(not_well_formed(tag.place, "there is a second root element"));
        }
        Ok(Token::Open(tag))
    }
}

fn tag_of(start: &BytesStart<'_>, place: Place) -> Result<Tag, DocumentError> {
    let mut tag = Tag { place, name: start.name().0.to_owned(), id: None, id_ref: None, namespace: None };
    // Twins are looked for only up to the limit: each attribute is compared with all before it.
    for (at, attribute) in start.attributes().enumerate() {
        if at >= MOST_ATTRIBUTES {
            let problem = DocumentProblem::TooLarge { what: "attributes of one element", limit: MOST_ATTRIBUTES as u64 };
            return Err(DocumentError { place, problem });
        }
        let attribute = attribute.map_err(|error| not_well_formed(place, error))?;
        let wanted = match attribute.key.0 {
            "ID" => &mut tag.id,
            "ID-REF" => &mut tag.id_ref,
            "xmlns" => &mut tag.namespace,
            _ => continue,
        };
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| not_well_formed(place, error))?;
        *wanted = Some(value.trim().to_owned());
    }
    Ok(tag)
}

fn resolved(reference: &BytesRef<'_>) -> Token {
    let name = reference.xml10_content();
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Token::Text(character.to_string()),
        Ok(None) => match resolve_predefined_entity(&name) {
            Some(text) => Token::Text(text.to_owned()),
            None => Token::Flaw(IssueProblem::Entity(clipped(&name))),
        },
        Err(_) => Token::Flaw(IssueProblem::Reference(clipped(&name))),
    }
}

fn not_well_formed(place: Place, message: impl std::fmt::Display) -> DocumentError {
    DocumentError { place, problem: DocumentProblem::NotWellFormed(message.to_string()) }
}

/// What is wrong where the XML reader failed: with the bytes, or with the XML.
fn not_read<R: BufRead>(reader: &mut Reader<Source<R>>, began: Place, error: &quick_xml::Error) -> DocumentError {
    match error {
        quick_xml::Error::Io(error) => {
            let place = reader.get_ref().place();
            let failure = reader.get_mut().take_failure();
            let problem = failure.unwrap_or_else(|| DocumentProblem::Source(error.to_string()));
            DocumentError { place, problem }
        }
        quick_xml::Error::Syntax(SyntaxError::UnclosedDoctype) => DocumentError { place: began, problem: DocumentProblem::Dtd },
        quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) => not_well_formed(began, error),
        quick_xml::Error::IllFormed(IllFormedError::MissingDoctypeName) => {
            DocumentError { place: began, problem: DocumentProblem::Dtd }
        }
        // Only the end of the document is looked for in vain.
        quick_xml::Error::Syntax(_) => DocumentError { place: began, problem: DocumentProblem::Truncated },
        _ => not_well_formed(began, error),
    }
}
