//! Surveys: which issues there are to look at, and which of the linked ones a run would do something for. They read many at once, and
//! write nothing.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::{
    apply::Applied,
    engine::{Engine, RunOptions},
    fault::Fault,
    issue::{Base, Side, Snapshot},
    load::Loaded,
    ports::{Link, Query},
    rules::{Options, evaluate},
};
use crate::ids::IssueId;

/// Issues that may not be in line.
#[derive(Debug)]
pub struct Candidates {
    /// Linked ones, by their remote ids.
    pub linked: Vec<IssueId>,
    /// Remote ones that have no local one.
    pub unlinked_remote: Vec<IssueId>,
    /// Local ones that have no remote one, if this sync creates some there.
    pub unlinked_local: Vec<IssueId>,
}

/// An issue that a run is due for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The remote issue.
    pub remote: IssueId,
    /// What the run would do, or why only a run can tell.
    pub why: String,
}

/// The issues of one side, by their ids.
type Read = HashMap<IssueId, Snapshot>;

impl Engine {
    /// All issues of this sync, or those that changed since then as far as the trackers tell.
    ///
    /// # Errors
    /// Faults of trackers and store; a listing that could not be completed is one.
    pub async fn candidates(&self, since: Option<Timestamp>) -> Result<Candidates, Fault> {
        let (mut remote, mut local) = (HashSet::new(), HashSet::new());
        if self.remote_filter.is_some() {
            let query = Query { filter: self.remote_filter.clone(), changed_since: since };
            remote.extend(self.remote.list(&query).await?);
        }
        if since.is_some() || self.create_remote {
            local.extend(self.local.list(&Query { filter: None, changed_since: since }).await?);
        }
        let linked = match since {
            None => self.take_linked(&mut remote, &mut local).await?,
            Some(_) => self.take_linked_of(&mut remote, &mut local).await?,
        };
        Ok(Candidates {
            linked,
            unlinked_remote: in_order(remote),
            unlinked_local: if self.create_remote { in_order(local) } else { Vec::new() },
        })
    }

    /// All linked issues; they are taken out of what was listed.
    async fn take_linked(&self, remote: &mut HashSet<IssueId>, local: &mut HashSet<IssueId>) -> Result<Vec<IssueId>, Fault> {
        let mut linked = Vec::new();
        for (theirs, ours) in self.records.linked(&self.name).await? {
            remote.remove(&theirs);
            if let Some(ours) = &ours {
                local.remove(ours);
            }
            linked.push(theirs);
        }
        Ok(linked)
    }

    /// Those of the listed issues that are linked; they are taken out of what was listed. Nothing is asked of all the others.
    async fn take_linked_of(&self, remote: &mut HashSet<IssueId>, local: &mut HashSet<IssueId>) -> Result<Vec<IssueId>, Fault> {
        let mut linked = HashSet::new();
        for id in remote.clone() {
            if self.records.link_of_remote(&self.name, &id).await?.is_some() {
                remote.remove(&id);
                linked.insert(id);
            }
        }
        for id in local.clone() {
            if let Some(link) = self.records.link_of_local(&self.name, &id).await? {
                local.remove(&id);
                linked.insert(link.remote);
            }
        }
        Ok(in_order(linked))
    }

    /// Looks at up to [`READ_AT_ONCE`](super::ports::READ_AT_ONCE) linked issues, by their remote ids, and tells those that a run is due
    /// for. Where a tracker reads one issue at a time, that is all of them.
    ///
    /// # Errors
    /// Faults of trackers and store.
    pub async fn survey(&self, linked: &[IssueId]) -> Result<Vec<Due>, Fault> {
        let mut links = Vec::with_capacity(linked.len());
        for remote in linked {
            links.extend(self.records.link_of_remote(&self.name, remote).await?);
        }
        let remote: Vec<IssueId> = links.iter().map(|link| link.remote.clone()).collect();
        let local: Vec<IssueId> = links.iter().filter_map(|link| link.local.clone()).collect();
        let (remote_needs, local_needs) = (self.needs(Side::Remote), self.needs(Side::Local));
        let (remote, local) = futures_util::future::join(
            self.remote.read_several(&remote, &remote_needs),
            self.local.read_several(&local, &local_needs),
        )
        .await;
        let (Some(remote), Some(local)) = (remote?.map(by_id), local?.map(by_id)) else {
            let why = "its tracker reads one issue at a time";
            return Ok(links.iter().map(|link| Due { remote: link.remote.clone(), why: why.to_owned() }).collect());
        };
        let options = self.rule_options(&RunOptions::default()).await?;
        let mut due = Vec::new();
        for link in &links {
            if let Some(why) = self.why_due(link, &remote, &local, &options).await? {
                due.push(Due { remote: link.remote.clone(), why });
            }
        }
        Ok(due)
    }

    /// Those of up to [`READ_AT_ONCE`](super::ports::READ_AT_ONCE) local issues without a remote one that the rules may want created
    /// there. Where the tracker reads one issue at a time, that is all of them.
    ///
    /// # Errors
    /// Faults of the local tracker.
    pub async fn wanted_there(&self, local: Vec<IssueId>) -> Result<Vec<IssueId>, Fault> {
        let Some(read) = self.local.read_several(&local, &self.needs(Side::Local)).await? else { return Ok(local) };
        let options = self.rule_options(&RunOptions::default()).await?;
        let picked = |issue: &Snapshot| {
            let plan = evaluate(&self.rules, Some(issue), None, &Base::default(), &options);
            plan.stopped_by().is_none()
        };
        Ok(read.into_iter().filter(picked).map(|issue| issue.id).collect())
    }

    /// Why a run is due for the issues of a link, if it is.
    async fn why_due(&self, link: &Link, remote: &Read, local: &Read, options: &Options) -> Result<Option<String>, Fault> {
        let because = |why: &str| Ok(Some(why.to_owned()));
        let Some(local_id) = &link.local else { return because("it has no local issue yet") };
        let (Some(remote), Some(local)) = (remote.get(&link.remote), local.get(local_id)) else {
            // A listing that leaves an issue out does not say that it is gone.
            return because("it was not told together with others");
        };
        if !link.underway.is_empty() || !self.records.open_intents(&link.id).await?.is_empty() {
            return because("an earlier run has not told its outcome");
        }
        let base = Base { copies: self.records.copies(&link.id).await?, ..link.base.clone() };
        let loaded = Loaded { remote: remote.clone(), local: Some(local.clone()), link: None, base, settled: true };
        let plan = self.evaluate(&loaded, &RunOptions::default(), options);
        if plan.stopped_by().is_some() {
            return Ok(None);
        }
        if !plan.is_empty() {
            return Ok(Some(plan.effects_in_words().join("; ")));
        }
        let moved = self.moved_on(link, remote, Some(local), loaded.base, &plan, &Applied::default());
        Ok((moved != *link).then(|| "the two sides came to agree by themselves".to_owned()))
    }
}

fn by_id(issues: Vec<Snapshot>) -> Read {
    issues.into_iter().map(|issue| (issue.id.clone(), issue)).collect()
}

fn in_order(issues: HashSet<IssueId>) -> Vec<IssueId> {
    let mut issues: Vec<IssueId> = issues.into_iter().collect();
    issues.sort();
    issues
}
