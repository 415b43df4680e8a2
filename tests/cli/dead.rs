//! `dead`: parked events are listed, shown, replayed and dropped, and never lost.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use lapin::{
    Channel, Connection, ConnectionProperties,
    options::{ExchangeDeleteOptions, QueueDeclareOptions, QueueDeleteOptions},
    types::FieldTable,
};
use trackersync::{
    config::secret::Secret,
    ids::EventId,
    queue::{
        DELAYS, Destination, Queue,
        embedded::Embedded,
        job::{ISSUE_CHANGED, Job, JobData, JobError},
        rabbitmq::RabbitMq,
    },
    sync::issue::Side,
};

use crate::program::{GOOD, VARIABLES, folder_with, run};

fn parked(event: &str, subject: &str, side: Side, (kind, message, at): (&str, &str, &str)) -> Job {
    let at = at.parse().unwrap();
    let error = JobError { kind: kind.to_owned(), message: message.to_owned(), at, trace: Some("7f00".to_owned()) };
    let data = JobData {
        change: Some("commented".to_owned()),
        actor: Some("jane".to_owned()),
        attempts: 3,
        error: Some(error),
        ..JobData::of("up".into(), side, format!("1{event}").as_str().into(), "webhook")
    };
    Job::new(EventId::new(event), &"upstream".into(), ISSUE_CHANGED, subject.to_owned(), at, data)
}

/// A folder whose embedded queue has three parked events.
async fn folder() -> tempfile::TempDir {
    let folder = folder_with(GOOD);
    let queue = Embedded::open(&folder.path().join("data/queue.db"), vec!["up".into()]).await.unwrap();
    let early = ("permanent", "403: not for you\nsecond line", "2001-11-28T08:00:00Z");
    let late = ("transient", "no answer", "2001-11-28T09:00:00Z");
    for job in [parked("e1", "UP-1", Side::Remote, early), parked("e2", "UP-2", Side::Local, late)] {
        queue.publish(&Destination::Dead("up".into()), &job).await.unwrap();
    }
    queue.park_raw(&"up".into(), b"{\"no\": \"event\"}", "why").await.unwrap();
    folder
}

fn ids(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let all: Vec<&str> = ["--json", "dead"].into_iter().chain(arguments.iter().copied()).collect();
    let ran = run(folder, &all);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.json().iter().map(|event| event["event"].as_str().unwrap_or("raw").to_owned()).collect()
}

