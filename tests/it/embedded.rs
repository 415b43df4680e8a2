//! One process with no service beside it does the same, and survives the same.

use crate::support::{
    flood::Flood,
    site::{Site, Wanted},
    wait::{LONG, until_so},
};

fn wanted() -> Wanted {
    Wanted { embedded: true, ..Wanted::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_without_services_carries_changes_both_ways() {
    let site = Site::start(wanted()).await;
    let program = site.serve("intake,worker,scheduler").await;
    let pair = site.pair("Made in Jira").await;
    site.until_title(&pair, "Made in Jira").await;
    site.roundup.edit(&["web", &pair.local, "Edited in Roundup"]).await;
    site.until_summary(&pair, "Edited in Roundup").await;
    site.jira.set_summary(&pair.key, "Edited in Jira").await;
    site.until_title(&pair, "Edited in Jira").await;
    site.jira.comment(&pair.key, "A comment").await;
    site.roundup.add_message(&pair.local, "A message", Some("customer")).await;
    site.roundup.add_file(&pair.local, "a.bin", b"\0\x01\xff").await;
    until_so("messages and file arrive", LONG, async || {
        let whole = site.jira.whole(&pair.key).await;
        let files = whole["attachments"].as_array().map_or(0, Vec::len);
        let comments = whole["comments"].as_array().map_or(0, Vec::len);
        (files, comments, site.roundup.messages(&pair.local).await.len()) == (1, 2, 2)
    })
    .await;
    site.until_idle().await;
    assert!(site.queues().dead().await.is_empty());
    assert_eq!(program.terminate().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_the_one_process_is_killed() {
    let site = Site::start(wanted()).await;
    let mut program = site.serve("intake,worker,scheduler").await;
    let flood = Flood::prepare(&site, 10, 50).await;
    let disturb = async {
        for made in [15, 30, 45] {
            flood.until_made(made).await;
            program.kill();
            program = site.serve("intake,worker,scheduler").await;
        }
        program
    };
    let (program, ()) = tokio::join!(disturb, flood.pour(&site));
    flood.has_arrived(&site).await;
    site.until_idle().await;
    figure!("kill -9 of the one process, 3 times, {}", flood.assert_once(&site).await);
    assert_eq!(program.terminate().await, Some(0));
}
