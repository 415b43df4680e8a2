//! Puts the parts together.

mod adapters;
mod engines;

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    net::TcpListener,
    sync::Arc,
    time::Duration,
};

use tracing::{info, warn};

pub use self::adapters::{
    connect, connect_all, connect_by_hand, connect_named, connect_sharing, connect_webhooks, dead_letters, queue_beside,
};
pub use self::engines::engine_with_remote;
use self::{
    adapters::{open_coordination, open_queue, open_store},
    engines::build_engines,
};
#[cfg(feature = "crash-points")]
use crate::crash;
use crate::{
    clock::{self, SharedClock},
    config::{Config, diagnostic::Diagnostic, partner::PartnerConfig, sync::SyncConfig},
    coordination::Coordination,
    ids::{SyncName, TrackerName},
    intake::{self, Intake, Sender, Subscription},
    lifecycle::Lifecycle,
    preflight::{self, ToAsk},
    queue::{
        Queue,
        parked::DeadLetters,
        spool::{Forwarding, Spooling},
    },
    store::{Store, StoreError},
    sync::{
        engine::Engine,
        fault::Fault,
        issue::Side,
        ports::{Packages, Tracker},
    },
    telemetry::metrics::Metrics,
    worker::{RightOfWay, Waiting, Worker, packages, sweep, watch},
};

/// How long the start waits for the schemas of trackers. One that is away must not keep the service from taking events.
const PATIENCE_AT_START: Duration = Duration::from_secs(5);

/// What one process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Takes deliveries in.
    Intake,
    /// Runs syncs.
    Worker,
    /// Looks for changes that no event told.
    Scheduler,
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration, found out only now.
    #[error("the configuration cannot be used")]
    Configuration(Vec<Diagnostic>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A service.
    #[error(transparent)]
    Service(#[from] Fault),
    /// The address to listen on.
    #[error("cannot listen on {0}: {1}")]
    Listen(String, std::io::Error),
    /// The data folder is in use.
    #[error(
        "the data folder {0} is used by another process; embedded queue and store, and the spool of intake, are for one process (give [queue], [store] and [coordination] a url to run several, and each intake a data_dir of its own)"
    )]
    InUse(String),
    /// Signals cannot be listened for, or the like.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The parts, ready to run.
pub struct App {
    /// The syncs, by name.
    pub engines: HashMap<SyncName, Arc<Engine>>,
    /// The trackers whose changes come in packages, by name.
    pub packages: HashMap<TrackerName, Arc<dyn Packages>>,
    /// Links, journal, audit trail.
    pub store: Store,
    /// The figures.
    pub metrics: Metrics,
    /// When to end.
    pub lifecycle: Lifecycle,
    config: Config,
    queue: Arc<dyn Queue>,
    dead: Arc<dyn DeadLetters>,
    coordination: Arc<dyn Coordination>,
    clock: SharedClock,
    /// Held for as long as the embedded parts are in use.
    data_lock: Option<File>,
}

impl App {
    /// Builds everything. Trackers may be away, and so may `RabbitMQ` and Redis; the database has to be there.
    ///
    /// # Errors
    /// The configuration, the database, or a data folder in use.
    pub async fn build(config: Config) -> Result<Self, StartError> {
        let metrics = Metrics::default();
        let clock = clock::system();
        let embedded = config.queue.url.is_none() || config.store.url.is_none();
        let data_lock = if embedded { Some(lock_data_folder(&config)?) } else { None };
        let store = open_store(&config, clock.clone()).await?;
        let (queue, dead) = open_queue(&config).await?;
        let coordination = open_coordination(&config)?;
        #[cfg(feature = "crash-points")]
        let (queue, coordination) = (crash::queue(queue), crash::coordination(coordination));
        let (engines, packages) = build_engines(&config, &store, &clock, &metrics, &coordination)?;
        let lifecycle = Lifecycle::default();
        Ok(Self { engines, packages, store, metrics, lifecycle, config, queue, dead, coordination, clock, data_lock })
    }

    /// Builds what one command needs that works without the queue: it may run beside a service that uses the same data folder.
    ///
    /// # Errors
    /// The configuration or the database.
    pub async fn engines_only(config: &Config) -> Result<(HashMap<SyncName, Arc<Engine>>, Store), StartError> {
        let clock = clock::system();
        let store = open_store(config, clock.clone()).await?;
        let (engines, _) = build_engines(config, &store, &clock, &Metrics::default(), &open_coordination(config)?)?;
        Ok((engines, store))
    }

