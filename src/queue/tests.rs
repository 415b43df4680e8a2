//! The same contract for both: `SQLite` in this process, and the real `RabbitMQ`.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use tokio::time::timeout;

use super::{
    job::{ISSUE_CHANGED, JobData},
    *,
};
use crate::{config::secret::Secret, ids::EventId, sync::issue::Side};

const SOON: Duration = Duration::from_secs(20);
const PREFETCH: Prefetch = Prefetch { live: 4, bulk: 1 };

pub(super) fn job(issue: &str) -> Job {
    let data = JobData::of("s".into(), Side::Local, issue.into(), "webhook");
    Job::new(EventId::generate(), &"office".into(), ISSUE_CHANGED, issue.to_owned(), Timestamp::now(), data)
}

pub(super) fn live() -> Route {
    Route { sync: "s".into(), lane: Lane::Live }
}

pub(super) async fn next(receiver: &mut Deliveries) -> Delivery {
    timeout(SOON, receiver.recv()).await.expect("a delivery in time").expect("an open queue")
}

pub(super) fn issue_of(delivery: &Delivery) -> String {
    delivery.job.as_ref().unwrap().data.issue.to_string()
}

async fn holds_the_contract(queue: Arc<dyn Queue>) {
    queue.ping().await.expect("this test needs RabbitMQ on 127.0.0.1:5672; tests/run starts it");
    for issue in ["1", "2", "3"] {
        queue.publish(&Destination::Now(live()), &job(issue)).await.unwrap();
    }
    let until = CancellationToken::new();
    let mut receiver = queue.subscribe(PREFETCH, until.clone());
    let first = next(&mut receiver).await;
    assert_eq!(issue_of(&first), "1");
    let second = next(&mut receiver).await;
    first.settle.ack().await.unwrap();
    second.settle.release().await.unwrap();
    let mut rest = BTreeSet::new();
    while rest.len() < 2 {
        let delivery = next(&mut receiver).await;
        rest.insert(issue_of(&delivery));
        delivery.settle.ack().await.unwrap();
    }
    assert_eq!(rest, BTreeSet::from(["2".to_owned(), "3".to_owned()]));

    queue.publish(&Destination::Later(live(), Duration::from_millis(10)), &job("later")).await.unwrap();
    queue.publish(&Destination::Now(Route { sync: "s".into(), lane: Lane::Bulk }), &job("bulk")).await.unwrap();
    let bulk = next(&mut receiver).await;
    assert_eq!((issue_of(&bulk), bulk.route.lane), ("bulk".to_owned(), Lane::Bulk));
    bulk.settle.ack().await.unwrap();
    let later = next(&mut receiver).await;
    assert_eq!((issue_of(&later), later.route.lane), ("later".to_owned(), Lane::Live));
    // Not settled: it must come again, to whoever consumes next.
    until.cancel();
    drop(later);
    receiver.close().await;
}

/// What is still being worked on when the deliveries end is settled all the same.
async fn what_is_settled_last_does_not_come_again(queue: Arc<dyn Queue>) {
    for round in 0..3 {
        queue.publish(&Destination::Now(live()), &job(&round.to_string())).await.unwrap();
        let until = CancellationToken::new();
        let mut receiver = queue.subscribe(PREFETCH, until.clone());
        let last = next(&mut receiver).await;
        assert_eq!(issue_of(&last), round.to_string());
        until.cancel();
        // Long enough for whatever ends by itself at once.
        let more = timeout(Duration::from_millis(200), receiver.recv()).await;
        assert!(!matches!(more, Ok(Some(_))), "nothing comes after the end");
        last.settle.ack().await.unwrap();
        receiver.close().await;
    }
}

async fn what_was_not_settled_comes_again(queue: Arc<dyn Queue>) {
    let until = CancellationToken::new();
    let mut receiver = queue.subscribe(PREFETCH, until.clone());
    let again = next(&mut receiver).await;
    assert_eq!(issue_of(&again), "later");
    again.settle.ack().await.unwrap();
    queue.publish(&Destination::Dead("s".into()), &job("dead")).await.unwrap();
    queue.park_raw(&"s".into(), b"not a job", "why").await.unwrap();
    let deadline = std::time::Instant::now() + SOON;
    loop {
        let depths = queue.depths().await.unwrap();
        let dead = depths.iter().find(|(name, _)| name.ends_with("s.dead")).map(|(_, depth)| *depth);
        if dead == Some(2) {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{depths:?}");
        tokio::task::yield_now().await;
    }
    until.cancel();
}

#[tokio::test]
async fn in_this_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    holds_the_contract(Arc::new(Embedded::open(&file, vec!["s".into()]).await.unwrap())).await;
    what_was_not_settled_comes_again(Arc::new(Embedded::open(&file, vec!["s".into()]).await.unwrap())).await;
    what_is_settled_last_does_not_come_again(Arc::new(Embedded::open(&file, vec!["s".into()]).await.unwrap())).await;
}

use super::embedded::Embedded;

#[tokio::test(flavor = "multi_thread")]
async fn over_rabbitmq() {
    let url = std::env::var("TRACKERSYNC_TEST_RABBITMQ").unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672".to_owned());
    let prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
    let queue = || Arc::new(rabbitmq::RabbitMq::new(Secret::built_in(&url), &prefix, vec!["s".into()]));
    holds_the_contract(queue()).await;
    what_was_not_settled_comes_again(queue()).await;
    what_is_settled_last_does_not_come_again(queue()).await;
    rabbitmq::tests::remove(&url, &prefix, vec!["s".into()]).await;
}

#[test]
fn a_pause_is_rounded_up_to_a_queue_that_exists() {
    for (pause, tier) in [(0, 1), (1, 1), (2, 5), (60, 60), (61, 300), (1_000_000, 21_600)] {
        assert_eq!(delay_tier(Duration::from_secs(pause)), tier);
    }
}
