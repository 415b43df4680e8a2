//! Which kinds of trackers this version can run on which side of a sync. A configuration with others can be read, shown, checked and
//! converted; the service does not start with it.

use super::{Config, diagnostic::Diagnostic, sync::SyncConfig};
use crate::ids::TrackerName;

/// Every side of a sync that cannot run yet, as warnings.
#[must_use]
pub fn not_yet(config: &Config) -> Vec<Diagnostic> {
    config.syncs.iter().flat_map(|sync| not_yet_of(config, sync)).collect()
}

fn not_yet_of(config: &Config, sync: &SyncConfig) -> Vec<Diagnostic> {
    let roles: [(_, &[&str], _); 2] =
        [(&sync.local, &["roundup", "jira"], "local"), (&sync.remote, &["jira", "kpm", "pfiff"], "remote")];
    roles
        .into_iter()
        .filter_map(|(name, supported, side)| {
            let kind = kind_name(config, name).filter(|kind| !supported.contains(kind))?;
            let message = format!("`{name}` is a {kind}, and that cannot be the {side} tracker in this version");
            let hint = "it can be checked, shown and converted; `serve` and `sync` refuse it";
            Some(Diagnostic::warning("config::not_yet", message, sync.place.clone()).hint(hint))
        })
        .collect()
}

fn kind_name(config: &Config, name: &TrackerName) -> Option<&'static str> {
    let tracker = config.trackers.get(name).map(|tracker| tracker.kind.name());
    tracker.or_else(|| config.partners.get(name).map(super::partner::PartnerConfig::kind))
}
