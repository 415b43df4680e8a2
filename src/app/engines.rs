//! The engines of the syncs.

use std::{collections::HashMap, sync::Arc};

use super::{
    StartError,
    adapters::{self, Connected, connect_service},
};
use crate::{
    clock::{self, SharedClock},
    config::{Config, diagnostic::Diagnostic, sides, sync::SyncConfig},
    coordination::Coordination,
    ids::{SyncName, TrackerName},
    rulebook,
    store::Store,
    sync::{
        engine::Engine,
        fault::Fault,
        ports::{Packages, Records, RunLimits, Tracker},
        rules::RuleSet,
        vocabulary::Vocabularies,
    },
    telemetry::metrics::Metrics,
};
#[cfg(feature = "crash-points")]
use crate::{crash, sync::issue::Side};

/// What is a warning while a configuration is only looked at keeps the service from starting with it.
fn refuse_what_cannot_run(config: &Config) -> Result<(), StartError> {
    let refused = |warning| Diagnostic { code: "config::unsupported", is_warning: false, hint: None, ..warning };
    let refusals: Vec<Diagnostic> = sides::not_yet(config).into_iter().map(refused).collect();
    if refusals.is_empty() { Ok(()) } else { Err(StartError::Configuration(refusals)) }
}

/// The syncs, and the trackers whose changes come in packages.
pub(super) type Engines = (HashMap<SyncName, Arc<Engine>>, HashMap<TrackerName, Arc<dyn Packages>>);

pub(super) fn build_engines(
    config: &Config,
    store: &Store,
    clock: &SharedClock,
    metrics: &Metrics,
    coordination: &Arc<dyn Coordination>,
) -> Result<Engines, StartError> {
    let mut rules = rulebook::compile_all(config).map_err(StartError::Configuration)?;
    refuse_what_cannot_run(config)?;
    let Connected { trackers, packages } = connect_service(config, metrics, coordination, store)?;
    let records: Arc<dyn Records> = Arc::new(store.clone());
    #[cfg(feature = "crash-points")]
    let records = crash::records(records);
    let mut engines = HashMap::new();
    for sync in &config.syncs {
        let (Some(local), Some(remote)) = (trackers.get(&sync.local), trackers.get(&sync.remote)) else { continue };
        let parts = Parts {
            local: Arc::clone(local),
            remote: Arc::clone(remote),
            rules: rules.remove(&sync.name).unwrap_or_default(),
            records: Arc::clone(&records),
        };
        engines.insert(sync.name.clone(), Arc::new(engine(config, sync, parts, clock)));
    }
    Ok((engines, packages))
}

/// What an engine is made of besides the configuration.
struct Parts {
    local: Arc<dyn Tracker>,
    remote: Arc<dyn Tracker>,
    rules: RuleSet,
    records: Arc<dyn Records>,
}

fn engine(config: &Config, sync: &SyncConfig, parts: Parts, clock: &SharedClock) -> Engine {
    let Parts { local, remote, rules, records } = parts;
    #[cfg(feature = "crash-points")]
    let (local, remote) = (crash::tracker(Side::Local, local), crash::tracker(Side::Remote, remote));
    Engine {
        name: sync.name.clone(),
        local,
        remote,
        remote_filter: sync.remote_filter.clone(),
        remote_dry_run: sync.remote_dry_run,
        create_remote: sync.create_remote,
        rules,
        records,
        clock: clock.clone(),
        limits: RunLimits { deadline: config.worker.deadline },
        fuses: sync.fuses.clone(),
        vocabularies: Vocabularies::default(),
    }
}

/// The engine of a sync on another remote tracker than the configured one: the same one, given by hand.
///
/// # Errors
/// There is no such sync, or its rules or its local tracker cannot be used.
pub fn engine_with_remote(
    config: &Config,
    store: &Store,
    name: &SyncName,
    remote: Arc<dyn Tracker>,
) -> Result<Arc<Engine>, StartError> {
    let Some(sync) = config.syncs.iter().find(|sync| sync.name == *name) else {
        return Err(Fault::permanent(format!("there is no sync of the name `{name}`")).into());
    };
    let mut rules = rulebook::compile_all(config).map_err(StartError::Configuration)?;
    let local = adapters::connect_named(config, &sync.local, &Metrics::default())?
        .ok_or_else(|| Fault::permanent(format!("there is no tracker `{}`", sync.local)))?;
    let records: Arc<dyn Records> = Arc::new(store.clone());
    let parts = Parts { local, remote, rules: rules.remove(name).unwrap_or_default(), records };
    Ok(Arc::new(engine(config, sync, parts, &clock::system())))
}
