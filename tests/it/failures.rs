//! Whatever fails in the middle of two hundred edits, nothing is lost and nothing comes twice.

use crate::support::{
    flood::Flood,
    own_rabbitmq::OwnRabbitMq,
    own_redis::OwnRedis,
    site::{Site, Wanted},
};

const ISSUES: usize = 20;
const EDITS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_the_worker_is_killed() {
    let site = Site::start(Wanted::default()).await;
    let _intake = site.serve("intake").await;
    let mut worker = site.serve("worker").await;
    let flood = Flood::prepare(&site, ISSUES, EDITS).await;
    let disturb = async {
        for made in [30, 70, 110, 150] {
            flood.until_made(made).await;
            worker.kill();
            worker = site.serve("worker").await;
        }
        for arrived in [6, 12] {
            flood.until_arrived(&site, arrived).await;
            worker.kill();
            worker = site.serve("worker").await;
        }
        worker
    };
    let (worker, ()) = tokio::join!(disturb, flood.pour(&site));
    flood.has_arrived(&site).await;
    site.settle(vec![worker]).await;
    figure!("kill -9 of the worker, 6 times, {}", flood.assert_once(&site).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_rabbitmq_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let mut rabbitmq = OwnRabbitMq::start(folder.path()).await;
    let site = Site::start(Wanted { rabbitmq: Some(rabbitmq.url.clone()), ..Wanted::default() }).await;
    let _intake = site.serve("intake").await;
    let worker = site.serve("worker").await;
    let flood = Flood::prepare(&site, ISSUES, EDITS).await;
    let disturb = async {
        flood.until_made(50).await;
        rabbitmq.stop().await;
        rabbitmq.start_again().await;
        flood.until_arrived(&site, 5).await;
        rabbitmq.kill();
        rabbitmq.start_again().await;
    };
    tokio::join!(disturb, flood.pour(&site));
    flood.has_arrived(&site).await;
    site.settle(vec![worker]).await;
    figure!("RabbitMQ stopped once and killed once, {}", flood.assert_once(&site).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_redis_forgets_everything() {
    let folder = tempfile::tempdir().unwrap();
    let redis = OwnRedis::start(folder.path()).await;
    let site = Site::start(Wanted { redis: Some(redis.url.clone()), ..Wanted::default() }).await;
    let _intake = site.serve("intake").await;
    let workers = vec![site.serve("worker").await, site.serve("worker").await];
    let flood = Flood::prepare(&site, ISSUES, EDITS).await;
    let disturb = async {
        for made in (10..EDITS).step_by(10) {
            flood.until_made(made).await;
            redis.flush_all().await;
        }
        for arrived in [5, 10, 15] {
            flood.until_arrived(&site, arrived).await;
            redis.flush_all().await;
        }
    };
    tokio::join!(disturb, flood.pour(&site));
    flood.has_arrived(&site).await;
    site.settle(workers).await;
    figure!("FLUSHALL of Redis, 22 times, {}", flood.assert_once(&site).await);
}
