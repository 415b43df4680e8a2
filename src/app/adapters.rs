//! Which adapter stands behind each port: the queue, the store, the coordination, the trackers.

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use super::StartError;
#[cfg(feature = "crash-points")]
use crate::crash;
use crate::{
    clock::SharedClock,
    config::{
        Config,
        partner::{KpmConfig, PartnerConfig, PfiffConfig},
        tracker::{TrackerConfig, TrackerKind},
        worker::WorkerConfig,
    },
    coordination::{self, Coordination},
    ids::{SyncName, TrackerName},
    preflight::ToAsk,
    queue::{self, Queue, parked::DeadLetters},
    store::{Pool, Store, StoreError},
    sync::{
        fault::Fault,
        ports::{PackageRecords, Packages, Tracker},
    },
    telemetry::metrics::Metrics,
    trackers::{
        Gate, Http,
        jira::{Jira, webhooks::Webhooks},
        kpm::Kpm,
        pfiff::{Kept, Pfiff, Storage, folders},
        roundup::Roundup,
    },
};

/// How long a look into folders may take.
const FOLDERS_ANSWER_IN: Duration = Duration::from_secs(30);

/// The adapters of all trackers of the configuration, each with the time that an answer of it may take. They share what they learn
/// with nobody.
///
/// # Errors
/// The HTTP client cannot be made; of a KPM also what keeps it from being spoken to.
pub fn connect_all(config: &Config) -> Result<Vec<ToAsk>, Fault> {
    let trackers =
        config.trackers.iter().map(|(name, tracker)| Ok((connect(name, tracker, &Metrics::default())?, tracker.timeout)));
    let partners = kpms(config).map(|(name, kpm)| Ok((connect_kpm(name, kpm, &Metrics::default(), alone(name))?, kpm.timeout)));
    let pfiffs = pfiffs(config).map(|(name, pfiff)| {
        let tracker: Arc<dyn Tracker> = Arc::new(connect_pfiff(name, pfiff, None)?);
        Ok((tracker, FOLDERS_ANSWER_IN))
    });
    trackers.chain(partners).chain(pfiffs).collect()
}

/// The adapters of all trackers of the configuration, by name. What they learn of a tracker's pace they share with all that use the
/// same coordination.
///
/// # Errors
/// As for [`connect_all`].
pub(super) fn connect_service(
    config: &Config,
    metrics: &Metrics,
    coordination: &Arc<dyn Coordination>,
    store: &Store,
) -> Result<Connected, Fault> {
    let longest_refusal = config.worker.max_backoff;
    let trackers = config
        .trackers
        .iter()
        .map(|(name, tracker)| Ok((name.clone(), connect_sharing(name, tracker, metrics, coordination, longest_refusal)?)));
    let partners = kpms(config).map(|(name, kpm)| {
        let gate = Gate::new(name.clone(), Arc::clone(coordination), metrics.clone(), longest_refusal);
        Ok((name.clone(), connect_kpm(name, kpm, metrics, gate)?))
    });
    let mut trackers: HashMap<TrackerName, Arc<dyn Tracker>> = trackers.chain(partners).collect::<Result<_, Fault>>()?;
    let mut packages: HashMap<TrackerName, Arc<dyn Packages>> = HashMap::new();
    for (name, pfiff) in pfiffs(config) {
        let pfiff = Arc::new(connect_pfiff(name, pfiff, Some(keep(name, pfiff, config, store)?))?);
        trackers.insert(name.clone(), Arc::clone(&pfiff) as Arc<dyn Tracker>);
        packages.insert(name.clone(), pfiff);
    }
    Ok(Connected { trackers, packages })
}

/// What a service speaks to.
pub(super) struct Connected {
    /// All trackers.
    pub trackers: HashMap<TrackerName, Arc<dyn Tracker>>,
    /// Those of them whose changes come in packages.
    pub packages: HashMap<TrackerName, Arc<dyn Packages>>,
}

