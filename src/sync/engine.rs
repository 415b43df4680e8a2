//! One run: from "this issue may have changed" to both sides in line.

use std::sync::Arc;

use tracing::{info_span, warn};

use super::{
    apply::{Applied, Target},
    create::Created,
    echo::digest,
    effects::EffectOutcomes,
    fault::Fault,
    issue::{Base, Seen, Side, Snapshot},
    load::Loaded,
    outcome::{Outcome, Report},
    plan::{Plan, RuleOutcome},
    ports::{AuditEntry, Claim, Link, MirroredState, Records, RunLimits, Tracker},
    rules::{Needs, Options, RuleSet, evaluate},
    underway::writings,
    vocabulary::Vocabularies,
};
use crate::{
    clock::SharedClock,
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

/// What an event is about.
#[derive(Debug)]
pub enum Resolved {
    /// A remote issue, which may have a local one.
    Linked(IssueId),
    /// A local issue without a remote one, which may get one.
    Creatable(IssueId),
    /// None of this sync's issues, and why.
    Nothing(String),
}

/// A run while it lasts.
pub(super) struct Run<'a> {
    pub id: String,
    pub local: &'a dyn Tracker,
    pub remote: &'a dyn Tracker,
    pub rules: &'a RuleSet,
    pub records: &'a dyn Records,
    pub clock: &'a SharedClock,
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
    /// Finds the remote issue that an event is about.
    ///
    /// # Errors
    /// Faults of the store or the local tracker.
    pub async fn resolve(&self, side: Side, id: &IssueId) -> Result<Resolved, Fault> {
        if side == Side::Remote {
            return Ok(Resolved::Linked(id.clone()));
        }
        if let Some(link) = self.records.link_of_local(&self.name, id).await? {
            return Ok(Resolved::Linked(link.remote));
        }
        Ok(match self.local.linked_remote(id, self.remote.name()).await? {
            // People write this id by hand, and it becomes part of a URL.
            Claim::Ours(claimed) => match IssueId::parse(&claimed) {
                Some(claimed) => self.resolve_claim(id, claimed).await?,
                None => {
                    Resolved::Nothing(format!("local issue {id} says it stands for \"{claimed}\", and that is no issue id"))
                }
            },
            Claim::AnotherTrackers(name) => Resolved::Nothing(format!("local issue {id} stands for one of {name}")),
            Claim::Nothing if self.create_remote => Resolved::Creatable(id.clone()),
            Claim::Nothing => Resolved::Nothing(format!("local issue {id} is not linked to {}", self.remote.name())),
        })
    }

    /// A clone copies what its original says of itself; it must not pass for the original.
    async fn resolve_claim(&self, local: &IssueId, claimed: IssueId) -> Result<Resolved, Fault> {
        let link = self.records.link_of_remote(&self.name, &claimed).await?;
        let Some(other) = link.and_then(|link| link.local).filter(|linked| linked != local) else {
            return Ok(Resolved::Linked(claimed));
        };
        // People call it by its key; the link has its id.
        let called_otherwise = self.local.read(local, &Needs::default()).await?.is_none_or(|issue| issue.id == other);
        if called_otherwise {
            return Ok(Resolved::Linked(claimed));
        }
        let reason =
            format!("local issue {local} says it stands for {claimed}, and that one is linked with {other}: is it a clone?");
        warn!(%local, remote = %claimed, linked = %other, "two local issues claim one remote issue; only the linked one is synced");
        Ok(Resolved::Nothing(reason))
    }

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
            clock: &self.clock,
            limits: self.limits,
        }
    }

    /// What the rules have to know besides the two issues.
    pub(super) async fn rule_options(&self, options: &RunOptions) -> Result<Options, Fault> {
        let paths = self.rules.vocabularies();
        let local_vocabularies = self.vocabularies.of(self.local.as_ref(), &paths, self.clock.now()).await?;
        Ok(Options { remote_change: options.remote_change, equality: self.remote.equality(), local_vocabularies })
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

    fn evaluate(&self, loaded: &Loaded, options: &RunOptions, rule_options: &Options) -> Plan {
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
        let Loaded { remote, local, link, base, settled } = loaded;
        if plan.stopped_by().is_some() {
            let local = local.map(|issue| issue.id);
            self.audit(
                &remote,
                link.as_ref(),
                local.as_ref(),
                &plan,
                options,
                ("stopped".to_owned(), &EffectOutcomes::default()),
            )
            .await?;
            return Ok(outcome(Report::new(remote.key, local, plan, Vec::new())));
        }
        if !settled {
            plan.put_off_copies();
        }
        let mut link = match link {
            Some(link) => link,
            None => self.records.ensure_link(&self.name, &remote.id, &remote.key).await?,
        };
        let all = || plan.local.fields.keys().cloned().collect();
        let created = match local.as_ref().map(|issue| &issue.id).or(link.local.as_ref()) {
            Some(there) => Created { id: there.clone(), unset: all() },
            None => run.create_local(&link, &remote, &plan, &self.state_of(&remote, &remote.attributes)).await?,
        };
        self.note_writings(&mut link, &created.id, &base, &plan, local.as_ref(), &remote).await?;
        let revisions = (local.as_ref().and_then(|issue| issue.revision.as_deref()), remote.revision.as_deref());
        let target = Target { link: &link.id.clone(), local: &created.id, remote: &remote.id, revisions };
        let seen = Seen {
            local: local.as_ref().map(|issue| digest(Side::Local, issue, &base.copies)),
            remote: Some(digest(Side::Remote, &remote, &base.copies)),
        };
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
        if done.is_ok() && !settled {
            done = Err(Fault::transient("the outcome of an earlier copy is not known yet; messages and files wait for it"));
        }
        if let Err(fault) = done {
            let outcome = format!("{}: {fault}", fault.word());
            self.audit(&remote, Some(&link), link.local.as_ref(), &plan, options, (outcome, &applied.outcomes)).await?;
            return Err(fault);
        }
        let nothing_open = applied.failures.is_empty() && plan.rules.iter().all(|rule| rule.outcome.is_settled());
        if nothing_open && link.seen != seen {
            link.seen = seen;
            self.save(&mut link).await?;
        }
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
        Ok(outcome)
    }

    /// Notes in the link what is going to be written, and which local issue it is about.
    async fn note_writings(
        &self,
        link: &mut Link,
        local_id: &IssueId,
        base: &Base,
        plan: &Plan,
        local: Option<&Snapshot>,
        remote: &Snapshot,
    ) -> Result<(), Fault> {
        let writings = writings(plan, &self.rules, local, remote);
        if link.local.as_ref() == Some(local_id) && writings.is_empty() {
            return Ok(());
        }
        link.local = Some(local_id.clone());
        link.local_key = local.map_or_else(|| local_id.to_string(), |issue| issue.key.clone());
        if !writings.is_empty() {
            (link.base, link.underway) = (Base { copies: Vec::new(), ..base.clone() }, writings);
        }
        self.save(link).await
    }

    pub(super) fn state_of(&self, remote: &Snapshot, attributes: &super::issue::Attributes) -> MirroredState {
        MirroredState { tracker: self.remote.name().clone(), remote: remote.id.clone(), attributes: attributes.clone() }
    }

    /// Moves the base on to what both sides are now, in the link and in what the local tracker shows.
    async fn finish(
        &self,
        remote: &Snapshot,
        local: Option<&Snapshot>,
        link: &mut Link,
        mut base: Base,
        plan: &Plan,
        applied: &Applied,
    ) -> Result<(), Fault> {
        let before = link.clone();
        for (side, issue) in [(Side::Local, local), (Side::Remote, Some(remote))] {
            let mut open = self.rules.open_paths(plan, side);
            // A refused write leaves its whole rule open: were the other side's base to move on, its value would look old.
            for (refused, path) in &applied.refused {
                if let Some(change) = plan.side(*refused).fields.get(path) {
                    open.extend(self.rules.paths_read(change.rule, side));
                }
            }
            let mut now = issue.map(|issue| issue.attributes.clone()).unwrap_or_default();
            now.extend(plan.side(side).new_values());
            base.advance(side, now, &open);
        }
        if !plan.is_empty() {
            // Known again once all of it is done.
            link.seen = Seen::default();
        }
        base.copies = Vec::new();
        link.base = base;
        link.underway = Vec::new();
        remote.key.clone_into(&mut link.remote_key);
        if let Some(local) = local {
            local.key.clone_into(&mut link.local_key);
        }
        if *link == before {
            return Ok(());
        }
        // A run that ended before its time may have noted its base and not shown it.
        let to_be_shown = link.base.remote != before.base.remote || !before.underway.is_empty();
        if to_be_shown && let Some(id) = &link.local {
            self.local.mirror(id, &self.state_of(remote, &link.base.remote)).await?;
        }
        self.save(link).await
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
