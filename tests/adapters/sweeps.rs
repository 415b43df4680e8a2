//! Sweeps of the scheduler: how far each looks back, and what they do where they find too much. And fuses of writing.

use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use trackersync::{
    app::{App, Role},
    config::{Config, sync::SweepConfig},
    ids::{EventId, SyncName},
    queue::{
        Destination,
        job::{ISSUE_CHANGED, Job, JobData, JobError},
    },
    standin::jira::JiraOptions,
    sync::{
        fault::FaultKind,
        issue::Side,
        ports::{Mark, Records as _},
    },
    worker::sweep,
};

use crate::site::{Site, run};

const SOON: Duration = Duration::from_secs(30);
const PERIODS: SweepConfig = SweepConfig { changed: Some(Duration::from_mins(10)), full: Some(Duration::from_hours(24)) };

fn up() -> SyncName {
    "up".into()
}

/// Lets a scheduler run as after a start of the process, until something is so.
async fn schedule(config: Config, what: &str, so: impl AsyncFn(&App) -> bool) {
    let app = App::build(config).await.unwrap();
    let engine = Arc::clone(&app.engines[&up()]);
    let running = tokio::spawn(sweep::run(Arc::new(app.worker()), engine, PERIODS));
    let deadline = Instant::now() + SOON;
    while !so(&app).await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::task::yield_now().await;
    }
    app.lifecycle.drain();
    running.await.unwrap();
}

async fn mark(app: &App, mark: Mark) -> Option<Timestamp> {
    app.store.mark(&up(), mark).await.unwrap()
}

