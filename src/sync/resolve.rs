//! From an event to the remote issue that a run is about.

use tracing::warn;

use super::{
    engine::Engine,
    fault::Fault,
    issue::Side,
    ports::{Claim, Link},
    rules::Needs,
};
use crate::ids::IssueId;

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
        let link = match self.records.link_of_remote(&self.name, &claimed).await? {
            Some(link) => Some(link),
            None => self.link_of_key(&claimed).await?,
        };
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

    /// The link of a remote issue that is told by its key.
    async fn link_of_key(&self, key: &IssueId) -> Result<Option<Link>, Fault> {
        match self.remote.read(key, &Needs::default()).await? {
            Some(issue) if issue.id != *key => self.records.link_of_remote(&self.name, &issue.id).await,
            _ => Ok(None),
        }
    }
}
