//! Each sync: its rules against the schemas of both trackers, and what these lack for it.

use super::{Standing, Trial, configuration::of_finding};
use crate::{
    config::sync::SyncConfig,
    ids::TrackerName,
    preflight::{self, Asked, Lacks, Linked, ToAsk},
    sync::rules::RuleSet,
};

/// One trial for each finding; one that says that there is none.
pub(super) async fn trials(
    sync: &SyncConfig,
    rules: &RuleSet,
    trackers: &[ToAsk],
    asked: &Asked,
    linked: &Linked,
) -> Vec<Trial> {
    let subject = format!("sync {}", sync.name);
    let (tried, expected) = ("its rules against both trackers", "all that they need");
    let not_asked: Vec<&str> = [&sync.local, &sync.remote]
        .into_iter()
        .filter(|name| asked.get(name).is_none_or(|answer| answer.fault().is_some()))
        .map(TrackerName::as_str)
        .collect();
    let by_schema = preflight::diagnose([(sync, rules)], asked);
    let Lacks { findings, faults } = preflight::lacks(trackers, [(sync, rules)], asked, &by_schema, linked).await;
    let mut trials: Vec<Trial> =
        by_schema.iter().chain(&findings).map(|finding| of_finding(&subject, tried, expected, finding)).collect();
    let trial = || Trial::new(subject.clone(), tried, expected);
    for (name, fault) in faults {
        let fault = fault.while_doing(name);
        trials.push(trial().failed(fault, "try again"));
    }
    if !not_asked.is_empty() {
        let got = format!("no answer of {}", not_asked.join(" and "));
        trials.push(trial().bad(Standing::Away, got, "see what is told of it above"));
    }
    if trials.is_empty() {
        trials.push(trial().good("both trackers have all that its rules need"));
    }
    trials
}