/// The adapter of the tracker of a name, whatever its kind, which shares what it learns with nobody; `None` if there is no such tracker
/// or none that speaks to its kind.
///
/// # Errors
/// As for [`connect_all`].
pub fn connect_named(config: &Config, name: &TrackerName, metrics: &Metrics) -> Result<Option<Arc<dyn Tracker>>, Fault> {
    if let Some(tracker) = config.trackers.get(name) {
        return connect(name, tracker, metrics).map(Some);
    }
    if let Some((name, pfiff)) = pfiffs(config).find(|(known, _)| *known == name) {
        return Ok(Some(Arc::new(connect_pfiff(name, pfiff, None)?)));
    }
    let kpm = kpms(config).find(|(known, _)| *known == name);
    kpm.map(|(name, kpm)| connect_kpm(name, kpm, metrics, alone(name))).transpose()
}

/// The adapter of one tracker, which shares what it learns with nobody.
///
/// # Errors
/// The HTTP client cannot be made.
pub fn connect(name: &TrackerName, config: &TrackerConfig, metrics: &Metrics) -> Result<Arc<dyn Tracker>, Fault> {
    adapter(name, config, metrics, alone(name))
}

/// The adapter of one tracker. What it learns of the tracker's pace it shares with all that use the same coordination; a
/// tracker that refuses our credentials is left alone for `longest_refusal` at most.
///
/// # Errors
/// The HTTP client cannot be made.
pub fn connect_sharing(
    name: &TrackerName,
    config: &TrackerConfig,
    metrics: &Metrics,
    coordination: &Arc<dyn Coordination>,
    longest_refusal: Duration,
) -> Result<Arc<dyn Tracker>, Fault> {
    adapter(name, config, metrics, Gate::new(name.clone(), Arc::clone(coordination), metrics.clone(), longest_refusal))
}

/// The administration of the webhooks of a Jira.
///
/// # Errors
/// The HTTP client cannot be made.
pub fn connect_webhooks(name: &TrackerName, config: &TrackerConfig) -> Result<Webhooks, Fault> {
    let http = Http::new(name.clone(), config.timeout, Metrics::default(), alone(name))?;
    Ok(Webhooks::new(name.clone(), config, http))
}

fn adapter(name: &TrackerName, config: &TrackerConfig, metrics: &Metrics, gate: Gate) -> Result<Arc<dyn Tracker>, Fault> {
    let http = Http::new(name.clone(), config.timeout, metrics.clone(), gate)?;
    Ok(match config.kind {
        TrackerKind::Roundup => Arc::new(Roundup::new(name.clone(), config, http)),
        TrackerKind::Jira => Arc::new(Jira::new(name.clone(), config, http)),
    })
}

fn connect_kpm(name: &TrackerName, config: &KpmConfig, metrics: &Metrics, gate: Gate) -> Result<Arc<dyn Tracker>, Fault> {
    Ok(Arc::new(Kpm::connect(name.clone(), config, metrics.clone(), gate)?))
}

/// A PFIFF by itself, for a command that gives it packages by hand.
///
/// # Errors
/// There is none of that name, or what it needs cannot be had.
pub fn connect_by_hand(config: &Config, name: &TrackerName, store: &Store) -> Result<Pfiff, Fault> {
    let Some((name, pfiff)) = pfiffs(config).find(|(known, _)| *known == name) else {
        return Err(Fault::permanent(format!("`{name}` is no tracker that sends packages")));
    };
    connect_pfiff(name, pfiff, Some(keep(name, pfiff, config, store)?))
}

/// Where a PFIFF keeps what it knows.
fn keep(name: &TrackerName, pfiff: &PfiffConfig, config: &Config, store: &Store) -> Result<Kept, Fault> {
    let folder = config.server.data_dir.join("packages");
    let storage = Storage::open(&pfiff.storage, &folder.join("attachments"))
        .map_err(|fault| fault.while_doing(format!("[trackers.{name}]")))?;
    let records: Arc<dyn PackageRecords> = Arc::new(store.clone());
    #[cfg(feature = "crash-points")]
    let records = crash::package_records(records);
    Ok(Kept { records, storage, workshop: folder.join("work") })
}

