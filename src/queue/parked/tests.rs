//! The same contract of dead queues for both: `SQLite` in this process, and the real `RabbitMQ`.

use std::{sync::Arc, time::Instant};

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        embedded::Embedded,
        job::JobError,
        rabbitmq::{self, RabbitMq},
        selection::Selection,
        tests::{issue_of, job, live, next},
        *,
    },
    *,
};
use crate::{config::secret::Secret, ids::EventId};

const SOON: Duration = Duration::from_secs(20);
const PREFETCH: Prefetch = Prefetch { live: 60, bulk: 1 };

trait Both: Queue + DeadLetters {}
impl<T: Queue + DeadLetters> Both for T {}

/// Does one thing with what a selection picks, and remembers.
struct Doing {
    picked: Selection,
    fate: Fate,
    /// Issues that were shown, and that were settled.
    shown: Vec<String>,
    settled: Vec<String>,
    /// Ends the visit with a panic at this number of settled ones.
    dies_at: usize,
}

impl Doing {
    fn new(fate: Fate, picked: Selection) -> Self {
        Self { picked, fate, shown: Vec::new(), settled: Vec::new(), dies_at: usize::MAX }
    }
}

fn told(parked: &Parked) -> String {
    parked.job.as_ref().map_or_else(|_| "raw".to_owned(), |job| job.id.to_string())
}

impl Visitor for Doing {
    fn decide(&mut self, parked: &Parked) -> Fate {
        self.shown.push(told(parked));
        if self.picked.picks(parked) { self.fate } else { Fate::Keep }
    }

    fn settled(&mut self, parked: &Parked, fate: Fate) {
        assert_eq!(fate, self.fate);
        self.settled.push(told(parked));
        assert!(self.settled.len() < self.dies_at, "dies as it was told to");
    }
}

fn of_issue(issue: &str) -> Selection {
    Selection { issue: Some(issue.to_owned()), ..Selection::default() }
}

fn parked_job(number: usize, issue: &str) -> Job {
    let mut job = job(issue);
    job.id = EventId::new(format!("{number:02}"));
    job.data.attempts = 7;
    job.data.generation = Some("e:1".to_owned());
    let (kind, message) = ("permanent".to_owned(), format!("number {number}"));
    job.data.error = Some(JobError { kind, message, at: Timestamp::now(), trace: None });
    job
}

/// What is parked, oldest first, once so many are there.
async fn parked(queue: &dyn Both, many: usize) -> Vec<String> {
    let deadline = Instant::now() + SOON;
    loop {
        let mut looking = Doing::new(Fate::Keep, Selection::default());
        queue.visit(&"s".into(), &mut looking).await.unwrap();
        if looking.shown.len() == many {
            return looking.shown;
        }
        assert!(Instant::now() < deadline, "{} are parked, not {many}", looking.shown.len());
    }
}

fn names(numbers: impl Iterator<Item = usize>) -> Vec<String> {
    numbers.map(|number| format!("{number:02}")).collect()
}

async fn one_issue_of_two_is_replayed_in_order(queue: Arc<dyn Both>) {
    for number in 0..50 {
        let issue = if number % 2 == 0 { "even" } else { "odd" };
        queue.publish(&Destination::Dead("s".into()), &parked_job(number, issue)).await.unwrap();
    }
    for _ in 0..2 {
        assert_eq!(parked(&*queue, 50).await, names(0..50));
    }
    let oldest = queue.oldest(&"s".into()).await.unwrap().unwrap();
    assert!(Timestamp::now().duration_since(oldest) < SignedDuration::from_mins(1), "{oldest}");
    // A worker takes what is replayed meanwhile.
    let until = CancellationToken::new();
    let mut receiver = queue.subscribe(PREFETCH, until.clone());
    let mut replay = Doing::new(Fate::Replay, of_issue("even"));
    queue.visit(&"s".into(), &mut replay).await.unwrap();
    assert_eq!(replay.settled, names((0..50).step_by(2)));
    for number in (0..50).step_by(2) {
        let delivery = next(&mut receiver).await;
        let job = delivery.job.as_ref().unwrap();
        assert_eq!((job.id.as_str(), issue_of(&delivery)), (format!("{number:02}").as_str(), "even".to_owned()));
        assert_eq!((job.data.attempts, &job.data.error, &job.data.generation), (0, &None, &None));
        delivery.settle.ack().await.unwrap();
    }
    until.cancel();
    receiver.close().await;
    assert_eq!(parked(&*queue, 25).await, names((1..50).step_by(2)));
}

/// Goes on with the odd numbers of the test before.
async fn a_visit_that_dies_loses_nothing(queue: Arc<dyn Both>) {
    let dying = Arc::clone(&queue);
    let died = tokio::spawn(async move {
        let mut replay = Doing::new(Fate::Replay, Selection::default());
        replay.dies_at = 10;
        dying.visit(&"s".into(), &mut replay).await
    });
    assert!(died.await.unwrap_err().is_panic());
    // Ten were replayed; the last acknowledgement may not have got through.
    let deadline = Instant::now() + SOON;
    let mut left = 0;
    while !(15..=16).contains(&left) {
        let depths = queue.depths().await.unwrap();
        left = depths.iter().find(|(name, _)| name.ends_with("s.dead")).map_or(0, |(_, depth)| *depth);
        assert!(Instant::now() < deadline, "{depths:?}");
    }
    let left = parked(&*queue, usize::try_from(left).unwrap()).await;
    assert_eq!(left, names((1..50).step_by(2)).split_off(25 - left.len()));
    let until = CancellationToken::new();
    let mut receiver = queue.subscribe(PREFETCH, until.clone());
    for number in (1..50).step_by(2).take(10) {
        let delivery = next(&mut receiver).await;
        assert_eq!(delivery.job.as_ref().unwrap().id.as_str(), format!("{number:02}"));
        delivery.settle.ack().await.unwrap();
    }
    until.cancel();
    receiver.close().await;
}

