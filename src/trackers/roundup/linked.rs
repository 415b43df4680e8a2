//! Attributes that a Roundup keeps in another class: `/class/property` is the property of the one item of that class whose `issue`
//! links to our issue and, where the class has an `ext_tracker`, whose `ext_tracker` is the tracker on the other side.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
};

use reqwest::Method;
use serde_json::{Value, json};

use super::{client::Client, convert};
use crate::{
    ids::{IssueId, TrackerName},
    sync::{
        fault::{Fault, FaultKind},
        issue::Attributes,
    },
};

/// Classes of which we know that they have no `ext_tracker`.
#[derive(Default)]
pub(super) struct Classes(Mutex<HashSet<String>>);

/// Whether a path leads into another class.
pub(super) fn is_linked(path: &str) -> bool {
    path.starts_with('/')
}

/// Parts attributes in those of other classes and the issue's own.
pub(super) fn split(fields: &Attributes) -> (Attributes, Attributes) {
    fields.clone().into_iter().partition(|(path, _)| is_linked(path))
}

/// Class and property of a path.
fn parts(path: &str) -> Result<(&str, &str), Fault> {
    let parts = path.strip_prefix('/').and_then(|rest| rest.split_once('/'));
    parts
        .filter(|(class, property)| is_word(class) && !property.is_empty())
        .ok_or_else(|| Fault::permanent(format!("`{path}` is no path into another class")).hint("write it as /class/property"))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Classes {
    /// Reads attributes, with one request for each class; all of a class without such an item are unset.
    pub(super) async fn read(
        &self,
        client: &Client,
        issue: &IssueId,
        paths: &[&String],
        counterpart: Option<&TrackerName>,
    ) -> Result<Attributes, Fault> {
        let mut by_class: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for path in paths {
            let (class, property) = parts(path)?;
            by_class.entry(class).or_default().insert(property);
        }
        let mut attributes = Attributes::new();
        for (class, properties) in by_class {
            let fields = properties.iter().copied().collect::<Vec<_>>().join(",");
            let item = self.item(client, class, issue, &fields, counterpart).await?;
            let names: Vec<String> = properties.into_iter().map(str::to_owned).collect();
            let found = match &item {
                Some(item) => convert::attributes(item, names.iter())?,
                None => names.iter().map(|name| (name.clone(), Value::Null)).collect(),
            };
            attributes.extend(found.into_iter().map(|(property, value)| (format!("/{class}/{property}"), value)));
        }
        Ok(attributes)
    }

    /// Writes attributes; a class without such an item gets one.
    pub(super) async fn write(
        &self,
        client: &Client,
        issue: &IssueId,
        fields: &Attributes,
        counterpart: Option<&TrackerName>,
    ) -> Result<(), Fault> {
        let mut by_class: BTreeMap<&str, Attributes> = BTreeMap::new();
        for (path, value) in fields {
            let (class, property) = parts(path)?;
            by_class.entry(class).or_default().insert(property.to_owned(), value.clone());
        }
        for (class, values) in by_class {
            let mut body = convert::body(&values)?;
            if let Some(item) = self.item(client, class, issue, "id", counterpart).await? {
                let id = item["id"].as_str().unwrap_or_default();
                client.change(Method::PUT, &format!("data/{class}/{id}"), &Value::Object(body)).await?;
                continue;
            }
            body.retain(|_, value| *value != "");
            body.insert("issue".to_owned(), json!(issue));
            if let Some(tracker) = counterpart.filter(|_| self.has_ext_tracker(class)) {
                body.insert("ext_tracker".to_owned(), json!(tracker));
            }
            client.create(class, &Value::Object(body)).await?;
        }
        Ok(())
    }

    /// The one item of a class that belongs to the issue.
    async fn item(
        &self,
        client: &Client,
        class: &str,
        issue: &IssueId,
        fields: &str,
        counterpart: Option<&TrackerName>,
    ) -> Result<Option<Value>, Fault> {
        let by_issue = [("issue", issue.as_str()), ("@fields", fields), ("@verbose", "2")];
        let mut query = by_issue.to_vec();
        query.extend(counterpart.filter(|_| self.has_ext_tracker(class)).map(|name| ("ext_tracker", name.as_str())));
        let found = match client.list(class, &query).await {
            Err(fault) if fault.kind == FaultKind::Refused && fault.message.contains("No key") => Vec::new(),
            // Roundup's own word for a property that the class does not have (`rest.py`); nobody but us named this one.
            Err(fault) if query.len() > by_issue.len() && fault.message.contains("Field ext_tracker is not valid for") => {
                let found = client.list(class, &by_issue).await?;
                self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(class.to_owned());
                found
            }
            outcome => outcome?,
        };
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one.clone())),
            several => {
                let names: Vec<String> =
                    several.iter().filter_map(|item| Some(format!("{class}{}", item["id"].as_str()?))).collect();
                Err(Fault::permanent(format!("{} all belong to issue{issue}", names.join(", ")))
                    .hint("retire all but one of them; until then this issue is not synchronised"))
            }
        }
    }

    fn has_ext_tracker(&self, class: &str) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(class)
    }
}
