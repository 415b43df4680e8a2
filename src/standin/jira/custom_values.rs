//! Values of custom fields. What is kept is the value as people name it: options, versions and users by their names.

use serde_json::{Value, json};

use super::{
    custom_fields::{CustomFieldKind, CustomFieldSpec},
    edits::Editor,
    field_values::{address, date, labels, line, point_in_time},
    long_text,
    model::Issue,
    projects::PartKind,
    view::View,
};

impl Editor<'_> {
    /// Reads what a client gives for a custom field; `None` empties it.
    pub(super) fn custom_value(&self, spec: &CustomFieldSpec, value: &Value) -> Result<Option<Value>, String> {
        if value.is_null() {
            return Ok(None);
        }
        let kept = match &spec.kind {
            CustomFieldKind::Text => json!(line(value)?),
            CustomFieldKind::TextArea => json!(long_text::read(self.site, self.api, value)?),
            CustomFieldKind::Number if value.is_number() => value.clone(),
            CustomFieldKind::Number => return Err("Operation value must be a number".to_owned()),
            CustomFieldKind::Labels => json!(labels(value)?),
            CustomFieldKind::Select(_) => json!(option(spec, value)?.0),
            CustomFieldKind::MultiSelect(_) => each(value, |entry| Ok(option(spec, entry)?.0.to_owned()))?,
            CustomFieldKind::Cascading(_) => cascade(spec, value)?,
            CustomFieldKind::User => json!(self.user(value)?),
            CustomFieldKind::MultiUser => {
                each(value, |entry| self.user(entry)?.ok_or_else(|| "A user must be named.".to_owned()))?
            }
            CustomFieldKind::Date => json!(date(value)?),
            CustomFieldKind::DateTime => json!(point_in_time(value, self.cloud())?.to_string()),
            CustomFieldKind::Url => json!(address(value)?),
            CustomFieldKind::Version => json!(self.part(value, PartKind::Version)?),
            CustomFieldKind::MultiVersion => each(value, |entry| self.part(entry, PartKind::Version))?,
        };
        let empty = kept.is_null() || kept.as_str() == Some("") || kept.as_array().is_some_and(Vec::is_empty);
        Ok((!empty).then_some(kept))
    }
}

/// Reads a list without repetitions.
fn each(value: &Value, read: impl Fn(&Value) -> Result<String, String>) -> Result<Value, String> {
    let list = value.as_array().ok_or("data was not an array")?;
    let mut kept: Vec<String> = Vec::new();
    for entry in list {
        let entry = read(entry)?;
        if !kept.contains(&entry) {
            kept.push(entry);
        }
    }
    Ok(json!(kept))
}

/// Id and value as `{"id": …}` or `{"value": …}` name an option; the id counts where both are given.
fn named(value: &Value) -> Result<(Option<String>, Option<&str>), String> {
    let object = value.as_object().ok_or("expected Object containing a 'value' or 'id' property")?;
    let id = object.get("id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let text = object.get("value").and_then(Value::as_str);
    if id.is_none() && text.is_none() {
        return Err("Could not find valid 'id' or 'value' in the Parent Option object.".to_owned());
    }
    Ok((id, text))
}

fn unknown(id: Option<&str>, text: Option<&str>) -> String {
    match id {
        Some(id) => format!("Option id '{id}' is not valid"),
        None => format!("Option value '{}' is not valid", text.unwrap_or_default()),
    }
}

fn option<'a>(spec: &'a CustomFieldSpec, value: &Value) -> Result<(&'a str, usize), String> {
    let (id, text) = named(value)?;
    let found = spec.options().into_iter().enumerate().find(|(at, (name, _))| match &id {
        Some(id) => spec.option_id(*at, None) == *id,
        None => text == Some(*name),
    });
    found.map(|(at, (name, _))| (name, at)).ok_or_else(|| unknown(id.as_deref(), text))
}

