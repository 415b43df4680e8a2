//! The fields that rules write, as Jira knows them.

use serde_json::Value;

use super::super::{
    OWN_PATHS,
    client::Client,
    convert::{self, split},
    kinds::Field,
};
use crate::sync::{
    fault::Fault,
    requirements::{Constant, FieldWrite, Requirements},
};

/// A field that a rule writes.
pub(super) struct Written<'r> {
    pub(super) rule: &'r FieldWrite,
    pub(super) field: Field,
    /// The part of the field that the path leads to.
    pub(super) rest: Option<&'r str>,
    /// What people call the field.
    name: String,
}

/// All of them, but for what cannot be found or set: the schema tells of those.
pub(super) struct Writes<'r>(Vec<Written<'r>>);

impl<'r> Writes<'r> {
    pub(super) async fn of(client: &Client, asked: &'r Requirements) -> Result<Self, Fault> {
        let listed = client.fields().await?;
        Ok(Self(asked.fields.iter().filter_map(|rule| Written::of(rule, &listed)).collect()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Written<'r>> {
        self.0.iter()
    }

    /// Those of one field, by its id.
    pub(super) fn of_field(&self, id: &str) -> impl Iterator<Item = &Written<'r>> {
        self.0.iter().filter(move |written| written.field.id == id)
    }

    /// The values that new issues may get in a field, each once.
    pub(super) fn constants_of_new_issues(&self, id: &str) -> Vec<&'r Constant> {
        let mut found: Vec<&Constant> = Vec::new();
        for constant in self.of_field(id).filter(|written| written.rule.on_creation).flat_map(|written| &written.rule.constants)
        {
            if found.iter().all(|other| other.text.trim() != constant.text.trim()) {
                found.push(constant);
            }
        }
        found
    }
}

impl<'r> Written<'r> {
    fn of(rule: &'r FieldWrite, listed: &[Value]) -> Option<Self> {
        let (name, rest) = split(&rule.path);
        let told = convert::field_id(listed, name).ok().filter(|_| !OWN_PATHS.contains(&rule.path.as_str()))?;
        let field = Field::of(told);
        let name = told["name"].as_str().unwrap_or(&field.id).to_owned();
        (!field.is_read_only()).then_some(Self { rule, field, rest, name })
    }

    /// The field for people, with its id where that says something else.
    pub(super) fn words(&self) -> String {
        words_of_field(&self.name, &self.field.id)
    }
}

/// A field for people.
pub(super) fn words_of_field(name: &str, id: &str) -> String {
    if id.starts_with("customfield_") { format!("`{name}` ({id})") } else { format!("`{name}`") }
}
