//! Reading an answer: the envelope becomes a value, and binary parts are handed on as they come.

mod binary;
mod error;
mod plain;
pub(super) mod value;
pub(super) mod xml;

use std::{collections::BTreeSet, fmt};

use bytes::Bytes;
use futures_util::Stream;
use serde_json::Value;

pub use self::{
    binary::{Binary, NotBinary},
    error::AnswerError,
};
use self::{value::Reader, xml::is_utf8};
use super::{
    envelope,
    fault::Fault,
    limits::AnswerLimits,
    multipart::{ContentType, Multipart, PartHeaders, without_brackets},
    wsdl::{Contract, Operation},
};

/// Something in an answer that the schema does not say. It was read in spite of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deviation {
    /// Where, from the element of the answer; without places in lists, so that the same one is the same text each time.
    pub path: String,
    /// What.
    pub kind: DeviationKind,
}

/// What the schema does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviationKind {
    /// An element. It is kept under its local name, unless it stands where only text may.
    Element,
    /// An attribute. It is kept as `@name`, unless it stands where only text may.
    Attribute,
    /// Text between elements. It is kept as `#text`.
    Text,
    /// An element that may occur once occurs more often. Its value is a list of all.
    Repetition,
    /// A character that XML does not allow. It is replaced by U+FFFD.
    Character,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DeviationKind::Element => "unknown element",
            DeviationKind::Attribute => "unknown attribute",
            DeviationKind::Text => "unexpected text",
            DeviationKind::Repetition => "repeated element",
            DeviationKind::Character => "character that XML does not allow",
        };
        write!(f, "{what} at {}", if self.path.is_empty() { "the top" } else { &self.path })
    }
}

/// An answer whose envelope was read, and whose binary parts may still be on their way.
#[derive(Debug)]
pub struct Answer<S> {
    /// What the element of the answer holds, or the fault that came in its place.
    pub outcome: Result<Value, Fault>,
    /// What the schema does not know, each once, up to [`MOST_FINDINGS`](super::MOST_FINDINGS).
    pub deviations: Vec<Deviation>,
    /// Parts that the envelope refers to and that did not come yet.
    missing: BTreeSet<String>,
    parts: Option<Multipart<S>>,
    limits: AnswerLimits,
    /// Parts begun so far.
    begun: usize,
    /// Bytes of this part so far.
    part_bytes: u64,
}

/// A binary part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its id, which a `$cid` in the value names; empty where it has none.
    pub cid: String,
    /// Its media type, as the sender wrote it; may be empty.
    pub content_type: String,
}

impl Contract {
    /// Reads an answer, whatever its HTTP status was: a fault comes with 500.
    ///
    /// The value holds an object per element that has elements or attributes, a list where the schema allows more than one of an element,
    /// an attribute as `@name`, text beside attributes as `#text`, `null` for an element with `xsi:nil`, and `{"$cid": …}` where binary
    /// data follows in a part. Texts are as they came, blanks included.
    ///
    /// # Errors
    /// What is no SOAP 1.1, is larger than the limits, ends too early, or is not what the operation answers.
    pub async fn answer<S, E>(
        &self,
        operation: &Operation,
        content_type: &str,
        stream: S,
        limits: AnswerLimits,
    ) -> Result<Answer<S>, AnswerError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let read = ContentType::parse(content_type);
        let (envelope, parts) = match read.media_type.as_str() {
            "text/xml" | "application/xml" => {
                read.parameter("charset").map_or(Ok(()), is_utf8)?;
                (plain::whole(stream, limits.envelope_bytes).await?, None)
            }
            "multipart/related" => {
                let Some(boundary) = read.parameter("boundary") else {
                    return Err(AnswerError::Multipart("its content type names no boundary".to_owned()));
                };
                let mut parts = Multipart::new(stream, boundary)?;
                let envelope = root_part(&mut parts, read.parameter("start"), limits.envelope_bytes).await?;
                (envelope, Some(parts))
            }
            _ => return Err(AnswerError::NotSoap { content_type: content_type.chars().take(100).collect() }),
        };
        let text = decoded(&envelope)?;
        let mut reader = Reader::new(&self.schema, text);
        let outcome = envelope::read(&mut reader, operation.output.as_ref())?;
        let Reader { deviations, cids: missing, .. } = reader;
        if let (None, Some(cid)) = (&parts, missing.first()) {
            return Err(AnswerError::MissingPart(cid.clone()));
        }
        let deviations = deviations.into_iter().collect();
        Ok(Answer { outcome, deviations, missing, parts, limits, begun: 0, part_bytes: 0 })
    }
}

