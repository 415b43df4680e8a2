//! `[[sync]]`: two trackers and the ordered list of rules that joins them.

use std::{collections::BTreeMap, time::Duration};

use super::{
    diagnostic::Diagnostic,
    fuses::{self, FuseConfig},
    node::{NodeValue, Table},
    place::Place,
    section::{Located, Section, nearest},
    tracker::TrackerConfig,
    users::Users,
};
use crate::ids::{SyncName, TrackerName, is_valid_name};

/// One sync.
#[derive(Clone, Debug)]
pub struct SyncConfig {
    /// Its name; part of queue names.
    pub name: SyncName,
    /// Our own tracker.
    pub local: TrackerName,
    /// The tracker of the customer or partner.
    pub remote: TrackerName,
    /// Which remote issues are ours, in the remote tracker's query language; absent: those that are linked already.
    pub remote_filter: Option<String>,
    /// Plan everything, write nothing on the remote side.
    pub remote_dry_run: bool,
    /// Whether a local issue that has no remote one gets one, where a `check` rule lets it.
    pub create_remote: bool,
    /// How often to look for changes that no event told.
    pub sweep: SweepConfig,
    /// How much is written before somebody should have a look.
    pub fuses: FuseConfig,
    /// `[sync.users]` as written, where the sync has it: checked, and read again with each rule that goes by it.
    pub users: Option<Table>,
    /// The rules as written; compiled by the sync engine, which knows the kinds.
    pub rules: Vec<Table>,
    /// Where it is configured.
    pub place: Place,
}

/// Shorter periods are lengthened to this: a sweep asks the trackers for listings.
const SHORTEST_SWEEP: Duration = Duration::from_secs(10);

/// How often the scheduler asks the trackers by itself.
#[derive(Clone, Debug, Default)]
pub struct SweepConfig {
    /// Period of "what changed since the last time".
    pub changed: Option<Duration>,
    /// Period of the pass over all linked issues.
    pub full: Option<Duration>,
}

pub(super) fn read_all(root: &Section<'_>, trackers: &BTreeMap<TrackerName, TrackerConfig>) -> Vec<SyncConfig> {
    let declared = declared_trackers(root);
    let mut syncs: Vec<SyncConfig> = Vec::new();
    for table in root.tables("sync") {
        let section = Section::new("[[sync]]", table, root.findings);
        let Some(sync) = read_one(section, trackers, &declared) else { continue };
        if let Some(first) = syncs.iter().find(|other| other.name == sync.name) {
            let message = format!("there are two syncs of the name `{}`; the other is at {}", sync.name, first.place);
            root.findings.add(Diagnostic::error("config::name", message, sync.place.clone()));
        }
        syncs.push(sync);
    }
    syncs
}

/// The trackers that are written, whether or not they could be read: a broken tracker is one error, not two.
fn declared_trackers(root: &Section<'_>) -> Vec<String> {
    match root.node("trackers").map(|node| &node.value) {
        Some(NodeValue::Table(table)) => table.entries.iter().map(|entry| entry.key.clone()).collect(),
        _ => Vec::new(),
    }
}

fn read_one(section: Section<'_>, trackers: &BTreeMap<TrackerName, TrackerConfig>, declared: &[String]) -> Option<SyncConfig> {
    let name = section.required_text("name").filter(|name| valid_name(&section, name));
    let local = section.required_text("local").filter(|name| known_tracker(&section, name, trackers, declared));
    let remote = section.required_text("remote").filter(|name| known_tracker(&section, name, trackers, declared));
    let remote_filter = section.text("remote_filter").map(|text| text.value);
    let remote_dry_run = section.flag("remote_dry_run", false);
    let create_remote = section.flag("create_remote", false);
    let sweep = section.section("sweep").map(read_sweep).unwrap_or_default();
    let fuses = section.section("fuses").map(fuses::read).unwrap_or_default();
    let users = read_users(&section);
    let rules: Vec<Table> = section.tables("rule").into_iter().cloned().collect();
    let place = section.place().clone();
    if let (Some(local), Some(remote)) = (&local, &remote)
        && local.value == remote.value
    {
        let message = format!("`{}` cannot be both sides of a sync", local.value);
        section.findings.add(Diagnostic::error("config::sync", message, remote.place.clone()));
    }
    if rules.is_empty() {
        let message = "this sync has no [[sync.rule]], so it would never do anything";
        section.findings.add(Diagnostic::warning("config::sync", message, place.clone()));
    }
    section.finish();
    Some(SyncConfig {
        name: SyncName::new(name?.value),
        local: TrackerName::new(local?.value),
        remote: TrackerName::new(remote?.value),
        remote_filter,
        remote_dry_run,
        create_remote,
        sweep,
        fuses,
        users,
        rules,
        place,
    })
}

fn read_users(section: &Section<'_>) -> Option<Table> {
    let _checked = Users::read(section.section("users")?);
    match &section.node("users")?.value {
        NodeValue::Table(table) => Some(table.clone()),
        _ => None,
    }
}

fn read_sweep(section: Section<'_>) -> SweepConfig {
    let period = |key| section.duration(key).map(|period| period.max(SHORTEST_SWEEP));
    let sweep = SweepConfig { changed: period("changed"), full: period("full") };
    section.finish();
    sweep
}

fn valid_name(section: &Section<'_>, name: &Located<String>) -> bool {
    let valid = is_valid_name(&name.value);
    if !valid {
        let message = format!("`{}` cannot be the name of a sync", name.value);
        let diagnostic = Diagnostic::error("config::name", message, name.place.clone());
        section.findings.add(diagnostic.hint("use letters, digits, `-` and `_`, at most 64"));
    }
    valid
}

fn known_tracker(
    section: &Section<'_>,
    name: &Located<String>,
    trackers: &BTreeMap<TrackerName, TrackerConfig>,
    declared: &[String],
) -> bool {
    let known = trackers.contains_key(&TrackerName::new(&name.value)) || declared.contains(&name.value);
    if !known {
        let message = format!("there is no tracker `{}`", name.value);
        let diagnostic = Diagnostic::error("config::unknown_tracker", message, name.place.clone());
        let hint = if declared.is_empty() {
            format!("add a section [trackers.{}]", name.value)
        } else {
            nearest(&name.value, declared.iter().map(String::as_str))
        };
        section.findings.add(diagnostic.hint(hint));
    }
    known
}
