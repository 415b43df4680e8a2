//! Credentials that are refused: the tracker is left alone, events wait, and it goes on by itself once they are good again.

use serde_json::json;

use crate::support::{
    site::{Site, Wanted},
    wait::{LONG, until_so},
};

/// As many runs as one process has at a time.
const CONCURRENCY: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_stops_requests_and_loses_no_event() {
    let site = Site::start(Wanted::default()).await;
    let program = site.serve("intake,worker").await;
    let pairs = [site.pair("One").await, site.pair("Two").await, site.pair("Three").await];
    site.until_idle().await;
    let before = site.jira.requested().await.len();
    let words = json!({ "message": "Client must be authenticated to access this resource." });
    site.jira.order_fault(json!({ "path_contains": "/rest/api/", "status": 401, "body": words, "count": 100_000 })).await;
    for edit in 0..20 {
        site.roundup.set_title(&pairs[edit % 3].local, &format!("Edit {edit}")).await;
    }
    let since = async || site.jira.requested().await.split_off(before);
    let probes = |requests: &[String]| requests.iter().filter(|path| path.contains("/myself")).count();
    until_so("the token was tried three times", LONG, async || probes(&since().await) >= 3).await;
    let requests = since().await;
    let (all, probes) = (requests.len(), probes(&requests));
    assert!(all - probes <= CONCURRENCY, "only what was under way is sent: {requests:#?}");
    assert!(site.queues().dead().await.is_empty(), "nothing is wrong with the events");
    let log = std::fs::read_to_string(site.folder().join("trackersync-intake-worker.log")).unwrap();
    let told = log.lines().filter(|line| line.contains("our credentials are refused")).count();
    assert!(told >= 1 && told <= probes + 1, "told once for each pause: {told} times, {probes} probes");
    assert!(log.contains("look at username and password"), "it is said what to do");
    site.jira.cancel_faults().await;
    for (pair, title) in pairs.iter().zip(["Edit 18", "Edit 19", "Edit 17"]) {
        site.until_summary(pair, title).await;
        assert_eq!(site.roundup.linked_to(&pair.remote).await, std::slice::from_ref(&pair.local), "the link is what it was");
    }
    site.settle(vec![program]).await;
    assert!(site.queues().dead().await.is_empty());
    figure!("a wrong token, 20 edits: {} requests besides {probes} probes", all - probes);
}
