//! Configuration: TOML files, or the predecessor's in Python syntax; overridden by `TRACKERSYNC_…` variables, overridden by `--set`.
//! Reading is a function of its arguments; nothing here opens a connection.

pub mod diagnostic;
pub mod environment;
pub mod files;
pub mod fuses;
pub mod jira;
pub mod masking;
pub mod node;
pub mod partner;
pub mod place;
pub mod python;
pub mod secret;
pub mod section;
pub mod server;
pub mod services;
pub mod show;
pub mod sides;
pub mod sync;
pub mod tracker;
pub mod users;
pub mod worker;
pub mod write;

use std::{collections::BTreeMap, sync::Arc};

use self::{
    diagnostic::Diagnostic,
    environment::Environment,
    node::Table,
    place::{Place, Source},
    section::{Findings, Section},
};
use crate::ids::TrackerName;

/// The configuration, read and checked as far as that is possible without asking a tracker.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[server]`: intake and the folder of embedded data.
    pub server: server::ServerConfig,
    /// `[queue]`: `RabbitMQ`, or embedded.
    pub queue: services::QueueConfig,
    /// `[store]`: `PostgreSQL`, or embedded `SQLite`.
    pub store: services::StoreConfig,
    /// `[coordination]`: Redis, or in this process.
    pub coordination: services::CoordinationConfig,
    /// `[telemetry]`: logs, traces.
    pub telemetry: services::TelemetryConfig,
    /// `[worker]`: how many jobs at once, deadlines, retries.
    pub worker: worker::WorkerConfig,
    /// `[trackers.NAME]`.
    pub trackers: BTreeMap<TrackerName, tracker::TrackerConfig>,
    /// `[trackers.NAME]` of the kinds that no adapter of this version speaks to.
    pub partners: BTreeMap<TrackerName, partner::PartnerConfig>,
    /// `[[sync]]`, in their order.
    pub syncs: Vec<sync::SyncConfig>,
}

/// What was read and what was found on the way.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration, unless there was an error.
    pub config: Option<Config>,
    /// What could be read, usable or not: a place to look for further errors.
    pub partial: Config,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Prefix of the variables that override settings; `__` stands between the keys.
pub const VARIABLE_PREFIX: &str = "TRACKERSYNC_";

/// Variables with our prefix that are not settings.
const RESERVED_VARIABLES: [&str; 2] = ["CONFIG", "LOG"];

/// Reads the configuration from texts, variables and `--set KEY=VALUE` arguments.
#[must_use]
pub fn load(sources: &[Arc<Source>], environment: &Environment, settings: &[String]) -> Loaded {
    let findings = Findings::default();
    let mut tree = Table::empty(Place::Default);
    for source in sources {
        match read_source(source, &findings) {
            Ok(table) => tree.overlay(table),
            Err(errors) => errors.into_iter().for_each(|error| findings.add(error)),
        }
    }
    lay_over_variables(&mut tree, environment);
    lay_over_settings(&mut tree, settings, &findings);
    let partial = read(&tree, environment, &findings);
    let diagnostics = findings.into_vec();
    let usable = diagnostics.iter().all(|diagnostic| diagnostic.is_warning);
    Loaded { config: usable.then(|| partial.clone()), partial, diagnostics }
}

/// One file as a tree, in the syntax that its name tells.
fn read_source(source: &Arc<Source>, findings: &Findings) -> Result<Table, Vec<Diagnostic>> {
    if !python::is_python(&source.name) {
        return node::from_toml(source);
    }
    let read = python::from_python(source)?;
    for warning in read.warnings {
        findings.add(warning);
    }
    Ok(read.table)
}

fn lay_over_variables(tree: &mut Table, environment: &Environment) {
    for (name, value) in environment.with_prefix(VARIABLE_PREFIX) {
        if RESERVED_VARIABLES.contains(&name) {
            continue;
        }
        let path = name.to_ascii_lowercase();
        let keys: Vec<&str> = path.split("__").collect();
        if keys.len() > 1 {
            let place = Place::Variable(format!("{VARIABLE_PREFIX}{name}"));
            tree.set_path(&keys, node::from_variable(&keys, value, place));
        }
    }
}

fn lay_over_settings(tree: &mut Table, settings: &[String], findings: &Findings) {
    for setting in settings {
        let Some((path, value)) = setting.split_once('=') else {
            let message = format!("--set takes KEY=VALUE, as in --set server.listen=127.0.0.1:9000, not `{setting}`");
            findings.add(Diagnostic::error("config::set", message, Place::Default));
            continue;
        };
        let place = Place::CommandLine(path.to_owned());
        tree.set_path(&path.split('.').collect::<Vec<_>>(), node::from_argument(value, place));
    }
}

fn read(tree: &Table, environment: &Environment, findings: &Findings) -> Config {
    let root = Section::new("the configuration", tree, findings);
    let empty = Table::empty(Place::Default);
    let section = |key: &'static str| root.section(key).unwrap_or_else(|| Section::new(format!("[{key}]"), &empty, findings));
    let server = server::read(section("server"));
    let queue = services::read_queue(section("queue"), environment);
    let store = services::read_store(section("store"), environment);
    let coordination = services::read_coordination(section("coordination"), environment);
    let telemetry = services::read_telemetry(section("telemetry"));
    let worker = worker::read(section("worker"));
    let (trackers, partners) = tracker::read_all(&root, environment);
    let mut syncs = sync::read_all(&root, &trackers);
    for sync in syncs.iter_mut().filter(|sync| sync.remote_filter.is_none()) {
        let natural = partners.get(&sync.remote).map(partner::PartnerConfig::natural_filter);
        sync.remote_filter = natural.map(str::to_owned);
    }
    root.finish();
    if queue.url.is_some() && coordination.url.is_none() {
        let message = "[queue] is shared and [coordination] is not: several processes would not know of each other's work";
        let place = queue.place.clone();
        findings.add(
            Diagnostic::warning("config::coordination", message, place).hint("give [coordination] a url, or run one process"),
        );
    }
    let config = Config { server, queue, store, coordination, telemetry, worker, trackers, partners, syncs };
    for warning in sides::not_yet(&config) {
        findings.add(warning);
    }
    config
}

#[cfg(test)]
mod tests;
