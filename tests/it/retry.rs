//! What passes by itself is tried again; what does not is parked, tells why, and holds up nothing else.

use serde_json::json;

use crate::support::{
    site::{Site, Wanted},
    wait::{LONG, until, until_so},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_asks_us_to_wait_is_asked_again_until_it_answers() {
    let site = Site::start(Wanted::default()).await;
    let program = site.serve("intake,worker").await;
    let pair = site.pair("Jira has a bad day").await;
    site.until_idle().await;
    let path = format!("/issue/{}", pair.remote);
    let fault = json!({ "path_contains": path, "status": 503, "headers": { "Retry-After": "1" }, "count": 5 });
    site.jira.order_fault(fault).await;
    site.roundup.set_title(&pair.local, "Patience").await;
    site.until_summary(&pair, "Patience").await;
    assert!(site.jira.faults_are_used_up().await, "it was asked less often than it refused");
    site.settle(vec![program]).await;
    assert!(site.queues().dead().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_succeed_is_parked_with_its_error_and_others_go_on() {
    let site = Site::start(Wanted::default()).await;
    let program = site.serve("intake,worker").await;
    let (forbidden, other) = (site.pair("Not for us").await, site.pair("For us").await);
    site.until_idle().await;
    let path = format!("/issue/{}", forbidden.remote);
    site.jira.order_fault(json!({ "method": "GET", "path_contains": path, "status": 403, "count": 1 })).await;
    site.roundup.set_title(&forbidden.local, "Refused").await;
    let dead = until("the event is parked", LONG, async || site.queues().dead().await.into_iter().next()).await;
    assert_eq!(dead["data"]["error"]["kind"], "permanent", "{dead}");
    assert!(dead["data"]["error"]["message"].as_str().unwrap().contains("403"), "{dead}");
    assert_eq!((&dead["data"]["sync"], &dead["data"]["issue"]), (&json!("up"), &json!(forbidden.local)), "{dead}");
    site.roundup.set_title(&other.local, "Goes on").await;
    site.until_summary(&other, "Goes on").await;
    // A parked event blocks no newer one of the same issue.
    site.roundup.set_title(&forbidden.local, "Allowed now").await;
    site.until_summary(&forbidden, "Allowed now").await;
    site.settle(vec![program]).await;
    until_so("the parked event is still there", LONG, async || site.queues().dead().await.len() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_unfinished_run_wrote_is_not_taken_for_a_change_of_the_other_side() {
    let site = Site::start(Wanted::default()).await;
    let program = site.serve("intake,worker").await;
    let pair = site.pair("Before").await;
    site.until_idle().await;
    // Runs write the title, and end at the comment before they can note what they did.
    let fault =
        json!({ "method": "POST", "path_contains": "/comment", "status": 503, "headers": { "Retry-After": "1" }, "count": 4 });
    site.jira.order_fault(fault).await;
    site.roundup.add_message(&pair.local, "Not yet", Some("customer")).await;
    site.roundup.set_title(&pair.local, "First").await;
    site.until_summary(&pair, "First").await;
    site.roundup.set_title(&pair.local, "Second").await;
    site.until_summary(&pair, "Second").await;
    site.settle(vec![program]).await;
    assert_eq!(site.roundup.title(&pair.local).await, "Second");
    assert_eq!(site.jira.comments(&pair.key).await, ["Not yet"]);
    assert!(site.queues().dead().await.is_empty());
}
