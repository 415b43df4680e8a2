//! How soon a change is on the other side, and how many changes a worker carries over in a second, with trackers that take their time.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    report::{Report, latencies},
    site::Site,
    wait::{LONG, until_every},
};

const ISSUES: usize = 200;
const SINGLE: usize = 60;
const PAUSE: Duration = Duration::from_millis(2);
const LATENCIES: [u64; 3] = [0, 20, 50];

fn set_latency(site: &Site, millis: u64) {
    for jira in [&site.home, &site.away] {
        jira.state().set_latency(Duration::from_millis(millis));
    }
}

fn edit(site: &Site, issue: &str, summary: &str) {
    site.away.state().edit_fields("jane", issue, json!({ "summary": summary })).unwrap();
}

pub async fn measure_latency() {
    let site = Site::start(None).await;
    let _program = site.serve("intake,worker").await;
    let issues = site.linked(SINGLE / 3).await;
    let mut report = Report::of("from an event to the other side, one at a time");
    for millis in LATENCIES {
        set_latency(&site, millis);
        let mut took = Vec::new();
        for (number, issue) in issues.iter().cycle().take(SINGLE).enumerate() {
            let summary = format!("Single {millis}/{number}");
            let started = Instant::now();
            edit(&site, issue, &summary);
            let arrived =
                async || site.home.state().issues().iter().any(|ours| ours.summary == summary).then(|| started.elapsed());
            took.push(until_every(PAUSE, "the summary is there", LONG, arrived).await);
        }
        report.row(format!("trackers answer after {millis} ms"), latencies(took));
        site.until_idle().await;
    }
    report.print();
}

pub async fn measure_rate() {
    let site = Site::start(None).await;
    let _intake = site.serve("intake").await;
    let _worker = site.serve("worker").await;
    let issues = site.linked(ISSUES).await;
    let mut report = Report::of("changes carried over by one worker of 8 at a time");
    for millis in LATENCIES {
        set_latency(&site, millis);
        let started = Instant::now();
        for issue in &issues {
            edit(&site, issue, &format!("Round {millis} of {issue}"));
        }
        let prefix = format!("Round {millis} of");
        let all = async || {
            let arrived = site.home.state().issues().iter().filter(|ours| ours.summary.starts_with(&prefix)).count();
            (arrived == ISSUES).then(|| started.elapsed())
        };
        let took = until_every(Duration::from_millis(10), "all summaries are there", LONG * 5, all).await;
        report.row(
            format!("trackers answer after {millis} ms"),
            vec![("changes per second", ISSUES as f64 / took.as_secs_f64()), ("seconds", took.as_secs_f64())],
        );
        site.until_idle().await;
    }
    report.print();
}
