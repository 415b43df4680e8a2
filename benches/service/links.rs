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

const LINKS: i64 = 100_000;

pub async fn measure() {
    let site = Site::start(None).await;
    let program = site.serve("intake,worker").await;
    let first = site.linked(1).await;
    program.terminate().await;
    // One link comes into being as each does; the others are its likenesses.
    let first = first[0].parse().unwrap();
    let ours = site.home.state().issues()[0].id.parse().unwrap();
    make_likenesses(&site.away, "UP", first);
    make_likenesses(&site.home, "HOME", ours);
    link_likenesses(&site.corner.database(), first, ours).await;
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

/// Issues that are like the first one, with the ids that follow on its own.
fn make_likenesses(jira: &RunningJira, project: &str, first: i64) {
    let state = jira.state();
    state.hold_deliveries();
    for number in 1..LINKS {
        let fields = json!({ "project": { "key": project }, "issuetype": { "name": "Bug" }, "summary": "Issue 0" });
        let key = state.create_issue("jane", fields).unwrap();
        assert_eq!(state.issue(&key).unwrap().id, (first + number).to_string());
    }
}

async fn link_likenesses(database: &str, remote: i64, local: i64) {
    const LINK: &str = "INSERT INTO links SELECT (jsonb_populate_record(link, jsonb_build_object( \
        'id', 'likeness-' || number, 'remote_id', ($1 + number)::text, 'local_id', ($2 + number)::text))).* \
        FROM links link, generate_series(1::bigint, $3) number";
    let mut store = PgConnection::connect(database).await.unwrap();
    let made = sqlx::query(LINK).bind(remote).bind(local).bind(LINKS - 1).execute(&mut store).await.unwrap();
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
