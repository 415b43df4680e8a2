//! Trackers whose changes come in packages: arrivals become events, a package that is taken in becomes an event of each of its issues,
//! and answers are packed from time to time.

use std::{collections::HashSet, sync::Arc, time::Duration};

use jiff::Timestamp;
use tracing::{Instrument, info_span, warn};

use super::{Worker, lease, run_job::Attempt};
use crate::{
    ids::{EventId, IssueId, SyncName, TrackerName},
    queue::{
        Destination, Lane, Queue, Route,
        job::{ISSUE_CHANGED, Job, JobData, PACKAGE_ARRIVED},
    },
    sync::{
        engine::Engine,
        fault::Fault,
        issue::Side,
        ports::{Ingested, Packages},
    },
};

/// A package of no more issues is as urgent as a webhook; a larger one must not hold up the changes of others.
const MOST_LIVE: usize = 20;
/// How often it is looked whether answers have waited long enough.
const LOOK_FOR_ANSWERS: Duration = Duration::from_secs(1);
/// How long to rest after an answer could not be packed.
const AFTER_FAULT: Duration = Duration::from_secs(30);

/// Looks for packages, and makes events of what arrived, for as long as the process lives.
pub async fn watch_arrivals(worker: Arc<Worker>, packages: Arc<dyn Packages>) {
    let draining = worker.lifecycle.draining();
    let mut told = Told::default();
    loop {
        let span = info_span!("look", tracker = %packages.tracker());
        if let Err(fault) = look(&worker, packages.as_ref(), &mut told).instrument(span).await {
            warn!(tracker = %packages.tracker(), %fault, "the inbox cannot be looked into now");
        }
        tokio::select! {
            () = packages.next_look() => {}
            () = draining.cancelled() => return,
        }
    }
}

/// What this process has told of the inbox.
#[derive(Default)]
struct Told {
    /// Packages that an event was made of. One that is lost with this process is made again by the next.
    complete: HashSet<String>,
    /// Packages that are overdue.
    overdue: HashSet<String>,
}

async fn look(worker: &Worker, packages: &dyn Packages, told: &mut Told) -> Result<(), Fault> {
    // What a process that died has left; also while the inbox is away.
    announce(worker, packages).await?;
    let look = packages.look().await?;
    worker.metrics.packages_incomplete(packages.tracker().as_str(), look.overdue.len());
    let overdue: HashSet<String> = look.overdue.iter().map(|(reference, _)| reference.clone()).collect();
    for (reference, lacking) in &look.overdue {
        if !told.overdue.contains(reference) {
            warn!(tracker = %packages.tracker(), package = reference, lacking, "a package has been incomplete for long; ask the other side for the rest");
        }
    }
    told.overdue = overdue;
    // One that lacks files again, or that was taken in, is a new one when it is complete once more.
    told.complete.retain(|reference| look.complete.contains(reference));
    let sync = engines_of(worker, packages.tracker()).next().map(|engine| &engine.name);
    for (reference, sync) in look.complete.into_iter().filter_map(|reference| Some((reference, sync?))) {
        if !told.complete.contains(&reference) {
            let (queue, now) = (worker.queue.as_ref(), worker.clock.now());
            publish_arrival(queue, sync, packages.tracker(), &reference, now).await?;
            told.complete.insert(reference);
        }
    }
    Ok(())
}

/// Makes an event of a package that arrived, for the sync that takes it in.
///
/// # Errors
/// Those of the queue.
pub async fn publish_arrival(
    queue: &dyn Queue,
    sync: &SyncName,
    tracker: &TrackerName,
    reference: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let data = JobData::of(sync.clone(), Side::Remote, IssueId::new(reference), "arrival");
    let job = Job::new(EventId::generate(), tracker, PACKAGE_ARRIVED, reference.to_owned(), now, data);
    let route = Route { sync: sync.clone(), lane: Lane::Live };
    queue.publish(&Destination::Now(route), &job).await
}

/// The syncs whose remote tracker it is, by name.
fn engines_of<'w>(worker: &'w Worker, tracker: &TrackerName) -> impl Iterator<Item = &'w Arc<Engine>> {
    let mut engines: Vec<&Arc<Engine>> = worker.engines.values().filter(|engine| engine.remote.name() == tracker).collect();
    engines.sort_by(|one, other| one.name.cmp(&other.name));
    engines.into_iter()
}

