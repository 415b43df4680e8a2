//! What a link notes of a run: before anything is written, and after.

use tracing::warn;

use super::{
    apply::Applied,
    engine::Engine,
    fault::{Fault, FaultKind},
    issue::{Base, Seen, Side, Snapshot},
    plan::Plan,
    ports::{Link, MirroredState},
    underway::writings,
};
use crate::ids::IssueId;

impl Engine {
    /// Notes in the link what is going to be written, and which local issue it is about.
    pub(super) async fn note_writings(
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

    /// Moves the base on to what both sides are now, in the link and in what the local tracker shows.
    pub(super) async fn finish(
        &self,
        remote: &Snapshot,
        local: Option<&Snapshot>,
        link: &mut Link,
        base: Base,
        plan: &Plan,
        applied: &Applied,
    ) -> Result<(), Fault> {
        let before = std::mem::replace(link, self.moved_on(link, remote, local, base, plan, applied));
        if *link == before {
            return Ok(());
        }
        // A run that ended before its time may have noted its base and not shown it.
        let to_be_shown = link.base.remote != before.base.remote || !before.underway.is_empty();
        if to_be_shown && let Some(id) = &link.local {
            self.local.mirror(id, &self.state_of(remote, &link.base.remote)).await?;
        }
        if link.remote_key != before.remote_key
            && let Some(id) = &link.local
        {
            self.mark_linked(id, &self.state_of(remote, &link.base.remote)).await?;
        }
        self.save(link).await
    }

    /// Lets a local issue say which remote one it stands for. The sync goes on without that.
    pub(super) async fn mark_linked(&self, local: &IssueId, state: &MirroredState) -> Result<(), Fault> {
        match self.local.mark_linked(local, state).await {
            Err(fault) if fault.kind == FaultKind::Refused => {
                warn!(%local, remote = state.key, %fault, "the local issue does not say which remote one it stands for");
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// The link as a run leaves it.
    pub(super) fn moved_on(
        &self,
        link: &Link,
        remote: &Snapshot,
        local: Option<&Snapshot>,
        mut base: Base,
        plan: &Plan,
        applied: &Applied,
    ) -> Link {
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
        let mut moved = Link { base, underway: Vec::new(), remote_key: remote.key.clone(), ..link.clone() };
        if !plan.is_empty() {
            // Known again once all of it is done.
            moved.seen = Seen::default();
        }
        if let Some(local) = local {
            local.key.clone_into(&mut moved.local_key);
        }
        moved
    }

    /// Notes how both sides were when a run had left nothing open. Not to know it costs a read with the next echo, and no more.
    pub(super) async fn note_seen(&self, link: &mut Link, seen: Seen) {
        if link.seen == seen {
            return;
        }
        link.seen = seen;
        if let Err(fault) = self.save(link).await {
            warn!(remote = link.remote_key, %fault, "an echo of this run will be read on both sides");
        }
    }
}
