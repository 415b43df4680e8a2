//! Where the official descriptions are known to be wrong or silent, with the reason for each.

use std::{cell::Cell, path::PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use super::validating_proxy::Violation;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    amended: Vec<Amended>,
    allowed: Vec<Allowed>,
}

/// A correction of a description.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amended {
    dialect: String,
    /// Where, as a JSON pointer.
    at: String,
    becomes: Becomes,
    reason: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Becomes {
    Anything,
    List,
}

/// One violation that is none of ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    /// `cloud` or `data-center`.
    dialect: String,
    /// Absent for all methods.
    method: Option<String>,
    /// The path as described, after the version.
    path: String,
    /// What the place of the violation begins with, such as `response.body`.
    place: String,
    /// What its message contains.
    message: String,
    /// Why it is allowed.
    reason: String,
    #[serde(skip)]
    used: Cell<bool>,
}

/// All that is allowed for one dialect.
pub struct AllowList {
    entries: Vec<Allowed>,
    amended: Vec<Amended>,
}

impl AllowList {
    pub fn load(dialect: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/jira/allowed-violations.toml");
        let list: List = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut reasons = list.allowed.iter().map(|entry| &entry.reason).chain(list.amended.iter().map(|entry| &entry.reason));
        assert!(reasons.all(|reason| reason.len() > 10), "each entry needs a reason");
        Self {
            entries: list.allowed.into_iter().filter(|entry| entry.dialect == dialect).collect(),
            amended: list.amended.into_iter().filter(|entry| entry.dialect == dialect).collect(),
        }
    }

    /// How much is amended, and how much allowed.
    pub fn sizes(&self) -> (usize, usize) {
        (self.amended.len(), self.entries.len())
    }

    /// Corrects a description.
    pub fn amend(&self, document: &mut Value) {
        for entry in &self.amended {
            let schema = document.pointer_mut(&entry.at).unwrap_or_else(|| panic!("nothing is described at {}", entry.at));
            *schema = match entry.becomes {
                Becomes::Anything => json!({}),
                Becomes::List => json!({"type": "array", "items": schema.take()}),
            };
        }
    }

    pub fn allows(&self, violation: &Violation) -> bool {
        let found = self.entries.iter().find(|entry| {
            entry.method.as_ref().is_none_or(|method| *method == violation.method)
                && is_path(&entry.path, &violation.path)
                && violation.place.starts_with(&entry.place)
                && violation.message.contains(&entry.message)
        });
        found.is_some_and(|entry| {
            entry.used.set(true);
            true
        })
    }

    /// Entries that allow nothing that happens.
    pub fn unused(&self) -> Vec<&Allowed> {
        self.entries.iter().filter(|entry| !entry.used.get()).collect()
    }
}

/// Whether a path as called is one as described.
fn is_path(described: &str, called: &str) -> bool {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (described, called) = (parts(described), parts(called));
    // `/rest/api/2/…`
    let called = called.get(3..).unwrap_or_default();
    described.len() == called.len()
        && described.iter().zip(called).all(|(described, called)| described.starts_with('{') || described == called)
}
