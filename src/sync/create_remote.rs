//! Creation of the remote issue of a local one: where the sync allows it and a `check` rule picks the issue, once, whatever happens
//! to us and however many workers try.

use std::collections::BTreeSet;

use tracing::info;

use super::{
    apply::{Applied, Target},
    effects::EffectKey,
    engine::{Engine, Run, RunOptions, outcome, withhold_remote_writes},
    fault::{Fault, FaultKind},
    issue::{Attributes, Base, CopyKind, Side, Snapshot},
    outcome::{Outcome, Report},
    plan::Plan,
    ports::{Intent, Made, Token},
    rules::{evaluate, evaluate_after_create},
};
use crate::ids::{IssueId, LinkId, SyncName};

/// What became of a local issue without a remote one.
#[derive(Debug)]
pub enum Creation {
    /// The remote issue is there, and linked: it is to be run now.
    Created(IssueId),
    /// Nothing was created; what became of it.
    Ended(Box<Outcome>),
}

impl Engine {
    /// Creates the remote issue of a local one that has none.
    ///
    /// # Errors
    /// Faults of trackers and store. The next run goes on from there.
    pub async fn create_remote(&self, local: &IssueId, options: &RunOptions) -> Result<Creation, Fault> {
        // Who waited for the lease may find it done.
        if let Some(link) = self.records.link_of_local(&self.name, local).await? {
            return Ok(Creation::Created(link.remote));
        }
        let run = self.new_run();
        let Some(issue) = self.local.read(local, &self.needs(Side::Local)).await? else {
            return Ok(Creation::Ended(Box::new(Outcome::Ignored(format!("local issue {local} is gone")))));
        };
        let rule_options = self.rule_options(options).await?;
        let mut plan = evaluate(&self.rules, Some(&issue), None, &Base::default(), &rule_options);
        let withheld = options.no_remote_writes || self.remote_dry_run;
        if withheld {
            withhold_remote_writes(&mut plan);
        }
        if options.dry_run || withheld || plan.stopped_by().is_some() {
            let report = Report::new("a new remote issue".to_owned(), Some(issue.id), plan, Vec::new());
            return Ok(Creation::Ended(Box::new(outcome(report))));
        }
        self.may_write().await?;
        let created = run.create_remote_issue(self, &issue, &plan).await?;
        self.count_writes(&created.applied.outcomes).await;
        self.link_created(&run, &issue, created, &plan, options).await
    }

    /// Links the two: nothing of either side counts as changed since, but for what people change from now on.
    async fn link_created(
        &self,
        run: &Run<'_>,
        local: &Snapshot,
        created: CreatedRemote,
        plan: &Plan,
        options: &RunOptions,
    ) -> Result<Creation, Fault> {
        let CreatedRemote { intent, id, sent, left_out, mut applied } = created;
        let mut link = self.records.ensure_link(&self.name, &id, id.as_str()).await?;
        match &link.local {
            Some(linked) if *linked == local.id => {
                // Another run was quicker, and may be far ahead by now: what it noted of the two is newer than what this one read.
                self.records.close_intent(&intent, id.as_str()).await?;
                return Ok(Creation::Created(id));
            }
            Some(_) => {
                let message = format!("remote issue {id} was created for {} and is linked elsewhere", local.key);
                return Err(Fault::permanent(message));
            }
            None => {}
        }
        link.local = Some(local.id.clone());
        local.key.clone_into(&mut link.local_key);
        // What was sent, and not what is there by now: somebody may have been quicker.
        link.base = Base { local: local.attributes.clone(), remote: sent, copies: Vec::new() };
        self.save(&mut link).await?;
        self.records.close_intent(&intent, id.as_str()).await?;
        let target = Target { link: &link.id, local: &local.id, remote: &id, revisions: (None, None) };
        run.set_fields(Side::Remote, &plan.remote.only_fields(&left_out), &target, &mut applied).await?;
        let Some(remote) = self.remote.read(&id, &self.needs(Side::Remote)).await? else {
            return Err(Fault::transient(format!("the remote issue of local issue {} is not to be seen yet", local.key)));
        };
        info!(local = local.key, remote = remote.key, "created the remote issue");
        let state = self.state_of(&remote, &link.base.remote);
        self.mark_linked(&local.id, &state).await?;
        self.local.mirror(&local.id, &state).await?;
        let back = evaluate_after_create(&self.rules, local, &remote, &link.base, &self.rule_options(options).await?);
        run.set_fields(Side::Local, &back.local, &target, &mut applied).await?;
        let Report { failures, .. } = Report::new(remote.key.clone(), None, back, applied.failures);
        let outcome = if failures.is_empty() { "created the remote issue".to_owned() } else { failures.join("; ") };
        self.audit(&remote, Some(&link), Some(&local.id), plan, options, (outcome, &applied.outcomes)).await?;
        Ok(Creation::Created(id))
    }

