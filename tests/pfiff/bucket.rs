//! Attachments in a bucket: what its storage does, and two programs on two machines that share it.

use std::{path::Path, time::Instant};

use bytes::Bytes;
use futures_util::TryStreamExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use trackersync::{
    app::App,
    ids::IssueId,
    sync::{
        engine::RunOptions,
        outcome::Outcome,
        ports::{FileStream, Ingested},
    },
    trackers::pfiff::Storage,
};

use crate::{
    bucket_site::{Bucket, Database},
    package::sample,
    roundup_site::Site,
};

/// More than three parts of those that a bucket takes at once, and no whole number of them.
const LARGE: usize = (25 << 20) + 7;

fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..size).map(|_| next()).collect()
}

fn stream(pieces: Vec<std::io::Result<Bytes>>) -> FileStream {
    Box::pin(futures_util::stream::iter(pieces))
}

fn whole(content: &[u8]) -> FileStream {
    stream(content.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect())
}

async fn read(storage: &Storage, key: &str) -> Vec<u8> {
    let content = storage.open_file(key).await.unwrap();
    let bytes = content.stream.try_collect::<Vec<Bytes>>().await.unwrap().concat();
    assert_eq!(content.size, Some(bytes.len() as u64));
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_into_a_bucket_is_there_and_what_broke_off_is_not() {
    let bucket = Bucket::start().await;
    let (storage, folder) = (bucket.storage("sync"), tempfile::tempdir().unwrap());
    let large = noise(LARGE);
    for (key, content) in [("t/in/small", &b"abc"[..]), ("t/in/empty", b""), ("t/in/one", b"1"), ("t/in/large", &large)] {
        assert_eq!(storage.put_stream(key, whole(content), u64::MAX).await.unwrap(), content.len() as u64, "{key}");
        assert!(read(&storage, key).await == content, "{key}");
    }
    let local = folder.path().join("local");
    storage.fetch("t/in/large", &local).await.unwrap();
    assert!(std::fs::read(&local).unwrap() == large);
    storage.put("t/in/small", &local).await.unwrap();
    assert!(read(&storage, "t/in/small").await == large, "it is replaced");

    for (sent, key) in [(10, "t/in/broken"), (9 << 20, "t/in/broken-large"), (9 << 20, "t/in/empty")] {
        let pieces = vec![Ok(Bytes::from(vec![7; sent])), Err(std::io::Error::other("hung up"))];
        let fault = storage.put_stream(key, stream(pieces), u64::MAX).await.unwrap_err();
        assert!(fault.is_transient() && fault.to_string().contains(&format!("broke off after {sent} bytes")), "{fault}");
    }
    for key in ["t/in/broken", "t/in/broken-large"] {
        let fault = storage.open_file(key).await.err().unwrap();
        assert!(!fault.is_transient() && fault.to_string().contains(&format!("has lost {key}")), "{fault}");
    }
    assert_eq!(read(&storage, "t/in/empty").await, b"", "what was there stays");
    let fault = storage.put_stream("t/in/empty", whole(&large), 9 << 20).await.unwrap_err();
    assert!(!fault.is_transient() && fault.to_string().contains("more than 9437184 bytes"), "{fault}");
    assert_eq!(read(&storage, "t/in/empty").await, b"");
    assert!(bucket.storage("another").open_file("t/in/large").await.is_err(), "a prefix is a place of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_refuses_us_or_is_away_is_tried_again_later() {
    let mut bucket = Bucket::start().await;
    let storage = bucket.storage("sync");
    storage.put_stream("t/a", whole(b"abc"), u64::MAX).await.unwrap();
    let stranger = bucket.storage_with("sync", bucket.key(), "another secret");
    let unknown = bucket.storage_with("sync", "AKIAUNKNOWN", bucket.secret());
    let elsewhere = bucket.storage_of("nowhere", "sync");
    for (storage, hint) in
        [(&stranger, "`secret_access_key`"), (&unknown, "`access_key_id`"), (&elsewhere, "may do in the bucket")]
    {
        for size in [3, 9 << 20] {
            let fault = storage.put_stream("t/a", whole(&vec![1; size]), u64::MAX).await.unwrap_err();
            assert!(fault.is_transient() && fault.hint.as_ref().is_some_and(|told| told.contains(hint)), "{fault:?}");
            assert!(!format!("{fault:?}").contains("another secret"));
        }
    }
    let fault = stranger.open_file("t/a").await.err().unwrap();
    assert!(fault.is_transient() && fault.hint.as_ref().is_some_and(|told| told.contains("`secret_access_key`")), "{fault:?}");
    assert_eq!(read(&storage, "t/a").await, b"abc");

    bucket.end();
    let started = Instant::now();
    let fault = storage.put_stream("t/b", whole(b"abc"), u64::MAX).await.unwrap_err();
    assert!(fault.is_transient() && fault.to_string().contains("the bucket pfiff"), "{fault}");
    assert!(storage.open_file("t/a").await.err().unwrap().is_transient());
    assert!(started.elapsed().as_secs() < 20, "a worker must not be held up: {:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_machines_share_a_bucket_and_a_database() {
    let (site, bucket, database) = (Site::start().await, Bucket::start().await, Database::make().await);
    let shared = format!("[store]\nurl = \"{}\"\n[trackers.pfiff]\nstorage = {}\n", database.url, bucket.settings("sync"));
    let one = site.app("one", &shared, bucket.secret()).await;
    let other = site.app("other", &shared, bucket.secret()).await;
    let [takes_in, asks_again] = [&one, &other].map(|app| &app.packages[&"pfiff".into()]);
    site.receive(&sample("1-good"));
    let taken = takes_in.ingest("26112010000000PAG").await.unwrap();
    assert!(matches!(&taken, Ingested::Now { issues: 3, findings } if findings.is_empty()), "{taken:?}");
    assert!(matches!(asks_again.ingest("26112010000000PAG").await.unwrap(), Ingested::Before));

    // What one has taken in, the other makes an issue of.
    settle(&other, "4711001").await;
    let issue = site.issue_of("4711001").await;
    let mut files = Vec::new();
    for (id, name) in site.roundup.files(&issue).await {
        files.push((name, hex::encode(Sha256::digest(site.roundup.content(&id).await))));
    }
    files.sort();
    let wanted = [
        ("Prüfbericht Größe.pdf", "d396988b0203220b2ad7ff4abe409055a44a7bedfd2348b016b97fce49d1faa5"),
        ("trace.asc", "ba58a80fc3ff7926ad83e0a5a935dfc4b1e634a9f97a92a58d790d3a825a7df7"),
    ];
    assert_eq!(files, wanted.map(|(name, digest)| (name.to_owned(), digest.to_owned())));

    // And what the other took over from there, the one sends.
    let content = noise(9 << 20);
    site.roundup.add_file(&issue, "pfiff-trace.bin", &content).await;
    site.roundup.set(&issue, json!({ "status": "in-progress" })).await;
    settle(&other, "4711001").await;
    let sent = takes_in.dispatch().await.unwrap().unwrap();
    assert_eq!(sent.answers, 1);
    assert!(asks_again.dispatch().await.unwrap().is_none());
    let packages = site.sent();
    assert!(packages.len() == 1 && packages[0].content(&format!("./{issue}/pfiff-trace.bin")) == content);
    for name in ["one", "other"] {
        assert_eq!(files_in(&site.data_of(name).join("packages")), 0, "nothing stays on the machine {name}");
    }
    drop((one, other));
    database.remove().await;
}

/// Runs an issue until there is nothing to do.
async fn settle(app: &App, number: &str) {
    let engine = &app.engines[&"pfiff".into()];
    for _ in 0..5 {
        let outcome = engine.run(&IssueId::new(number), &RunOptions::default()).await.unwrap();
        assert_eq!(outcome.report().unwrap().failures, [""; 0]);
        if matches!(outcome, Outcome::Unchanged(_)) {
            return;
        }
    }
    panic!("it does not come to rest");
}

/// Files in a folder and all that are in it.
fn files_in(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
}
