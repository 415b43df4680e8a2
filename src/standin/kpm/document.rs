//! Documents of a problem.

use bytes::Bytes;
use jiff::{Timestamp, Zoned};

use super::{
    element::{self, Content, Element},
    failure::Failure,
    times,
};

/// Most characters of a suffix.
const LONGEST_SUFFIX: usize = 4;
/// The access right with which a document can be read.
pub(super) const READABLE: &str = "0";

/// A document as it is kept.
#[derive(Debug, Clone)]
pub(super) struct StoredDocument {
    pub(super) made: Zoned,
    /// Without suffix.
    pub(super) name: String,
    /// Without dot.
    pub(super) suffix: String,
    pub(super) description: String,
    pub(super) access_right: String,
    pub(super) kind: Option<String>,
    pub(super) personal_data: bool,
    pub(super) data: Bytes,
    /// Before this, nobody sees it.
    pub(super) visible_from: Timestamp,
}

impl StoredDocument {
    /// The document of a request. How the service answers to a suffix that is too long is not known; here it is a fault.
    pub(super) fn of_request(fields: &[Element], made: Zoned, visible_from: Timestamp, limit: usize) -> Result<Self, Failure> {
        let text = |name| element::text(fields, name).unwrap_or_default().to_owned();
        let data = match element::find(fields, "Data").map(|data| &data.content) {
            Some(Content::Binary(data)) => data.clone(),
            _ => Bytes::new(),
        };
        if data.len() > limit {
            return Err(Failure::Internal);
        }
        check_suffix(&text("Suffix")).map_err(Failure::Client)?;
        Ok(Self {
            made,
            name: text("Name"),
            suffix: text("Suffix"),
            description: text("Description"),
            access_right: text("AccessRight"),
            kind: element::text(fields, "Type").map(str::to_owned),
            personal_data: element::text(fields, "ContainsPersonalData") == Some("true"),
            data,
            visible_from,
        })
    }

    pub(super) fn id(&self) -> String {
        times::dotted(&self.made)
    }

    pub(super) fn is_visible(&self) -> bool {
        self.visible_from <= Timestamp::now()
    }

    /// The fields of a `DocumentReference`.
    pub(super) fn reference(&self) -> Vec<Element> {
        let mut fields = vec![
            Element::text("DocumentId", self.id()),
            Element::text("Name", self.name.clone()),
            Element::text("Size", self.data.len().to_string()),
        ];
        let mut add = |name, value: &str| {
            if !value.is_empty() {
                fields.push(Element::text(name, value));
            }
        };
        add("Suffix", &self.suffix);
        add("Type", self.kind.as_deref().unwrap_or_default());
        add("Description", &self.description);
        fields.push(Element::text("AccessRight", self.access_right.clone()));
        fields.push(Element::text("ContainsPersonalData", self.personal_data.to_string()));
        fields
    }

    /// The fields of a `Document`.
    pub(super) fn whole(&self) -> Vec<Element> {
        let mut fields = self.reference();
        fields.push(Element::new("Data", Content::Binary(self.data.clone())));
        fields
    }
}

pub(super) fn check_suffix(suffix: &str) -> Result<(), String> {
    if suffix.chars().count() <= LONGEST_SUFFIX && !suffix.contains('.') {
        return Ok(());
    }
    Err(format!("the Suffix '{suffix}' of a document has more than {LONGEST_SUFFIX} characters or a dot"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_short_and_without_dot() {
        for (suffix, good) in [("", true), ("docx", true), ("jpegs", false), (".txt", false), ("größ", true)] {
            assert_eq!(check_suffix(suffix).is_ok(), good, "{suffix}");
        }
    }
}
