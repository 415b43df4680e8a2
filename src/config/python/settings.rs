//! From the predecessor's settings to trackers and syncs. A file that defines `KPM_ATTRIBUTES` is a sync with KPM on the remote side, and so
//! on; the local tracker follows from `LOCAL_…`, or from `ROUNDUP_URL` in older files.
//!
//! The predecessor was started again and again and had no webhooks: the trackers get `webhooks = false`, and the sync looks for changes
//! at set times.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    evaluate::Evaluator,
    local,
    names::{NAMES, Owner, Use, use_of},
    pfiff,
    value::{Data, Value},
};
use crate::config::{
    diagnostic::Diagnostic,
    node::{Entry, Node, NodeValue, Table},
    place::{Place, Source},
    section::nearest,
};

/// The name of the local tracker.
const LOCAL: &str = "local";

/// All that was assigned, in its order; where a name was assigned twice, the last value.
#[derive(Default)]
pub(super) struct Settings {
    assigned: Vec<Assigned>,
    /// Where each name stands in it.
    at: BTreeMap<String, usize>,
}

struct Assigned {
    name: String,
    place: Place,
    value: Option<Value>,
}

/// A table that is being put together.
pub(super) struct Building {
    pub table: Table,
}

impl Settings {
    /// Takes an assignment; the value is absent after an error.
    pub fn assign(&mut self, evaluator: &mut Evaluator<'_>, name: &str, place: Place, value: Option<Value>) {
        // A name whose value was wrong is defined all the same: one error is enough.
        let known = value.clone().unwrap_or_else(|| Value::simple(Data::None, place.clone()));
        evaluator.names.insert(name.to_owned(), known);
        if let Some(at) = self.at.get(name).copied() {
            if evaluator.may_tell_more() {
                let message = format!("`{name}` is assigned again, which replaces what stands at {}", self.assigned[at].place);
                evaluator.findings.push(Diagnostic::warning("python::reassigned", message, place.clone()));
            }
            self.assigned[at] = Assigned { name: name.to_owned(), place, value };
        } else {
            self.at.insert(name.to_owned(), self.assigned.len());
            self.assigned.push(Assigned { name: name.to_owned(), place, value });
        }
    }

    /// A setting, unless it is `None` or was wrong.
    pub fn get(&self, name: &str) -> Option<(&Place, &Value)> {
        let assigned = &self.assigned[*self.at.get(name)?];
        let value = assigned.value.as_ref().filter(|value| !matches!(value.data, Data::None))?;
        Some((&assigned.place, value))
    }

    /// A setting that has to be a text.
    pub fn text(&self, evaluator: &mut Evaluator<'_>, name: &str) -> Option<(Place, String, Place)> {
        let (place, value) = self.get(name)?;
        if let Data::Text(text) = &value.data {
            return Some((place.clone(), text.clone(), value.place.clone()));
        }
        let message = format!("`{name}` must be a string, not {}", value.kind());
        evaluator.findings.push(Diagnostic::error("python::value", message, value.place.clone()));
        None
    }

    /// The tree that a TOML file would have given.
    pub fn into_table(self, evaluator: &mut Evaluator<'_>, source: &Arc<Source>) -> Table {
        self.tell_unknown_names(evaluator);
        let mut tree = Table::empty(Place::File { source: Arc::clone(source), span: 0..0 });
        let syncs = self.syncs();
        if syncs.is_empty() {
            let message = "this file defines no rules: neither KPM_ATTRIBUTES, PFIFF_ATTRIBUTES nor JIRA_ATTRIBUTES";
            evaluator.findings.push(Diagnostic::warning("python::no_rules", message, tree.place.clone()));
            return tree;
        }
        let mut trackers = Building::new(tree.place.clone());
        let local = local::read(&self, evaluator, &tree.place);
        trackers.put(LOCAL, local.place.clone(), NodeValue::Table(local), None);
        let mut tables = Vec::new();
        for (owner, place) in &syncs {
            let name = self.remote_name(evaluator, *owner, syncs.len());
            let (key, name_place) = name.unwrap_or_else(|| (owner.kind().to_owned(), place.clone()));
            let remote = self.remote(evaluator, *owner, place);
            trackers.put(&key, name_place.clone(), NodeValue::Table(remote), None);
            tables.push(self.sync(evaluator, *owner, place, (&key, name_place)));
        }
        let mut root = Building { table: tree };
        root.put("trackers", trackers.table.place.clone(), NodeValue::Table(trackers.table), None);
        let place = syncs.first().map_or(root.table.place.clone(), |(_, place)| place.clone());
        root.put("sync", place, NodeValue::Array(tables), None);
        tree = root.table;
        tree
    }

