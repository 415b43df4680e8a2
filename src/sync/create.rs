//! Creation of the local issue: once, whatever happens to us and however many workers try.

use tracing::{info, warn};

use super::{
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
    /// Whether it has its values already.
    pub with_fields: bool,
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
            since: self.clock.now(),
            run: self.id.clone(),
        };
        if let Some(already) = self.begin_creation(&intent, state).await? {
            return Ok(Created { id: already, with_fields: true });
        }
        match self.create_with_or_without(&plan.local.new_values(), state).await {
            Ok(created) => {
                self.records.close_intent(&intent.token, created.id.as_str()).await?;
                info!(local = %created.id, remote = remote.key, "created the local issue");
                Ok(created)
            }
            Err(fault) => {
                if !fault.is_transient() {
                    self.records.drop_intent(&intent.token, &self.id).await?;
                } else if !fault.lingering {
                    self.records.surrender_intent(&intent.token, &self.id).await?;
                }
                Err(fault.while_doing(format!("creating the local issue of {}", remote.key)))
            }
        }
    }

    /// A value that is refused must not keep the issue from being made: it is made without values then, which are set one by one
    /// afterwards, as for an issue that exists.
    async fn create_with_or_without(&self, values: &Attributes, state: &MirroredState) -> Result<Created, Fault> {
        match self.local.create(values, state).await {
            Err(fault) if fault.kind == FaultKind::Refused && !values.is_empty() => {
                warn!(%fault, "a value was refused; creating the issue without values");
                let id = self.local.create(&Attributes::new(), state).await?;
                Ok(Created { id, with_fields: false })
            }
            outcome => outcome.map(|id| Created { id, with_fields: true }),
        }
    }

    /// Writes the intent down; the issue, if it turns out to exist.
    async fn begin_creation(&self, intent: &Intent, state: &MirroredState) -> Result<Option<IssueId>, Fault> {
        match self.records.open_intent(intent).await? {
            Opened::Ours => Ok(None),
            Opened::Done(id) => Ok(Some(IssueId::new(id))),
            Opened::Theirs(theirs) if self.may_be_running(&theirs) => {
                Err(Fault::transient("another run is creating the local issue"))
            }
            Opened::Theirs(theirs) => {
                let found = self.local.find_linked(&state.tracker, &[state.remote.as_str()]).await?;
                if let Some(id) = found.into_iter().next() {
                    self.records.close_intent(&intent.token, id.as_str()).await?;
                    return Ok(Some(id));
                }
                self.records.drop_intent(&theirs.token, &theirs.run).await?;
                match self.records.open_intent(intent).await? {
                    Opened::Ours => Ok(None),
                    Opened::Done(id) => Ok(Some(IssueId::new(id))),
                    Opened::Theirs(_) => Err(Fault::transient("another run is creating the local issue")),
                }
            }
        }
    }
}
