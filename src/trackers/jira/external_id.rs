//! The field in which an issue says, for people and for queries, which remote issue it stands for: one for each remote tracker, as
//! the configuration has it. Clones carry it, too.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    client::Client,
    convert::field_id,
    kinds::{Field, Kind},
    search,
};
use crate::{
    config::{diagnostic::Diagnostic, place::Place, tracker::TrackerConfig},
    ids::{IssueId, TrackerName},
    sync::{
        fault::{Fault, FaultKind},
        issue::Side,
        ports::MirroredState,
        requirements::{Cause, FieldWrite, Requirements},
        value::to_text,
    },
};

/// Fields by remote tracker.
pub(super) struct ExternalIds {
    fields: BTreeMap<TrackerName, String>,
    /// Where the tracker is configured.
    place: Place,
}

impl ExternalIds {
    pub(super) fn new(config: &TrackerConfig) -> Self {
        Self { fields: config.jira.external_id.clone(), place: config.place.clone() }
    }

    /// What a sync asks of Jira, with the field, which no rule writes; or what is wrong with the field.
    pub(super) async fn required(&self, client: &Client, asked: &Requirements) -> Result<Requirements, Diagnostic> {
        let mut asked = asked.clone();
        let name = self.fields.get(&asked.counterpart).filter(|_| asked.side == Side::Local);
        let Some(name) = name else { return Ok(asked) };
        // Whatever else is wrong, the other questions tell.
        if let Err(fault) = self.field(client, &asked.counterpart).await
            && fault.kind == FaultKind::Permanent
        {
            let diagnostic = Diagnostic::error("preflight::external_id", fault.message, self.place.clone());
            return Err(Diagnostic { hint: fault.hint, ..diagnostic });
        }
        asked.fields.push(FieldWrite {
            path: name.clone(),
            cause: Cause { rule: "external_id".to_owned(), place: self.place.clone() },
            on_creation: asked.creates,
            on_update: true,
            only_if_unset: false,
            constants: Vec::new(),
        });
        Ok(asked)
    }

    /// Adds what an issue is to say to the fields of a request; the id of the field.
    pub(super) async fn add_to(
        &self,
        client: &Client,
        state: &MirroredState,
        fields: &mut Map<String, Value>,
    ) -> Result<Option<String>, Fault> {
        let Some(field) = self.field(client, &state.tracker).await? else { return Ok(None) };
        fields.insert(field.id.clone(), value_of(&field, &state.key)?);
        Ok(Some(field.id))
    }

    /// Lets an issue say it.
    pub(super) async fn set(&self, client: &Client, id: &IssueId, state: &MirroredState) -> Result<(), Fault> {
        let mut fields = Map::new();
        let field = self.add_to(client, state, &mut fields).await?;
        let put = super::fields::put(client, id, &fields, &super::fields::Paths::default()).await;
        put.map_err(|fault| explained(fault, field.as_deref()))
    }

    /// What an issue says; `None` where it has no such field, or an empty one.
    pub(super) async fn said_by(&self, client: &Client, id: &IssueId, tracker: &TrackerName) -> Result<Option<String>, Fault> {
        let Some(field) = self.field(client, tracker).await? else { return Ok(None) };
        let issue = client.get(&format!("rest/api/2/issue/{id}"), &[("fields", field.id.as_str())]).await?;
        Ok(issue.and_then(|issue| said(&field, &issue)))
    }

    /// The issues that say they stand for a remote one of any of these names.
    pub(super) async fn find(&self, client: &Client, tracker: &TrackerName, names: &[&str]) -> Result<Vec<IssueId>, Fault> {
        let Some(field) = self.field(client, tracker).await? else { return Ok(Vec::new()) };
        let Some(number) = field.id.strip_prefix("customfield_") else { return Ok(Vec::new()) };
        let term = |name: &&str| match field.kind {
            Kind::Number => name.parse::<u64>().ok().map(|value| format!("cf[{number}] = {value}")),
            // `~` finds words; which of the found have exactly this text is looked at below.
            _ => Some(format!("cf[{number}] ~ \"\\\"{}\\\"\"", name.replace(['\\', '"'], " "))),
        };
        let terms: Vec<String> = names.iter().filter_map(term).collect();
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let found = search::list(client, &terms.join(" OR ")).await?;
        let mut issues = Vec::new();
        for ids in found.issues().chunks(crate::sync::ports::READ_AT_ONCE) {
            let told = search::several(client, ids, &[field.id.as_str()]).await?;
            let exact = told.iter().filter(|issue| said(&field, issue).is_some_and(|text| names.contains(&text.as_str())));
            issues.extend(exact.filter_map(|issue| issue["id"].as_str()).map(IssueId::new));
        }
        Ok(issues)
    }

    async fn field(&self, client: &Client, tracker: &TrackerName) -> Result<Option<Field>, Fault> {
        let Some(name) = self.fields.get(tracker) else { return Ok(None) };
        let field = Field::of(field_id(&client.fields().await?, name)?);
        if field.list || !field.id.starts_with("customfield_") || !matches!(field.kind, Kind::Line | Kind::Number) {
            let message =
                format!("`{name}`, the field of `external_id` for {tracker}, is no custom field of one line or a number");
            return Err(Fault::permanent(message).hint("make a custom field \"Text Field (single line)\" for it"));
        }
        Ok(Some(field))
    }
}

/// A refusal of the field, which no rule sets.
pub(super) fn explained(fault: Fault, field: Option<&str>) -> Fault {
    match field {
        Some(field) if fault.fields.iter().any(|named| named == field) => {
            fault.hint("this is the field of `external_id`: put it on the create screen and the edit screen")
        }
        _ => fault,
    }
}

fn value_of(field: &Field, key: &str) -> Result<Value, Fault> {
    match field.kind {
        Kind::Number => key.parse::<u64>().map(|number| json!(number)).map_err(|_| {
            Fault::permanent(format!(
                "\"{key}\" does not fit into {}, the field of `external_id`, which holds numbers",
                field.id
            ))
            .hint("make a custom field \"Text Field (single line)\" for it")
        }),
        _ => Ok(json!(key)),
    }
}

fn said(field: &Field, issue: &Value) -> Option<String> {
    let text = match &issue["fields"][field.id.as_str()] {
        Value::Number(number) => super::reading::whole_number(number)?.to_string(),
        value => to_text(value, ", "),
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
