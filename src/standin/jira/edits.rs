//! Setting the fields of an issue from what a client sends.

use serde_json::{Map, Value, json};

use super::{
    adf,
    catalogue::{Choice, fields as all_fields},
    field_values::{cannot_be_set, date, labels, summary},
    model::Fields,
    options::{CustomFieldKind, Dialect, ProjectSpec},
    site::Site,
    view::Api,
};

/// Which screen an edit is made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Screen {
    Create,
    Edit,
    Transition,
}

/// Where an edit happens.
pub(super) struct Editor<'a> {
    pub(super) site: &'a Site,
    pub(super) api: Api,
    pub(super) screen: Screen,
    pub(super) project: &'a ProjectSpec,
}

/// A field and what is wrong with the value given for it.
pub(super) type FieldError = (String, String);

impl Editor<'_> {
    /// Sets all given fields; collects what is wrong instead of stopping at the first.
    pub(super) fn apply(&self, target: &mut Fields, given: &Map<String, Value>) -> Vec<FieldError> {
        let outcome = given.iter().map(|(field, value)| (field, self.set(target, field, value)));
        outcome.filter_map(|(field, result)| Some((field.clone(), result.err()?))).collect()
    }

    /// Carries out the verbs of `update`, except those on comments, which are no field of the edit.
    pub(super) fn update(&self, target: &mut Fields, verbs: &Map<String, Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (field, list) in verbs.iter().filter(|(field, _)| *field != "comment") {
            let Some(list) = list.as_array() else {
                errors.push((field.clone(), "expected a list of operations".to_owned()));
                continue;
            };
            for operation in list {
                if let Err(text) = self.operate(target, field, operation) {
                    errors.push((field.clone(), text));
                }
            }
        }
        errors
    }

    fn operate(&self, target: &mut Fields, field: &str, operation: &Value) -> Result<(), String> {
        let verbs = operation.as_object().ok_or("expected an operation such as 'set'")?;
        verbs.iter().try_for_each(|verb| self.verb(target, field, verb))
    }

    fn verb(&self, target: &mut Fields, field: &str, (verb, value): (&String, &Value)) -> Result<(), String> {
        if verb == "set" {
            return self.set(target, field, value);
        }
        let mut list = self.list(target, field)?;
        match verb.as_str() {
            "add" if !list.contains(value) => list.push(value.clone()),
            "add" => {}
            "remove" => {
                let name = value.get("name").or_else(|| value.get("id")).unwrap_or(value);
                list.retain(|entry| entry != value && entry.get("name").unwrap_or(entry) != name);
            }
            _ => {
                return Err(format!("Operation '{verb}' is not supported by the field '{field}'."));
            }
        }
        self.set(target, field, &Value::Array(list))
    }

    /// The present value of a list field, in the form in which it is set.
    fn list(&self, target: &Fields, field: &str) -> Result<Vec<Value>, String> {
        let named = |list: &[String]| list.iter().map(|name| json!({"name": name})).collect();
        match field {
            "labels" => Ok(target.labels.iter().map(|label| json!(label)).collect()),
            "components" => Ok(named(&target.components)),
            "fixVersions" => Ok(named(&target.fix_versions)),
            "versions" => Ok(named(&target.versions)),
            _ => match self.custom(field) {
                Some((number, CustomFieldKind::Labels)) => {
                    Ok(target.custom.get(&number).and_then(Value::as_array).cloned().unwrap_or_default())
                }
                _ => Err(cannot_be_set(field)),
            },
        }
    }

    fn custom(&self, field: &str) -> Option<(u64, CustomFieldKind)> {
        let number: u64 = field.strip_prefix("customfield_")?.parse().ok()?;
        let spec = self.site.options.custom_fields.iter().find(|spec| spec.number == number)?;
        Some((number, spec.kind))
    }

    fn set(&self, target: &mut Fields, field: &str, value: &Value) -> Result<(), String> {
        let options = &self.site.options;
        match field {
            "summary" => target.summary = summary(value)?,
            "description" => target.description = self.text(field, value)?,
            "environment" => target.environment = self.text(field, value)?,
            "issuetype" => {
                target.issue_type = Choice::IssueType.pick(options, value).ok_or("Specify a valid issue type")?;
            }
            "project" => self.same_project(value)?,
            "priority" => {
                target.priority = Choice::Priority.pick(options, value).ok_or("The priority selected is invalid.")?;
            }
            "resolution" if self.screen == Screen::Transition => {
                target.resolution = self.resolution(value)?;
            }
            "labels" => target.labels = labels(value)?,
            "components" => {
                target.components = self.parts(value, &self.project.components, "Component")?;
            }
            "fixVersions" => {
                target.fix_versions = self.parts(value, &self.project.versions, "Version")?;
            }
            "versions" => target.versions = self.parts(value, &self.project.versions, "Version")?,
            "assignee" => target.assignee = self.user(value)?,
            "reporter" => target.reporter = self.user(value)?,
            "duedate" => target.due = date(value)?,
            _ => return self.set_custom(target, field, value),
        }
        Ok(())
    }

    fn set_custom(&self, target: &mut Fields, field: &str, value: &Value) -> Result<(), String> {
        let (number, kind) = self.custom(field).ok_or_else(|| cannot_be_set(field))?;
        if value.is_null() {
            target.custom.remove(&number);
            return Ok(());
        }
        let value = match kind {
            CustomFieldKind::Text => Value::from(value.as_str().ok_or("Operation value must be a string")?),
            CustomFieldKind::TextArea => json!(self.text(field, value)?),
            CustomFieldKind::Number if value.is_number() => value.clone(),
            CustomFieldKind::Number => return Err("Operation value must be a number".to_owned()),
            CustomFieldKind::Labels => json!(labels(value)?),
        };
        target.custom.insert(number, value);
        Ok(())
    }

    /// The project of an issue can be repeated, but moving an issue is another operation.
    fn same_project(&self, value: &Value) -> Result<(), String> {
        let key = value.get("key").and_then(Value::as_str);
        let id = value.get("id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let same = key.is_some_and(|key| key.eq_ignore_ascii_case(&self.project.key))
            || id.is_some_and(|id| id == self.project.id.to_string());
        if same { Ok(()) } else { Err(cannot_be_set("project")) }
    }

    /// A long text: a document in the third API version, a plain one otherwise.
    pub(super) fn text(&self, field: &str, value: &Value) -> Result<Option<String>, String> {
        let text = match (value, self.api) {
            (Value::Null, _) => return Ok(None),
            (Value::String(text), Api::V2) => text.clone(),
            (_, Api::V2) => return Err("Operation value must be a string".to_owned()),
            (document, Api::V3) => adf::to_text(document)
                .ok_or("Operation value must be an Atlassian Document (see the Atlassian Document Format)")?,
        };
        self.check_length(field, &text)?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    pub(super) fn check_length(&self, field: &str, text: &str) -> Result<(), String> {
        let limit = self.site.options.text_limit;
        if text.chars().count() > limit {
            return Err(format!("The text of '{field}' is longer than the allowed {limit} characters."));
        }
        Ok(())
    }

    fn resolution(&self, value: &Value) -> Result<Option<usize>, String> {
        if value.is_null() {
            return Ok(None);
        }
        let found = Choice::Resolution.pick(&self.site.options, value);
        found.map(Some).ok_or_else(|| "The resolution selected is invalid.".to_owned())
    }

    fn parts(&self, value: &Value, known: &[String], what: &str) -> Result<Vec<String>, String> {
        let list = value.as_array().ok_or("data was not an array")?;
        let mut chosen = Vec::new();
        for entry in list {
            let found = known.iter().enumerate().find(|(index, name)| {
                let id = (self.project.id * 10 + 1 + *index as u64).to_string();
                entry.get("id").and_then(Value::as_str) == Some(&id)
                    || entry.get("name").and_then(Value::as_str).is_some_and(|wanted| wanted.eq_ignore_ascii_case(name))
            });
            let (_, name) = found.ok_or_else(|| format!("{what} {entry} is not valid"))?;
            if !chosen.contains(name) {
                chosen.push(name.clone());
            }
        }
        Ok(chosen)
    }

    /// A person by account id on Cloud and by name on Data Center.
    fn user(&self, value: &Value) -> Result<Option<String>, String> {
        if value.is_null() {
            return Ok(None);
        }
        let cloud = self.site.options.dialect == Dialect::Cloud;
        let given = if cloud {
            value.get("accountId").or_else(|| value.get("id"))
        } else {
            value.get("name").or_else(|| value.get("key"))
        };
        // A reference with an empty value unassigns, as null does.
        let given = match given {
            Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.as_str(),
            _ if cloud => return Err("Specify the account id of a user.".to_owned()),
            _ => return Err("expected Object with a user name".to_owned()),
        };
        let known = self.site.options.users.iter();
        let mut found = known.filter(|user| if cloud { user.account_id == given } else { user.name == given });
        match found.next() {
            Some(user) => Ok(Some(user.name.clone())),
            None => Err(format!("User '{given}' does not exist.")),
        }
    }

    /// Fields that are on the screen, with the values they allow.
    pub(super) fn screen(&self, view: &super::view::View) -> Map<String, Value> {
        let options = &self.site.options;
        let choices =
            |choice: Choice| (0..choice.names(options).len()).map(|index| view.choice(choice, index)).collect::<Value>();
        let on_screen = all_fields(options)
            .into_iter()
            .filter(|field| field.editable && (self.screen == Screen::Create || field.id != "project"));
        on_screen
            .map(|field| {
                let allowed = match field.id.as_str() {
                    "issuetype" => Some(choices(Choice::IssueType)),
                    "priority" => Some(choices(Choice::Priority)),
                    "project" => Some(json!([view.project(self.project)])),
                    "components" => Some(view.parts("component", self.project, None)),
                    "fixVersions" | "versions" => Some(view.parts("version", self.project, None)),
                    _ => None,
                };
                let mut shown = field.on_screen(allowed);
                shown["key"] = json!(field.id);
                (field.id, shown)
            })
            .collect()
    }
}
