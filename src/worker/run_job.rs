//! One job: lease, deadline, run, verdict, settlement.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tracing::{Instrument, Span, error, field::Empty, info, info_span, warn};

use super::{
    Worker,
    lease::{self, HeldLease},
    verdict::{Verdict, after_fault, after_panic},
};
use crate::{
    coordination::{Generation, generation_key},
    ids::IssueId,
    queue::{
        Delivery, Destination, Route, Settle,
        job::{Job, JobError, PACKAGE_ARRIVED},
    },
    sync::{
        create_remote::Creation,
        engine::{Engine, RunOptions},
        fault::Fault,
        issue::Side,
        outcome::Outcome,
        resolve::Resolved,
    },
    telemetry::propagation::{continue_from, trace_id},
    trackers::waiting,
};

/// The pause of an event whose issue another run holds. It is no attempt.
const BUSY: Duration = Duration::from_secs(1);
/// The pause before a settlement that failed is tried again; the queue is away then.
const UNSETTLED: Duration = Duration::from_secs(2);

/// What became of an attempt.
pub(super) enum Attempt {
    Ran(Box<Outcome>),
    /// A package was looked at; what became of it, in a word.
    TakenIn(&'static str),
    Failed(Fault),
    /// A run that began after the event was taken in has covered it.
    Covered,
    /// Another run holds the issue.
    Busy,
    /// A tracker is left alone; nothing was asked of it.
    Paused(Fault),
    Panicked,
    /// The process ends.
    Aborted,
}

impl Worker {
    /// Handles one delivery to its end.
    pub(super) async fn handle(self: Arc<Self>, delivery: Delivery) {
        let Delivery { route, job, body, settle } = delivery;
        let job = match job {
            Ok(job) => job,
            Err(undecodable) => {
                error!(queue = route.key(), %undecodable, "a message that is no event; it is parked as it is");
                let parked = self.queue.park_raw(&route.sync, &body, &undecodable.to_string()).await;
                return settle_after(parked, settle).await;
            }
        };
        let span = info_span!(
            "consume",
            sync = %job.data.sync,
            issue = job.subject,
            event = %job.id,
            attempt = job.data.attempts + 1,
            outcome = Empty,
        );
        continue_from(&span, job.traceparent.as_deref());
        self.attempt_and_settle(route, job, settle).instrument(span).await;
    }

    async fn attempt_and_settle(self: Arc<Self>, route: Route, job: Job, settle: Box<dyn Settle>) {
        let _passing = self.right_of_way.take(&route, &job).await;
        let started = Instant::now();
        let Some(engine) = self.engines.get(&job.data.sync).cloned() else {
            let fault = Fault::permanent(format!("no sync of the name `{}` is configured", job.data.sync));
            let settled = self.park(job, &fault).await;
            return settle_after(settled, settle).await;
        };
        let attempt = Arc::clone(&self).attempt(&engine, &job).await;
        let (word, verdict, fault) = self.judge(attempt, &job);
        Span::current().record("outcome", word);
        let age = self.clock.now().duration_since(job.time);
        self.metrics.sync(job.data.sync.as_str(), word, started.elapsed(), Duration::try_from(age).ok());
        if !matches!(verdict, Some(Verdict::Retry { .. })) {
            self.waiting.ended(&job);
        }
        let settled = match verdict {
            Some(Verdict::Done) => Ok(()),
            Some(Verdict::Retry { pause, counts }) => self.retry(route, job, pause, counts, fault.as_ref()).await,
            Some(Verdict::Park) => self.park(job, &fault.unwrap_or_else(|| Fault::bug("parked without a reason"))).await,
            None => return release(settle).await,
        };
        settle_after(settled, settle).await;
    }

    /// The verdict of an attempt; none when the process ends, and the job just goes back.
    fn judge(&self, attempt: Attempt, job: &Job) -> (&'static str, Option<Verdict>, Option<Fault>) {
        let before = job.data.attempts;
        match attempt {
            Attempt::Ran(outcome) => {
                tell(&outcome);
                (outcome.word(), Some(Verdict::Done), None)
            }
            Attempt::TakenIn(word) => (word, Some(Verdict::Done), None),
            Attempt::Covered => ("covered", Some(Verdict::Done), None),
            Attempt::Busy => ("busy", Some(Verdict::Retry { pause: BUSY, counts: false }), None),
            Attempt::Paused(fault) => {
                info!(%fault, "waits");
                ("paused", Some(after_fault(&fault, before, &self.config, rand::random())), None)
            }
            Attempt::Failed(fault) => {
                let verdict = after_fault(&fault, before, &self.config, rand::random());
                (fault.word(), Some(verdict), Some(fault))
            }
            Attempt::Panicked => {
                let fault = Fault::bug("the run ended in a panic; the log has its place");
                ("panic", Some(after_panic(before, &self.config)), Some(fault))
            }
            Attempt::Aborted => ("aborted", None, None),
        }
    }