/// Makes an event of each issue that a package told of and that none was made of yet. An event that is made twice costs a read.
async fn announce(worker: &Worker, packages: &dyn Packages) -> Result<(), Fault> {
    loop {
        let due = packages.unannounced().await?;
        if due.is_empty() {
            return Ok(());
        }
        let lane = if due.len() <= MOST_LIVE { Lane::Live } else { Lane::Bulk };
        for (issue, package) in &due {
            for engine in engines_of(worker, packages.tracker()) {
                let data = JobData {
                    change: Some(format!("package {package}")),
                    ..JobData::of(engine.name.clone(), Side::Remote, issue.clone(), "arrival")
                };
                let tracker = packages.tracker();
                let job = Job::new(EventId::generate(), tracker, ISSUE_CHANGED, issue.to_string(), worker.clock.now(), data);
                let route = Route { sync: engine.name.clone(), lane };
                worker.queue.publish(&Destination::Now(route), &job).await?;
            }
        }
        packages.announced(&due).await?;
    }
}

impl Worker {
    /// Takes the package of an event in.
    pub(super) async fn ingest(self: Arc<Self>, engine: &Engine, job: &Job) -> Attempt {
        let Some(packages) = self.packages.get(engine.remote.name()).cloned() else {
            let fault = Fault::permanent(format!("`{}` is no tracker that sends packages", engine.remote.name()));
            return Attempt::Failed(fault.hint("it was configured as another kind when the package arrived"));
        };
        let reference = job.data.issue.as_str().to_owned();
        let key = format!("package/{}/{reference}", packages.tracker());
        let lease = match lease::take(&self.coordination, &key, self.config.lease).await {
            Ok(Some(lease)) => lease,
            Ok(None) => return Attempt::Busy,
            Err(fault) => return Attempt::Failed(fault),
        };
        let worker = Arc::clone(&self);
        // No deadline: a large package over a slow line takes its time, and one that hangs loses its connection.
        let ended = self
            .bounded(&lease, None, async move {
                let ingested = packages.ingest(&reference).await?;
                announce(&worker, packages.as_ref()).await?;
                Ok((ingested, packages))
            })
            .await;
        lease.release().await;
        match ended {
            Ok((ingested, packages)) => {
                let word = word(&ingested);
                self.metrics.package_arrived(packages.tracker().as_str(), word);
                Attempt::TakenIn(word)
            }
            Err(ended) => {
                if let Attempt::Failed(fault) = &ended
                    && !fault.is_transient()
                {
                    self.metrics.package_arrived(engine.remote.name().as_str(), "refused");
                }
                ended
            }
        }
    }
}

fn word(ingested: &Ingested) -> &'static str {
    match ingested {
        Ingested::Now { .. } => "ingested",
        Ingested::Before => "duplicate",
        // It comes again once the rest is there.
        Ingested::Incomplete(_) => "incomplete",
    }
}

/// Packs answers and sends them, for as long as the process lives.
pub async fn dispatch_answers(worker: Arc<Worker>, packages: Arc<dyn Packages>) {
    let draining = worker.lifecycle.draining();
    loop {
        let span = info_span!("dispatch", tracker = %packages.tracker());
        let pause = match dispatch(&worker, packages.as_ref()).instrument(span).await {
            Ok(()) => LOOK_FOR_ANSWERS,
            Err(fault) => {
                warn!(tracker = %packages.tracker(), %fault, "answers do not go out now; it is tried again");
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = draining.cancelled() => return,
        }
    }
}

async fn dispatch(worker: &Worker, packages: &dyn Packages) -> Result<(), Fault> {
    let key = format!("outbox/{}", packages.tracker());
    // A lease that is lost meanwhile does no harm: whatever goes out goes out once.
    let Some(lease) = lease::take(&worker.coordination, &key, worker.config.lease).await? else { return Ok(()) };
    let outcome = async {
        while packages.dispatch().await?.is_some() {
            worker.metrics.package_sent(packages.tracker().as_str());
        }
        Ok(())
    };
    let outcome = outcome.await;
    lease.release().await;
    outcome
}
