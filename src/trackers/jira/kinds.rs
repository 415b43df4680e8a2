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
    /// Nothing that a request could set.
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
        let kind = if super::schema::KEPT.contains(&id.as_str()) && kind != Some("issuelinks") {
            match kind {
                Some("date" | "datetime" | "number" | "user") => kind_of(kind, &id, custom, list),
                _ => Kind::Kept,
            }
        } else {
            kind_of(kind, &id, custom, list)
        };
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
