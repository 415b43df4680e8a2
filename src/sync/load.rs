//! Reading: both sides as they are now, and the base that they are compared with.

use tracing::Instrument;

use super::{
    apply::Target,
    engine::{Engine, Run},
    fault::Fault,
    issue::{Base, Copied, Side, Snapshot},
    ports::{Link, Tracker},
    rules::Needs,
    underway::take_over,
};
use crate::ids::IssueId;

/// Both sides as they were read.
pub(super) struct Loaded {
    pub remote: Snapshot,
    pub local: Option<Snapshot>,
    pub link: Option<Link>,
    pub base: Base,
    /// Whether every copy that the issues may hold is accounted for, and no other run was making one while they were read.
    pub settled: bool,
}

impl Engine {
    /// Reads both sides at once where the link is known; `Err` with the reason if there is nothing to do.
    pub(super) async fn load(&self, run: &Run<'_>, remote: &IssueId, dry_run: bool) -> Result<Result<Loaded, String>, Fault> {
        let link = self.records.link_of_remote(&self.name, remote).await?;
        if let (Some(link), false) = (&link, dry_run)
            && let Some(local) = &link.local
        {
            run.recover(&Target { link: &link.id, local, remote: &link.remote, revisions: (None, None) }).await?;
        }
        let before = self.copies_of(link.as_ref()).await?;
        let known_local = link.as_ref().and_then(|link| link.local.clone());
        let (remote_issue, local_issue) = both(
            self.remote.read(remote, &self.needs(Side::Remote)),
            read_known(self.local.as_ref(), known_local.as_ref(), &self.needs(Side::Local)),
        )
        .await;
        let Some(remote_issue) = remote_issue? else {
            return Ok(Err(format!(
                "remote issue {remote} is gone, or our account may not see it any more; nothing is deleted"
            )));
        };
        let local_issue = local_issue?;
        if let (Some(gone), None) = (&known_local, &local_issue) {
            return Ok(Err(format!("local issue {gone} is gone; its remote issue {} stays as it is", remote_issue.key)));
        }
        if let Some(local) = &local_issue {
            let (base, settled) = self.base_of(link.as_ref(), Some((local, &remote_issue)), before).await?;
            return Ok(Ok(Loaded { remote: remote_issue, local: local_issue, link, base, settled }));
        }
        // An event may name the issue by its key; the link is by the id.
        if link.is_none()
            && remote_issue.id != *remote
            && self.records.link_of_remote(&self.name, &remote_issue.id).await?.is_some()
        {
            return Box::pin(self.load(run, &remote_issue.id, dry_run)).await;
        }
        self.load_unknown(remote_issue, link, before).await
    }

    /// A remote issue without a known local one: found by what local issues say of themselves, or new to us.
    async fn load_unknown(
        &self,
        remote: Snapshot,
        link: Option<Link>,
        before: Vec<Copied>,
    ) -> Result<Result<Loaded, String>, Fault> {
        if let Some(id) = self.find_local(&remote).await? {
            let local = self.local.read(&id, &self.needs(Side::Local)).await?;
            let Some(local) = local else { return Ok(Err(format!("local issue {id} is gone"))) };
            let (mut base, settled) = self.base_of(link.as_ref(), Some((&local, &remote)), before).await?;
            if let Some(attributes) = self.local.mirrored_attributes(&id).await? {
                base.remote = attributes;
            }
            return Ok(Ok(Loaded { remote, local: Some(local), link, base, settled }));
        }
        let wanted = match &self.remote_filter {
            None => false,
            Some(filter) => link.is_some() || self.remote.matches(&remote.id, filter).await?,
        };
        if wanted && self.is_being_created_by_us(&remote.id).await? {
            return Err(Fault::transient(format!("remote issue {} is just being created from a local one", remote.key)));
        }
        if wanted && remote.restricted.is_some() {
            return Ok(Err(format!("remote issue {} is shown to us only in part, and has no local one", remote.key)));
        }
        if !wanted {
            return Ok(Err(format!("remote issue {} is not linked and not in remote_filter", remote.key)));
        }
        let (base, settled) = self.base_of(link.as_ref(), None, before).await?;
        Ok(Ok(Loaded { remote, local: None, link, base, settled }))
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

    /// The base of a link, moved on by what an earlier run wrote and did not report, and whether it tells all copies that the issues
    /// hold, and none that they do not hold yet. `issues`: local and remote, as they were read; `before`: the copies before that.
    async fn base_of(
        &self,
        link: Option<&Link>,
        issues: Option<(&Snapshot, &Snapshot)>,
        before: Vec<Copied>,
    ) -> Result<(Base, bool), Fault> {
        let Some(link) = link else { return Ok((Base::default(), true)) };
        let mut base = link.base.clone();
        if let Some((local, remote)) = issues {
            take_over(&mut base, &link.underway, local, remote);
        }
        // Another run may have made a copy while the issues were read, if the lease was lost. Then its intent is open still, or the copy
        // has come since; asked for in this order, one of the two tells. Nobody knows which of the issues shows what of it.
        let none_open = self.records.open_intents(&link.id).await?.is_empty();
        base.copies = self.copies_of(Some(link)).await?;
        let settled = none_open && base.copies == before;
        Ok((base, settled))
    }

    async fn copies_of(&self, link: Option<&Link>) -> Result<Vec<Copied>, Fault> {
        match link {
            Some(link) => self.records.copies(&link.id).await,
            None => Ok(Vec::new()),
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