async fn waiting(folder: &Path) -> Vec<(String, u64)> {
    let queue = Embedded::beside(&folder.join("data/queue.db"), vec!["up".into()]).await.unwrap();
    queue.depths().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_events_are_listed_by_what_is_asked_for() {
    let folder = folder().await;
    let list = run(folder.path(), &["dead", "list"]);
    assert_eq!((list.code, list.out.lines().count()), (Some(0), 3), "{list:?}");
    let first = "up  UP-1  remote  2001-11-28T08:00:00Z  permanent  403: not for you  [e1]";
    assert_eq!(list.out.lines().next(), Some(first));
    for (asked, found) in [
        (&["-s", "up"][..], &["e1", "e2", "raw"][..]),
        (&["--issue", "UP-2"], &["e2"]),
        (&["--issue", "1e1"], &["e1"]),
        (&["--since", "2001-11-28T08:30:00Z"], &["e2", "raw"]),
        (&["--until", "2001-11-28T08:30:00Z"], &["e1"]),
        (&["--since", "1h"], &["raw"]),
        (&["--kind", "undecodable"], &["raw"]),
        (&["--kind", "permanent", "--issue", "UP-2"], &[]),
        (&["--id", "e2"], &["e2"]),
    ] {
        let asked: Vec<&str> = ["list"].into_iter().chain(asked.iter().copied()).collect();
        let listed = ids(folder.path(), &asked);
        assert_eq!(listed, found, "{asked:?}");
    }
    let show = run(folder.path(), &["dead", "show", "--id", "e1"]);
    for told in
        ["UP-1 (id 1e1, remote side)", "webhook, commented, by jane", "attempts  3", "7f00", "not for you\n          second"]
    {
        assert!(show.out.contains(told), "{told}: {}", show.out);
    }
    assert!(run(folder.path(), &["dead", "show", "--kind", "undecodable"]).out.contains("{\"no\": \"event\"}"));
    let nothing = run(folder.path(), &["dead", "show", "--id", "e9"]);
    assert_eq!((nothing.code, nothing.err.as_str()), (Some(1), "no such event is parked\n"), "{nothing:?}");
    for wrong in [&["dead", "list", "--since", "soon"][..], &["dead", "list", "-s", "upp"], &["dead", "list", "--kind", "odd"]]
    {
        assert_eq!(run(folder.path(), wrong).code, Some(2), "{wrong:?}");
    }
    assert_eq!(ids(folder.path(), &["list"]).len(), 3, "looking changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_replayed_and_dropped_when_somebody_says_which() {
    let folder = folder().await;
    for command in [&["dead", "replay"][..], &["dead", "drop"], &["dead", "drop", "--yes"]] {
        let refused = run(folder.path(), command);
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{command:?}: {refused:?}");
    }
    let asked = run(folder.path(), &["dead", "drop", "--issue", "UP-2"]);
    assert_eq!((asked.code, asked.out.lines().count()), (Some(2), 1), "{asked:?}");
    assert!(asked.err.contains("--yes"), "{asked:?}");
    assert_eq!(ids(folder.path(), &["list"]).len(), 3, "nothing is removed without --yes");
    let replayed = run(folder.path(), &["dead", "replay", "--issue", "UP-1"]);
    assert!(replayed.out.starts_with("replayed  up  UP-1 "), "{replayed:?}");
    assert_eq!(ids(folder.path(), &["list"]), ["e2", "raw"]);
    assert!(waiting(folder.path()).await.contains(&("up.live".to_owned(), 1)));
    assert_eq!(ids(folder.path(), &["drop", "--all", "--yes"]), ["e2", "raw"]);
    assert_eq!(run(folder.path(), &["dead", "list"]).out, "");
    assert!(waiting(folder.path()).await.contains(&("up.live".to_owned(), 1)), "what waits is not dropped");
}

const SOON: Duration = Duration::from_secs(30);

async fn channel(url: &str) -> Channel {
    let connection = Connection::connect(url, ConnectionProperties::default()).await;
    connection.expect("this test needs RabbitMQ on 127.0.0.1:5672; tests/run starts it").create_channel().await.unwrap()
}

async fn depth(channel: &Channel, name: &str) -> u32 {
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(name.into(), passive, FieldTable::default()).await.unwrap().message_count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_killed_loses_nothing() {
    let url = std::env::var("TRACKERSYNC_TEST_RABBITMQ").unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672".to_owned());
    let prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
    let queue = RabbitMq::new(Secret::built_in(&url), &prefix, vec!["up".into()]);
    for number in 0..50 {
        let error = ("permanent", "403", "2001-11-28T08:00:00Z");
        let job = parked(&format!("{number:02}"), "UP-1", Side::Remote, error);
        queue.publish(&Destination::Dead("up".into()), &job).await.unwrap();
    }
    let folder = folder_with(&format!("[queue]\nurl = \"{url}\"\nprefix = \"{prefix}\"\n{GOOD}"));
    tokio::task::block_in_place(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
        command.current_dir(folder.path()).args(["dead", "replay", "--all"]).env_clear().envs(VARIABLES);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let told = BufReader::new(child.stdout.take().unwrap()).lines().take(10).count();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(told, 10);
    });
    let channel = channel(&url).await;
    let (live, dead) = (format!("{prefix}.up.live"), format!("{prefix}.up.dead"));
    let deadline = Instant::now() + SOON;
    loop {
        let (live, dead) = (depth(&channel, &live).await, depth(&channel, &dead).await);
        // The one that was under way may be in both.
        if (50..=51).contains(&(live + dead)) {
            assert!(live >= 10, "{live} were replayed");
            break;
        }
        assert!(Instant::now() < deadline, "{live} wait, {dead} are parked");
    }
    let replayed = ids(folder.path(), &["replay", "--all"]);
    let last: Vec<String> = (50 - replayed.len()..50).map(|number| format!("{number:02}")).collect();
    assert_eq!(replayed, last, "those that were left, in their order");
    assert!((50..=51).contains(&depth(&channel, &live).await));
    remove(&channel, &prefix).await;
}

async fn remove(channel: &Channel, prefix: &str) {
    let delays = DELAYS.map(|seconds| format!("{prefix}.retry.{seconds}"));
    let queues = ["up.live", "up.bulk", "up.dead"].map(|name| format!("{prefix}.{name}"));
    for queue in queues.iter().chain(&delays) {
        channel.queue_delete(queue.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    }
    for exchange in delays.iter().chain([&format!("{prefix}.events")]) {
        channel.exchange_delete(exchange.as_str().into(), ExchangeDeleteOptions::default()).await.unwrap();
    }
}