async fn what_is_no_event_is_seen_replayed_and_dropped(queue: Arc<dyn Both>) {
    let mut all = Doing::new(Fate::Drop, Selection::default());
    queue.visit(&"s".into(), &mut all).await.unwrap();
    assert!(parked(&*queue, 0).await.is_empty());
    assert_eq!(queue.oldest(&"s".into()).await.unwrap(), None);
    queue.park_raw(&"s".into(), b"not a job", "why").await.unwrap();
    assert_eq!(parked(&*queue, 1).await, ["raw"]);
    assert!(queue.oldest(&"s".into()).await.unwrap().is_some(), "the queue knows since when");
    let undecodable = Selection { kind: Some("undecodable".to_owned()), ..Selection::default() };
    let mut replay = Doing::new(Fate::Replay, undecodable.clone());
    queue.visit(&"s".into(), &mut replay).await.unwrap();
    let until = CancellationToken::new();
    let mut receiver = queue.subscribe(PREFETCH, until.clone());
    let delivery = next(&mut receiver).await;
    assert_eq!(delivery.body, b"not a job");
    queue.park_raw(&"s".into(), &delivery.body, "why").await.unwrap();
    delivery.settle.ack().await.unwrap();
    until.cancel();
    receiver.close().await;
    parked(&*queue, 1).await;
    let mut drop = Doing::new(Fate::Drop, undecodable);
    queue.visit(&"s".into(), &mut drop).await.unwrap();
    assert_eq!((drop.settled.len(), parked(&*queue, 0).await.len()), (1, 0));
}

async fn holds_the_contract(queue: Arc<dyn Both>) {
    one_issue_of_two_is_replayed_in_order(Arc::clone(&queue)).await;
    a_visit_that_dies_loses_nothing(Arc::clone(&queue)).await;
    what_is_no_event_is_seen_replayed_and_dropped(queue).await;
}

#[tokio::test]
async fn in_this_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    holds_the_contract(Arc::new(Embedded::open(&file, vec!["s".into()]).await.unwrap())).await;
}

#[tokio::test]
async fn a_look_from_beside_leaves_the_service_what_it_has_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.db");
    let service = Embedded::open(&file, vec!["s".into()]).await.unwrap();
    service.publish(&Destination::Now(live()), &job("1")).await.unwrap();
    let until = CancellationToken::new();
    let mut receiver = service.subscribe(PREFETCH, until.clone());
    let held = next(&mut receiver).await;
    let beside = Embedded::beside(&file, vec!["s".into()]).await.unwrap();
    beside.visit(&"s".into(), &mut Doing::new(Fate::Replay, Selection::default())).await.unwrap();
    let again = tokio::time::timeout(Duration::from_millis(700), receiver.recv()).await;
    assert!(again.is_err(), "what is being worked on must not be delivered a second time");
    held.settle.ack().await.unwrap();
    until.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn over_rabbitmq() {
    let url = std::env::var("TRACKERSYNC_TEST_RABBITMQ").unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672".to_owned());
    let prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
    let queue = || Arc::new(RabbitMq::new(Secret::built_in(&url), &prefix, vec!["s".into()]));
    holds_the_contract(queue()).await;
    rabbitmq::tests::remove(&url, &prefix, vec!["s".into()]).await;
}

#[test]
fn a_selection_picks_what_it_says_and_nothing_else() {
    let parked = |job: &Job| Parked::new("s".into(), job.encode(), None, false);
    let mut event = parked_job(1, "10001");
    event.subject = "UP-17".to_owned();
    let (event, at) = (parked(&event), event.data.error.as_ref().unwrap().at);
    let raw = Parked::new("s".into(), b"?".to_vec(), None, false);
    let second = SignedDuration::from_secs(1);
    let with = |change: &dyn Fn(&mut Selection)| {
        let mut selection = Selection::default();
        change(&mut selection);
        (selection.picks(&event), selection.picks(&raw))
    };
    assert_eq!(with(&|_| {}), (true, true));
    for (issue, picked) in [("UP-17", true), ("10001", true), ("UP-1", false)] {
        assert_eq!(with(&|asked| asked.issue = Some(issue.to_owned())), (picked, false), "{issue}");
    }
    assert_eq!(with(&|asked| asked.kind = Some("permanent".to_owned())), (true, false));
    assert_eq!(with(&|asked| asked.kind = Some("undecodable".to_owned())), (false, true));
    assert_eq!(with(&|asked| asked.event = Some("01".to_owned())), (true, false));
    assert_eq!(with(&|asked| asked.event = Some("02".to_owned())), (false, false));
    assert_eq!(with(&|asked| asked.since = Some(at)), (true, false));
    assert_eq!(with(&|asked| asked.since = Some(at + second)), (false, false));
    assert_eq!(with(&|asked| asked.until = Some(at)), (true, false));
    assert_eq!(with(&|asked| asked.until = Some(at - second)), (false, false));
}

#[test]
fn what_the_broker_gave_up_says_so_and_not_what_failed_before() {
    let given_up = Parked::new("s".into(), parked_job(1, "1").encode(), None, true);
    assert_eq!(given_up.kind(), "unsettled");
    assert!(given_up.error().ends_with("before that: number 1"), "{}", given_up.error());
}
