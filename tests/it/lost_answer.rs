//! Jira does what it was asked to and the answer is lost on its way: it is not asked again.

use serde_json::json;

use crate::support::{
    site::{Site, Wanted},
    wait::{LONG, until_so},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_whose_answer_was_lost_is_there_once() {
    let site = Site::start(Wanted::default()).await;
    let program = site.serve("intake,worker").await;
    let pair = site.pair("A comment and no answer").await;
    site.until_idle().await;
    site.jira.order_fault(json!({ "method": "POST", "path_contains": "/comment", "after": true, "count": 1 })).await;
    site.roundup.add_message(&pair.local, "Said once", Some("customer")).await;
    until_so("the answer is lost", LONG, async || site.jira.faults_are_used_up().await).await;
    site.roundup.set_title(&pair.local, "Said afterwards").await;
    site.until_summary(&pair, "Said afterwards").await;
    site.settle(vec![program]).await;
    assert_eq!(site.jira.comments(&pair.key).await, ["Said once"]);
    let posts = site.jira.writes().await.iter().filter(|write| write.starts_with("POST") && write.contains("/comment")).count();
    assert_eq!(posts, 1, "requests that make a comment");
    assert!(site.queues().dead().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_whose_answer_was_lost_is_there_once() {
    let site = Site::start(Wanted::default()).await;
    let program = site.serve("intake,worker").await;
    let pair = site.pair("An attachment and no answer").await;
    site.until_idle().await;
    site.jira.order_fault(json!({ "method": "POST", "path_contains": "/attachments", "after": true, "count": 1 })).await;
    site.roundup.add_file(&pair.local, "Größe einmal.bin", &[0, 1, 254, 255]).await;
    until_so("the answer is lost", LONG, async || site.jira.faults_are_used_up().await).await;
    site.roundup.set_title(&pair.local, "Attached before").await;
    site.until_summary(&pair, "Attached before").await;
    site.settle(vec![program]).await;
    let attachments = site.jira.whole(&pair.key).await["attachments"].clone();
    assert_eq!(attachments.as_array().unwrap().len(), 1, "{attachments}");
    assert_eq!(site.roundup.files(&pair.local).await.len(), 1);
    assert!(site.queues().dead().await.is_empty());
}