    /// Binds the address of intake.
    ///
    /// # Errors
    /// It is taken, or not ours to bind.
    pub fn bind(&self) -> Result<TcpListener, StartError> {
        let address = &self.config.server.listen;
        TcpListener::bind(address).map_err(|error| StartError::Listen(address.clone(), error))
    }

    /// Checks the rules against the schemas of those trackers that answer at once; warnings.
    ///
    /// # Errors
    /// All findings, if one of them is an error.
    pub async fn check_rules(&self) -> Result<Vec<Diagnostic>, StartError> {
        let sides = self.engines.values().flat_map(|engine| [&engine.local, &engine.remote]);
        let trackers: BTreeMap<&TrackerName, &Arc<dyn Tracker>> = sides.map(|tracker| (tracker.name(), tracker)).collect();
        let to_ask: Vec<ToAsk> = trackers.into_values().map(|tracker| (Arc::clone(tracker), PATIENCE_AT_START)).collect();
        let draining = self.lifecycle.draining();
        let asked = tokio::select! {
            asked = preflight::ask(&to_ask) => asked,
            () = draining.cancelled() => return Ok(Vec::new()),
        };
        for (tracker, fault) in preflight::faults(&asked) {
            warn!(%tracker, %fault, "this tracker does not tell its schema now, so the rules are not checked against it");
        }
        let syncs = self.config.syncs.iter().filter_map(|sync| Some((sync, &self.engines.get(&sync.name)?.rules)));
        let findings = preflight::diagnose(syncs, &asked);
        if findings.iter().all(|finding| finding.is_warning) { Ok(findings) } else { Err(StartError::Configuration(findings)) }
    }

    /// Runs the roles until the process drains. The listener is for intake; without that role it serves health and metrics.
    ///
    /// # Errors
    /// The HTTP server fails.
    pub async fn run(&self, roles: &[Role], listener: TcpListener) -> Result<(), StartError> {
        let address = listener.local_addr()?;
        let takes_in = roles.contains(&Role::Intake);
        let senders = if takes_in { self.senders() } else { BTreeMap::new() };
        let (spool, _data_lock) = if takes_in { self.open_spool().await? } else { (None, None) };
        let forwarding = spool.clone().map(Forwarding::start);
        let server = intake::serve(Arc::new(self.intake(senders, spool)), listener)?;
        let handle = server.handle();
        let mut serving = tokio::spawn(server);
        info!(%address, roles = ?roles, "running");
        let worker = Arc::new(self.worker());
        let dead = roles.contains(&Role::Scheduler).then(|| Arc::clone(&self.dead));
        let mut errands = vec![tokio::spawn(watch::run(Arc::clone(&worker), dead))];
        if roles.contains(&Role::Scheduler) {
            let keeping = self.store.clone().keep_audit_for(self.config.store.keep_audit, self.lifecycle.draining());
            errands.push(tokio::spawn(keeping));
            for sync in &self.config.syncs {
                if let Some(engine) = self.engines.get(&sync.name) {
                    errands.push(tokio::spawn(sweep::run(Arc::clone(&worker), Arc::clone(engine), sync.sweep.clone())));
                }
            }
        }
        if roles.contains(&Role::Scheduler) {
            for packages in self.packages.values() {
                errands.push(tokio::spawn(packages::watch_arrivals(Arc::clone(&worker), Arc::clone(packages))));
                errands.push(tokio::spawn(packages::dispatch_answers(Arc::clone(&worker), Arc::clone(packages))));
            }
        }
        // Workers first: while they finish, and load balancers take notice, deliveries are still taken in and made durable.
        let working = async {
            if roles.contains(&Role::Worker) {
                Arc::clone(&worker).run(self.config.server.drain).await;
            } else {
                self.lifecycle.draining().cancelled().await;
            }
        };
        let noticed = self.lifecycle.lingering(if takes_in { self.config.server.linger } else { Duration::ZERO });
        tokio::join!(working, noticed);
        for errand in errands {
            errand.abort();
        }
        let ended = tokio::select! {
            () = handle.stop(true) => (&mut serving).await.map_err(std::io::Error::other).flatten(),
            // Whoever waits for an answer gets none, and comes again.
            () = self.lifecycle.aborted().cancelled_owned() => {
                serving.abort();
                Ok(())
            }
        };
        if let Some(forwarding) = forwarding {
            forwarding.end().await;
        }
        ended.map_err(StartError::Io)
    }

