//! The value of an attribute.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// What an attribute holds. It is never empty when it was read: an attribute without value is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// One text.
    One(String),
    /// Several texts, in their order: an issue has several vehicles, for example. Shown as one text they are joined by `, `.
    Several(Vec<String>),
}

/// Attributes by the names that [`FIELDS`](super::FIELDS) lists.
pub type Attributes = BTreeMap<String, Value>;

impl Value {
    /// Its texts, each on its own.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Several(texts) => texts,
        }
    }

    fn push(&mut self, text: String) {
        match self {
            Self::One(first) => *self = Self::Several(vec![std::mem::take(first), text]),
            Self::Several(texts) => texts.push(text),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().join(", "))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::One(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::One(text)
    }
}

/// Adds a text to an attribute, unless it is empty.
pub(super) fn add(attributes: &mut Attributes, name: &str, text: String) {
    if text.is_empty() {
        return;
    }
    match attributes.get_mut(name) {
        Some(value) => value.push(text),
        None => {
            attributes.insert(name.to_owned(), Value::One(text));
        }
    }
}