    async fn attempt(self: Arc<Self>, engine: &Arc<Engine>, job: &Job) -> Attempt {
        if job.kind == PACKAGE_ARRIVED {
            return self.ingest(engine, job).await;
        }
        if self.is_covered(job).await {
            return Attempt::Covered;
        }
        if let Some(fault) = self.paused(engine).await {
            return Attempt::Paused(fault);
        }
        let remote = match engine.resolve(job.data.side, &job.data.issue).await {
            Ok(Resolved::Linked(remote)) => remote,
            Ok(Resolved::Nothing(reason)) => return Attempt::Ran(Box::new(Outcome::Ignored(reason))),
            Ok(Resolved::Creatable(local)) => match self.create_remote(engine, &local, job).await {
                Ok(remote) => remote,
                Err(ended) => return ended,
            },
            Err(fault) => return Attempt::Failed(fault),
        };
        // Both sides' events of one link meet at the remote id.
        let key = format!("{}/{remote}", engine.name);
        match lease::take(&self.coordination, &key, self.config.lease).await {
            Ok(Some(lease)) => self.run_under(lease, engine, remote, job).await,
            Ok(None) => Attempt::Busy,
            Err(fault) => Attempt::Failed(fault),
        }
    }

    async fn run_under(&self, lease: HeldLease, engine: &Arc<Engine>, remote: IssueId, job: &Job) -> Attempt {
        // The run that had the lease until now may have covered the event after it was looked at.
        if self.is_covered(job).await {
            lease.release().await;
            return Attempt::Covered;
        }
        let covered = self.noted_generations(engine, &remote, job).await;
        let (engine, options) = (Arc::clone(engine), run_options(job));
        let ended = self.bounded(&lease, Some(self.config.deadline), async move { engine.run(&remote, &options).await }).await;
        // An echo covers nothing: another event of this issue may still be tried again.
        if let Ok(outcome) = &ended
            && !matches!(outcome, Outcome::Echo)
            && outcome.report().is_none_or(|report| report.failures.is_empty())
        {
            self.cover(covered).await;
        }
        lease.release().await;
        ended.map_or_else(|ended| ended, |outcome| Attempt::Ran(Box::new(outcome)))
    }

    /// Creates the remote issue of a local one; its id, or how the attempt ended.
    async fn create_remote(&self, engine: &Arc<Engine>, local: &IssueId, job: &Job) -> Result<IssueId, Attempt> {
        let key = format!("{}/local/{local}", engine.name);
        let lease = lease::take(&self.coordination, &key, self.config.lease).await.map_err(Attempt::Failed)?;
        let Some(lease) = lease else { return Err(Attempt::Busy) };
        let (engine, local, options) = (Arc::clone(engine), local.clone(), run_options(job));
        let ended =
            self.bounded(&lease, Some(self.config.deadline), async move { engine.create_remote(&local, &options).await }).await;
        lease.release().await;
        match ended? {
            Creation::Created(remote) => Ok(remote),
            Creation::Ended(outcome) => Err(Attempt::Ran(outcome)),
        }
    }

    /// Does work under a lease and within a deadline; how the attempt ended where the work did not.
    pub(super) async fn bounded<T: Send + 'static>(
        &self,
        lease: &HeldLease,
        deadline: Option<Duration>,
        work: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, Attempt> {
        // A task of its own: a panic in it is an error here and not our end.
        let mut task = tokio::spawn(work.in_current_span());
        let aborted = self.lifecycle.aborted();
        let ended = tokio::select! {
            ended = &mut task => match ended {
                Ok(done) => done.map_err(Attempt::Failed),
                Err(error) => {
                    error!(%error, "the run ended in a panic");
                    Err(Attempt::Panicked)
                }
            },
            limit = passed(deadline) => {
                let fault = Fault::transient(format!("the run took longer than {limit:?}"));
                Err(Attempt::Failed(fault))
            }
            () = lease.lost.cancelled() => Err(Attempt::Failed(Fault::transient("the lease on the issue was lost"))),
            () = aborted.cancelled() => Err(Attempt::Aborted),
        };
        task.abort();
        ended
    }

    /// Why one of the two trackers is left alone, or nothing is written, if so.
    async fn paused(&self, engine: &Engine) -> Option<Fault> {
        for tracker in [engine.local.name(), engine.remote.name()] {
            if let Ok(Some(pause)) = self.coordination.paused(tracker.as_str()).await {
                return Some(waiting(tracker, &pause));
            }
        }
        engine.may_write().await.err()
    }

    async fn is_covered(&self, job: &Job) -> bool {
        let Some(generation) = job.data.generation.as_deref().and_then(Generation::parse) else { return false };
        let key = generation_key(&job.data.sync, job.data.side, &job.data.issue);
        self.coordination.is_covered(&key, &generation).await.unwrap_or(false)
    }

