mod broker;

use std::{sync::atomic::Ordering, time::Instant};

use jiff::Timestamp;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use self::broker::{Broker, Mood};
use super::*;
use crate::{
    queue::{
        Lane,
        job::{ISSUE_CHANGED, JobData},
    },
    sync::issue::Side,
};

const SOON: Duration = Duration::from_secs(30);
const ROOMY: SpoolConfig = SpoolConfig { max_events: 1_000, max_bytes: 1 << 20 };

fn job(sync: &str, issue: &str, id: &str) -> Job {
    let data = JobData::of(sync.into(), Side::Remote, issue.into(), "webhook");
    Job::new(id.into(), &"t".into(), ISSUE_CHANGED, issue.to_owned(), Timestamp::now(), data)
}

fn live(sync: &str) -> Route {
    Route { sync: sync.into(), lane: Lane::Live }
}

async fn publish(spooling: &Spooling, job: &Job) -> Result<(), Fault> {
    let to = Destination::Now(Route { sync: job.data.sync.clone(), lane: Lane::Live });
    tokio::time::timeout(SOON, spooling.publish(&to, job)).await.expect("an answer")
}

/// Syncs `a` and `b`, with a file in a folder.
async fn open(broker: &Arc<Broker>, folder: &Path, bounds: SpoolConfig) -> Arc<Spooling> {
    let queue = Arc::clone(broker) as Arc<dyn Queue>;
    let syncs = ["a".into(), "b".into()];
    Spooling::open(queue, &folder.join("spool.db"), bounds, &syncs, Metrics::default()).await
}

