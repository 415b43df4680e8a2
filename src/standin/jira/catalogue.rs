//! The vocabulary of a site: its fields, and the ids of everything that has a name.

use serde_json::{Value, json};

use super::{
    custom_fields::CustomFieldSpec,
    options::{Dialect, JiraOptions},
};

/// A kind of thing that is chosen by id or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    IssueType,
    Priority,
    Status,
    Resolution,
}

impl Choice {
    /// The id of the entry at `index`.
    pub(super) fn id(self, index: usize) -> String {
        let first = match self {
            Self::Priority => 1,
            Self::IssueType => 10_001,
            Self::Status | Self::Resolution => 10_000,
        };
        (first + index).to_string()
    }

    /// The names in use, by index.
    pub(super) fn names(self, options: &JiraOptions) -> Vec<&str> {
        let list = match self {
            Self::IssueType => &options.issue_types,
            Self::Priority => &options.priorities,
            Self::Resolution => &options.resolutions,
            Self::Status => {
                return options.statuses.iter().map(|status| status.name.as_str()).collect();
            }
        };
        list.iter().map(String::as_str).collect()
    }

    /// The entry that has this id or this name.
    pub(super) fn find(self, options: &JiraOptions, id_or_name: &str) -> Option<usize> {
        self.names(options)
            .iter()
            .enumerate()
            .find(|(index, name)| self.id(*index) == id_or_name || name.eq_ignore_ascii_case(id_or_name))
            .map(|(index, _)| index)
    }

    /// The entry that `{"id": …}` or `{"name": …}` names; an id given as a number is understood.
    pub(super) fn pick(self, options: &JiraOptions, value: &Value) -> Option<usize> {
        let names = self.names(options);
        if let Some(id) = value.get("id") {
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            return (0..names.len()).find(|index| self.id(*index) == id);
        }
        let wanted = value.get("name")?.as_str()?;
        names.iter().position(|name| name.eq_ignore_ascii_case(wanted))
    }
}

/// What is known of one field.
#[derive(Debug, Clone)]
pub(super) struct FieldInfo {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) custom: bool,
    /// Whether the field is on the create and edit screens.
    pub(super) editable: bool,
    pub(super) required: bool,
    pub(super) operations: &'static [&'static str],
    pub(super) clause_names: Vec<String>,
    pub(super) schema: Value,
}

const SET: &[&str] = &["set"];
const LIST: &[&str] = &["add", "set", "remove"];

/// Id, name, element type (`array:x` for lists), editable, name in queries.
const SYSTEM: &[(&str, &str, &str, bool, &str)] = &[
    ("summary", "Summary", "string", true, "summary"),
    ("description", "Description", "string", true, "description"),
    ("environment", "Environment", "string", true, "environment"),
    ("issuetype", "Issue Type", "issuetype", true, "issuetype"),
    ("project", "Project", "project", true, "project"),
    ("priority", "Priority", "priority", true, "priority"),
    ("labels", "Labels", "array:string", true, "labels"),
    ("components", "Components", "array:component", true, "component"),
    ("fixVersions", "Fix versions", "array:version", true, "fixVersion"),
    ("versions", "Affects versions", "array:version", true, "affectedVersion"),
    ("assignee", "Assignee", "user", true, "assignee"),
    ("reporter", "Reporter", "user", true, "reporter"),
    ("duedate", "Due date", "date", true, "due"),
    ("security", "Security Level", "securitylevel", true, "level"),
    ("parent", "Parent", "issuelink", true, "parent"),
    ("issuelinks", "Linked Issues", "array:issuelinks", false, "issueLink"),
    ("subtasks", "Sub-tasks", "array:issuelinks", false, "subtasks"),
    ("resolution", "Resolution", "resolution", false, "resolution"),
    ("status", "Status", "status", false, "status"),
    ("creator", "Creator", "user", false, "creator"),
    ("created", "Created", "datetime", false, "created"),
    ("updated", "Updated", "datetime", false, "updated"),
    ("resolutiondate", "Resolved", "datetime", false, "resolved"),
    ("comment", "Comment", "comments-page", false, "comment"),
    ("attachment", "Attachment", "array:attachment", false, "attachments"),
];

/// All fields, system fields first.
pub(super) fn fields(options: &JiraOptions) -> Vec<FieldInfo> {
    let system = SYSTEM.iter().map(|(id, name, kind, editable, clause)| FieldInfo {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        custom: false,
        editable: *editable,
        required: matches!(*id, "summary" | "issuetype" | "project"),
        operations: if kind.starts_with("array:") { LIST } else { SET },
        clause_names: vec![(*clause).to_owned()],
        schema: match kind.strip_prefix("array:") {
            Some(items) => json!({"type": "array", "items": items, "system": id}),
            None => json!({"type": kind, "system": id}),
        },
    });
    system.chain(options.custom_fields.iter().map(custom_field)).collect()
}

fn custom_field(spec: &CustomFieldSpec) -> FieldInfo {
    FieldInfo {
        id: spec.id(),
        name: spec.name.clone(),
        custom: true,
        editable: true,
        required: false,
        operations: if spec.is_list() { LIST } else { SET },
        clause_names: vec![format!("cf[{}]", spec.number), spec.name.clone()],
        schema: spec.schema(),
    }
}

impl FieldInfo {
    /// The entry in the list of all fields.
    pub(super) fn listed(&self, dialect: Dialect) -> Value {
        let mut entry = json!({
            "id": self.id,
            "name": self.name,
            "custom": self.custom,
            "orderable": self.editable,
            "navigable": self.id != "comment" && self.id != "attachment",
            "searchable": true,
            "clauseNames": self.clause_names,
            "schema": self.schema,
        });
        if dialect == Dialect::Cloud {
            entry["key"] = json!(self.id);
        }
        entry
    }

    /// The entry in the description of a screen.
    pub(super) fn on_screen(&self, allowed: Option<Value>) -> Value {
        let mut entry = json!({
            "required": self.required,
            "schema": self.schema,
            "name": self.name,
            "hasDefaultValue": self.id == "priority" || self.id == "reporter",
            "operations": self.operations,
            "fieldId": self.id,
        });
        if let Some(allowed) = allowed {
            entry["allowedValues"] = allowed;
        }
        entry
    }
}
