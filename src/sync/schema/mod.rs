//! What a tracker tells about itself: its classes, their attributes, and the values that these can have. Pure data; adapters
//! fill it, rules are checked against it before the first event.
//!
//! Paths are those of rules: `a.b` follows a link; `/class/property` is the one item of `class` whose `issue` links to the
//! issue. What cannot be decided is said to be so, and never to be wrong.

mod lookup;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::lookup::{Attribute, Lookup};
use crate::ids::TrackerName;

/// The property by which an item of another class belongs to an issue (`/class/property`).
const ISSUE_LINK: &str = "issue";

/// All that a tracker tells about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The tracker.
    pub tracker: TrackerName,
    /// The class of issues, where each path begins.
    pub issue_class: String,
    /// The classes by name.
    pub classes: BTreeMap<String, Class>,
}

/// A class of items, or in Jira a kind of object that fields hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// What the tracker lists, by the name that paths use.
    pub fields: BTreeMap<String, Field>,
    /// Whether there may be fields that the tracker does not list.
    #[serde(default)]
    pub open: bool,
    /// The field that stands for an item where a path ends at a link.
    #[serde(default)]
    pub label: Option<String>,
    /// The fields by which a link can be set to an item; absent: not known.
    #[serde(default)]
    pub keys: Option<Vec<String>>,
    /// Whether these are fields of the issue itself in a group: nothing is linked, and each is set by its whole path.
    #[serde(default)]
    pub group: bool,
}

/// One field of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What people call it, where that is another name that paths may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it holds.
    #[serde(flatten)]
    pub kind: Kind,
    /// Whether it holds several of these.
    #[serde(default)]
    pub list: bool,
    /// Whether we may set it, as far as the tracker tells.
    pub writable: bool,
    /// All values that it can have, in the tracker's order; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<Vec<String>>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "class", rename_all = "snake_case")]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A day or a moment.
    Date,
    /// A secret that is never told.
    Secret,
    /// An item of a class, or an object of a kind.
    Link(String),
    /// Something of its own, with parts that the tracker does not describe.
    Unknown,
}

impl Kind {
    /// The kind in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Flag => "flag".to_owned(),
            Self::Date => "date".to_owned(),
            Self::Secret => "secret".to_owned(),
            Self::Link(class) => format!("link to {class}"),
            Self::Unknown => "not described".to_owned(),
        }
    }
}

impl Field {
    /// A field that can be set to any value of a kind.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { title: None, kind, list: false, writable: true, vocabulary: None }
    }

    /// The field as one that we cannot set.
    #[must_use]
    pub fn read_only(self) -> Self {
        Self { writable: false, ..self }
    }

    /// The kind in words, several ones told as such.
    #[must_use]
    pub fn words(&self) -> String {
        match (&self.kind, self.list) {
            (Kind::Link(class), true) => format!("links to {class}"),
            (kind, true) => format!("list of {}", kind.words()),
            (kind, false) => kind.words(),
        }
    }
}

impl Schema {
    /// A schema without classes.
    #[must_use]
    pub fn new(tracker: TrackerName, issue_class: &str) -> Self {
        Self { tracker, issue_class: issue_class.to_owned(), classes: BTreeMap::new() }
    }

    /// All values of a field's own, or of what it links to.
    #[must_use]
    pub fn vocabulary<'s>(&'s self, field: &'s Field) -> Option<&'s [String]> {
        if let Some(values) = &field.vocabulary {
            return Some(values);
        }
        let Kind::Link(class) = &field.kind else { return None };
        let class = self.classes.get(class)?;
        class.fields.get(class.label.as_ref()?)?.vocabulary.as_deref()
    }
}

#[cfg(test)]
pub(crate) mod tests;
