//! Which fields are on a screen, and which of them must have a value.

use serde_json::{Map, Value, json};

use super::{
    catalogue::{Choice, FieldInfo, fields as all_fields},
    edits::{Editor, FieldError, Screen},
    model::Fields,
    projects::PartKind,
    specs::{ProjectSpec, ScreenSpec, TransitionField, TransitionSpec, fits},
    view::View,
};

impl ProjectSpec {
    /// The id of the security level at `index`.
    pub(super) fn level_id(&self, index: usize) -> String {
        (self.id * 10 + index as u64).to_string()
    }
}

impl super::site::Site {
    /// The transitions that issues of a type have in a project.
    pub(super) fn transitions(&self, project: usize, issue_type: usize) -> &[TransitionSpec] {
        let key = self.options.projects.get(project).map(|spec| spec.key.as_str()).unwrap_or_default();
        let kind = self.options.issue_types.get(issue_type).map(String::as_str).unwrap_or_default();
        let mut own = self.options.workflows.iter();
        let own = own.find(|workflow| fits(workflow.project.as_deref(), &workflow.issue_types, key, kind));
        own.map_or(&self.options.transitions, |workflow| &workflow.transitions)
    }
}

impl Editor<'_> {
    fn issue_type(&self, index: usize) -> &str {
        self.site.options.issue_types.get(index).map(String::as_str).unwrap_or_default()
    }

    fn is_subtask(&self, issue_type: usize) -> bool {
        self.site.options.subtask_types.iter().any(|name| name == self.issue_type(issue_type))
    }

    fn screen_spec(&self, issue_type: usize) -> Option<&ScreenSpec> {
        let kind = self.issue_type(issue_type);
        let mut all = self.site.options.screens.iter();
        all.find(|spec| fits(spec.project.as_deref(), &spec.issue_types, &self.project.key, kind))
    }

    fn transition_fields(&self) -> Option<&[TransitionField]> {
        match self.screen {
            Screen::Transition(spec) => spec.screen.as_deref(),
            _ => None,
        }
    }

    /// Whether a field can be set here, for an issue of this type.
    pub(super) fn is_on_screen(&self, field: &str, issue_type: usize) -> bool {
        if !self.is_allowed(field, issue_type) {
            return false;
        }
        let on_transition = matches!(self.screen, Screen::Transition(_));
        if let Some(fields) = self.transition_fields() {
            return fields.iter().any(|entry| entry.field == field);
        }
        let mut known = all_fields(&self.site.options).into_iter();
        let Some(info) = known.find(|info| info.id == field) else {
            return false;
        };
        if !info.editable {
            return on_transition && field == "resolution";
        }
        let spec = self.screen_spec(issue_type);
        let listed = match self.screen {
            Screen::Create => spec.and_then(|spec| spec.create.as_ref()),
            Screen::Edit => spec.and_then(|spec| spec.edit.as_ref()),
            Screen::Transition(_) => None,
        };
        // A new issue must say where it belongs, whatever the screen shows.
        let always = matches!(self.screen, Screen::Create) && matches!(field, "project" | "issuetype" | "parent" | "summary");
        always || field == "project" || listed.is_none_or(|listed| listed.iter().any(|name| name == field))
    }

    /// Whether the project and the permissions of the editor let a field be set at all.
    fn is_allowed(&self, field: &str, issue_type: usize) -> bool {
        let may = |permission| self.site.may(self.name, permission, Some(self.at));
        match field {
            "assignee" => may("ASSIGN_ISSUES"),
            "reporter" => may("MODIFY_REPORTER"),
            "security" => !self.project.security_levels.is_empty() && may("SET_ISSUE_SECURITY"),
            "parent" => self.is_subtask(issue_type) && matches!(self.screen, Screen::Create),
            _ => true,
        }
    }

    fn is_required(&self, info: &FieldInfo, issue_type: usize) -> bool {
        match self.transition_fields() {
            Some(fields) => fields.iter().any(|entry| entry.required && entry.field == info.id),
            None => {
                info.required
                    || info.id == "parent"
                    || self.screen_spec(issue_type).is_some_and(|spec| spec.required.contains(&info.id))
            }
        }
    }

    /// Complaints about required fields that are empty now.
    pub(super) fn missing(&self, fields: &Fields, given: &Map<String, Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for info in all_fields(&self.site.options) {
            // These have words of their own, said elsewhere.
            let own_words = matches!(info.id.as_str(), "summary" | "issuetype" | "project");
            if own_words || !self.is_on_screen(&info.id, fields.issue_type) || !self.is_required(&info, fields.issue_type) {
                continue;
            }
            let touched = matches!(self.screen, Screen::Create | Screen::Transition(_)) || given.contains_key(&info.id);
            if touched && is_empty(fields, &info.id) {
                let text = if info.id == "parent" {
                    "Issue type is a sub-task but parent issue key or id not specified.".to_owned()
                } else {
                    format!("{} is required.", info.name)
                };
                errors.push((info.id, text));
            }
        }
        errors
    }

    /// Fields that are on the screen, with the values they allow.
    pub(super) fn screen(&self, view: &View, issue_type: usize) -> Map<String, Value> {
        let shown = all_fields(&self.site.options).into_iter().filter(|info| match self.screen {
            Screen::Transition(_) => self.transition_fields().is_some() && self.is_on_screen(&info.id, issue_type),
            Screen::Edit => info.id != "project" && self.is_on_screen(&info.id, issue_type),
            Screen::Create => self.is_on_screen(&info.id, issue_type),
        });
        shown
            .map(|mut info| {
                info.required = self.is_required(&info, issue_type);
                let mut shown = info.on_screen(self.allowed_values(view, &info.id));
                // Cloud tells the id under this name in the pages about creation alone.
                if view.cloud()
                    && let Some(shown) = shown.as_object_mut()
                {
                    shown.remove("fieldId");
                }
                shown["key"] = json!(info.id);
                if matches!(info.schema["type"].as_str(), Some("user")) {
                    let search =
                        if view.cloud() { "user/assignable/search?query=" } else { "user/assignable/search?username=" };
                    shown["autoCompleteUrl"] = json!(view.link(search));
                }
                (info.id, shown)
            })
            .collect()
    }

    fn allowed_values(&self, view: &View, field: &str) -> Option<Value> {
        let options = &self.site.options;
        let choices = |choice: Choice| (0..choice.names(options).len()).map(|index| view.choice(choice, index)).collect();
        match field {
            "issuetype" => Some(choices(Choice::IssueType)),
            "priority" => Some(choices(Choice::Priority)),
            "resolution" => Some(choices(Choice::Resolution)),
            "project" => Some(json!([view.project(self.project)])),
            "components" => Some(view.parts(PartKind::Component, self.project, None)),
            "fixVersions" | "versions" => Some(view.parts(PartKind::Version, self.project, None)),
            "security" => {
                let levels = self.project.security_levels.iter();
                Some(levels.map(|level| view.security(self.project, Some(level))).collect())
            }
            _ => {
                let spec = options.custom_fields.iter().find(|spec| spec.id() == field)?;
                match spec.schema() {
                    schema if schema["type"] == "version" || schema["items"] == "version" => {
                        Some(view.parts(PartKind::Version, self.project, None))
                    }
                    _ => view.allowed_options(spec),
                }
            }
        }
    }
}