impl<S, E> Answer<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Goes to the next binary part, over what is left of the one before; `None` behind the last.
    ///
    /// # Errors
    /// An answer that ends too early, and, behind the last part, one that lacks a part which its envelope refers to.
    pub async fn next_part(&mut self) -> Result<Option<Part>, AnswerError> {
        if self.begun > 0 {
            // With the limit of its size: what nobody wants is not read for ever either.
            while self.chunk().await?.is_some() {}
        }
        let Some(parts) = &mut self.parts else { return Ok(None) };
        let Some(headers) = parts.next_part().await? else {
            return self.missing.first().map_or(Ok(None), |cid| Err(AnswerError::MissingPart(cid.clone())));
        };
        self.begun += 1;
        self.part_bytes = 0;
        if self.begun > self.limits.parts {
            let limit = u64::try_from(self.limits.parts).unwrap_or(u64::MAX);
            return Err(AnswerError::TooLarge { what: "more parts", limit });
        }
        check_encoding(&headers)?;
        let cid = headers.id.unwrap_or_default();
        self.missing.remove(&cid);
        Ok(Some(Part { cid, content_type: headers.content_type }))
    }

    /// The next piece of this part; `None` at its end.
    ///
    /// # Errors
    /// A part that is larger than the limit, and an answer that ends too early.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, AnswerError> {
        let (Some(parts), 1..) = (&mut self.parts, self.begun) else { return Ok(None) };
        let Some(bytes) = parts.chunk().await? else { return Ok(None) };
        self.part_bytes = self.part_bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.part_bytes > self.limits.part_bytes {
            return Err(AnswerError::TooLarge { what: "more bytes in a part", limit: self.limits.part_bytes });
        }
        Ok(Some(bytes))
    }
}

/// The first part, which has to be the envelope: it says what the others are.
async fn root_part<S, E>(parts: &mut Multipart<S>, start: Option<&str>, most: usize) -> Result<Vec<u8>, AnswerError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let Some(headers) = parts.next_part().await? else {
        return Err(AnswerError::Multipart("it has no part".to_owned()));
    };
    if let (Some(start), Some(id)) = (start.map(|start| without_brackets(start.trim())), &headers.id)
        && start != id
    {
        return Err(AnswerError::Multipart("its first part is not the one that its content type names as start".to_owned()));
    }
    check_encoding(&headers)?;
    let content_type = ContentType::parse(&headers.content_type);
    if !matches!(content_type.media_type.as_str(), "application/xop+xml" | "text/xml" | "application/xml" | "") {
        let message = format!("its first part is {} and not an envelope", content_type.media_type);
        return Err(AnswerError::Multipart(message));
    }
    content_type.parameter("charset").map_or(Ok(()), is_utf8)?;
    let mut envelope = Vec::new();
    while let Some(bytes) = parts.chunk().await? {
        plain::append(&mut envelope, &bytes, most)?;
    }
    Ok(envelope)
}

fn check_encoding(headers: &PartHeaders) -> Result<(), AnswerError> {
    if matches!(headers.encoding.as_str(), "" | "binary" | "8bit" | "7bit") {
        return Ok(());
    }
    Err(AnswerError::Multipart("a part has a Content-Transfer-Encoding other than binary".to_owned()))
}

fn decoded(envelope: &[u8]) -> Result<&str, AnswerError> {
    let envelope = envelope.strip_prefix("\u{feff}".as_bytes()).unwrap_or(envelope);
    std::str::from_utf8(envelope)
        .map_err(|error| AnswerError::xml(u64::try_from(error.valid_up_to()).unwrap_or(u64::MAX), "this byte is not UTF-8"))
}
