//! Every kind of change, on every face of the trackers, reaches the other side.

use serde_json::{Value, json};

use crate::support::{
    flood::noise,
    jira::{Dialect, texts},
    site::{Pair, Site, Wanted},
    wait::{LONG, until, until_so},
};

const FILE_SIZE: usize = 3 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_reaches_the_other_side_with_jira_cloud() {
    everything_flows(Dialect::Cloud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_change_reaches_the_other_side_with_jira_data_center() {
    everything_flows(Dialect::DataCenter).await;
}

async fn everything_flows(dialect: Dialect) {
    let site = Site::start(Wanted { dialect, ..Wanted::default() }).await;
    let _program = site.serve("intake,worker,scheduler").await;
    let pair = site.pair("Made in Jira").await;
    site.until_title(&pair, "Made in Jira").await;
    the_local_issue_says_what_it_stands_for(&site, &pair).await;
    titles_flow_from_every_face(&site, &pair).await;
    summaries_and_states_flow(&site, &pair).await;
    comments_flow(&site, &pair).await;
    files_flow(&site, &pair).await;
    assert_eq!(site.queues().dead().await, Vec::<Value>::new());
}

/// What the predecessor kept there, and other tools read.
async fn the_local_issue_says_what_it_stands_for(site: &Site, pair: &Pair) {
    let mirrored = until("ext_attributes is set", LONG, async || {
        let issue = site.roundup.issue(&pair.local).await;
        issue["ext_attributes"]["id"].as_str().map(str::to_owned)
    })
    .await;
    let issue = site.roundup.issue(&pair.local).await;
    assert_eq!(issue["ext_id"], json!(pair.remote));
    assert_eq!(issue["ext_tracker"]["name"], "upstream");
    assert_eq!(issue["ext_status"], "Open");
    let message = site.roundup.all_messages().await.into_iter().find(|message| message.id == mirrored).unwrap();
    let attributes: Value = serde_json::from_str(&message.content).unwrap();
    assert_eq!(attributes["summary"], "Made in Jira");
    assert_eq!(attributes["status.name"], "Open");
    assert!(site.roundup.messages(&pair.local).await.is_empty(), "the mirror is no message of the issue");
}

async fn titles_flow_from_every_face(site: &Site, pair: &Pair) {
    for face in ["web", "rest", "xmlrpc", "mailgw", "admin"] {
        let title = format!("Edited by {face}");
        site.roundup.edit(&[face, &pair.local, &title]).await;
        site.until_summary(pair, &title).await;
    }
}

async fn summaries_and_states_flow(site: &Site, pair: &Pair) {
    site.jira.set_summary(&pair.key, "Edited in Jira: größer, \"neuer\" & <anders>").await;
    site.until_title(pair, "Edited in Jira: größer, \"neuer\" & <anders>").await;
    site.jira.transition(&pair.key, "11").await;
    until_so("the state arrives", LONG, async || site.roundup.issue(&pair.local).await["ext_status"] == "In Progress").await;
}

async fn comments_flow(site: &Site, pair: &Pair) {
    site.jira.comment(&pair.key, "A comment\n\nof two paragraphs").await;
    until_so("the comment arrives", LONG, async || {
        let messages = site.roundup.messages(&pair.local).await;
        messages.iter().any(|message| message.content.replace("\r\n", "\n").ends_with("A comment\n\nof two paragraphs"))
    })
    .await;
    site.roundup.edit(&["message", &pair.local, "For us only"]).await;
    site.roundup.edit(&["message", &pair.local, "For the customer", "--keyword", "customer"]).await;
    until_so("the message arrives", LONG, async || {
        site.jira.comments(&pair.key).await.iter().any(|text| text == "For the customer")
    })
    .await;
    site.until_idle().await;
    let comments = site.jira.comments(&pair.key).await;
    assert_eq!(comments.len(), 2, "{comments:?}");
    assert!(!comments.iter().any(|text| text.contains("For us only")), "{comments:?}");
}

async fn files_flow(site: &Site, pair: &Pair) {
    let (from_jira, from_roundup) = ("Prüfbericht Größe 1.bin", "Fläche über alles 2.bin");
    let (first, second) = (noise(FILE_SIZE), noise(FILE_SIZE));
    site.jira.attach(&pair.key, from_jira, &first).await;
    let file = until("the attachment arrives", LONG, async || {
        site.roundup.files(&pair.local).await.into_iter().find(|(_, name)| name == from_jira)
    })
    .await;
    assert!(site.roundup.content(&file.0).await == first, "the attachment has other bytes in Roundup");
    let path = site.folder().join(from_roundup);
    std::fs::write(&path, &second).unwrap();
    site.roundup.edit(&["file", &pair.local, path.to_str().unwrap()]).await;
    let digest = until("the file arrives", LONG, async || {
        let attachments = site.jira.whole(&pair.key).await["attachments"].clone();
        let found = attachments.as_array().unwrap().iter().find(|file| file["filename"] == from_roundup)?;
        found["sha256"].as_str().map(str::to_owned)
    })
    .await;
    assert_eq!(digest, crate::support::flood::digest(&second), "the file has other bytes in Jira");
    site.until_idle().await;
    assert_eq!(site.roundup.files(&pair.local).await.len(), 2);
    assert_eq!(texts(&site.jira.whole(&pair.key).await["attachments"], "filename").len(), 2);
}
