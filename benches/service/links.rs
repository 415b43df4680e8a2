//! The memory that a hundred thousand links take while a full sweep looks at all of them.

use std::time::Instant;

use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use trackersync::standin::jira::RunningJira;

use crate::{
    report::Report,
    site::Site,
    wait::{LONG, until},
};

const LINKS: usize = 100_000;

pub async fn measure() {
    let site = Site::start(None).await;
    let program = site.serve("intake,worker").await;
    site.linked(1).await;
    program.terminate().await;
    // One link comes into being as each does; the others are its likenesses.
    let (theirs, ours) = (likenesses(&site.away, "UP"), likenesses(&site.home, "HOME"));
    link(&site.corner.database(), &theirs, &ours).await;
    let (started, scheduler) = (Instant::now(), site.serve("scheduler").await);
    let swept = until("the sweep has looked at all", LONG * 20, async || {
        let swept = Swept::of(&scheduler.metrics().await);
        (swept.in_line + swept.due >= LINKS as f64).then_some(swept)
    })
    .await;
    let mut report = Report::of("full sweep over 100,000 links");
    report.row("swept", vec![("in line", swept.in_line), ("due", swept.due), ("seconds", started.elapsed().as_secs_f64())]);
    report.row("memory of the scheduler", vec![("MiB at most", scheduler.peak_memory() as f64 / f64::from(1 << 20))]);
    report.print();
}

/// Issues that are like the first one: their ids.
fn likenesses(jira: &RunningJira, project: &str) -> Vec<String> {
    let state = jira.state();
    state.hold_deliveries();
    let fields = json!({ "project": { "key": project }, "issuetype": { "name": "Bug" }, "summary": "Issue 0" });
    let make = |_| state.issue(&state.create_issue("jane", fields.clone()).unwrap()).unwrap().id;
    (1..LINKS).map(make).collect()
}

async fn link(database: &str, theirs: &[String], ours: &[String]) {
    const LINK: &str = "INSERT INTO links SELECT (jsonb_populate_record(link, jsonb_build_object( \
        'id', 'likeness-' || number, 'remote_id', theirs, 'local_id', ours))).* \
        FROM links link, unnest($1::text[], $2::text[]) WITH ORDINALITY AS pair(theirs, ours, number)";
    let mut store = PgConnection::connect(database).await.unwrap();
    let made = sqlx::query(LINK).bind(theirs).bind(ours).execute(&mut store).await.unwrap();
    assert_eq!(made.rows_affected(), u64::try_from(LINKS - 1).unwrap());
}

struct Swept {
    in_line: f64,
    due: f64,
}

impl Swept {
    fn of(metrics: &str) -> Self {
        let count = |outcome: &str| {
            let label = format!("outcome=\"{outcome}\"");
            let full = metrics.lines().filter(|line| line.starts_with("trackersync_swept_issues_total{"));
            let line = full.filter(|line| line.contains("sweep=\"full\"")).find(|line| line.contains(&label));
            line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
        };
        Self { in_line: count("in_line"), due: count("due") }
    }
}
