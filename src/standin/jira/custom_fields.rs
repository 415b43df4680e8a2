//! The kinds of custom fields, and what the site tells of them.

use serde_json::{Value, json};

/// What a custom field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomFieldKind {
    /// One line of text, of at most 255 characters: stays a plain string in every API version.
    Text,
    /// Text of many lines: a document in REST v3.
    TextArea,
    /// A number.
    Number,
    /// A list of words.
    Labels,
    /// One of these options.
    Select(Vec<String>),
    /// Any of these options.
    MultiSelect(Vec<String>),
    /// One of these options, and one of those below it.
    Cascading(Vec<(String, Vec<String>)>),
    /// A person.
    User,
    /// Several people.
    MultiUser,
    /// A day.
    Date,
    /// A point in time.
    DateTime,
    /// An address.
    Url,
    /// A version of the project.
    Version,
    /// Several versions of the project.
    MultiVersion,
}

/// A custom field. It is on every screen, unless the screens say something else.
#[derive(Debug, Clone)]
pub struct CustomFieldSpec {
    /// The number in `customfield_<number>`.
    pub number: u64,
    /// The name people see.
    pub name: String,
    /// What it holds.
    pub kind: CustomFieldKind,
}

impl CustomFieldSpec {
    /// The id of the field.
    #[must_use]
    pub fn id(&self) -> String {
        format!("customfield_{}", self.number)
    }

    /// The options of the field with those below each.
    pub(super) fn options(&self) -> Vec<(&str, &[String])> {
        match &self.kind {
            CustomFieldKind::Select(options) | CustomFieldKind::MultiSelect(options) => {
                options.iter().map(|option| (option.as_str(), [].as_slice())).collect()
            }
            CustomFieldKind::Cascading(options) => {
                options.iter().map(|(option, below)| (option.as_str(), below.as_slice())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The id of an option, or of one below it.
    pub(super) fn option_id(&self, option: usize, below: Option<usize>) -> String {
        (self.number * 10_000 + (option as u64 + 1) * 100 + below.map_or(0, |below| below as u64 + 1)).to_string()
    }

    /// How the field is described: type, type of the elements, and the name of the kind.
    pub(super) fn schema(&self) -> Value {
        let (kind, items, maker) = match self.kind {
            CustomFieldKind::Text => ("string", None, "textfield"),
            CustomFieldKind::TextArea => ("string", None, "textarea"),
            CustomFieldKind::Number => ("number", None, "float"),
            CustomFieldKind::Labels => ("array", Some("string"), "labels"),
            CustomFieldKind::Select(_) => ("option", None, "select"),
            CustomFieldKind::MultiSelect(_) => ("array", Some("option"), "multiselect"),
            CustomFieldKind::Cascading(_) => ("option-with-child", None, "cascadingselect"),
            CustomFieldKind::User => ("user", None, "userpicker"),
            CustomFieldKind::MultiUser => ("array", Some("user"), "multiuserpicker"),
            CustomFieldKind::Date => ("date", None, "datepicker"),
            CustomFieldKind::DateTime => ("datetime", None, "datetime"),
            CustomFieldKind::Url => ("string", None, "url"),
            CustomFieldKind::Version => ("version", None, "version"),
            CustomFieldKind::MultiVersion => ("array", Some("version"), "multiversion"),
        };
        let mut schema = json!({
            "type": kind,
            "custom": format!("com.atlassian.jira.plugin.system.customfieldtypes:{maker}"),
            "customId": self.number,
        });
        if let Some(items) = items {
            schema["items"] = json!(items);
        }
        schema
    }

    /// Whether it holds a list.
    pub(super) fn is_list(&self) -> bool {
        use CustomFieldKind::{Labels, MultiSelect, MultiUser, MultiVersion};
        matches!(self.kind, Labels | MultiSelect(_) | MultiUser | MultiVersion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_options_are_all_different() {
        let places = vec![("EU".to_owned(), vec!["AT".to_owned(), "CZ".to_owned()]), ("US".to_owned(), Vec::new())];
        let field = CustomFieldSpec { number: 7, name: "Place".to_owned(), kind: CustomFieldKind::Cascading(places) };
        let mut ids = Vec::new();
        for (at, (_, below)) in field.options().into_iter().enumerate() {
            ids.push(field.option_id(at, None));
            ids.extend((0..below.len()).map(|child| field.option_id(at, Some(child))));
        }
        assert_eq!(ids, ["70100", "70101", "70102", "70200"]);
    }
}
