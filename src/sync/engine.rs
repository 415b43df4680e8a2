//! One run: from "this issue may have changed" to both sides in line.

use std::sync::Arc;

use tracing::{Instrument, info_span};

use super::{
    apply::{Applied, Target},
    create::Created,
    fault::Fault,
    issue::{Base, Side, Snapshot},
    outcome::{Outcome, Report},
    plan::{Plan, RuleOutcome},
    ports::{AuditEntry, Link, MirroredState, Records, RunLimits, Tracker},
    rules::{Needs, Options, RuleSet, evaluate},
    underway::{take_over, writings},
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
    /// The rules.
    pub rules: RuleSet,
    /// Links, journal, audit trail.
    pub records: Arc<dyn Records>,
    /// The time.
    pub clock: SharedClock,
    /// How long a run may last.
    pub limits: RunLimits,
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

/// Both sides as they were read.
struct Loaded {
    remote: Snapshot,
    local: Option<Snapshot>,
    link: Option<Link>,
    base: Base,
    /// Whether every copy that was ever begun is accounted for.
    settled: bool,
}

impl Engine {
    /// Finds the remote issue that an event is about; `None` with the reason if it is none of this sync's.
    ///
    /// # Errors
    /// Faults of the store or the local tracker.
    pub async fn resolve(&self, side: Side, id: &IssueId) -> Result<Result<IssueId, String>, Fault> {
        if side == Side::Remote {
            return Ok(Ok(id.clone()));
        }
        if let Some(link) = self.records.link_of_local(&self.name, id).await? {
            return Ok(Ok(link.remote));
        }
        let claimed = self.local.linked_remote(id, self.remote.name()).await?;
        // People write this id by hand, and it becomes part of a URL.
        let claimed = claimed.as_deref().and_then(IssueId::parse);
        Ok(claimed.ok_or_else(|| format!("local issue {id} is not linked to {}", self.remote.name())))
    }

    /// Brings one remote issue and its local counterpart in line.
    ///
    /// # Errors
    /// Faults of trackers and store. What was written until then is written; the next run goes on from there.
    pub async fn run(&self, remote: &IssueId, options: &RunOptions) -> Result<Outcome, Fault> {
        let run = Run {
            id: uuid::Uuid::now_v7().to_string(),
            local: self.local.as_ref(),
            remote: self.remote.as_ref(),
            rules: &self.rules,
            records: self.records.as_ref(),
            clock: &self.clock,
            limits: self.limits,
        };
        let loaded = match self.load(&run, remote, options.dry_run).await? {
            Ok(loaded) => loaded,
            Err(reason) => return Ok(Outcome::Ignored(reason)),
        };
        let plan = self.evaluate(&loaded, options);
        if options.dry_run {
            let local = loaded.local.as_ref().map(|issue| issue.id.clone());
            return Ok(outcome(Report::new(loaded.remote.key.clone(), local, plan, Vec::new())));
        }
        self.carry_out(&run, loaded, plan, options).await
    }

    fn evaluate(&self, loaded: &Loaded, options: &RunOptions) -> Plan {
        let span = info_span!("evaluate", changes = tracing::field::Empty);
        let _entered = span.enter();
        let rule_options = Options { remote_change: options.remote_change };
        let mut plan = evaluate(&self.rules, loaded.local.as_ref(), &loaded.remote, &loaded.base, &rule_options);
        if options.no_remote_writes || self.remote_dry_run {
            withhold_remote_writes(&mut plan);
        }
        span.record("changes", plan.effects_in_words().join("; "));
        plan
    }

    /// Reads both sides at once where the link is known; `Err` with the reason if there is nothing to do.
    async fn load(&self, run: &Run<'_>, remote: &IssueId, dry_run: bool) -> Result<Result<Loaded, String>, Fault> {
        let link = self.records.link_of_remote(&self.name, remote).await?;
        let mut settled = true;
        if let (Some(link), false) = (&link, dry_run)
            && let Some(local) = &link.local
        {
            settled = run.recover(&Target { link: &link.id, local, remote: &link.remote, revisions: (None, None) }).await?;
        }
        let known_local = link.as_ref().and_then(|link| link.local.clone());
        let (remote_issue, local_issue) = both(
            self.remote.read(remote, &self.rules.needs(Side::Remote)),
            read_known(self.local.as_ref(), known_local.as_ref(), &self.rules.needs(Side::Local)),
        )
        .await;
        let Some(remote_issue) = remote_issue? else {
            return Ok(Err(format!("remote issue {remote} is gone")));
        };
        let local_issue = local_issue?;
        if let (Some(gone), None) = (&known_local, &local_issue) {
            return Ok(Err(format!("local issue {gone} is gone; its remote issue {} stays as it is", remote_issue.key)));
        }
        if let Some(local) = &local_issue {
            let base = self.base_of(link.as_ref(), Some((local, &remote_issue))).await?;
            return Ok(Ok(Loaded { remote: remote_issue, local: local_issue, link, base, settled }));
        }
        self.load_unknown(remote_issue, link).await
    }

    /// A remote issue without a known local one: found by what local issues say of themselves, or new to us.
    async fn load_unknown(&self, remote: Snapshot, link: Option<Link>) -> Result<Result<Loaded, String>, Fault> {
        // An event may name the issue by its key; the link is by the id.
        let link = match link {
            None => self.records.link_of_remote(&self.name, &remote.id).await?,
            known => known,
        };
        let known_local = match link.as_ref().and_then(|link| link.local.clone()) {
            Some(local) => Some(local),
            None => self.find_local(&remote).await?,
        };
        if let Some(id) = known_local {
            let local = self.local.read(&id, &self.rules.needs(Side::Local)).await?;
            let Some(local) = local else { return Ok(Err(format!("local issue {id} is gone"))) };
            let mut base = self.base_of(link.as_ref(), Some((&local, &remote))).await?;
            if link.as_ref().is_none_or(|link| link.local.is_none())
                && let Some(attributes) = self.local.mirrored_attributes(&id).await?
            {
                base.remote = attributes;
            }
            return Ok(Ok(Loaded { remote, local: Some(local), link, base, settled: true }));
        }
        let wanted = match &self.remote_filter {
            None => false,
            Some(filter) => link.is_some() || self.remote.matches(&remote.id, filter).await?,
        };
        if !wanted {
            return Ok(Err(format!("remote issue {} is not linked and not in remote_filter", remote.key)));
        }
        let base = self.base_of(link.as_ref(), None).await?;
        Ok(Ok(Loaded { remote, local: None, link, base, settled: true }))
    }

    async fn find_local(&self, remote: &Snapshot) -> Result<Option<IssueId>, Fault> {
        let found = self.local.find_linked(self.remote.name(), &[remote.id.as_str(), &remote.key]).await?;
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one.clone())),
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(Fault::permanent(format!("local issues {} all claim to be remote issue {}", names.join(", "), remote.key))
                    .hint("clear the external id of all but one; until then none of them is written"))
            }
        }
    }

    /// The base of a link, moved on by what an earlier run wrote and did not report. `issues`: local and remote, as they are now.
    async fn base_of(&self, link: Option<&Link>, issues: Option<(&Snapshot, &Snapshot)>) -> Result<Base, Fault> {
        let Some(link) = link else { return Ok(Base::default()) };
        let mut base = link.base.clone();
        if let Some((local, remote)) = issues {
            take_over(&mut base, &link.underway, local, remote);
        }
        base.copies = self.records.copies(&link.id).await?;
        Ok(base)
    }

    async fn carry_out(&self, run: &Run<'_>, loaded: Loaded, mut plan: Plan, options: &RunOptions) -> Result<Outcome, Fault> {
        let Loaded { remote, local, link, base, settled } = loaded;
        if plan.stopped_by().is_some() {
            let local = local.map(|issue| issue.id);
            self.audit(&remote, link.as_ref(), local.as_ref(), &plan, options, "stopped".to_owned()).await?;
            return Ok(outcome(Report::new(remote.key, local, plan, Vec::new())));
        }
        if !settled {
            plan.put_off_copies();
        }
        let mut link = match link {
            Some(link) => link,
            None => self.records.ensure_link(&self.name, &remote.id, &remote.key).await?,
        };
        let created = match (&local, &link.local) {
            (Some(local), _) => Created { id: local.id.clone(), with_fields: false },
            (None, Some(already)) => Created { id: already.clone(), with_fields: true },
            (None, None) => run.create_local(&link, &remote, &plan, &self.state_of(&remote, &remote.attributes)).await?,
        };
        self.note_writings(&mut link, &created.id, &base, &plan, local.as_ref(), &remote).await?;
        let revisions = (local.as_ref().and_then(|issue| issue.revision.as_deref()), remote.revision.as_deref());
        let target = Target { link: &link.id.clone(), local: &created.id, remote: &remote.id, revisions };
        let texts_before = base.copies.iter().filter(|copied| copied.source.is_empty()).count();
        let mut applied = Applied::default();
        let mut done = run.apply_fields(&plan, &target, created.with_fields, &mut applied).await;
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
            self.audit(&remote, Some(&link), link.local.as_ref(), &plan, options, outcome).await?;
            return Err(fault);
        }
        let outcome = outcome(Report::new(remote.key.clone(), Some(created.id), plan, applied.failures));
        if let Some(report) = outcome.report().filter(|report| report.is_notable()) {
            self.audit(&remote, Some(&link), link.local.as_ref(), &report.plan, options, told(&outcome, report)).await?;
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

    fn state_of(&self, remote: &Snapshot, attributes: &super::issue::Attributes) -> MirroredState {
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

    async fn save(&self, link: &mut Link) -> Result<(), Fault> {
        if self.records.save_link(link).await? {
            link.version += 1;
            return Ok(());
        }
        Err(Fault::transient(format!("another run wrote the link of remote issue {} first", link.remote_key)))
    }

    async fn audit(
        &self,
        remote: &Snapshot,
        link: Option<&Link>,
        local: Option<&IssueId>,
        plan: &Plan,
        options: &RunOptions,
        outcome: String,
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
            outcome,
        };
        self.records.audit(&entry).await
    }
}

fn outcome(report: Report) -> Outcome {
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

fn withhold_remote_writes(plan: &mut Plan) {
    let withheld = std::mem::take(&mut plan.remote);
    let rules = withheld
        .fields
        .values()
        .map(|change| change.rule)
        .chain(withheld.messages.iter().map(|message| message.rule))
        .chain(withheld.files.iter().map(|file| file.rule));
    for rule in rules {
        if let Some(report) = plan.rules.get_mut(rule) {
            // Held keeps the base where it is, so that the change is still seen once writing is allowed.
            report.outcome = RuleOutcome::Held;
            report.reason = format!("withheld, no remote writes: {}", report.reason);
        }
    }
}

async fn read_known(tracker: &dyn Tracker, id: Option<&IssueId>, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
    match id {
        Some(id) => tracker.read(id, needs).await,
        None => Ok(None),
    }
}

/// Both reads at the same time, within the span of the run.
async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    futures_util::future::join(one.in_current_span(), other.in_current_span()).await
}
