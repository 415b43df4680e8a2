//! Which fields the paths of rules mean: what to ask for, what an issue has there, and what a request has to set.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    OWN_PATHS,
    client::{Client, Dialect},
    convert::{self, split},
    kinds::{Field, Kind},
    reading, writing,
};
use crate::{
    ids::IssueId,
    sync::{
        fault::{Fault, FaultKind},
        issue::Attributes,
        rules::Needs,
        value::is_unset,
    },
};

/// The fields that a read asks for.
pub(super) struct Asked {
    /// By the paths of the rules that begin with them.
    fields: BTreeMap<String, Field>,
    /// Besides those.
    own: Vec<&'static str>,
    dialect: Dialect,
}

impl Asked {
    /// Finds the fields that are needed.
    pub(super) async fn of(client: &Client, needs: &Needs) -> Result<Self, Fault> {
        let (known, dialect) = (client.fields().await?, client.dialect().await?);
        let mut fields = BTreeMap::new();
        for path in needs.paths.iter().filter(|path| !OWN_PATHS.contains(&path.as_str())) {
            fields.insert(path.clone(), Field::of(convert::field_id(&known, split(path).0)?));
        }
        let mut own = vec!["assignee"];
        own.extend(needs.updated.then_some("updated"));
        own.extend(needs.messages.then_some("comment"));
        own.extend(needs.files.then_some("attachment"));
        Ok(Self { fields, own, dialect })
    }

    /// The ids of the fields, each once.
    pub(super) fn ids(&self) -> Vec<&str> {
        let of_rules = self.fields.values().map(|field| field.id.as_str());
        let ids: BTreeSet<&str> = of_rules.chain(self.own.iter().copied()).collect();
        ids.into_iter().collect()
    }

    /// What an issue has at a path.
    pub(super) fn attribute(&self, path: &str, issue: &Value) -> Value {
        match self.fields.get(path) {
            Some(field) => reading::read(field, split(path).1, &issue["fields"][field.id.as_str()], self.dialect),
            None => issue[path].clone(),
        }
    }
}

/// Values as Jira takes them.
#[derive(Default)]
pub(super) struct Body {
    pub(super) fields: Map<String, Value>,
    /// The status and its path: no field sets it.
    pub(super) status: Option<(String, Value)>,
    pub(super) paths: Paths,
    /// Cascades of which the child is to be set and the parent stays.
    orphans: Vec<String>,
}

/// The fields of a request, by their ids, as the rules call them.
#[derive(Default)]
pub(super) struct Paths(BTreeMap<String, String>);

impl Paths {
    /// Whether the field of this id is among these, which rules named.
    pub(super) fn hold(&self, id: &str, named: &[String]) -> bool {
        named.iter().any(|name| name == id || self.0.get(id) == Some(name))
    }

    /// Jira names refused fields by their ids, rules may name them as people see them.
    pub(super) fn in_words_of_the_rules(&self, fault: Fault) -> Fault {
        let fields = fault.fields.iter().map(|id| self.0.get(id).unwrap_or(id).clone()).collect();
        Fault { fields, ..fault }
    }
}

/// What a request that sets these values has to hold. All values that Jira would not take are told at once.
pub(super) async fn body(client: &Client, fields: &Attributes) -> Result<Body, Fault> {
    let (known, dialect) = (client.fields().await?, client.dialect().await?);
    let mut body = Body::default();
    let mut refusals: Vec<(String, Fault)> = Vec::new();
    for (path, value) in fields {
        let (name, rest) = split(path);
        let field = match convert::field_id(&known, name) {
            Ok(listed) => Field::of(listed),
            Err(fault) => {
                refusals.push((name.to_owned(), fault));
                continue;
            }
        };
        if field.id == "status" {
            body.status = Some((path.clone(), value.clone()));
            continue;
        }
        body.paths.0.insert(field.id.clone(), name.to_owned());
        match value_of(client, &field, rest, value, dialect).await {
            Ok(value) => body.put(&field, value),
            Err(fault) if matches!(fault.kind, FaultKind::Refused | FaultKind::Permanent) => {
                refusals.push((name.to_owned(), fault));
            }
            Err(fault) => return Err(fault),
        }
    }
    if refusals.is_empty() { Ok(body) } else { Err(together(refusals)) }
}