/// An option, with one below it or without.
fn cascade(spec: &CustomFieldSpec, value: &Value) -> Result<Value, String> {
    let (above, at) = option(spec, value)?;
    let child = value.get("child").filter(|child| !child.is_null());
    let Some(child) = child else {
        return Ok(json!([above]));
    };
    let (id, text) = named(child)?;
    let below = spec.options().into_iter().nth(at).map(|(_, below)| below).unwrap_or_default();
    let found = below.iter().enumerate().find(|(child, name)| match &id {
        Some(id) => spec.option_id(at, Some(*child)) == *id,
        None => text == Some(name.as_str()),
    });
    let (_, name) = found.ok_or_else(|| {
        let wanted = id.as_deref().or(text).unwrap_or_default();
        format!("The option '{wanted}' is not a valid option for parent '{above}'")
    })?;
    Ok(json!([above, name]))
}

impl View<'_> {
    /// The value of a custom field as answers show it.
    pub(super) fn custom(&self, spec: &CustomFieldSpec, issue: &Issue) -> Value {
        let Some(kept) = issue.fields.custom.get(&spec.number) else {
            return Value::Null;
        };
        let words: Vec<&str> = match kept {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().into_iter().collect(),
        };
        let first = words.first().copied().unwrap_or_default();
        match &spec.kind {
            CustomFieldKind::TextArea => self.text(Some(first)),
            CustomFieldKind::Select(_) => self.option(spec, first),
            CustomFieldKind::MultiSelect(_) => words.iter().map(|word| self.option(spec, word)).collect(),
            CustomFieldKind::Cascading(_) => self.cascade(spec, &words),
            CustomFieldKind::User => self.user(Some(first)),
            CustomFieldKind::MultiUser => words.iter().map(|word| self.user(Some(word))).collect(),
            CustomFieldKind::DateTime => first.parse().map_or(Value::Null, |at| json!(self.site.clock.write(at))),
            CustomFieldKind::Version | CustomFieldKind::MultiVersion => {
                let names: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
                let project = self.site.options.projects.get(issue.project);
                let versions = project.map(|project| self.parts(PartKind::Version, project, Some(&names))).unwrap_or_default();
                if spec.is_list() { versions } else { versions.get(0).cloned().unwrap_or_default() }
            }
            _ => kept.clone(),
        }
    }

    fn shown_option(&self, id: &str, value: &str) -> Value {
        json!({"self": self.link(&format!("customFieldOption/{id}")), "value": value, "id": id})
    }

    fn option(&self, spec: &CustomFieldSpec, name: &str) -> Value {
        let at = spec.options().iter().position(|(known, _)| *known == name);
        at.map_or(Value::Null, |at| self.shown_option(&spec.option_id(at, None), name))
    }

    fn cascade(&self, spec: &CustomFieldSpec, words: &[&str]) -> Value {
        let options = spec.options();
        let found = options.iter().enumerate().find(|(_, (name, _))| words.first() == Some(name));
        let Some((at, (name, below))) = found else {
            return Value::Null;
        };
        let mut shown = self.option(spec, name);
        let child = words.get(1).and_then(|word| below.iter().enumerate().find(|(_, name)| name == word));
        if let Some((child, name)) = child {
            shown["child"] = self.shown_option(&spec.option_id(at, Some(child)), name);
        }
        shown
    }

    /// The options of a field as the description of a screen lists them.
    pub(super) fn allowed_options(&self, spec: &CustomFieldSpec) -> Option<Value> {
        let options = spec.options();
        if options.is_empty() {
            return None;
        }
        let cascading = matches!(spec.kind, CustomFieldKind::Cascading(_));
        let shown = options.iter().enumerate().map(|(at, (name, below))| {
            let mut shown = self.option(spec, name);
            if cascading {
                let children = below.iter().enumerate();
                shown["children"] =
                    children.map(|(child, name)| self.shown_option(&spec.option_id(at, Some(child)), name)).collect();
            }
            shown
        });
        Some(shown.collect())
    }
}
