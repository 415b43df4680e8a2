//! What a property of an item can hold, and how it looks as plain JSON.

use super::date;
use super::schema::Kind;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// The value of one property.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Unset,
    Text(String),
    Number(f64),
    Flag(bool),
    Date(Timestamp),
    Link(String),
    Links(Vec<String>),
    Content(Bytes),
}

impl Value {
    /// What a property holds as long as nobody set it.
    pub(super) fn initial(kind: Kind) -> Self {
        match kind {
            Kind::Multilink(_) => Self::Links(Vec::new()),
            _ => Self::Unset,
        }
    }

    pub(super) fn links(&self) -> &[String] {
        match self {
            Self::Links(ids) => ids,
            _ => &[],
        }
    }

    pub(super) fn link(&self) -> Option<&str> {
        match self {
            Self::Link(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value without links to follow: ids are strings, and a content is its text if it is text.
    pub(super) fn plain_json(&self) -> Json {
        match self {
            Self::Unset => Json::Null,
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            // As its database tells it.
            Self::Flag(flag) => json!(u8::from(*flag)),
            Self::Date(date) => json!(date::show(*date)),
            Self::Link(id) => json!(id),
            Self::Links(ids) => json!(ids),
            Self::Content(bytes) => std::str::from_utf8(bytes).map_or(Json::Null, |text| json!(text)),
        }
    }

    /// The value in the answer to a change, which does not come from the database yet.
    pub(super) fn changed_json(&self) -> Json {
        match self {
            Self::Flag(flag) => json!(flag),
            other => other.plain_json(),
        }
    }

    /// The name of Python's type, which Roundup tells when asked for one property.
    pub(super) fn python_type(&self) -> &'static str {
        match self {
            Self::Unset => "<class 'NoneType'>",
            Self::Text(_) | Self::Link(_) | Self::Content(_) => "<class 'str'>",
            Self::Number(_) => "<class 'float'>",
            Self::Flag(_) => "<class 'int'>",
            Self::Date(_) => "<class 'roundup.date.Date'>",
            Self::Links(_) => "<class 'list'>",
        }
    }
}