    /// The generations of both sides before anything is read: what they count is seen by this run.
    async fn noted_generations(&self, engine: &Engine, remote: &IssueId, job: &Job) -> Vec<(String, Generation)> {
        let mut keys = vec![
            generation_key(&engine.name, job.data.side, &job.data.issue),
            generation_key(&engine.name, Side::Remote, remote),
        ];
        if let Ok(Some(link)) = engine.records.link_of_remote(&engine.name, remote).await
            && let Some(local) = link.local
        {
            keys.push(generation_key(&engine.name, Side::Local, &local));
        }
        keys.sort();
        keys.dedup();
        let mut noted = Vec::new();
        for key in keys {
            if let Ok(Some(generation)) = self.coordination.generation(&key).await {
                noted.push((key, generation));
            }
        }
        noted
    }

    async fn cover(&self, noted: Vec<(String, Generation)>) {
        for (key, generation) in noted {
            if let Err(fault) = self.coordination.cover(&key, &generation).await {
                warn!(%fault, "later events of this issue will be read once more than needed");
            }
        }
    }

    async fn retry(
        &self,
        route: Route,
        mut job: Job,
        pause: Duration,
        counts: bool,
        fault: Option<&Fault>,
    ) -> Result<(), Fault> {
        job.data.attempts += u32::from(counts);
        if let Some(fault) = fault {
            warn!(%fault, pause = ?pause, attempts = job.data.attempts, "will be tried again");
            job.data.error = Some(self.job_error(fault));
        }
        self.waiting.put_off(&job, pause, self.clock.now());
        self.queue.publish(&Destination::Later(route, pause), &job).await
    }

    async fn park(&self, mut job: Job, fault: &Fault) -> Result<(), Fault> {
        error!(%fault, kind = fault.word(), attempts = job.data.attempts + 1, "parked in the dead queue; a person is needed");
        job.data.attempts += 1;
        job.data.error = Some(self.job_error(fault));
        let sync = job.data.sync.clone();
        // A sync that is not configured any more has no dead queue of its own: the one it came through has.
        let sync = if self.engines.contains_key(&sync) { Some(sync) } else { self.engines.keys().next().cloned() };
        match sync {
            Some(sync) => self.queue.publish(&Destination::Dead(sync), &job).await,
            None => Err(Fault::permanent("no sync is configured")),
        }
    }

    fn job_error(&self, fault: &Fault) -> JobError {
        JobError {
            kind: fault.word().to_owned(),
            message: fault.to_string(),
            at: self.clock.now(),
            trace: trace_id(&Span::current()),
        }
    }
}

/// Waits for a deadline, for ever if there is none.
async fn passed(deadline: Option<Duration>) -> Duration {
    let Some(deadline) = deadline else { return std::future::pending().await };
    tokio::time::sleep(deadline).await;
    deadline
}

fn run_options(job: &Job) -> RunOptions {
    let actor = job.data.actor.clone().map(|actor| (job.data.side, actor));
    RunOptions { actor, event: Some(job.id.clone()), trace: trace_id(&Span::current()), ..RunOptions::default() }
}

/// Tells what a run did, in one line, and what its rules warn of in another one.
fn tell(outcome: &Outcome) {
    if let Some(report) = outcome.report().filter(|report| !report.warnings().is_empty()) {
        warn!(remote = report.remote_key, warnings = report.warnings().join("; "), "not all is as it may be expected");
    }
    match outcome {
        Outcome::Synced(report) | Outcome::Unchanged(report) if !report.failures.is_empty() => {
            warn!(remote = report.remote_key, failures = report.failures.join("; "), "synced in part");
        }
        Outcome::Unchanged(report) if !report.held().is_empty() => {
            warn!(remote = report.remote_key, held = report.held().join("; "), "held; somebody has to decide");
        }
        Outcome::Synced(report) => {
            info!(remote = report.remote_key, changes = report.plan.effects_in_words().join("; "), "synced");
        }
        Outcome::Unchanged(report) => info!(remote = report.remote_key, "both sides are in line"),
        Outcome::Stopped(report) => {
            let rule = report.plan.stopped_by().map(|rule| format!("{} [{}]: {}", rule.kind, rule.place, rule.reason));
            info!(remote = report.remote_key, rule, "stopped by a rule");
        }
        Outcome::Echo => info!("an echo of our own writes"),
        Outcome::Ignored(reason) => info!(reason, "ignored"),
    }
}

/// Acknowledges once what follows from the attempt is durable. When it is not, the job goes back.
async fn settle_after(durable: Result<(), Fault>, settle: Box<dyn Settle>) {
    let settled = match durable {
        Ok(()) => settle.ack().await,
        Err(fault) => {
            warn!(%fault, "the queue did not take what follows; the event goes back and comes again");
            tokio::time::sleep(UNSETTLED).await;
            settle.release().await
        }
    };
    if let Err(fault) = settled {
        warn!(%fault, "the event could not be settled; it comes again");
    }
}

async fn release(settle: Box<dyn Settle>) {
    if let Err(fault) = settle.release().await {
        warn!(%fault, "the event could not be returned; it comes again by itself");
    }
}
