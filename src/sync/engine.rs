//! One run: from "this issue may have changed" to both sides in line.

use std::sync::Arc;

use tracing::info_span;

use super::{
    apply::{Applied, Target},
    create::Created,
    echo::seen,
    effects::EffectOutcomes,
    fault::Fault,
    issue::{Side, Snapshot},
    load::Loaded,
    outcome::{Outcome, Report},
    plan::{Plan, RuleOutcome},
    ports::{AuditEntry, Link, MirroredState, Records, RunLimits, Tracker},
    rules::{Needs, Options, RuleSet, evaluate},
    vocabulary::Vocabularies,
};
use crate::{
    clock::SharedClock,
    config::fuses::FuseConfig,
    ids::{EventId, IssueId, SyncName},
};

/// One sync, ready to run.
pub struct Engine {
    /// Its name.
    pub name: SyncName,
    /// Our own tracker.
    pub local: Arc<dyn Tracker>,
    /// The other one.
    pub remote: Arc<dyn Tracker>,
    /// Which remote issues become local ones; absent: none.
    pub remote_filter: Option<String>,
    /// Plan everything, write nothing on the remote side.
    pub remote_dry_run: bool,
    /// Whether a local issue that has no remote one gets one, where a `check` rule lets it.
    pub create_remote: bool,
    /// The rules.
    pub rules: RuleSet,
    /// Links, journal, audit trail.
    pub records: Arc<dyn Records>,
    /// The time.
    pub clock: SharedClock,
    /// How long a run may last.
    pub limits: RunLimits,
    /// How much is written before somebody should have a look.
    pub fuses: FuseConfig,
    /// The values that local attributes may have, as far as they were asked for.
    pub vocabularies: Vocabularies,
}

/// What the caller wants of a run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Plan and write nothing.
    pub dry_run: bool,
    /// Write nothing on the remote side.
    pub no_remote_writes: bool,
    /// Take remote values for changed.
    pub remote_change: bool,
    /// The side that tells of a change, and the account that made it, where they are known.
    pub actor: Option<(Side, String)>,
    /// The event that causes the run, for the audit trail.
    pub event: Option<EventId>,
    /// The trace, for the audit trail.
    pub trace: Option<String>,
}

/// A run while it lasts.
pub(super) struct Run<'a> {
    pub id: String,
    pub local: &'a dyn Tracker,
    pub remote: &'a dyn Tracker,
    pub rules: &'a RuleSet,
    pub records: &'a dyn Records,
    pub limits: RunLimits,
}

impl Run<'_> {
    pub(super) fn tracker(&self, side: Side) -> &dyn Tracker {
        match side {
            Side::Local => self.local,
            Side::Remote => self.remote,
        }
    }
}

impl Engine {
    /// What the rules have to know of an issue on one side.
    pub(super) fn needs(&self, side: Side) -> Needs {
        let counterpart = match side {
            Side::Local => self.remote.name(),
            Side::Remote => self.local.name(),
        };
        Needs { counterpart: Some(counterpart.clone()), ..self.rules.needs(side) }
    }

