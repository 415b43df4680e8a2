//! What one sync suffers from its neighbour, whose tracker answers after half a minute, and from an issue of its own that always fails.

use std::time::{Duration, Instant};

use serde_json::json;
use trackersync::standin::jira::{self, Dialect, Fault, JiraOptions, ProjectSpec, RunningJira, WebhookTarget};

use crate::{
    load::SECRET,
    report::{Report, latencies},
    site::Site,
    wait::{LONG, until_every},
};

const ISSUES: usize = 20;
const SLOW_ISSUES: usize = 100;
const SINGLE: usize = 100;
const PAUSE: Duration = Duration::from_millis(2);
/// What the trackers take for an answer.
pub const LATENCY: Duration = Duration::from_millis(50);
const SLOW: Duration = Duration::from_secs(30);

pub async fn measure() {
    let site = Site::start(None).await;
    let slow = slow_jira(&site).await;
    site.add_sync("slow", &slow, "SLOW");
    let program = site.serve("intake,worker").await;
    let issues = site.linked(ISSUES + 1).await;
    let slow_issues: Vec<String> = (0..SLOW_ISSUES).map(|number| created(&slow, number)).collect();
    let all = ISSUES + 1 + SLOW_ISSUES;
    crate::wait::until("all are linked", LONG * 10, async || (site.home.state().issues().len() >= all).then_some(())).await;
    site.until_idle().await;
    let (poison, healthy) = issues.split_last().unwrap();
    for jira in [&site.home, &site.away] {
        jira.state().set_latency(LATENCY);
    }
    let alone = singles(&site, healthy, "alone").await;
    let path_contains = format!("/issue/{poison}");
    site.away.state().add_fault(Fault { path_contains, status: Some(500), count: u32::MAX, ..Fault::default() });
    slow.state().set_latency(SLOW);
    for issue in &slow_issues {
        slow.state().edit_fields("jane", issue, json!({ "summary": "Slow" })).unwrap();
    }
    site.away.state().edit_fields("jane", poison, json!({ "summary": "Poison" })).unwrap();
    let beside = singles(&site, healthy, "beside").await;
    let mut report = Report::of("one sync beside another whose tracker answers after 30 s, and with a poison issue of its own");
    let p95 = |figures: &[(&'static str, f64)]| figures.iter().find(|(name, _)| *name == "p95 ms").map_or(0.0, |(_, p95)| *p95);
    let (alone, beside) = (latencies(alone), latencies(beside));
    let ratio = p95(&beside) / p95(&alone);
    report.row("alone", alone);
    report.row("beside", [beside, vec![("p95 of alone", ratio)]].concat());
    report.row("memory of the program", vec![("MiB at most", program.peak_memory() as f64 / f64::from(1 << 20))]);
    report.print();
}

async fn slow_jira(site: &Site) -> RunningJira {
    let options = JiraOptions {
        dialect: Dialect::DataCenter,
        projects: vec![ProjectSpec::new(10_000, "SLOW", "SLOW")],
        webhooks: vec![WebhookTarget { url: site.receiver_of("slow"), secret: Some(SECRET.to_owned()) }],
        limit_issue_writes: false,
        ..JiraOptions::default()
    };
    jira::start(options).await.unwrap()
}

fn created(jira: &RunningJira, number: usize) -> String {
    let fields = json!({ "project": { "key": "SLOW" }, "issuetype": { "name": "Bug" }, "summary": format!("Slow {number}") });
    let key = jira.state().create_issue("jane", fields).unwrap();
    jira.state().issue(&key).unwrap().id
}

/// Changes, one after the other; how long each takes to the other side.
pub async fn singles(site: &Site, issues: &[String], word: &str) -> Vec<Duration> {
    let pairs = pairs(site, issues);
    let mut took = Vec::new();
    for (number, pair) in pairs.iter().cycle().take(SINGLE).enumerate() {
        took.push(single(site, pair, &format!("Single {word}/{number}")).await);
    }
    took
}

/// An issue of the side where changes are made, and ours that is linked with it.
pub struct Pair {
    theirs: String,
    ours: String,
}

/// The pairs of issues whose last change has come over.
pub fn pairs(site: &Site, issues: &[String]) -> Vec<Pair> {
    let all = site.home.state().issues();
    let pair = |theirs: &String| {
        let summary = site.away.state().issue(theirs).unwrap().summary;
        let ours = all.iter().find(|ours| ours.summary == summary).unwrap().id.clone();
        Pair { theirs: theirs.clone(), ours }
    };
    issues.iter().map(pair).collect()
}

/// Makes a change; how long it takes to the other side.
pub async fn single(site: &Site, pair: &Pair, summary: &str) -> Duration {
    let started = Instant::now();
    site.away.state().edit_fields("jane", &pair.theirs, json!({ "summary": summary })).unwrap();
    // Only the one issue is looked at: to look at a thousand takes longer than the change.
    let arrived = async || (site.home.state().issue(&pair.ours).unwrap().summary == summary).then(|| started.elapsed());
    until_every(PAUSE, "the summary is there", LONG, arrived).await
}
