//! Settings that only a Jira has.

use std::collections::BTreeMap;

use super::{
    diagnostic::Diagnostic,
    node::{Entry, NodeValue, Table},
    section::{Section, nearest},
};
use crate::ids::TrackerName;

/// How a Jira is used.
#[derive(Clone, Debug, Default)]
pub struct JiraConfig {
    /// Statuses that an issue may pass through on its way to the one that a rule sets.
    pub via: Vec<String>,
    /// Whether comments that Jira shows to some people only are copied like all others.
    pub restricted_comments: bool,
    /// The field that says which issue of a remote tracker an issue stands for, by the name of that tracker.
    pub external_id: BTreeMap<TrackerName, String>,
}

/// Reads them; `trackers` are all that the configuration has.
pub(super) fn read(section: &Section<'_>, trackers: &Table) -> JiraConfig {
    JiraConfig {
        via: section.texts("via").unwrap_or_default().into_iter().map(|status| status.value).collect(),
        restricted_comments: section.flag("restricted_comments", false),
        external_id: read_external_id(section, trackers),
    }
}

fn read_external_id(section: &Section<'_>, trackers: &Table) -> BTreeMap<TrackerName, String> {
    let Some(node) = section.node("external_id") else { return BTreeMap::new() };
    let NodeValue::Table(table) = &node.value else {
        section.wrong::<()>("external_id", node, "must be a table: the names of remote trackers, and a field for each");
        return BTreeMap::new();
    };
    let known = trackers.entries.iter().map(|entry| entry.key.as_str());
    for entry in table.entries.iter().filter(|entry| !known.clone().any(|name| name == entry.key)) {
        let message = format!("`external_id` names `{}`, and there is no such tracker", entry.key);
        let diagnostic = Diagnostic::error("config::external_id", message, entry.place.clone());
        section.findings.add(diagnostic.hint(nearest(&entry.key, known.clone())));
    }
    let field = |entry: &Entry| match &entry.value.value {
        NodeValue::String(field) if !field.is_empty() => Some((TrackerName::new(&entry.key), field.clone())),
        _ => section.wrong(&entry.key, &entry.value, "must be the id or the name of a field"),
    };
    table.entries.iter().filter_map(field).collect()
}
