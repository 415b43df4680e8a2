//! Before the first event: asks the trackers what they are and what they lack for the syncs, and checks the rules of all syncs
//! against it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::join_all;

use crate::{
    config::{diagnostic::Diagnostic, sync::SyncConfig},
    ids::{IssueId, SyncName, TrackerName},
    sync::{
        fault::Fault,
        issue::Side,
        ports::Tracker,
        requirements::Requirements,
        rules::{RuleSet, diagnose::against_schemas},
        schema::Schema,
    },
};

/// A tracker to be asked, and how long an answer of it may take.
pub type ToAsk = (Arc<dyn Tracker>, Duration);

/// For as long as so many answers one sync may ask a tracker what it lacks.
const MOST_ANSWERS: u32 = 30;

/// What each tracker said.
pub type Asked = BTreeMap<TrackerName, Answer>;

/// What one tracker said.
#[derive(Debug)]
pub struct Answer {
    /// Our account's name there.
    pub account: Result<String, Fault>,
    /// Its schema; not asked for where it does not know us.
    pub schema: Option<Result<Schema, Fault>>,
}

/// Asks all trackers at the same time, each for a limited time.
pub async fn ask(trackers: &[ToAsk]) -> Asked {
    let asked = trackers.iter().map(|(tracker, limit)| async move {
        let answer = ask_one(tracker.as_ref(), *limit).await;
        (tracker.name().clone(), answer)
    });
    join_all(asked).await.into_iter().collect()
}

async fn ask_one(tracker: &dyn Tracker, limit: Duration) -> Answer {
    let deadline = tokio::time::Instant::now() + limit;
    let late = |_| Fault::transient(format!("no answer from {} within {} s", tracker.name(), limit.as_secs_f32()));
    let account = tokio::time::timeout_at(deadline, tracker.who_am_i()).await.map_err(late).and_then(|answer| answer);
    let schema = match &account {
        Ok(_) => Some(tokio::time::timeout_at(deadline, tracker.schema()).await.map_err(late).and_then(|answer| answer)),
        Err(_) => None,
    };
    Answer { account, schema }
}

/// The trackers that did not tell their schema, and why.
pub fn faults(asked: &Asked) -> impl Iterator<Item = (&TrackerName, &Fault)> {
    asked.iter().filter_map(|(name, answer)| Some((name, answer.fault()?)))
}

impl Answer {
    /// Why the tracker did not tell its schema, if so.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        let of_schema = self.schema.as_ref().and_then(|schema| schema.as_ref().err());
        self.account.as_ref().err().or(of_schema)
    }

    /// What the tracker said, for people.
    #[must_use]
    pub fn words(&self) -> String {
        match (&self.account, &self.schema) {
            (Err(fault), _) => fault.to_string(),
            (Ok(account), Some(Err(fault))) => {
                format!("answers, and knows us as {account}, but does not tell its schema: {fault}")
            }
            (Ok(account), _) => format!("answers, and knows us as {account}"),
        }
    }
}

/// Checks the rules of each sync against the schemas that are known.
pub fn diagnose<'c>(syncs: impl IntoIterator<Item = (&'c SyncConfig, &'c RuleSet)>, asked: &Asked) -> Vec<Diagnostic> {
    let schema = |name: &TrackerName| asked.get(name)?.schema.as_ref()?.as_ref().ok();
    syncs.into_iter().flat_map(|(sync, rules)| against_schemas(rules, schema(&sync.local), schema(&sync.remote))).collect()
}

/// What trackers lack for the syncs.
#[derive(Debug, Default)]
pub struct Lacks {
    /// What is missing, with the rule that needs it.
    pub findings: Vec<Diagnostic>,
    /// Trackers that could not be asked, and why.
    pub faults: Vec<(TrackerName, Fault)>,
}

/// Some linked issues of each sync, the local and the remote one.
pub type Linked = BTreeMap<SyncName, Vec<(IssueId, IssueId)>>;

/// Asks each tracker that knows us what it lacks for each sync; `told` is what was found before, `linked` as far as it is at hand.
pub async fn lacks<'c>(
    trackers: &[ToAsk],
    syncs: impl IntoIterator<Item = (&'c SyncConfig, &'c RuleSet)>,
    asked: &Asked,
    told: &[Diagnostic],
    linked: &Linked,
) -> Lacks {
    let mut lacks = Lacks::default();
    for (sync, rules) in syncs {
        for (side, name) in [(Side::Local, &sync.local), (Side::Remote, &sync.remote)] {
            let knows_us = asked.get(name).is_some_and(|answer| answer.account.is_ok());
            let Some((tracker, limit)) = trackers.iter().find(|(tracker, _)| tracker.name() == name && knows_us) else {
                continue;
            };
            let mut requirements = rules.requirements(sync, side);
            let of_side = |(local, remote): &(IssueId, IssueId)| if side == Side::Local { local } else { remote }.clone();
            requirements.linked = linked.get(&sync.name).into_iter().flatten().map(of_side).collect();
            match lacks_of(tracker.as_ref(), *limit, &requirements).await {
                Ok(found) => lacks.findings.extend(found.into_iter().filter(|finding| !is_told(finding, told))),
                Err(fault) => {
                    let fault = fault.while_doing(format!("it does not tell what it lacks for sync {}", sync.name));
                    lacks.faults.push((name.clone(), fault));
                }
            }
        }
    }
    lacks
}

async fn lacks_of(tracker: &dyn Tracker, limit: Duration, asked: &Requirements) -> Result<Vec<Diagnostic>, Fault> {
    let limit = limit * MOST_ANSWERS;
    let late = |_| Fault::transient(format!("not done within {} s", limit.as_secs_f32()));
    tokio::time::timeout(limit, tracker.preflight(asked)).await.map_err(late).and_then(|found| found)
}

/// A value that the whole tracker does not know is told once, and not for each of its projects.
fn is_told(finding: &Diagnostic, told: &[Diagnostic]) -> bool {
    told.iter().any(|other| other.code == "rules::unknown_value" && other.place == finding.place)
}
