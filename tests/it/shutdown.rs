//! A worker that is told to end finishes what it holds, gives back the rest, and another goes on at once.

use std::time::Instant;

use crate::support::{
    flood::Flood,
    site::{Site, Wanted},
};

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_in_the_midst_of_work_loses_and_doubles_nothing_and_another_worker_goes_on() {
    let site = Site::start(Wanted::default()).await;
    let _intake = site.serve("intake").await;
    let first = site.serve("worker").await;
    let flood = Flood::prepare(&site, 10, 100).await;
    let take_over = async {
        flood.until_made(50).await;
        assert_eq!(first.terminate().await, Some(0), "a worker ends in order");
        let second = site.serve("worker").await;
        // And once more, with everything waiting at once.
        flood.until_made(100).await;
        assert_eq!(second.terminate().await, Some(0), "a worker ends in order");
        let third = site.serve("worker").await;
        (third, Instant::now())
    };
    let ((third, started), ()) = tokio::join!(take_over, flood.pour(&site));
    flood.has_arrived(&site).await;
    let took = started.elapsed();
    site.settle(vec![third]).await;
    figure!(
        "SIGTERM twice, the rest arrived {} ms after the next worker was ready, {}",
        took.as_millis(),
        flood.assert_once(&site).await
    );
}