/// Whether a field has no value.
fn is_empty(fields: &Fields, field: &str) -> bool {
    match field {
        "description" => fields.description.is_none(),
        "environment" => fields.environment.is_none(),
        "labels" => fields.labels.is_empty(),
        "components" => fields.components.is_empty(),
        "fixVersions" => fields.fix_versions.is_empty(),
        "versions" => fields.versions.is_empty(),
        "assignee" => fields.assignee.is_none(),
        "reporter" => fields.reporter.is_none(),
        "duedate" => fields.due.is_none(),
        "security" => fields.security.is_none(),
        "parent" => fields.parent.is_none(),
        "resolution" => fields.resolution.is_none(),
        _ => {
            let number = field.strip_prefix("customfield_").and_then(|number| number.parse().ok());
            number.is_some_and(|number: u64| !fields.custom.contains_key(&number))
        }
    }
}

impl View<'_> {
    /// A security level by its name.
    pub(super) fn security(&self, project: &ProjectSpec, level: Option<&str>) -> Value {
        let at = level.and_then(|level| project.security_levels.iter().position(|known| known == level));
        let Some((at, level)) = at.zip(level) else {
            return Value::Null;
        };
        let id = project.level_id(at);
        json!({"self": self.link(&format!("securitylevel/{id}")), "id": id, "name": level, "description": ""})
    }
}
