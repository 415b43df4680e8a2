//! Why an answer cannot be read.

use std::fmt;

/// Why an answer cannot be read. No message tells any of its content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It is neither XML nor multipart: mostly a page of a gateway that answers in place of the service.
    #[error(
        "the answer is {content_type}, and SOAP is text/xml or multipart/related: something else answered in place of the service"
    )]
    NotSoap {
        /// Its `Content-Type`.
        content_type: String,
    },
    /// It is in another encoding than UTF-8.
    #[error("the answer is in the encoding {0}, and only UTF-8 is read")]
    Encoding(String),
    /// It is larger than the limits allow.
    #[error("the answer has {what} than {limit}, which is the limit")]
    TooLarge {
        /// `more bytes in its envelope`, for example.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// It ends too early.
    #[error("the answer ends too early, in {0}")]
    Truncated(&'static str),
    /// The envelope is not the XML that it should be.
    #[error("the envelope is wrong at byte {offset}: {message}")]
    Xml {
        /// From the first byte of the envelope.
        offset: u64,
        /// What is wrong.
        message: String,
    },
    /// The parts are not what they should be.
    #[error("the multipart answer is wrong: {0}")]
    Multipart(String),
    /// The body holds another element than the WSDL says.
    #[error("the answer holds {found} where the WSDL says {expected}")]
    UnexpectedElement {
        /// What the WSDL says.
        expected: String,
        /// What came.
        found: String,
    },
    /// The envelope refers to binary parts, and they did not come.
    #[error("the envelope refers to the part {0}, which did not come")]
    MissingPart(String),
    /// The connection failed while the answer came.
    #[error("the answer broke off: {0}")]
    Stream(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AnswerError {
    pub(in crate::formats::soap) fn xml(offset: u64, message: impl fmt::Display) -> Self {
        Self::Xml { offset, message: message.to_string() }
    }
}
