//! Two intakes and two workers are restarted one after the other, as a new version is brought in.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::future::join_all;

use crate::{
    sender::{issue_changed, send, standard},
    support::{
        balancer::Balancer,
        flood::Flood,
        process::{Process, free_port},
        program::{self, Program},
        roundup_home,
        site::{Site, Wanted},
    },
};

/// Senders that post one delivery after the other: half of them over one connection for as long as that may be used, the others
/// over a new one each time.
const SENDERS: u32 = 4;

/// Posts until told to end. No delivery is sent again: each has to be taken the first time.
async fn stream(site: &Site, issue: &str, ended: &AtomicBool) -> u32 {
    let url = format!("http://127.0.0.1:{}/webhooks/office", site.receiver());
    let count = AtomicU32::new(0);
    let sender = async |number: u32| {
        let keeps = usize::from(number.is_multiple_of(2));
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(keeps).build().unwrap();
        while !ended.load(Ordering::Relaxed) {
            let id = format!("stream-{number}-{}", count.fetch_add(1, Ordering::Relaxed));
            let answer = send(standard(&http, &url, roundup_home::SECRET, &id, issue_changed(issue))).await;
            assert_eq!(answer.status, 202, "{id}: {answer:?}");
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        }
    };
    join_all((0..SENDERS).map(sender)).await;
    count.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn restarting_one_after_the_other_turns_nobody_away_and_loses_and_doubles_nothing() {
    let site = Site::start(Wanted::default()).await;
    let ports = [free_port(), free_port()];
    let mut intakes = vec![site.serve_intake(ports[0]).await, site.serve_intake(ports[1]).await];
    let mut workers = vec![site.serve("worker").await, site.serve("worker").await];
    let _balancer = Balancer::start(site.receiver(), ports).await;
    let flood = Flood::prepare(&site, 10, 100).await;
    let (ended, issue) = (AtomicBool::new(false), flood.pairs[0].local.clone());
    let in_order = async |program: Program| assert_eq!(program.terminate().await, Some(0), "it ends in order");
    let restart = async {
        flood.until_made(20).await;
        for port in ports {
            in_order(intakes.remove(0)).await;
            intakes.push(site.serve_intake(port).await);
            in_order(workers.remove(0)).await;
            workers.push(site.serve("worker").await);
        }
        ended.store(true, Ordering::Relaxed);
    };
    let (taken, (), ()) = tokio::join!(stream(&site, &issue, &ended), flood.pour(&site), restart);
    flood.has_arrived(&site).await;
    site.settle(workers).await;
    assert!(site.queues().dead().await.is_empty());
    figure!("two intakes and two workers restarted, {taken} deliveries taken, {}", flood.assert_once(&site).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_intakes_do_not_share_a_spool() {
    let site = Site::start(Wanted::default()).await;
    let _first = site.serve("intake").await;
    let _worker = site.serve("worker").await;
    let mut second = program::command(&site.folder());
    second.args(["serve", "--role", "intake", "--set", &format!("server.listen=127.0.0.1:{}", free_port())]);
    let refused = Process::start("second", &site.folder(), &mut second);
    let (status, told) = refused.ended_with_output().await;
    // Lines are broken to fit.
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!status.success() && told.contains("used by another process") && told.contains("data_dir"), "{status}: {told}");
}
