//! Which fields the paths of rules mean: what to ask for, what an issue has there, and what a request has to set.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{OWN_PATHS, client::Client, convert};
use crate::sync::{fault::Fault, issue::Attributes};

/// Values as Jira takes them.
pub(super) struct Body {
    pub(super) fields: Map<String, Value>,
    /// The status and its path: no field sets it.
    pub(super) status: Option<(String, Value)>,
    pub(super) paths: Paths,
}

/// The fields of a request, by their ids, as the rules call them.
#[derive(Default)]
pub(super) struct Paths(BTreeMap<String, String>);

impl Paths {
    /// Jira names refused fields by their ids, rules may name them as people see them.
    pub(super) fn in_words_of_the_rules(&self, fault: Fault) -> Fault {
        let fields = fault.fields.iter().map(|id| self.0.get(id).unwrap_or(id).clone()).collect();
        Fault { fields, ..fault }
    }
}

/// The ids of the fields that paths begin with.
pub(super) async fn ids(client: &Client, paths: &BTreeSet<String>) -> Result<BTreeMap<String, String>, Fault> {
    let fields = client.fields().await?;
    let mut ids = BTreeMap::new();
    for path in paths.iter().filter(|path| !OWN_PATHS.contains(&path.as_str())) {
        let field = convert::field_id(&fields, convert::split(path).0)?;
        ids.insert(path.clone(), field["id"].as_str().unwrap_or_default().to_owned());
    }
    Ok(ids)
}

/// What a request that sets these values has to hold.
pub(super) async fn body(client: &Client, fields: &Attributes) -> Result<Body, Fault> {
    let known = client.fields().await?;
    let (mut body, mut status, mut paths) = (Map::new(), None, Paths::default());
    for (path, value) in fields {
        let (name, rest) = convert::split(path);
        let field = convert::field_id(&known, name)?;
        let field_id = field["id"].as_str().unwrap_or_default().to_owned();
        if field_id == "status" {
            status = Some((path.clone(), value.clone()));
            continue;
        }
        paths.0.insert(field_id.clone(), name.to_owned());
        let value = convert::to_field(&field["schema"], rest, value)
            .map_err(|fault| Fault { fields: vec![name.to_owned()], ..fault })?;
        body.insert(field_id, value);
    }
    Ok(Body { fields: body, status, paths })
}

/// What an issue has at a path.
pub(super) fn attribute(path: &str, issue: &Value, ids: &BTreeMap<String, String>) -> Value {
    match ids.get(path) {
        Some(id) => convert::follow(&issue["fields"][id.as_str()], convert::split(path).1),
        None => issue[path].clone(),
    }
}