    fn tell_unknown_names(&self, evaluator: &mut Evaluator<'_>) {
        for Assigned { name, place, .. } in &self.assigned {
            if !evaluator.may_tell_more() {
                return;
            }
            // Names in small letters are the file's own.
            let is_setting = !name.chars().any(char::is_lowercase);
            let (code, message, hint) = match use_of(name) {
                // A name that another assignment makes use of has done its work.
                None if is_setting && !evaluator.used.contains(name) => {
                    let hint = nearest(name, NAMES.iter().map(|(name, _)| *name));
                    let hint = if hint.len() > 100 { "names of your own have small letters".to_owned() } else { hint };
                    ("python::unknown_setting", format!("there is no setting `{name}`; it has no effect"), hint)
                }
                Some(Use::Unused(why)) => {
                    ("python::unused_setting", format!("`{name}` has no effect: {why}"), "remove it".to_owned())
                }
                _ => continue,
            };
            evaluator.findings.push(Diagnostic::warning(code, message, place.clone()).hint(hint));
        }
    }

    fn syncs(&self) -> Vec<(Owner, Place)> {
        let rules = |assigned: &Assigned| match use_of(&assigned.name) {
            Some(Use::Rules(owner)) => Some((owner, assigned.place.clone())),
            _ => None,
        };
        self.assigned.iter().filter_map(rules).collect()
    }

    fn remote_name(&self, evaluator: &mut Evaluator<'_>, owner: Owner, syncs: usize) -> Option<(String, Place)> {
        // Where there are several, the name can be that of one only.
        let named = syncs == 1 || owner == Owner::Jira;
        let (_, name, place) = self.text(evaluator, "TRACKER_NAME").filter(|_| named)?;
        if name == LOCAL {
            let message = format!("`{LOCAL}` is the name of the local tracker");
            evaluator.findings.push(Diagnostic::error("python::value", message, place).hint("choose another name"));
            return None;
        }
        Some((name, place))
    }

    fn remote(&self, evaluator: &mut Evaluator<'_>, owner: Owner, place: &Place) -> Table {
        let place = &self.first_place_of(owner).unwrap_or_else(|| place.clone());
        let mut remote = Building::new(place.clone());
        remote.text("kind", place.clone(), owner.kind(), place.clone());
        if owner == Owner::Jira
            && let Some((key, url, value)) = self.text(evaluator, "JIRA_URL")
        {
            local::put_url(&mut remote, &key, &url, &value);
        }
        self.put_keys(evaluator, owner, &mut remote);
        match owner {
            Owner::Kpm => put_certificates(&mut remote),
            Owner::Pfiff => pfiff::put_folders(self, evaluator, &mut remote),
            Owner::Jira | Owner::Local => remote.flag("webhooks", place.clone(), false),
        }
        remote.table
    }

    /// Where the settings of a tracker begin.
    fn first_place_of(&self, owner: Owner) -> Option<Place> {
        let of_owner = |assigned: &&Assigned| match use_of(&assigned.name) {
            Some(Use::Key(of, _) | Use::Seconds(of, _)) => of == owner,
            _ => owner == Owner::Jira && assigned.name == "JIRA_URL",
        };
        self.assigned.iter().find(of_owner).map(|assigned| assigned.place.clone())
    }

    /// The settings that are keys of this tracker, in the order of the file.
    pub fn put_keys(&self, evaluator: &mut Evaluator<'_>, owner: Owner, to: &mut Building) {
        for assigned in &self.assigned {
            let (Some(used), Some((place, value))) = (use_of(&assigned.name), self.get(&assigned.name)) else { continue };
            match used {
                Use::Key(of, key) if of == owner => {
                    if let Some(node) = evaluator.node_of(value.clone()) {
                        to.put_path(key, place.clone(), node);
                    }
                }
                Use::Seconds(of, key) if of == owner => {
                    let text = match value.data {
                        Data::Integer(seconds) => format!("{seconds}s"),
                        Data::Float(seconds) => format!("{seconds}s"),
                        _ => String::new(),
                    };
                    to.text(key, place.clone(), &text, value.place.clone());
                }
                _ => {}
            }
        }
    }

