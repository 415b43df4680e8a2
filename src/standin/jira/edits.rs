//! Setting the fields of an issue from what a client sends.

use serde_json::{Map, Value, json};

use super::{
    catalogue::Choice,
    custom_fields::CustomFieldSpec,
    field_values::{cannot_be_set, date, labels, summary},
    long_text,
    model::Fields,
    options::Dialect,
    projects::PartKind,
    site::Site,
    specs::{ProjectSpec, TransitionSpec},
    store::Store,
    view::Api,
};

/// Which screen an edit is made on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Screen<'a> {
    Create,
    Edit,
    Transition(&'a TransitionSpec),
}

/// Where an edit happens, and by whom.
pub(super) struct Editor<'a> {
    pub(super) site: &'a Site,
    pub(super) store: &'a Store,
    pub(super) api: Api,
    pub(super) screen: Screen<'a>,
    /// Index of the project.
    pub(super) at: usize,
    pub(super) project: &'a ProjectSpec,
    /// Login name of whoever edits.
    pub(super) name: &'a str,
}

/// A field and what is wrong with the value given for it.
pub(super) type FieldError = (String, String);

impl Editor<'_> {
    pub(super) fn cloud(&self) -> bool {
        self.site.options.dialect == Dialect::Cloud
    }

    /// Sets all given fields; collects what is wrong instead of stopping at the first.
    pub(super) fn apply(&self, target: &mut Fields, given: &Map<String, Value>) -> Vec<FieldError> {
        // The issue type comes first: it decides what else is on the screen.
        let (first, others): (Vec<_>, Vec<_>) = given.iter().partition(|(field, _)| *field == "issuetype");
        let outcome = first.into_iter().chain(others).map(|(field, value)| (field, self.set(target, field, value)));
        outcome.filter_map(|(field, result)| Some((field.clone(), result.err()?))).collect()
    }

    /// Carries out the verbs of `update`, except those on comments and links, which are no fields of the edit.
    pub(super) fn update(&self, target: &mut Fields, verbs: &Map<String, Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (field, list) in verbs.iter().filter(|(field, _)| !matches!(field.as_str(), "comment" | "issuelinks")) {
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
                let name = |value: &Value| ["name", "value", "accountId", "id"].iter().find_map(|key| value.get(key)).cloned();
                let wanted = name(value);
                list.retain(|entry| entry != value && (wanted.is_none() || name(entry) != wanted));
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
            _ => {
                let spec = self.custom(field).filter(|spec| spec.is_list()).ok_or_else(|| cannot_be_set(field))?;
                let kept = target.custom.get(&spec.number).and_then(Value::as_array).cloned().unwrap_or_default();
                Ok(kept.into_iter().map(|entry| self.given_again(spec, entry)).collect())
            }
        }
    }

    /// An element of a custom list field as a client would give it.
    fn given_again(&self, spec: &CustomFieldSpec, kept: Value) -> Value {
        match spec.schema()["items"].as_str() {
            Some("option") => json!({"value": kept}),
            Some("user") if self.cloud() => {
                let user = kept.as_str().and_then(|name| self.site.user(name));
                json!({"accountId": user.map(|user| &user.account_id)})
            }
            Some("version" | "user") => json!({"name": kept}),
            _ => kept,
        }
    }

    fn custom(&self, field: &str) -> Option<&CustomFieldSpec> {
        let number: u64 = field.strip_prefix("customfield_")?.parse().ok()?;
        self.site.options.custom_fields.iter().find(|spec| spec.number == number)
    }

    fn set(&self, target: &mut Fields, field: &str, value: &Value) -> Result<(), String> {
        let options = &self.site.options;
        if !self.is_on_screen(field, target.issue_type) {
            return Err(cannot_be_set(field));
        }
        match field {
            "summary" => target.summary = summary(value)?,
            "description" => target.description = self.text(value)?,
            "environment" => target.environment = self.text(value)?,
            "issuetype" => {
                target.issue_type = Choice::IssueType.pick(options, value).ok_or("Specify a valid issue type")?;
            }
            "project" => self.same_project(value)?,
            "priority" => {
                target.priority = Choice::Priority.pick(options, value).ok_or("The priority selected is invalid.")?;
            }
            "resolution" => target.resolution = self.resolution(value)?,
            "labels" => target.labels = labels(value)?,
            "components" => target.components = self.parts(value, PartKind::Component)?,
            "fixVersions" => target.fix_versions = self.parts(value, PartKind::Version)?,
            "versions" => target.versions = self.parts(value, PartKind::Version)?,
            "assignee" => target.assignee = self.assignee(value)?,
            "reporter" => target.reporter = self.user(value)?,
            "duedate" => target.due = date(value)?,
            "security" => target.security = self.security(value)?,
            "parent" => target.parent = self.parent(value)?,
            _ => {
                let spec = self.custom(field).ok_or_else(|| cannot_be_set(field))?;
                match self.custom_value(spec, value)? {
                    Some(value) => target.custom.insert(spec.number, value),
                    None => target.custom.remove(&spec.number),
                };
            }
        }
        Ok(())
    }

    /// The project of an issue can be repeated, but moving an issue is another operation.
    fn same_project(&self, value: &Value) -> Result<(), String> {
        let key = value.get("key").and_then(Value::as_str);
        let same = key.is_some_and(|key| key.eq_ignore_ascii_case(&self.project.key))
            || given_id(value).is_some_and(|id| id == self.project.id.to_string());
        if same { Ok(()) } else { Err(cannot_be_set("project")) }
    }

    fn text(&self, value: &Value) -> Result<Option<String>, String> {
        long_text::read(self.site, self.api, value)
    }

    fn resolution(&self, value: &Value) -> Result<Option<usize>, String> {
        if value.is_null() {
            return Ok(None);
        }
        let found = Choice::Resolution.pick(&self.site.options, value);
        found.map(Some).ok_or_else(|| "The resolution selected is invalid.".to_owned())
    }

    fn parts(&self, value: &Value, kind: PartKind) -> Result<Vec<String>, String> {
        let mut chosen = Vec::new();
        for entry in value.as_array().ok_or("data was not an array")? {
            let name = self.part(entry, kind)?;
            if !chosen.contains(&name) {
                chosen.push(name);
            }
        }
        Ok(chosen)
    }

    /// The name of a component or version.
    pub(super) fn part(&self, value: &Value, kind: PartKind) -> Result<String, String> {
        let id = given_id(value);
        let name = value.get("name").and_then(Value::as_str);
        let found = self.site.projects.of(kind, self.project.id).into_iter().find(|part| match &id {
            Some(id) => part.id.to_string() == *id,
            None => name.is_some_and(|wanted| wanted.eq_ignore_ascii_case(&part.name)),
        });
        found.map(|part| part.name).ok_or_else(|| {
            let (what, asked) = match kind {
                PartKind::Component => ("Component", "component"),
                PartKind::Version => ("Version", "version"),
            };
            match (id, name) {
                (Some(id), _) => format!("{what} id '{id}' is not valid"),
                (None, Some(name)) => format!("{what} name '{name}' is not valid"),
                (None, None) => format!("expected 'id' or 'name' property for the {asked}"),
            }
        })
    }

    fn security(&self, value: &Value) -> Result<Option<String>, String> {
        if value.is_null() {
            return Ok(None);
        }
        let (id, name) = (given_id(value), value.get("name").and_then(Value::as_str));
        let mut levels = self.project.security_levels.iter().enumerate();
        let found = levels.find(|(at, level)| match &id {
            Some(id) => self.project.level_id(*at) == *id,
            None => name == Some(level.as_str()),
        });
        let (_, level) = found.ok_or("The security level selected is invalid.")?;
        Ok(Some(level.clone()))
    }

    fn parent(&self, value: &Value) -> Result<Option<u64>, String> {
        if value.is_null() {
            return Ok(None);
        }
        let named = value.get("key").and_then(Value::as_str).map(str::to_owned).or_else(|| given_id(value));
        let named = named.ok_or("Could not find issue by id or key.")?;
        let parent = self.site.visible(self.store, self.name, &named).map_err(|_| "Could not find issue by id or key.")?;
        let of_this_project = parent.project == self.at;
        if of_this_project {
            Ok(Some(parent.id))
        } else {
            Err("Sub-tasks must be created in the project of their parent.".to_owned())
        }
    }

    fn assignee(&self, value: &Value) -> Result<Option<String>, String> {
        let Some(name) = self.user(value)? else {
            return Ok(None);
        };
        let active = self.site.user(&name).is_some_and(|user| user.active);
        if active && self.site.may(&name, "ASSIGNABLE_USER", Some(self.at)) {
            return Ok(Some(name));
        }
        Err(format!("User '{name}' cannot be assigned issues."))
    }

    /// A person by account id on Cloud and by name on Data Center.
    pub(super) fn user(&self, value: &Value) -> Result<Option<String>, String> {
        if value.is_null() {
            return Ok(None);
        }
        let cloud = self.cloud();
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
}

/// The id in `{"id": …}`, which may be a number.
fn given_id(value: &Value) -> Option<String> {
    let id = value.get("id").filter(|id| !id.is_null())?;
    Some(id.as_str().map_or_else(|| id.to_string(), str::to_owned))
}