/// The same for an issue that exists: what is set in part is completed with what the issue has.
pub(super) async fn body_for(client: &Client, issue: &IssueId, fields: &Attributes) -> Result<Body, Fault> {
    let mut body = body(client, fields).await?;
    if body.orphans.is_empty() {
        return Ok(body);
    }
    let asked = body.orphans.join(",");
    let found = client.get(&format!("rest/api/2/issue/{issue}"), &[("fields", asked.as_str())]).await?.unwrap_or_default();
    for id in std::mem::take(&mut body.orphans) {
        let Some(parent) = found["fields"][id.as_str()]["id"].as_str() else {
            let name = body.paths.0.get(&id).cloned().unwrap_or(id);
            let fault = Fault::refused(format!("`{name}` has no value, so nothing can be chosen below it"));
            return Err(Fault { fields: vec![name], ..fault }.hint("have a rule set both, by the plain name of the field"));
        };
        if let Some(Value::Object(value)) = body.fields.get_mut(&id) {
            value.insert("id".to_owned(), Value::from(parent));
        }
    }
    Ok(body)
}

async fn value_of(client: &Client, field: &Field, rest: Option<&str>, value: &Value, dialect: Dialect) -> Result<Value, Fault> {
    if field.kind == Kind::User && rest == Some("key") && dialect == Dialect::DataCenter && !field.is_read_only() {
        let names = names_of_keys(client, value).await?;
        return writing::write(field, Some("name"), &names, dialect);
    }
    writing::write(field, rest, value, dialect)
}

/// Data Center sets users by their names; keys are for ever.
async fn names_of_keys(client: &Client, keys: &Value) -> Result<Value, Fault> {
    let several = match keys {
        Value::Array(keys) => keys.clone(),
        one => vec![one.clone()],
    };
    let mut names = Vec::with_capacity(several.len());
    for key in several.iter().filter(|key| !is_unset(key)) {
        let key = crate::sync::value::to_text(key, ", ");
        let user = client.get("rest/api/2/user", &[("key", key.as_str())]).await?;
        match user.as_ref().and_then(|user| user["name"].as_str()) {
            Some(name) => names.push(Value::from(name)),
            None => return Err(Fault::refused(format!("Jira has no user with the key \"{key}\""))),
        }
    }
    Ok(if keys.is_array() { Value::Array(names) } else { names.pop().unwrap_or_default() })
}

impl Body {
    /// Adds the value of a field, which may be one of several parts of it.
    fn put(&mut self, field: &Field, value: Value) {
        let value = match (self.fields.remove(&field.id), value) {
            (Some(Value::Object(mut parts)), Value::Object(more)) => {
                parts.extend(more);
                Value::Object(parts)
            }
            (_, value) => value,
        };
        if field.kind == Kind::Cascade {
            self.orphans.retain(|orphan| *orphan != field.id);
            if value.is_object() && value.get("value").is_none() && value.get("id").is_none() {
                self.orphans.push(field.id.clone());
            }
        }
        self.fields.insert(field.id.clone(), value);
    }

    /// The fields that a new issue can have, and the paths of those that it gets by a transition.
    pub(super) fn of_a_new_issue(mut self) -> (Map<String, Value>, BTreeSet<String>, Paths) {
        let mut left_out: BTreeSet<String> = self.status.into_iter().map(|(path, _)| path).collect();
        if self.fields.remove("resolution").is_some() {
            left_out.extend(self.paths.0.get("resolution").cloned());
        }
        (self.fields, left_out, self.paths)
    }
}

/// One refusal of all values that cannot be set.
fn together(refusals: Vec<(String, Fault)>) -> Fault {
    let told: Vec<String> = refusals.iter().map(|(name, fault)| format!("{name}: {fault}")).collect();
    let fault = Fault::refused(told.join("; "));
    Fault { fields: refusals.into_iter().map(|(name, _)| name).collect(), ..fault }
}

/// Sets fields, but for the status.
pub(super) async fn put(client: &Client, issue: &IssueId, fields: &Map<String, Value>, paths: &Paths) -> Result<(), Fault> {
    if fields.is_empty() {
        return Ok(());
    }
    let sent = client.send(Method::PUT, &format!("rest/api/2/issue/{issue}"), &json!({ "fields": fields })).await;
    sent.map(|_| ()).map_err(|fault| paths.in_words_of_the_rules(explained(fault)))
}

/// A resolution is nearly never on an edit screen; Jira's words alone do not say what to do.
fn explained(fault: Fault) -> Fault {
    if fault.hint.is_none() && fault.fields.iter().any(|field| field == "resolution") {
        return fault
            .hint("a resolution is set together with a status whose transition asks for it; have a rule set `status`, too");
    }
    fault
}
