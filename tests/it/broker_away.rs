//! RabbitMQ is away for a while: no sender notices, and all that was sent arrives.

use crate::{
    sender::{issue_changed, send, standard},
    support::{
        flood::Flood,
        own_rabbitmq::OwnRabbitMq,
        roundup_home,
        site::{Site, Wanted},
        wait::{LONG, until_so},
    },
};

/// Deliveries of one issue, each taken at once, none taken twice.
async fn deliver(site: &Site, issue: &str, ids: std::ops::Range<u32>) {
    let (http, url) = (reqwest::Client::new(), format!("http://127.0.0.1:{}/webhooks/office", site.receiver()));
    for id in ids {
        let id = format!("by-hand-{id}");
        let delivery = || send(standard(&http, &url, roundup_home::SECRET, &id, issue_changed(issue)));
        let answer = delivery().await;
        assert_eq!(answer.status, 202, "{answer:?}");
        assert_eq!(delivery().await.status, 200, "it is known, though it is not in the queue yet");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_meanwhile_is_taken_and_arrives_though_intake_dies_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut rabbitmq = OwnRabbitMq::start(folder.path()).await;
    let site = Site::start(Wanted { rabbitmq: Some(rabbitmq.url.clone()), ..Wanted::default() }).await;
    let intake = site.serve("intake").await;
    let worker = site.serve("worker").await;
    let flood = Flood::prepare(&site, 10, 60).await;
    rabbitmq.kill();
    deliver(&site, &flood.pairs[0].local, 0..20).await;
    flood.pour(&site).await;
    let all_taken = async || site.roundup.spooled() == 0 && site.jira.undelivered().await == 0;
    until_so("both trackers have delivered everything", LONG, all_taken).await;
    intake.kill();
    // Waits for readiness: that is green with the broker away.
    let _intake = site.serve("intake").await;
    deliver(&site, &flood.pairs[1].local, 20..40).await;
    let log = || std::fs::read_to_string(site.folder().join("trackersync-intake.log")).unwrap();
    assert!(log().contains("forwarding the events that an earlier process left in the spool"), "{}", log());
    rabbitmq.start_again().await;
    until_so("the spool is drained", LONG, async || log().contains("the broker takes events again")).await;
    flood.has_arrived(&site).await;
    site.settle(vec![worker]).await;
    assert!(site.queues().dead().await.is_empty());
    let told = log().lines().filter(|line| line.contains("the broker does not take events")).count();
    assert!(told <= 2, "told once by each of the two processes, not {told} times");
    figure!("RabbitMQ killed, and intake, all taken meanwhile, {}", flood.assert_once(&site).await);
}