    pub(super) fn new_run(&self) -> Run<'_> {
        Run {
            id: uuid::Uuid::now_v7().to_string(),
            local: self.local.as_ref(),
            remote: self.remote.as_ref(),
            rules: &self.rules,
            records: self.records.as_ref(),
            limits: self.limits,
        }
    }

    /// What the rules have to know besides the two issues.
    pub(super) async fn rule_options(&self, options: &RunOptions) -> Result<Options, Fault> {
        let known = self.vocabularies.of(self.local.as_ref(), &self.rules, self.clock.now()).await?;
        Ok(Options {
            remote_change: options.remote_change,
            equality: self.remote.equality(),
            local_vocabularies: known.everywhere,
            local_places: known.places,
        })
    }

    /// Brings one remote issue and its local counterpart in line.
    ///
    /// # Errors
    /// Faults of trackers and store. What was written until then is written; the next run goes on from there.
    pub async fn run(&self, remote: &IssueId, options: &RunOptions) -> Result<Outcome, Fault> {
        if let Some((side, actor)) = options.actor.as_ref().filter(|_| !options.dry_run && !options.remote_change)
            && self.is_echo(remote, *side, actor).await?
        {
            return Ok(Outcome::Echo);
        }
        let run = self.new_run();
        let loaded = match self.load(&run, remote, options.dry_run).await? {
            Ok(loaded) => loaded,
            Err(reason) => return Ok(Outcome::Ignored(reason)),
        };
        let rule_options = self.rule_options(options).await?;
        let plan = self.evaluate(&loaded, options, &rule_options);
        if options.dry_run {
            let local = loaded.local.as_ref().map(|issue| issue.id.clone());
            return Ok(outcome(Report::new(loaded.remote.key.clone(), local, plan, Vec::new())));
        }
        self.carry_out(&run, loaded, plan, options).await
    }

    pub(super) fn evaluate(&self, loaded: &Loaded, options: &RunOptions, rule_options: &Options) -> Plan {
        let span = info_span!("evaluate", changes = tracing::field::Empty);
        let _entered = span.enter();
        let mut plan = evaluate(&self.rules, loaded.local.as_ref(), Some(&loaded.remote), &loaded.base, rule_options);
        if options.no_remote_writes || self.remote_dry_run {
            withhold_remote_writes(&mut plan);
        }
        span.record("changes", plan.effects_in_words().join("; "));
        plan
    }

    async fn carry_out(&self, run: &Run<'_>, loaded: Loaded, mut plan: Plan, options: &RunOptions) -> Result<Outcome, Fault> {
        if plan.stopped_by().is_some() {
            return self.leave_alone(loaded, plan, options).await;
        }
        if !plan.is_empty() {
            self.may_write().await?;
        }
        let Loaded { remote, local, link, base, settled } = loaded;
        if !settled {
            plan.put_off_copies();
        }
        let mut link = match link {
            Some(link) => link,
            None => self.new_link(&remote).await?,
        };
        let all = || plan.local.fields.keys().cloned().collect();
        let created = match local.as_ref().map(|issue| &issue.id).or(link.local.as_ref()) {
            Some(there) => Created { id: there.clone(), unset: all() },
            None => run.create_local(&link, &remote, &plan, &self.state_of(&remote, &remote.attributes)).await?,
        };
        self.note_writings(&mut link, &created.id, &base, &plan, local.as_ref(), &remote).await?;
        let revisions = (local.as_ref().and_then(|issue| issue.revision.as_deref()), remote.revision.as_deref());
        let target = Target { link: &link.id.clone(), local: &created.id, remote: &remote.id, revisions };
        let seen = seen(local.as_ref(), &remote, &base.copies);
        let texts_before = base.copies.iter().filter(|copied| copied.source.is_empty()).count();
        let mut applied = if local.is_none() { created.applied(&plan) } else { Applied::default() };
        let mut yet_to_be_set = plan.clone();
        yet_to_be_set.local = plan.local.only_fields(&created.unset);
        let mut done = run.apply_fields(&yet_to_be_set, &target, &mut applied).await;
        if done.is_ok() {
            // Before the copies, each of which is noted by itself: one that fails must not make the fields look unwritten.
            self.finish(&remote, local.as_ref(), &mut link, base, &plan, &applied).await?;
            done = run.apply_copies(&plan, &target, texts_before, &mut applied).await;
        }
        self.count_writes(&applied.outcomes).await;
        if done.is_ok() && !settled {
            done = Err(Fault::transient("the outcome of an earlier copy is not known yet; messages and files wait for it"));
        }
        if let Err(fault) = done {
            let outcome = format!("{}: {fault}", fault.word());
            self.audit(&remote, Some(&link), link.local.as_ref(), &plan, options, (outcome, &applied.outcomes)).await?;
            return Err(fault);
        }
        let nothing_open = applied.failures.is_empty() && plan.rules.iter().all(|rule| rule.outcome.is_settled());
        let outcome = outcome(Report::new(remote.key.clone(), Some(created.id), plan, std::mem::take(&mut applied.failures)));
        if let Some(report) = outcome.report().filter(|report| report.is_notable()) {
            self.audit(
                &remote,
                Some(&link),
                link.local.as_ref(),
                &report.plan,
                options,
                (told(&outcome, report), &applied.outcomes),
            )
            .await?;
        }
        if nothing_open {
            self.note_seen(&mut link, seen).await;
        }
        Ok(outcome)
    }

    /// The link of an issue that had none when it was read. What another run wrote there since, this one's Plan knows nothing of.
    async fn new_link(&self, remote: &Snapshot) -> Result<Link, Fault> {
        let link = self.records.ensure_link(&self.name, &remote.id, &remote.key).await?;
        if link.version > 1 {
            return Err(Fault::transient(format!("another run linked remote issue {} first", link.remote_key)));
        }
        Ok(link)
    }

    /// Ends the run of an issue that a rule takes out of the sync.
    async fn leave_alone(&self, loaded: Loaded, plan: Plan, options: &RunOptions) -> Result<Outcome, Fault> {
        let Loaded { remote, local, link, .. } = loaded;
        let local = local.map(|issue| issue.id);
        let told = ("stopped".to_owned(), &EffectOutcomes::default());
        self.audit(&remote, link.as_ref(), local.as_ref(), &plan, options, told).await?;
        Ok(outcome(Report::new(remote.key, local, plan, Vec::new())))
    }

    pub(super) fn state_of(&self, remote: &Snapshot, attributes: &super::issue::Attributes) -> MirroredState {
        MirroredState {
            tracker: self.remote.name().clone(),
            remote: remote.id.clone(),
            key: remote.key.clone(),
            attributes: attributes.clone(),
        }
    }

    pub(super) async fn save(&self, link: &mut Link) -> Result<(), Fault> {
        if self.records.save_link(link).await? {
            link.version += 1;
            return Ok(());
        }
        Err(Fault::transient(format!("another run wrote the link of remote issue {} first", link.remote_key)))
    }

    pub(super) async fn audit(
        &self,
        remote: &Snapshot,
        link: Option<&Link>,
        local: Option<&IssueId>,
        plan: &Plan,
        options: &RunOptions,
        (outcome, effects): (String, &EffectOutcomes),
    ) -> Result<(), Fault> {
        let entry = AuditEntry {
            link: link.map(|link| &link.id),
            sync: &self.name,
            remote: &remote.id,
            local,
            event: options.event.as_ref(),
            trace: options.trace.clone(),
            at: self.clock.now(),
            plan,
            effects: effects.of(plan),
            outcome,
        };
        self.records.audit(&entry).await
    }
}

pub(super) fn outcome(report: Report) -> Outcome {
    if report.plan.stopped_by().is_some() {
        Outcome::Stopped(report)
    } else if report.plan.is_empty() {
        Outcome::Unchanged(report)
    } else {
        Outcome::Synced(report)
    }
}

fn told(outcome: &Outcome, report: &Report) -> String {
    if report.failures.is_empty() { outcome.word().to_owned() } else { format!("partly: {}", report.failures.join("; ")) }
}

pub(super) fn withhold_remote_writes(plan: &mut Plan) {
    plan.creates_remote = false;
    let withheld = std::mem::take(&mut plan.remote);
    let rules = withheld
        .fields
        .values()
        .map(|change| change.rule)
        .chain(withheld.messages.iter().map(|message| message.rule))
        .chain(withheld.edits.iter().map(|edit| edit.rule))
        .chain(withheld.removals.iter().map(|removal| removal.rule))
        .chain(withheld.files.iter().map(|file| file.rule));
    for rule in rules {
        if let Some(report) = plan.rules.get_mut(rule) {
            // Held keeps the base where it is, so that the change is still seen once writing is allowed.
            report.outcome = RuleOutcome::Held;
            report.reason = format!("withheld, no remote writes: {}", report.reason);
        }
    }
}
