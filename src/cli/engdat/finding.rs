//! What is wrong with a package, told to people and to scripts.

use serde_json::{Value, json};

use crate::formats::{
    archive::Entry,
    edifact::{Finding, Gravity, Place},
};

/// One thing that is wrong with a file of a package.
pub(super) struct Told {
    /// The name of the file.
    pub file: String,
    pub gravity: Gravity,
    /// Where in the description it is.
    pub place: Option<Place>,
    /// The entry of an archive.
    pub entry: Option<String>,
    pub message: String,
}

impl Told {
    pub fn new(file: &str, gravity: Gravity, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), gravity, place: None, entry: None, message: message.into() }
    }

    pub fn of_description(file: &str, finding: &Finding) -> Self {
        Self { place: Some(finding.place), ..Self::new(file, finding.gravity, &finding.message) }
    }

    pub fn of_entry(file: &str, entry: &Entry, gravity: Gravity, message: impl Into<String>) -> Self {
        Self { entry: Some(entry.name.clone()), ..Self::new(file, gravity, message) }
    }

    /// Whether it is a reason to refuse.
    pub fn refuses(&self, strict: bool) -> bool {
        self.gravity >= if strict { Gravity::Deviation } else { Gravity::Fault }
    }

    pub fn line(&self) -> String {
        let place = self.place.map(|place| format!(" {place}:")).unwrap_or_default();
        let entry = self.entry.as_ref().map(|entry| format!(" {entry:?}:")).unwrap_or_default();
        plain(&format!("{}: {}:{place}{entry} {}", self.gravity, self.file, self.message))
    }

    pub fn json(&self) -> Value {
        let place = self.place.map(|place| {
            let tag = place.tag.map(|tag| tag.to_string());
            json!({ "byte": place.offset, "segment": place.segment, "tag": tag, "element": place.element, "component": place.component })
        });
        json!({
            "file": self.file,
            "gravity": self.gravity.to_string(),
            "place": place,
            "entry": self.entry,
            "message": self.message,
        })
    }
}

/// A foreign text as it can be shown: without what would do something to a terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