    fn sync(&self, evaluator: &mut Evaluator<'_>, owner: Owner, place: &Place, name: (&str, Place)) -> Node {
        let mut sync = Building::new(place.clone());
        sync.text("name", name.1.clone(), name.0, name.1.clone());
        sync.text("local", place.clone(), LOCAL, place.clone());
        sync.text("remote", name.1.clone(), name.0, name.1);
        if owner == Owner::Jira {
            self.put_filter(evaluator, &mut sync);
        }
        let mut sweep = Building::new(place.clone());
        sweep.text("changed", place.clone(), "10m", place.clone());
        sweep.text("full", place.clone(), "1d", place.clone());
        sync.put("sweep", place.clone(), NodeValue::Table(sweep.table), None);
        let rules = self.rules(evaluator, owner);
        sync.put("rule", place.clone(), NodeValue::Array(rules), None);
        Node { value: NodeValue::Table(sync.table), place: place.clone() }
    }

    /// `JIRA_JQL`, else all issues of `JIRA_ASSIGNEE`.
    fn put_filter(&self, evaluator: &mut Evaluator<'_>, sync: &mut Building) {
        let (jql, assignee) = (self.text(evaluator, "JIRA_JQL"), self.text(evaluator, "JIRA_ASSIGNEE"));
        let assignee = assignee.map(|(key, name, value)| {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            (key, format!("assignee = \"{quoted}\""), value)
        });
        if let Some((key, filter, value)) = jql.or(assignee) {
            sync.text("remote_filter", key, &filter, value);
        }
    }

    fn rules(&self, evaluator: &mut Evaluator<'_>, owner: Owner) -> Vec<Node> {
        let list = NAMES.iter().find(|(_, used)| *used == Use::Rules(owner)).and_then(|(name, _)| self.get(name));
        let Some((_, list)) = list else { return Vec::new() };
        let items = match &list.data {
            Data::List(items) => items.as_slice(),
            // One rule in parentheses, without the comma that makes a tuple of it.
            Data::Rule(_) => std::slice::from_ref(list),
            _ => {
                let message = format!("the rules must be a tuple or list, not {}", list.kind());
                evaluator.findings.push(Diagnostic::error("python::value", message, list.place.clone()));
                return Vec::new();
            }
        };
        let mut rules = Vec::with_capacity(items.len());
        for item in items {
            if let Data::Rule(table) = &item.data {
                rules.push(Node { value: NodeValue::Table(table.clone()), place: item.place.clone() });
            } else {
                let message = format!("this is no rule, but {}", item.kind());
                let finding = Diagnostic::error("python::value", message, item.place.clone());
                evaluator.findings.push(finding.hint("rules are calls of the Sync_Attribute classes"));
            }
        }
        rules
    }
}

impl Building {
    pub fn new(place: Place) -> Self {
        Self { table: Table::empty(place) }
    }

    pub fn put(&mut self, key: &str, place: Place, value: NodeValue, value_place: Option<Place>) {
        let value_place = value_place.unwrap_or_else(|| place.clone());
        self.table.entries.push(Entry { key: key.to_owned(), place, value: Node { value, place: value_place } });
    }

    pub fn text(&mut self, key: &str, place: Place, text: &str, value_place: Place) {
        self.put(key, place, NodeValue::String(text.to_owned()), Some(value_place));
    }

    pub fn flag(&mut self, key: &str, place: Place, flag: bool) {
        self.put(key, place, NodeValue::Boolean(flag), None);
    }

    /// Puts a value at `key` or `table.key`.
    pub fn put_path(&mut self, path: &str, place: Place, node: Node) {
        let Some((outer, key)) = path.split_once('.') else {
            self.put(path, place, node.value, Some(node.place));
            return;
        };
        let at = self.table.entries.iter().position(|entry| entry.key == outer).unwrap_or_else(|| {
            self.put(outer, place.clone(), NodeValue::Table(Table::empty(place.clone())), None);
            self.table.entries.len() - 1
        });
        if let NodeValue::Table(table) = &mut self.table.entries[at].value.value {
            table.entries.push(Entry { key: key.to_owned(), place, value: node });
        }
    }
}

/// Where the predecessor looked for the certificate if nothing else was said.
fn put_certificates(to: &mut Building) {
    if to.table.get("pkcs12").is_some() {
        return;
    }
    for (key, path) in
        [("certificate", "/etc/trackersync/kpm_certificate.pem"), ("key", "/etc/trackersync/kpm_certificate.key")]
    {
        if to.table.get(key).is_none() {
            let place = to.table.place.clone();
            to.text(key, place.clone(), path, place);
        }
    }
}