/// The queries that Jira was asked for a list with.
fn listings(site: &Site) -> Vec<String> {
    let requests = site.jira.state().requests();
    let queries = requests.iter().filter_map(|request| Some(request.body.as_ref()?["jql"].as_str()?.to_owned()));
    queries.filter(|jql| !jql.starts_with("id =")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_after_an_outage_looks_back_to_the_last_sweep_and_repeats_no_full_one() {
    let site = Site::start().await;
    let ago = |hours: i64| Timestamp::now() - SignedDuration::from_hours(hours);
    schedule(site.config(), "both sweeps are noted", async |app| {
        mark(app, Mark::SweptChanged).await.is_some() && mark(app, Mark::SweptFull).await.is_some()
    })
    .await;
    let app = App::build(site.config()).await.unwrap();
    app.store.set_mark(&up(), Mark::SweptChanged, ago(20)).await.unwrap();
    app.store.set_mark(&up(), Mark::SweptFull, ago(20)).await.unwrap();
    drop(app);
    site.jira.state().forget_requests();
    schedule(site.config(), "the outage is swept over", async |app| mark(app, Mark::SweptChanged).await > Some(ago(1))).await;
    let listings = listings(&site);
    let [only] = listings.as_slice() else { panic!("the full sweep is not due: {listings:?}") };
    // Twenty hours and the overlap, to the minute.
    let minutes: Vec<u32> = (1_205..=1_207).collect();
    assert!(minutes.iter().any(|minutes| only.contains(&format!("-{minutes}m"))), "{only}");
}

/// A site whose sync has these fuses.
async fn with_fuses(fuses: &str) -> Site {
    let rules = include_str!("rules.toml").replace("remote_filter", &format!("fuses = {{ {fuses} }}\nremote_filter"));
    Site::with_rules(JiraOptions::default(), "sync-secret", &rules).await
}

async fn waiting(app: &App) -> u64 {
    let depths = app.worker().queue.depths().await.unwrap();
    depths.iter().find(|(name, _)| name == "up.bulk").unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_finds_too_much_makes_no_event_until_somebody_lets_it() {
    let site = with_fuses("changes_per_sweep = 2").await;
    for number in 0..3 {
        site.new_remote(json!({ "summary": format!("Issue {number}") }));
    }
    let told = r#"trackersync_fuse_blown{sync="up",fuse="changes_per_sweep"} 1"#;
    schedule(site.config(), "the fuse is told", async |app| app.metrics.to_text().contains(told)).await;
    let app = App::build(site.config()).await.unwrap();
    assert_eq!((waiting(&app).await, mark(&app, Mark::SweptFull).await), (0, None));
    app.engines[&up()].reset_fuses().await.unwrap();
    drop(app);
    schedule(site.config(), "the sweep goes through", async |app| {
        mark(app, Mark::SweptFull).await.is_some() && waiting(app).await >= 3
    })
    .await;
    // Only once.
    let app = App::build(site.config()).await.unwrap();
    let old = Timestamp::now() - SignedDuration::from_hours(48);
    assert!(mark(&app, Mark::FusesReset).await < mark(&app, Mark::SweptFull).await, "it is whole and armed again");
    assert!(mark(&app, Mark::FusesReset).await > Some(old));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blown_fuse_stops_writing_and_nothing_else_until_it_is_made_good() {
    let site = with_fuses("writes_per_hour = 1, creations_per_day = 0").await;
    let (first, second) = (site.new_remote(json!({ "summary": "First" })), site.new_remote(json!({ "summary": "Second" })));
    let engine = site.engine().await;
    run(&engine, &first).await.unwrap();
    let fault = run(&engine, &second).await.unwrap_err();
    assert!(matches!(fault.kind, FaultKind::Transient { retry_after: Some(_) }), "the event waits, uncounted: {fault:?}");
    assert!(fault.to_string().contains("writes_per_hour = 1") && fault.to_string().contains("fuse reset -s up"), "{fault}");
    assert_eq!(site.roundup.acting_as("jane").issues().unwrap().len(), 1, "nothing of the second one was written");
    engine.reset_fuses().await.unwrap();
    run(&engine, &second).await.unwrap();
    assert_eq!(site.roundup.acting_as("jane").issues().unwrap().len(), 2);
    // What is in line is looked at all the same.
    engine.reset_fuses().await.unwrap();
    assert_eq!(run(&engine, &first).await.unwrap().word(), "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn created_issues_have_a_fuse_of_their_own() {
    let site = with_fuses("writes_per_hour = 0, creations_per_day = 1").await;
    let (first, second) = (site.new_remote(json!({ "summary": "First" })), site.new_remote(json!({ "summary": "Second" })));
    let engine = site.engine().await;
    run(&engine, &first).await.unwrap();
    let fault = run(&engine, &second).await.unwrap_err();
    assert!(fault.to_string().contains("creations_per_day = 1"), "{fault}");
}

/// An event that was parked two hours ago.
fn parked() -> Job {
    let at = Timestamp::now() - SignedDuration::from_hours(2);
    let error = JobError { kind: "permanent".to_owned(), message: "403".to_owned(), at, trace: None };
    let data = JobData { attempts: 1, error: Some(error), ..JobData::of(up(), Side::Remote, "1".into(), "webhook") };
    Job::new(EventId::generate(), &"upstream".into(), ISSUE_CHANGED, "UP-1".to_owned(), at, data)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheduler_tells_what_is_parked_for_long_and_which_fuse_is_blown() {
    let site = with_fuses("writes_per_hour = 1").await;
    let issue = site.new_remote(json!({ "summary": "First" }));
    run(site.engine().await.as_ref(), &issue).await.unwrap();
    let app = Arc::new(App::build(site.config()).await.unwrap());
    app.worker().queue.publish(&Destination::Dead(up()), &parked()).await.unwrap();
    let (running, listener) = (Arc::clone(&app), TcpListener::bind("127.0.0.1:0").unwrap());
    let running = tokio::spawn(async move { running.run(&[Role::Scheduler], listener).await });
    let deadline = Instant::now() + SOON;
    loop {
        let text = app.metrics.to_text();
        let figure = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.map(|figure| figure.parse::<f64>().unwrap())
        };
        let age = figure(r#"trackersync_dead_oldest_seconds{sync="up"}"#);
        let blown = figure(r#"trackersync_fuse_blown{sync="up",fuse="writes_per_hour"}"#);
        let other = figure(r#"trackersync_fuse_blown{sync="up",fuse="creations_per_day"}"#);
        if age.is_some_and(|age| (7_200.0..7_300.0).contains(&age)) && (blown, other) == (Some(1.0), Some(0.0)) {
            break;
        }
        assert!(Instant::now() < deadline, "{age:?} {blown:?} {other:?}: {text}");
        tokio::task::yield_now().await;
    }
    app.lifecycle.drain();
    running.await.unwrap().unwrap();
}