    /// The spool of intake, with the lock on its folder where that is not held yet. None with an embedded queue, which is such a
    /// file itself, and where it is switched off and nothing is left to be forwarded.
    async fn open_spool(&self) -> Result<(Option<Arc<Spooling>>, Option<File>), StartError> {
        let (server, file) = (&self.config.server, self.config.server.data_dir.join("spool.db"));
        if self.config.queue.url.is_none() || server.spool.max_events == 0 && !file.exists() {
            return Ok((None, None));
        }
        let lock = match self.data_lock {
            Some(_) => None,
            None => match lock_data_folder(&self.config) {
                // A folder that cannot be used is told when the file is opened: intake does without for as long as it can.
                Err(StartError::Io(_)) => None,
                locked => Some(locked?),
            },
        };
        let syncs: Vec<SyncName> = self.config.syncs.iter().map(|sync| sync.name.clone()).collect();
        let spooling = Spooling::open(Arc::clone(&self.queue), &file, server.spool, &syncs, self.metrics.clone());
        Ok((Some(spooling.await), lock))
    }

    /// A worker on the parts of this process.
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker {
            engines: self.engines.clone(),
            packages: self.packages.clone(),
            queue: Arc::clone(&self.queue),
            coordination: Arc::clone(&self.coordination),
            right_of_way: RightOfWay::default(),
            waiting: Waiting::default(),
            metrics: self.metrics.clone(),
            config: self.config.worker.clone(),
            clock: self.clock.clone(),
            lifecycle: self.lifecycle.clone(),
        }
    }

    fn intake(&self, senders: BTreeMap<TrackerName, Sender>, spool: Option<Arc<Spooling>>) -> Intake {
        let queue = spool.clone().map_or_else(|| Arc::clone(&self.queue), |spool| spool as Arc<dyn Queue>);
        Intake {
            senders,
            queue,
            spool,
            coordination: Arc::clone(&self.coordination),
            store: self.store.clone(),
            metrics: self.metrics.clone(),
            clock: self.clock.clone(),
            lifecycle: self.lifecycle.clone(),
            max_body: usize::try_from(self.config.server.max_body).unwrap_or(usize::MAX),
            runtime: tokio::runtime::Handle::current(),
        }
    }

    fn senders(&self) -> BTreeMap<TrackerName, Sender> {
        let server = &self.config.server;
        let trackers = self
            .config
            .trackers
            .iter()
            .map(|(name, config)| (name.clone(), Sender::new(name.clone(), config, self.subscriptions(name), server)));
        let arrivals = self.config.partners.iter().filter_map(|(name, partner)| {
            let PartnerConfig::Pfiff(pfiff) = partner else { return None };
            // A package is taken in once, whichever syncs its issues are of.
            let sync = self.subscriptions(name).into_iter().find(|subscription| subscription.side == Side::Remote);
            Some((name.clone(), Sender::of_arrivals(name.clone(), pfiff.webhook_secrets.clone(), sync, server)))
        });
        trackers.chain(arrivals).collect()
    }

    /// The syncs that a tracker is a side of.
    fn subscriptions(&self, tracker: &TrackerName) -> Vec<Subscription> {
        let sides = |sync: &SyncConfig| [(Side::Local, sync.local.clone()), (Side::Remote, sync.remote.clone())];
        let syncs = self.config.syncs.iter();
        syncs
            .flat_map(|sync| sides(sync).map(|(side, name)| (sync.name.clone(), side, name)))
            .filter(|(_, _, name)| name == tracker)
            .map(|(sync, side, _)| Subscription { sync, side })
            .collect()
    }
}

/// Two processes on one embedded queue would take each other's events.
fn lock_data_folder(config: &Config) -> Result<File, StartError> {
    let folder = &config.server.data_dir;
    std::fs::create_dir_all(folder)?;
    let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StartError::InUse(folder.display().to_string())),
        Err(std::fs::TryLockError::Error(error)) => Err(StartError::Io(error)),
    }
}