    /// Whether this remote issue is one that we are just creating: its link is not stored yet.
    pub(super) async fn is_being_created_by_us(&self, remote: &IssueId) -> Result<bool, Fault> {
        if let Some(token) = self.remote.creation_token(remote).await? {
            return self.records.knows_intent(&token).await;
        }
        if !self.create_remote {
            return Ok(false);
        }
        let open = self.open_creations().await?;
        if open.is_empty() { Ok(false) } else { self.remote.came_of_one(remote, &open).await }
    }

    /// Intents to create a remote issue whose outcome is not known. That of an issue which is linked by now is: the run that linked it
    /// died before it noted that.
    async fn open_creations(&self) -> Result<Vec<Intent>, Fault> {
        let mut open = Vec::new();
        for intent in self.records.open_creations().await? {
            let local = IssueId::new(&intent.source);
            let is_of_this_sync = intent.link == creation_link(&self.name, &local);
            let link = if is_of_this_sync { self.records.link_of_local(&self.name, &local).await? } else { None };
            match link {
                Some(link) => self.records.close_intent(&intent.token, link.remote.as_str()).await?,
                None => open.push(intent),
            }
        }
        Ok(open)
    }
}

/// What the intent to create the remote issue of a local one belongs to: there is no link yet.
fn creation_link(sync: &SyncName, local: &IssueId) -> LinkId {
    LinkId::derive(sync, &IssueId::new(format!("local/{local}")))
}

/// A remote issue that was created, before it is linked.
struct CreatedRemote {
    /// The intent, which is closed once the link is stored.
    intent: Token,
    id: IssueId,
    /// The values that it was created with.
    sent: Attributes,
    /// Paths that are yet to be set.
    left_out: BTreeSet<String>,
    /// What became of the effects so far.
    applied: Applied,
}

impl Run<'_> {
    /// Creates the issue, or finds the one that an earlier run created.
    async fn create_remote_issue(&self, engine: &Engine, local: &Snapshot, plan: &Plan) -> Result<CreatedRemote, Fault> {
        let link = creation_link(&engine.name, &local.id);
        let values = plan.remote.new_values();
        let intent = Intent {
            token: Token::of_copy(&link, CopyKind::Issue, Side::Remote, local.id.as_str()),
            link,
            kind: CopyKind::Issue,
            to: Side::Remote,
            source: local.id.to_string(),
            // What an earlier run sent tells apart what people changed since.
            content: serde_json::to_string(&values).map_err(|error| Fault::bug(error.to_string()))?,
            size: None,
            since: self.records.now().await?,
            run: self.id.clone(),
        };
        let mut sent_before = None;
        let find = async |theirs: &Intent| {
            sent_before = serde_json::from_str(&theirs.content).ok();
            self.remote.find_marked(theirs, self.age(theirs).await?).await
        };
        if let Some(id) = self.begin_creation(&intent, find).await? {
            let (sent, applied) = (sent_before.unwrap_or_default(), done(plan, &BTreeSet::new()));
            return Ok(CreatedRemote { intent: intent.token, id, sent, left_out: BTreeSet::new(), applied });
        }
        match self.create_with_what_is_accepted(plan, values, &intent.token).await {
            Ok(created) => Ok(created),
            Err(fault) => {
                self.leave_creation(&intent, &fault).await?;
                Err(fault.while_doing(format!("creating the remote issue of {}", local.key)))
            }
        }
    }

    async fn create_with_what_is_accepted(
        &self,
        plan: &Plan,
        values: Attributes,
        token: &Token,
    ) -> Result<CreatedRemote, Fault> {
        let refused = match self.remote.create_marked(&values, token).await {
            Err(fault) if fault.kind == FaultKind::Refused && !fault.fields.is_empty() => fault,
            outcome => return outcome.map(|made| created(plan, values, made, token)),
        };
        let named = |path: &String| refused.fields.iter().any(|field| Some(field.as_str()) == path.split('.').next());
        let (refused_values, rest): (Attributes, Attributes) = values.into_iter().partition(|(path, _)| named(path));
        if refused_values.is_empty() {
            return Err(refused);
        }
        let made = self.remote.create_marked(&rest, token).await?;
        let mut created = created(plan, rest, made, token);
        for (path, change) in &plan.remote.only_fields(&refused_values.into_keys().collect()).fields {
            self.record_refusal(Side::Remote, path, change, &refused, &mut created.applied);
        }
        Ok(created)
    }
}

fn created(plan: &Plan, values: Attributes, made: Made, token: &Token) -> CreatedRemote {
    let Made { id, left_out } = made;
    let applied = done(plan, &left_out);
    let sent = values.into_iter().filter(|(path, _)| !left_out.contains(path)).collect();
    CreatedRemote { intent: token.clone(), id, sent, left_out, applied }
}

/// The outcomes of a creation; messages and files follow in the run after it, and what becomes of them stands there.
fn done(plan: &Plan, left_out: &BTreeSet<String>) -> Applied {
    let mut applied = Applied::default();
    applied.outcomes.note(Side::Remote, EffectKey::Create, "done");
    for path in plan.remote.fields.keys().filter(|path| !left_out.contains(*path)) {
        applied.outcomes.note(Side::Remote, EffectKey::Field(path.clone()), "done");
    }
    applied
}
