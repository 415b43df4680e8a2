//! Creation of the local issue: once, whatever happens to us and however many workers try.

use tracing::info;

use super::{
    engine::Run,
    fault::Fault,
    issue::{CopyKind, Side, Snapshot},
    plan::Plan,
    ports::{Intent, Link, MirroredState, Opened, Token},
};
use crate::ids::IssueId;

impl Run<'_> {
    /// Creates the local issue of a remote one. The creating request says which remote issue it stands for, and the intent is
    /// written down before: an earlier run's issue is found by either.
    pub(super) async fn create_local(
        &self,
        link: &Link,
        remote: &Snapshot,
        plan: &Plan,
        state: &MirroredState,
    ) -> Result<IssueId, Fault> {
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
            return Ok(already);
        }
        match self.local.create(&plan.local.new_values(), state).await {
            Ok(id) => {
                self.records.close_intent(&intent.token, id.as_str()).await?;
                info!(local = %id, remote = remote.key, "created the local issue");
                Ok(id)
            }
            Err(fault) => {
                if !fault.is_transient() {
                    self.records.drop_intent(&intent.token, &self.id).await?;
                }
                Err(fault.while_doing(format!("creating the local issue of {}", remote.key)))
            }
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
