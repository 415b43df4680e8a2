//! What kinds of fields there are, by the schemas that Jira tells of them.

use serde_json::Value;

/// A field of issues.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) id: String,
    pub(super) kind: Kind,
    /// Whether it holds any number of such values.
    pub(super) list: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text of one line.
    Line,
    /// A text of any number of lines.
    Text,
    Label,
    Url,
    Number,
    Date,
    Instant,
    User,
    /// Something that is chosen by its name: priority, version, component and the like.
    Named,
    /// Something that is chosen by its value.
    Choice,
    /// A choice, and another one that depends on it.
    Cascade,
    Project,
    /// Another issue.
    Issue,
    /// A link between two issues.
    Link,
    /// What has resources of its own, or is counted by Jira.
    Kept,
    /// What apps bring along.
    Unknown,
}

/// System fields that hold texts of many lines.
const LONG: [&str; 2] = ["description", "environment"];

impl Field {
    /// The field that an entry of the list of fields is about.
    pub(super) fn of(listed: &Value) -> Self {
        let id = listed["id"].as_str().unwrap_or_default().to_owned();
        let schema = &listed["schema"];
        let (list, kind) = match schema["type"].as_str() {
            Some("array") => (true, schema["items"].as_str()),
            one => (false, one),
        };
        let custom = schema["custom"].as_str().and_then(|custom| custom.rsplit(':').next());
        let kind = kind_of(kind, &id, custom, list);
        Self { id, kind, list }
    }

    /// Whether no request can set it.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(self.kind, Kind::Issue | Kind::Link | Kind::Kept) || super::schema::KEPT.contains(&self.id.as_str())
    }
}

fn kind_of(kind: Option<&str>, id: &str, custom: Option<&str>, list: bool) -> Kind {
    match kind {
        Some("string") if list => Kind::Label,
        Some("string") if LONG.contains(&id) || custom == Some("textarea") => Kind::Text,
        Some("string") if custom == Some("url") => Kind::Url,
        Some("string") => Kind::Line,
        Some("number") => Kind::Number,
        Some("date") => Kind::Date,
        Some("datetime") => Kind::Instant,
        Some("user") => Kind::User,
        Some("priority" | "resolution" | "version" | "component" | "issuetype" | "status" | "securitylevel" | "group") => {
            Kind::Named
        }
        Some("option") => Kind::Choice,
        Some("option-with-child") => Kind::Cascade,
        Some("project") => Kind::Project,
        // Sub-tasks are told as links, and look like issues.
        Some("issuelink") => Kind::Issue,
        Some("issuelinks") if id == "subtasks" => Kind::Issue,
        Some("issuelinks") => Kind::Link,
        Some("attachment" | "comments-page" | "progress" | "votes" | "watches" | "worklog") => Kind::Kept,
        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Type, items, custom type and id as both dialects tell them.
    #[test]
    fn all_types_that_jira_has_are_known() {
        for (kind, items, custom, id, expected) in [
            ("string", "", "", "summary", Kind::Line),
            ("string", "", "", "description", Kind::Text),
            ("string", "", "", "environment", Kind::Text),
            ("string", "", "textarea", "customfield_1", Kind::Text),
            ("string", "", "textfield", "customfield_1", Kind::Line),
            ("string", "", "url", "customfield_1", Kind::Url),
            ("array", "string", "labels", "customfield_1", Kind::Label),
            ("number", "", "float", "customfield_1", Kind::Number),
            ("date", "", "datepicker", "customfield_1", Kind::Date),
            ("date", "", "", "duedate", Kind::Date),
            ("datetime", "", "datetime", "customfield_1", Kind::Instant),
            ("datetime", "", "", "created", Kind::Instant),
            ("user", "", "userpicker", "customfield_1", Kind::User),
            ("array", "user", "multiuserpicker", "customfield_1", Kind::User),
            ("array", "group", "multigrouppicker", "customfield_1", Kind::Named),
            ("priority", "", "", "priority", Kind::Named),
            ("securitylevel", "", "", "security", Kind::Named),
            ("version", "", "version", "customfield_1", Kind::Named),
            ("array", "version", "", "fixVersions", Kind::Named),
            ("array", "component", "", "components", Kind::Named),
            ("option", "", "select", "customfield_1", Kind::Choice),
            ("option", "", "radiobuttons", "customfield_1", Kind::Choice),
            ("array", "option", "multicheckboxes", "customfield_1", Kind::Choice),
            ("array", "option", "multiselect", "customfield_1", Kind::Choice),
            ("option-with-child", "", "cascadingselect", "customfield_1", Kind::Cascade),
            ("project", "", "", "project", Kind::Project),
            ("issuelink", "", "", "parent", Kind::Issue),
            ("array", "issuelinks", "", "subtasks", Kind::Issue),
            ("array", "issuelinks", "", "issuelinks", Kind::Link),
            ("array", "attachment", "", "attachment", Kind::Kept),
            ("comments-page", "", "", "comment", Kind::Kept),
            ("any", "", "gh-epic-link", "customfield_1", Kind::Unknown),
        ] {
            let mut schema = json!({ "type": kind });
            for (key, value) in [("items", items), ("custom", custom)].into_iter().filter(|(_, value)| !value.is_empty()) {
                schema[key] = json!(format!("{}{value}", if key == "custom" { "com.atlassian.types:" } else { "" }));
            }
            let field = Field::of(&json!({ "id": id, "name": "F", "schema": schema }));
            assert_eq!((field.kind, field.list), (expected, kind == "array"), "{kind} {items} {custom} {id}");
            let read_only = matches!(id, "created" | "parent" | "subtasks" | "issuelinks" | "attachment" | "comment");
            assert_eq!(field.is_read_only(), read_only, "{id}");
        }
    }
}
