//! Many events of one issue while a sync of it runs are one more sync, and not many.

use std::time::Duration;

use futures_util::future::join_all;

use crate::{
    sender::{issue_updated, jira, send},
    support::{
        jira::SECRET,
        program::Program,
        site::{Site, Wanted},
        wait::{LONG, until_every, until_so},
    },
};

/// How many runs read the issue, and how many events an earlier run had covered.
async fn runs(program: &Program) -> (u64, u64) {
    let metrics = program.metrics().await;
    let count = |is: fn(&str) -> bool| {
        let lines = metrics.lines().filter(|line| line.starts_with("trackersync_syncs_total{") && is(line));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    };
    (
        count(|line| {
            ["synced", "unchanged", "echo", "partly", "held"].iter().any(|word| line.contains(&format!("\"{word}\"")))
        }),
        count(|line| line.contains("\"covered\"")),
    )
}

/// How often the scene is set again, when the first sync was over too soon or an event of somebody else came in between.
const TRIES: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn ten_events_of_an_issue_while_it_is_synced_are_one_more_sync() {
    let site = Site::start(Wanted::default()).await;
    let _intake = site.serve("intake").await;
    let worker = site.serve("worker").await;
    let pair = site.pair("Busy").await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{}/webhooks/upstream", site.receiver());
    let post = async || {
        let answer = send(jira(&http, &url, SECRET, issue_updated(&pair.remote, &pair.key))).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    };
    for _ in 0..TRIES {
        let before = quiet(&site, &worker).await;
        site.jira.set_latency(1_500).await;
        post().await;
        // It is with the worker, which waits for Jira.
        until_so("the worker has the first event", LONG, async || site.queues().waiting().await == Some(0)).await;
        join_all((0..10).map(|_| post())).await;
        let still_runs = runs(&worker).await == before;
        site.jira.set_latency(0).await;
        let after = quiet(&site, &worker).await;
        let (syncs, covered) = (after.0 - before.0, after.1 - before.1);
        if still_runs && syncs + covered == 11 {
            figure!("1 event and 10 while its sync ran: {syncs} syncs, {covered} covered");
            assert_eq!((syncs, covered), (2, 9));
            return;
        }
    }
    panic!("the scene was never as it was to be");
}

/// Waits until nothing waits and nothing has run for a while: events of our own writes come late.
async fn quiet(site: &Site, worker: &Program) -> (u64, u64) {
    let (mut last, mut times) = ((0, 0), 0);
    until_every(Duration::from_millis(500), "nothing runs any more", LONG, async || {
        site.until_idle().await;
        let now = runs(worker).await;
        times = if now == last { times + 1 } else { 0 };
        last = now;
        (times == 6).then_some(now)
    })
    .await
}
