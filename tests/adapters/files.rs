//! Files: streamed, limited, found again.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::json;
use trackersync::{
    standin::jira::JiraOptions,
    sync::{
        fault::FaultKind,
        issue::{CopyKind, Side},
        ports::{FileContent, FileStream},
    },
};

use crate::site::{Site, intent};

fn content(bytes: &'static [u8]) -> FileContent {
    let stream: FileStream = Box::pin(stream::iter([Ok(Bytes::from_static(bytes))]));
    FileContent { size: Some(bytes.len() as u64), media_type: Some("text/plain".to_owned()), stream }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_over_the_trackers_limit_is_refused_and_not_tried_for_ever() {
    let options = JiraOptions { attachment_limit: 8, ..JiraOptions::default() };
    let site = Site::with(options, "sync-secret").await;
    let remote = site.new_remote(json!({ "summary": "x" }));
    let large = intent(CopyKind::File, Side::Remote, "1", "large.txt", Some(9));
    let fault = site.upstream.add_file(&remote, "large.txt", content(b"too large"), &large.token).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
    assert!(fault.to_string().contains("large.txt"), "{fault}");
    let small = intent(CopyKind::File, Side::Remote, "2", "small.txt", Some(5));
    site.upstream.add_file(&remote, "small.txt", content(b"small"), &small.token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_is_found_again_by_name_and_size() {
    let site = Site::start().await;
    let remote = site.new_remote(json!({ "summary": "x" }));
    let wanted = intent(CopyKind::File, Side::Remote, "1", "log: \"a\".txt", Some(5));
    let larger = intent(CopyKind::File, Side::Remote, "2", "log: \"a\".txt", Some(6));
    let other = intent(CopyKind::File, Side::Remote, "3", "other.txt", Some(5));
    // The same name and size by somebody else is not ours.
    site.jira.state().add_attachment("jane", remote.as_str(), "other.txt", "text/plain", b"lines".to_vec()).unwrap();
    let made = site.upstream.add_file(&remote, "log: \"a\".txt", content(b"lines"), &wanted.token).await.unwrap();
    assert_eq!(site.upstream.find_effect(&remote, &wanted, &[]).await.unwrap(), Some(made));
    assert_eq!(site.upstream.find_effect(&remote, &larger, &[]).await.unwrap(), None);
    assert_eq!(site.upstream.find_effect(&remote, &other, &[]).await.unwrap(), None);
    let local = site.new_local("x");
    let there = intent(CopyKind::File, Side::Local, "1", "Ü.txt", Some(5));
    let made = site.office.add_file(&local, "Ü.txt", content(b"lines"), &there.token).await.unwrap();
    assert_eq!(site.office.find_effect(&local, &there, &[]).await.unwrap(), Some(made));
    let elsewhere = site.new_local("another issue");
    assert_eq!(site.office.find_effect(&elsewhere, &there, &[]).await.unwrap(), None, "it hangs at another issue");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_come_over_as_they_are() {
    let site = Site::start().await;
    let (remote, local) = (site.new_remote(json!({ "summary": "x" })), site.new_local("x"));
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let there = site.jira.state().add_attachment("jane", remote.as_str(), "a.bin", "application/x-bin", bytes.clone()).unwrap();
    let opened = site.upstream.open_file(&remote, &there).await.unwrap();
    assert_eq!(opened.size, Some(bytes.len() as u64));
    let token = intent(CopyKind::File, Side::Local, &there, "a.bin", opened.size).token;
    let here = site.office.add_file(&local, "a.bin", opened, &token).await.unwrap();
    let mut back = site.office.open_file(&local, &here).await.unwrap();
    let mut came: Vec<u8> = Vec::new();
    while let Some(piece) = back.stream.next().await {
        came.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(came.len(), bytes.len());
    assert!(came == bytes, "first difference at {:?}", came.iter().zip(&bytes).position(|(here, there)| here != there));
}
