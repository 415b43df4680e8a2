//! `[sync.users]`: which person of the local tracker is which of the remote one.

use super::{
    node::NodeValue,
    section::{Located, Section},
};

/// The people of a sync.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// Local user, remote user.
    pub map: Vec<(String, String)>,
    /// The remote user who stands for each local one that is not in the map.
    pub remote_fallback: Option<String>,
    /// The local user who stands for each remote one that is not in the map.
    pub local_fallback: Option<String>,
}

impl Users {
    /// Reads the table, and tells what is wrong with it.
    #[must_use]
    pub fn read(section: Section<'_>) -> Self {
        let fallback = |key| section.text(key).map(|user: Located<String>| user.value).filter(|user| !user.is_empty());
        let users = Self {
            map: read_map(&section),
            remote_fallback: fallback("remote_fallback"),
            local_fallback: fallback("local_fallback"),
        };
        section.finish();
        users
    }
}

fn read_map(section: &Section<'_>) -> Vec<(String, String)> {
    let Some(node) = section.node("map") else { return Vec::new() };
    let NodeValue::Table(table) = &node.value else {
        section.wrong::<()>("map", node, &format!("must be a table of users, not {}", node.value.kind()));
        return Vec::new();
    };
    let pair = |entry: &super::node::Entry| match &entry.value.value {
        NodeValue::String(remote) if !remote.is_empty() && !entry.key.is_empty() => Some((entry.key.clone(), remote.clone())),
        _ => section.wrong(&entry.key, &entry.value, "must be the text that names one remote user"),
    };
    table.entries.iter().filter_map(pair).collect()
}