async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !so().await {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn until_drained(spooling: &Spooling) {
    until("the spool is drained", async || spooling.state().await.events == 0 && spooling.ping().await.is_ok()).await;
}

/// Does something to the file that no program of ours would do.
async fn in_file(folder: &Path, statement: &'static str) {
    let mut connection = SqliteConnectOptions::new().filename(folder.join("spool.db")).connect().await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn with_the_broker_well_nothing_is_spooled() {
    let (folder, broker) = (tempfile::tempdir().unwrap(), Broker::new(Mood::Well));
    let spooling = open(&broker, folder.path(), ROOMY).await;
    publish(&spooling, &job("a", "1", "e1")).await.unwrap();
    assert_eq!(broker.confirmed(), ["e1"]);
    let state = spooling.state().await;
    assert_eq!((state.events, state.oldest), (0, None));
    assert!(state.refusal.is_none(), "{state:?}");
}

#[tokio::test]
async fn what_is_kept_outlives_the_process_and_is_forwarded_in_order() {
    let (folder, broker) = (tempfile::tempdir().unwrap(), Broker::new(Mood::Away));
    let spooling = open(&broker, folder.path(), ROOMY).await;
    let jobs: Vec<Job> = (0..450).map(|number| job("a", &format!("{}", number % 7), &format!("e{number}"))).collect();
    for job in &jobs {
        publish(&spooling, job).await.unwrap();
    }
    let state = spooling.state().await;
    assert_eq!(state.events, 450);
    assert_eq!(state.oldest.unwrap().as_millisecond(), jobs[0].time.as_millisecond());
    // No forwarding, no closing: as with a loss of power.
    drop(spooling);
    broker.becomes(Mood::Well);
    let spooling = open(&broker, folder.path(), ROOMY).await;
    assert_eq!(spooling.state().await.events, 450);
    // Goes behind those that were left.
    publish(&spooling, &job("a", "3", "last")).await.unwrap();
    assert!(broker.confirmed().is_empty());
    let forwarding = Forwarding::start(Arc::clone(&spooling));
    until_drained(&spooling).await;
    let confirmed = broker.jobs.lock().unwrap().clone();
    assert_eq!(confirmed.len(), 451, "each of them once");
    for issue in (0..7).map(|number| number.to_string()) {
        let of_issue = |job: &&Job| job.data.issue.as_str() == issue;
        let arrived: Vec<&Job> = confirmed.iter().filter(of_issue).filter(|job| job.id.as_str() != "last").collect();
        let sent: Vec<&Job> = jobs.iter().filter(of_issue).collect();
        assert!(arrived == sent, "as they were taken in, in their order");
    }
    assert_eq!(confirmed.iter().rfind(|job| job.data.issue.as_str() == "3").unwrap().id.as_str(), "last");
    publish(&spooling, &job("a", "1", "direct")).await.unwrap();
    assert_eq!(broker.confirmed().last().unwrap(), "direct");
    forwarding.end().await;
    drop(spooling);
    let again = open(&broker, folder.path(), ROOMY).await;
    assert_eq!(again.state().await.events, 0, "what was confirmed is gone");
}

#[tokio::test]
async fn a_silent_broker_is_waited_for_once() {
    let (folder, broker) = (tempfile::tempdir().unwrap(), Broker::new(Mood::Silent));
    let spooling = open(&broker, folder.path(), ROOMY).await;
    // At the same time: the others do not wait longer than the first.
    let (one, other, third) = (job("a", "1", "e1"), job("a", "2", "e2"), job("b", "3", "e3"));
    let together = tokio::join!(publish(&spooling, &one), publish(&spooling, &other), publish(&spooling, &third));
    assert!(together.0.is_ok() && together.1.is_ok() && together.2.is_ok(), "{together:?}");
    let asked = broker.asked.load(Ordering::SeqCst);
    for number in 0..100 {
        publish(&spooling, &job(if number % 2 == 0 { "a" } else { "b" }, "1", "more")).await.unwrap();
    }
    assert_eq!(broker.asked.load(Ordering::SeqCst), asked, "nobody waits for it any more");
    assert_eq!(spooling.state().await.events, 103);
    assert!(spooling.ping().await.is_err(), "readiness is told that it is away");
    let forwarding = Forwarding::start(Arc::clone(&spooling));
    until("one event finds out whether it is back", async || broker.asked.load(Ordering::SeqCst) > asked).await;
    publish(&spooling, &job("a", "9", "behind")).await.unwrap();
    assert_eq!(broker.asked.load(Ordering::SeqCst), asked + 1, "only one");
    forwarding.end().await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_until_there_is_room() {
    let (folder, broker) = (tempfile::tempdir().unwrap(), Broker::new(Mood::Away));
    let spooling = open(&broker, folder.path(), SpoolConfig { max_events: 3, ..ROOMY }).await;
    for id in ["e1", "e2", "e3"] {
        assert!(spooling.state().await.refusal.is_none());
        publish(&spooling, &job("a", "1", id)).await.unwrap();
    }
    let fault = publish(&spooling, &job("a", "1", "e4")).await.unwrap_err();
    assert!(fault.is_transient() && fault.to_string().contains("full"), "{fault}");
    assert!(matches!(spooling.state().await.refusal, Some(Refusal::Full)));
    let forwarding = Forwarding::start(Arc::clone(&spooling));
    broker.becomes(Mood::Well);
    until_drained(&spooling).await;
    assert!(spooling.state().await.refusal.is_none());
    assert_eq!(broker.confirmed(), ["e1", "e2", "e3"], "what was refused was not kept");
    forwarding.end().await;

    // By size: one that is larger than what is left, then one that is not.
    let small = job("a", "1", "e1");
    let bytes = small.encode().len() as u64;
    broker.becomes(Mood::Away);
    let folder = tempfile::tempdir().unwrap();
    let spooling = open(&broker, folder.path(), SpoolConfig { max_events: 10, max_bytes: 2 * bytes + 10 }).await;
    publish(&spooling, &small).await.unwrap();
    let fault = publish(&spooling, &job("a", &"1".repeat(64), &"e".repeat(1_000))).await.unwrap_err();
    assert!(fault.to_string().contains("full"), "{fault}");
    assert!(matches!(spooling.state().await.refusal, Some(Refusal::Full)));
    publish(&spooling, &small).await.unwrap();
    assert_eq!(spooling.state().await.events, 2);
}

#[tokio::test]
async fn one_queue_that_takes_nothing_holds_up_no_other() {
    let (folder, broker) = (tempfile::tempdir().unwrap(), Broker::new(Mood::FullForA));
    let spooling = open(&broker, folder.path(), ROOMY).await;
    let forwarding = Forwarding::start(Arc::clone(&spooling));
    for number in 0..20 {
        publish(&spooling, &job("a", "1", &format!("a{number}"))).await.unwrap();
        publish(&spooling, &job("b", "1", &format!("b{number}"))).await.unwrap();
    }
    until("those of b are there", async || broker.confirmed().len() == 20).await;
    assert!(broker.confirmed().iter().all(|id| id.starts_with('b')));
    until("only those of a wait", async || spooling.state().await.events == 20).await;
    broker.becomes(Mood::Well);
    until_drained(&spooling).await;
    let of_a: Vec<String> = broker.confirmed().into_iter().filter(|id| id.starts_with('a')).collect();
    assert_eq!(of_a, (0..20).map(|number| format!("a{number}")).collect::<Vec<_>>());
    forwarding.end().await;
}

#[tokio::test]
async fn what_cannot_be_removed_is_published_once_and_nothing_waits_behind_it() {
    let (folder, broker) = (tempfile::tempdir().unwrap(), Broker::new(Mood::Away));
    let spooling = open(&broker, folder.path(), ROOMY).await;
    publish(&spooling, &job("a", "1", "e1")).await.unwrap();
    in_file(folder.path(), "CREATE TRIGGER stuck BEFORE DELETE ON spooled BEGIN SELECT RAISE(ABORT, 'disk full'); END").await;
    broker.becomes(Mood::Well);
    let forwarding = Forwarding::start(Arc::clone(&spooling));
    until("it is told", async || matches!(spooling.state().await.refusal, Some(Refusal::Unusable(_)))).await;
    publish(&spooling, &job("a", "1", "e2")).await.unwrap();
    assert_eq!(broker.confirmed(), ["e1", "e2"]);
    // With the broker away as well, nothing can be promised.
    broker.becomes(Mood::Away);
    let fault = publish(&spooling, &job("a", "1", "e3")).await.unwrap_err();
    assert!(fault.to_string().contains("spool.db"), "{fault}");
    in_file(folder.path(), "DROP TRIGGER stuck").await;
    broker.becomes(Mood::Well);
    until_drained(&spooling).await;
    assert_eq!(broker.confirmed(), ["e1", "e2"], "nothing was published again");
    forwarding.end().await;
}

/// What is in the file, and whether an intake with it takes events while the broker is there and while it is away.
async fn does_without(folder: &Path) {
    let broker = Broker::new(Mood::Well);
    let spooling = open(&broker, folder, ROOMY).await;
    let forwarding = Forwarding::start(Arc::clone(&spooling));
    publish(&spooling, &job("a", "1", "e1")).await.unwrap();
    assert_eq!(broker.confirmed(), ["e1"]);
    let state = spooling.state().await;
    let Some(Refusal::Unusable(fault)) = state.refusal else { panic!("{state:?}") };
    let told = fault.to_string();
    assert!(told.contains("spool.db") && told.contains("move it away"), "{told}");
    broker.becomes(Mood::Away);
    for _ in 0..3 {
        assert!(publish(&spooling, &job("a", "1", "e2")).await.is_err());
    }
    broker.becomes(Mood::Well);
    until("it is taken again", async || publish(&spooling, &job("a", "1", "e3")).await.is_ok()).await;
    forwarding.end().await;
}

#[tokio::test]
async fn a_damaged_file_is_told_and_intake_does_without() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spool.db"), "this is no database, however long one reads it".repeat(100)).unwrap();
    does_without(folder.path()).await;

    // Damaged within: pages that were written, and now hold something else.
    let folder = tempfile::tempdir().unwrap();
    let spooling = open(&Broker::new(Mood::Away), folder.path(), ROOMY).await;
    for number in 0..200 {
        publish(&spooling, &job("a", "1", &format!("e{number}"))).await.unwrap();
    }
    spooling.close().await;
    let path = folder.path().join("spool.db");
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() > 5 * 4_096, "{}", bytes.len());
    bytes[4_096..4 * 4_096].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    does_without(folder.path()).await;

    // A folder in place of the file.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("spool.db")).unwrap();
    does_without(folder.path()).await;
}

#[tokio::test]
async fn a_sync_that_is_gone_keeps_its_events_and_holds_up_no_other() {
    let (folder, broker) = (tempfile::tempdir().unwrap(), Broker::new(Mood::Away));
    let file = folder.path().join("spool.db");
    let queue = Arc::clone(&broker) as Arc<dyn Queue>;
    let before = Spooling::open(Arc::clone(&queue), &file, ROOMY, &["gone".into()], Metrics::default()).await;
    publish(&before, &job("gone", "1", "e1")).await.unwrap();
    drop(before);
    broker.becomes(Mood::Well);
    let spooling = open(&broker, folder.path(), ROOMY).await;
    let forwarding = Forwarding::start(Arc::clone(&spooling));
    publish(&spooling, &job("a", "1", "e2")).await.unwrap();
    assert_eq!((broker.confirmed(), spooling.state().await.events), (vec!["e2".to_owned()], 0));
    forwarding.end().await;
    drop(spooling);
    let again = Spooling::open(queue, &file, ROOMY, &["gone".into()], Metrics::default()).await;
    let forwarding = Forwarding::start(Arc::clone(&again));
    until_drained(&again).await;
    assert_eq!(broker.confirmed(), ["e2", "e1"]);
    forwarding.end().await;
}

#[tokio::test]
async fn an_event_that_this_program_does_not_know_is_parked() {
    let (folder, broker) = (tempfile::tempdir().unwrap(), Broker::new(Mood::Away));
    let spooling = open(&broker, folder.path(), ROOMY).await;
    publish(&spooling, &job("a", "1", "e1")).await.unwrap();
    in_file(folder.path(), "UPDATE spooled SET body = X'7b7d'").await;
    broker.becomes(Mood::Well);
    let forwarding = Forwarding::start(Arc::clone(&spooling));
    until_drained(&spooling).await;
    assert_eq!(*broker.parked.lock().unwrap(), [b"{}".to_vec()]);
    assert!(!spooling.spool.backlog().holds(&live("a")));
    forwarding.end().await;
}
