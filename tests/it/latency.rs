//! How long a change takes from one tracker to the other. The figures are printed; on a machine that others use too they are no
//! promise, so only a generous limit is checked.

use std::time::{Duration, Instant};

use crate::support::{
    site::{Site, Wanted},
    wait::{LONG, until_every},
};

const EDITS: usize = 30;
/// So many that none is changed as often as Jira Cloud limits it: that wait is not what is measured here.
const ISSUES: usize = 5;
const PAUSE: Duration = Duration::from_millis(2);

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_on_the_other_side_soon() {
    let site = Site::start(Wanted::default()).await;
    let _program = site.serve("intake,worker,scheduler").await;
    let mut pairs = Vec::new();
    for number in 0..ISSUES {
        pairs.push(site.pair(&format!("Latency {number}")).await);
    }
    site.until_idle().await;
    let (mut to_jira, mut to_roundup) = (Vec::new(), Vec::new());
    for (number, pair) in pairs.iter().cycle().take(EDITS).enumerate() {
        let title = format!("Title {number}");
        site.roundup.set_title(&pair.local, &title).await;
        let started = Instant::now();
        let arrived = async || (site.jira.summary(&pair.key).await == title).then(|| started.elapsed());
        to_jira.push(until_every(PAUSE, "the title is in Jira", LONG, arrived).await);
    }
    for (number, pair) in pairs.iter().cycle().take(EDITS).enumerate() {
        let summary = format!("Summary {number}");
        site.jira.set_summary(&pair.key, &summary).await;
        let started = Instant::now();
        let arrived = async || (site.roundup.title(&pair.local).await == summary).then(|| started.elapsed());
        to_roundup.push(until_every(PAUSE, "the summary is in Roundup", LONG, arrived).await);
    }
    let ((there, there_p95), (back, back_p95)) = (figures(&mut to_jira), figures(&mut to_roundup));
    figure!(
        "median Roundup -> Jira {there} ms, Jira -> Roundup {back} ms (p95 {there_p95} ms and {back_p95} ms; {EDITS} edits each)"
    );
    assert!(there < 5_000 && back < 5_000, "a change takes seconds");
}

/// Median and p95, in milliseconds.
fn figures(durations: &mut [Duration]) -> (u128, u128) {
    durations.sort_unstable();
    let at = |share: usize| durations[(durations.len() - 1) * share / 100].as_millis();
    (at(50), at(95))
}
