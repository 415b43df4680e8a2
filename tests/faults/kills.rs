//! A worker that dies again and again with messages in flight: each death counts as a delivery of all that it held, and no limit of
//! deliveries drops any of them.

use std::time::Duration;

use trackersync::{crash::CRASH_AT, sync::issue::Side};

use super::site::{Pair, Pairing, Site};
use crate::support::{
    services::Own,
    wait::{LONG, until_so},
};

const KILLS: usize = 25;
const ISSUES: usize = 8;
const SETTLES: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread")]
async fn no_limit_of_deliveries_drops_what_a_worker_held_that_died_many_times() {
    let mut site = Site::start(Pairing::RoundupAndJira, Own::default(), false).await;
    let _intake = site.serve("intake", &[]).ready().await;
    let worker = site.serve("worker", &[]).ready().await;
    let tags: Vec<String> = (0..ISSUES).map(|number| format!("[{number}]")).collect();
    for tag in &tags {
        site.create(Side::Remote, tag);
    }
    let figures = site.settle(SETTLES).await;
    assert!(figures.are_clean(), "{figures}");
    let pairs: Vec<Pair> = tags.iter().map(|tag| site.pair(tag).unwrap()).collect();
    assert_eq!(worker.terminate().await, Some(0));
    for (number, pair) in pairs.iter().enumerate() {
        site.set_title(Side::Local, pair, "changed");
        site.comment(Side::Remote, &pair.tag, &pair.remote, &format!("Said {number}."));
    }
    let queued = u64::try_from(ISSUES).unwrap();
    until_so("the events wait", LONG, async || site.queues().waiting().await.is_some_and(|waiting| waiting >= queued)).await;
    for _ in 0..KILLS {
        // Dead as soon as it has the first lease: it holds as many messages as it may by then, and has done nothing.
        let mut worker = site.serve("worker", &[(CRASH_AT, "coordination.acquire.after")]);
        until_so("the worker dies", LONG, async || worker.has_ended()).await;
    }
    let worker = site.serve("worker", &[]).ready().await;
    let figures = site.settle(SETTLES).await;
    assert!(figures.are_clean(), "{figures}");
    assert_eq!(site.queues().dead().await, Vec::<serde_json::Value>::new(), "parked events");
    assert_eq!(worker.terminate().await, Some(0));
    figure!("a worker that died {KILLS} times with messages in flight: {}", site.check());
}
