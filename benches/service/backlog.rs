//! A backlog of many events for few issues: how long it takes, and how many syncs it comes to.

use std::{sync::Arc, time::Instant};

use crate::{intake::assert_all_accepted, load::Load, report::Report, site::Site};

const ISSUES: usize = 1_000;
const EVENTS: usize = 100_000;
const WINDOW: usize = 64;

pub async fn measure() {
    let site = Site::start(None).await;
    let intake = site.serve("intake").await;
    let worker = site.serve("worker").await;
    let issues = site.linked(ISSUES).await;
    worker.terminate().await;
    let load = Arc::new(Load::about(issues, site.receiver()));
    let (answers, filling) = load.in_window(EVENTS, WINDOW).await;
    assert_all_accepted(&answers);
    let started = Instant::now();
    let worker = site.serve("worker").await;
    site.until_idle().await;
    let (took, metrics) = (started.elapsed(), worker.metrics().await);
    let ran = |outcomes: &[&str]| outcomes.iter().map(|outcome| count(&metrics, outcome)).sum::<f64>();
    let (syncs, covered) = (ran(&["synced", "unchanged", "partly", "echo"]), ran(&["covered"]));
    let mut report = Report::of("backlog of 100,000 events for 1,000 issues");
    report.row("filling", vec![("seconds", filling.as_secs_f64()), ("per second", EVENTS as f64 / filling.as_secs_f64())]);
    report.row("drained", vec![("seconds", took.as_secs_f64()), ("events per second", EVENTS as f64 / took.as_secs_f64())]);
    report.row("runs", vec![("syncs", syncs), ("covered", covered), ("syncs per issue", syncs / ISSUES as f64)]);
    report.row("memory of the worker", vec![("MiB at most", worker.peak_memory() as f64 / f64::from(1 << 20))]);
    report.print();
    drop(intake);
}

/// A count of `trackersync_syncs_total`.
fn count(metrics: &str, outcome: &str) -> f64 {
    let label = format!("outcome=\"{outcome}\"");
    let line = metrics.lines().find(|line| line.starts_with("trackersync_syncs_total{") && line.contains(&label));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
}
