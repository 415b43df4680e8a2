//! Creation of the remote issue of a local one: where the sync allows it and a `check` rule picks the issue, once, whatever happens
//! to us and however many workers try.

use tracing::info;

use super::{
    effects::{EffectKey, EffectOutcomes},
    engine::{Engine, Run, RunOptions, outcome, withhold_remote_writes},
    fault::{Fault, FaultKind},
    issue::{Attributes, Base, CopyKind, Side, Snapshot},
    outcome::{Outcome, Report},
    plan::Plan,
    ports::{Intent, Token, WriteTerms},
    rules::{evaluate, evaluate_after_create},
};
use crate::ids::{IssueId, LinkId};

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
        let (remote, failures) = run.create_remote_issue(self, &issue, &plan).await?;
        self.link_created(&issue, &remote, &plan, options, failures).await?;
        Ok(Creation::Created(remote))
    }

    /// Links the two, as they are now: nothing of either side counts as changed, but for what the rules want yet.
    async fn link_created(
        &self,
        local: &Snapshot,
        remote: &IssueId,
        plan: &Plan,
        options: &RunOptions,
        failures: Vec<String>,
    ) -> Result<(), Fault> {
        let Some(remote) = self.remote.read(remote, &self.needs(Side::Remote)).await? else {
            return Err(Fault::transient(format!("the remote issue of local issue {} is not to be seen yet", local.key)));
        };
        let mut link = self.records.ensure_link(&self.name, &remote.id, &remote.key).await?;
        if link.local.as_ref().is_some_and(|linked| *linked != local.id) {
            return Err(Fault::permanent(format!(
                "remote issue {} was created for {} and is linked elsewhere",
                remote.key, local.key
            )));
        }
        let base = Base { local: local.attributes.clone(), remote: remote.attributes.clone(), copies: Vec::new() };
        let back = evaluate_after_create(&self.rules, local, &remote, &base, &self.rule_options(options).await?);
        let values = back.local.new_values();
        if !values.is_empty() {
            let terms = WriteTerms { counterpart: Some(self.remote.name()), ..WriteTerms::default() };
            self.local.set_fields(&local.id, &values, terms).await?;
        }
        self.local.mirror(&local.id, &self.state_of(&remote, &remote.attributes)).await?;
        link.local = Some(local.id.clone());
        local.key.clone_into(&mut link.local_key);
        link.base = base;
        link.base.local.extend(values);
        self.save(&mut link).await?;
        info!(local = local.key, remote = remote.key, "created the remote issue");
        let outcome = if failures.is_empty() { "created the remote issue".to_owned() } else { failures.join("; ") };
        let outcomes = outcomes_of_creation(plan, &failures);
        self.audit(&remote, Some(&link), Some(&local.id), plan, options, (outcome, &outcomes)).await
    }

    /// Whether this remote issue is one that we are just creating: its link is not stored yet.
    pub(super) async fn is_being_created_by_us(&self, remote: &IssueId) -> Result<bool, Fault> {
        match self.remote.creation_token(remote).await? {
            Some(token) => self.records.knows_intent(&token).await,
            None => Ok(false),
        }
    }
}

/// Messages and files follow in the run after the creation; what that run does with them stands there.
fn outcomes_of_creation(plan: &Plan, failures: &[String]) -> EffectOutcomes {
    let mut outcomes = EffectOutcomes::default();
    outcomes.note(Side::Remote, EffectKey::Create, "done");
    for path in plan.remote.fields.keys() {
        let refused = failures.iter().find(|failure| failure.contains(&format!("remote {path} was refused")));
        outcomes.note(
            Side::Remote,
            EffectKey::Field(path.clone()),
            refused.map_or_else(|| "done".to_owned(), |f| format!("refused: {f}")),
        );
    }
    outcomes
}

impl Run<'_> {
    /// Creates the issue, or finds the one that an earlier run created. With the values that were refused.
    async fn create_remote_issue(
        &self,
        engine: &Engine,
        local: &Snapshot,
        plan: &Plan,
    ) -> Result<(IssueId, Vec<String>), Fault> {
        // There is no link yet that it could belong to.
        let link = LinkId::derive(&engine.name, &IssueId::new(format!("local/{}", local.id)));
        let intent = Intent {
            token: Token::of_copy(&link, CopyKind::Issue, Side::Remote, local.id.as_str()),
            link,
            kind: CopyKind::Issue,
            to: Side::Remote,
            source: local.id.to_string(),
            content: local.key.clone(),
            size: None,
            since: self.clock.now(),
            run: self.id.clone(),
        };
        let find = async |theirs: &Intent| self.remote.find_marked(&theirs.token, theirs.since).await;
        if let Some(already) = self.begin_creation(&intent, find).await? {
            return Ok((already, Vec::new()));
        }
        match self.create_with_what_is_accepted(plan, &intent.token).await {
            Ok((id, failures)) => {
                self.records.close_intent(&intent.token, id.as_str()).await?;
                Ok((id, failures))
            }
            Err(fault) => {
                self.leave_creation(&intent, &fault).await?;
                Err(fault.while_doing(format!("creating the remote issue of {}", local.key)))
            }
        }
    }

    async fn create_with_what_is_accepted(&self, plan: &Plan, token: &Token) -> Result<(IssueId, Vec<String>), Fault> {
        let values = plan.remote.new_values();
        let refused = match self.remote.create_marked(&values, token).await {
            Err(fault) if fault.kind == FaultKind::Refused && !fault.fields.is_empty() => fault,
            outcome => return outcome.map(|id| (id, Vec::new())),
        };
        let named = |path: &String| refused.fields.iter().any(|field| Some(field.as_str()) == path.split('.').next());
        let (left_out, rest): (Attributes, Attributes) = values.into_iter().partition(|(path, _)| named(path));
        if left_out.is_empty() {
            return Err(refused);
        }
        let rule =
            |path: &String| plan.remote.fields.get(path).map_or_else(String::new, |change| self.rules.describe(change.rule));
        let failures = left_out.keys().map(|path| format!("{}: remote {path} was refused: {refused}", rule(path))).collect();
        self.remote.create_marked(&rest, token).await.map(|id| (id, failures))
    }
}