fn connect_pfiff(name: &TrackerName, pfiff: &PfiffConfig, kept: Option<Kept>) -> Result<Pfiff, Fault> {
    let folders = folders::connect(pfiff).map_err(|fault| fault.while_doing(format!("[trackers.{name}]")))?;
    #[cfg(feature = "crash-points")]
    let folders = folders.map(crash::folders);
    Pfiff::new(name.clone(), pfiff, kept, folders)
}

/// The gate of a tracker that nobody else is told of.
fn alone(name: &TrackerName) -> Gate {
    let coordination = Arc::new(coordination::Embedded::default());
    Gate::new(name.clone(), coordination, Metrics::default(), WorkerConfig::default().max_backoff)
}

/// The trackers that are a KPM.
fn kpms(config: &Config) -> impl Iterator<Item = (&TrackerName, &KpmConfig)> {
    config.partners.iter().filter_map(|(name, partner)| match partner {
        PartnerConfig::Kpm(kpm) => Some((name, &**kpm)),
        PartnerConfig::Pfiff(_) => None,
    })
}

/// The trackers that are a PFIFF.
fn pfiffs(config: &Config) -> impl Iterator<Item = (&TrackerName, &PfiffConfig)> {
    config.partners.iter().filter_map(|(name, partner)| match partner {
        PartnerConfig::Pfiff(pfiff) => Some((name, &**pfiff)),
        PartnerConfig::Kpm(_) => None,
    })
}

/// The dead queues, for a command that may run beside a service.
///
/// # Errors
/// The file of the embedded queue cannot be opened.
pub async fn dead_letters(config: &Config) -> Result<Box<dyn DeadLetters>, StartError> {
    let syncs = names_of_syncs(config);
    Ok(match &config.queue.url {
        Some(url) => Box::new(queue::rabbitmq::RabbitMq::new(url.clone(), &config.queue.prefix, syncs)),
        None => Box::new(queue::embedded::Embedded::beside(&queue_file(config), syncs).await?),
    })
}

/// The queue, for a command that may run beside a service.
///
/// # Errors
/// The file of the embedded queue cannot be opened.
pub async fn queue_beside(config: &Config) -> Result<Box<dyn Queue>, StartError> {
    let syncs = names_of_syncs(config);
    Ok(match &config.queue.url {
        Some(url) => Box::new(queue::rabbitmq::RabbitMq::new(url.clone(), &config.queue.prefix, syncs)),
        None => Box::new(queue::embedded::Embedded::beside(&queue_file(config), syncs).await?),
    })
}

fn names_of_syncs(config: &Config) -> Vec<SyncName> {
    config.syncs.iter().map(|sync| sync.name.clone()).collect()
}

fn queue_file(config: &Config) -> PathBuf {
    config.server.data_dir.join("queue.db")
}

pub(super) async fn open_store(config: &Config, clock: SharedClock) -> Result<Store, StoreError> {
    let pool = match &config.store.url {
        Some(url) => Pool::postgres(url.expose(), config.store.max_connections)?,
        None => Pool::sqlite(&config.server.data_dir.join("store.db")).await?,
    };
    Store::open(pool, clock).await
}

pub(super) async fn open_queue(config: &Config) -> Result<(Arc<dyn Queue>, Arc<dyn DeadLetters>), StartError> {
    let syncs = names_of_syncs(config);
    Ok(match &config.queue.url {
        Some(url) => two_ports(queue::rabbitmq::RabbitMq::new(url.clone(), &config.queue.prefix, syncs)),
        None => two_ports(queue::embedded::Embedded::open(&queue_file(config), syncs).await?),
    })
}

fn two_ports(queue: impl Queue + DeadLetters + 'static) -> (Arc<dyn Queue>, Arc<dyn DeadLetters>) {
    let queue = Arc::new(queue);
    (queue.clone(), queue)
}

pub(super) fn open_coordination(config: &Config) -> Result<Arc<dyn Coordination>, StartError> {
    Ok(match &config.coordination.url {
        Some(url) => Arc::new(coordination::Redis::new(url.expose(), &config.coordination.prefix)?),
        None => Arc::new(coordination::Embedded::default()),
    })
}
