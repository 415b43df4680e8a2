//! Creation of the local issue: once, whatever happens to us and however many workers try.

use std::collections::BTreeSet;

use tracing::{info, warn};

use super::{
    apply::Applied,
    effects::EffectKey,
    engine::Run,
    fault::{Fault, FaultKind},
    issue::{Attributes, CopyKind, Side, Snapshot},
    plan::Plan,
    ports::{Intent, Link, MirroredState, Opened, Token},
};
use crate::ids::IssueId;

/// The local issue that was created.
pub(super) struct Created {
    pub id: IssueId,
    /// Paths whose values are yet to be set; all of them where it is not known which are.
    pub unset: BTreeSet<String>,
}

impl Created {
    /// What became of a Plan by the creation alone.
    pub(super) fn applied(&self, plan: &Plan) -> Applied {
        let mut applied = Applied::default();
        applied.outcomes.note(Side::Local, EffectKey::Create, "done");
        for path in plan.local.fields.keys().filter(|path| !self.unset.contains(*path)) {
            applied.outcomes.note(Side::Local, EffectKey::Field(path.clone()), "done");
        }
        applied
    }
}

impl Run<'_> {
    /// Creates the local issue of a remote one. The creating request says which remote issue it stands for, and the intent is
    /// written down before: an earlier run's issue is found by either.
    pub(super) async fn create_local(
        &self,
        link: &Link,
        remote: &Snapshot,
        plan: &Plan,
        state: &MirroredState,
    ) -> Result<Created, Fault> {
        let intent = Intent {
            token: Token::of_copy(&link.id, CopyKind::Issue, Side::Local, remote.id.as_str()),
            link: link.id.clone(),
            kind: CopyKind::Issue,
            to: Side::Local,
            source: remote.id.to_string(),
            content: remote.key.clone(),
            size: None,
            since: self.records.now().await?,
            run: self.id.clone(),
        };
        let find = async |theirs: &Intent| -> Result<Option<IssueId>, Fault> {
            match self.local.find_linked(&state.tracker, &[state.remote.as_str(), &state.key]).await?.into_iter().next() {
                Some(id) => Ok(Some(id)),
                None => self.local.find_marked(theirs, self.age(theirs).await?).await,
            }
        };
        if let Some(already) = self.begin_creation(&intent, find).await? {
            // With which values, that run knew.
            return Ok(Created { id: already, unset: plan.local.fields.keys().cloned().collect() });
        }
        match self.create_with_or_without(plan.local.new_values(), state, &intent.token).await {
            Ok(created) => {
                self.records.close_intent(&intent.token, created.id.as_str()).await?;
                info!(local = %created.id, remote = remote.key, "created the local issue");
                Ok(created)
            }
            Err(fault) => {
                self.leave_creation(&intent, &fault).await?;
                Err(fault.while_doing(format!("creating the local issue of {}", remote.key)))
            }
        }
    }

    /// A value that is refused must not keep the issue from being made: it is made without those that the tracker names, or without
    /// any where it names none. They are set one by one afterwards, as for an issue that exists.
    async fn create_with_or_without(&self, values: Attributes, state: &MirroredState, token: &Token) -> Result<Created, Fault> {
        let refused = match self.local.create(&values, state, token).await {
            Err(fault) if fault.kind == FaultKind::Refused && !values.is_empty() => fault,
            outcome => return outcome.map(|made| Created { id: made.id, unset: made.left_out }),
        };
        warn!(fault = %refused, "a value was refused; creating the issue without it");
        let named = |path: &String| refused.fields.iter().any(|field| Some(field.as_str()) == path.split('.').next());
        let (left_out, rest): (Attributes, Attributes) =
            values.into_iter().partition(|(path, _)| refused.fields.is_empty() || named(path));
        let unset = left_out.into_keys().collect::<BTreeSet<_>>();
        match self.local.create(&rest, state, token).await {
            Ok(made) => Ok(Created { id: made.id, unset: unset.into_iter().chain(made.left_out).collect() }),
            // What was refused first is what is to be mended: a tracker may insist on that very value.
            Err(fault) if fault.kind == FaultKind::Refused => Err(refused),
            Err(fault) => Err(fault),
        }
    }

    /// Writes the intent of a creation down; the issue, if it turns out to exist. `find` looks for what an earlier run that did not
    /// report may have created.
    pub(super) async fn begin_creation(
        &self,
        intent: &Intent,
        find: impl AsyncFnOnce(&Intent) -> Result<Option<IssueId>, Fault>,
    ) -> Result<Option<IssueId>, Fault> {
        let at_work = || Fault::transient(format!("another run is creating the {} issue", intent.to));
        let theirs = match self.records.open_intent(intent).await? {
            Opened::Ours => return Ok(None),
            Opened::Done(id) => return Ok(Some(IssueId::new(id))),
            Opened::Theirs(theirs) if self.may_be_running(&theirs).await? => return Err(at_work()),
            Opened::Theirs(theirs) => theirs,
        };
        if let Some(id) = find(&theirs).await? {
            self.records.close_intent(&intent.token, id.as_str()).await?;
            return Ok(Some(id));
        }
        self.records.drop_intent(&theirs.token, &theirs.run).await?;
        match self.records.open_intent(intent).await? {
            Opened::Ours => Ok(None),
            Opened::Done(id) => Ok(Some(IssueId::new(id))),
            Opened::Theirs(_) => Err(at_work()),
        }
    }

    /// Leaves the intent of a creation that failed as the next run has to find it: only a refusal is sure to have created nothing.
    pub(super) async fn leave_creation(&self, intent: &Intent, fault: &Fault) -> Result<(), Fault> {
        if fault.kind == FaultKind::Refused {
            self.records.drop_intent(&intent.token, &self.id).await
        } else if fault.lingering {
            Ok(())
        } else {
            self.records.surrender_intent(&intent.token, &self.id).await
        }
    }
}
