//! Files that could be lost, doubled or refused on their way: hostile names, equal names, nothing in them, too much in them.

use std::collections::BTreeSet;

use serde_json::json;
use trackersync::{
    standin::jira::{Dialect, JiraOptions},
    sync::{file_name::as_kept, outcome::Outcome},
};

use crate::site::{Site, everything, run};

const DIALECTS: [Dialect; 2] = [Dialect::Cloud, Dialect::DataCenter];

async fn both_ways(options: JiraOptions) -> Site {
    let rules = include_str!("rules.toml").replace("kind = \"files\"", "kind = \"files\"\nprefix = \"\"");
    assert!(rules.contains("prefix"));
    Site::with_rules(options, "sync-secret", &rules).await
}

fn of(dialect: Dialect) -> JiraOptions {
    JiraOptions { dialect, ..JiraOptions::default() }
}

/// Name and content of each.
fn remote_files(site: &Site, issue: &str) -> Vec<(String, Vec<u8>)> {
    let issue = site.jira.state().issue(issue).unwrap();
    issue.attachments.into_iter().map(|file| (file.file_name, file.content.to_vec())).collect()
}

fn local_files(site: &Site) -> Vec<(String, Vec<u8>)> {
    let files = site.roundup.acting_as("jane").files("1").unwrap();
    files.into_iter().map(|file| (file.name, file.bytes.to_vec())).collect()
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_arrive_once_under_a_name_that_jira_takes() {
    let names = [
        "../../etc/passwd",
        "a\r\nX-Injected: yes.txt",
        "say \"hi\".txt",
        "back\\slash.txt",
        "what?*.txt",
        "\u{202e}gpj.exe",
        "Übersicht 😀 日本.txt",
        "con",
    ];
    for dialect in DIALECTS {
        let site = both_ways(of(dialect)).await;
        let remote = site.new_remote(json!({ "summary": "A" }));
        let engine = site.engine().await;
        run(&engine, &remote).await.unwrap();
        let jane = site.roundup.acting_as("jane");
        for (number, name) in names.iter().enumerate() {
            jane.attach("1", name, "text/plain", vec![b'x'; number]).unwrap();
        }
        jane.attach("1", &format!("{}.log", "ü".repeat(300)), "text/plain", b"long".to_vec()).unwrap();
        let first = run(&engine, &remote).await.unwrap();
        assert!(matches!(first, Outcome::Synced(_)), "{dialect:?}: {:?}", first.report().unwrap().failures);
        let there: BTreeSet<String> = remote_files(&site, remote.as_str()).into_iter().map(|(name, _)| name).collect();
        let wanted: BTreeSet<String> = local_files(&site).iter().map(|(name, _)| as_kept(name)).collect();
        assert_eq!(there, wanted, "{dialect:?}");
        assert!(there.iter().all(|name| name.len() <= 255 && !name.contains(['/', '\\', '"', '\r', '\n', '\u{202e}'])));
        let again = run(&engine, &remote).await.unwrap();
        assert!(matches!(again, Outcome::Unchanged(_)), "{dialect:?}: {}", again.report().unwrap().plan.in_words());
        assert_eq!((local_files(&site).len(), remote_files(&site, remote.as_str()).len()), (9, 9));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_one_name_are_kept_apart_and_each_arrives_once() {
    for dialect in DIALECTS {
        let site = both_ways(of(dialect)).await;
        let remote = site.new_remote(json!({ "summary": "A" }));
        let state = site.jira.state();
        let attach = |content: &[u8]| state.add_attachment("jane", remote.as_str(), "log.txt", "text/plain", content.to_vec());
        attach(b"first").unwrap();
        attach(b"other").unwrap();
        let engine = site.engine().await;
        run(&engine, &remote).await.unwrap();
        run(&engine, &remote).await.unwrap();
        let file = |content: &[u8]| ("log.txt".to_owned(), content.to_vec());
        assert_eq!(sorted(local_files(&site)), [file(b"first"), file(b"other")], "{dialect:?}");
        // Two more of that name and of one size from here, and the answer to the first is lost.
        let jane = site.roundup.acting_as("jane");
        for content in [b"third", b"forth"] {
            jane.attach("1", "log.txt", "text/plain", content.to_vec()).unwrap();
        }
        site.jira_fails(json!({ "method": "POST", "path_contains": "/attachments", "after": true }));
        run(&engine, &remote).await.unwrap_err();
        let give_up = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !matches!(run(&engine, &remote).await, Ok(Outcome::Unchanged(_))) {
            assert!(std::time::Instant::now() < give_up, "{dialect:?}: the issue does not come to rest");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let all = [file(b"first"), file(b"forth"), file(b"other"), file(b"third")];
        assert_eq!(sorted(remote_files(&site, remote.as_str())), all, "{dialect:?}");
        assert_eq!(sorted(local_files(&site)), all, "{dialect:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_is_a_file() {
    for dialect in DIALECTS {
        let site = both_ways(of(dialect)).await;
        let remote = site.new_remote(json!({ "summary": "A" }));
        let state = site.jira.state();
        state.add_attachment("jane", remote.as_str(), "there.txt", "text/plain", Vec::new()).unwrap();
        let engine = site.engine().await;
        run(&engine, &remote).await.unwrap();
        site.roundup.acting_as("jane").attach("1", "here.txt", "text/plain", Vec::new()).unwrap();
        run(&engine, &remote).await.unwrap();
        let both = [("here.txt".to_owned(), Vec::new()), ("there.txt".to_owned(), Vec::new())];
        assert_eq!(sorted(local_files(&site)), both, "{dialect:?}");
        assert_eq!(sorted(remote_files(&site, remote.as_str())), both, "{dialect:?}");
        assert!(matches!(run(&engine, &remote).await.unwrap(), Outcome::Unchanged(_)), "{dialect:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_over_the_limit_is_told_and_never_sent() {
    for dialect in DIALECTS {
        let site = both_ways(JiraOptions { attachment_limit: 8, ..of(dialect) }).await;
        let remote = site.new_remote(json!({ "summary": "A" }));
        let engine = site.engine().await;
        run(&engine, &remote).await.unwrap();
        let jane = site.roundup.acting_as("jane");
        jane.attach("1", "large.txt", "text/plain", b"nine byte".to_vec()).unwrap();
        jane.attach("1", "small.txt", "text/plain", b"8 bytes!".to_vec()).unwrap();
        for _ in 0..2 {
            // Roundup does not tell the size of a file before it is opened, so this is found out then.
            let outcome = run(&engine, &remote).await.unwrap();
            let failures = &outcome.report().unwrap().failures;
            assert_eq!((outcome.word(), failures.len()), ("partly", 1), "{failures:?}");
            assert!(failures[0].contains("\"large.txt\" has 9 bytes") && failures[0].contains("at most 8"), "{failures:?}");
        }
        assert_eq!(remote_files(&site, remote.as_str()), [("small.txt".to_owned(), b"8 bytes!".to_vec())], "{dialect:?}");
        let requests = site.jira.state().requests();
        assert_eq!(requests.iter().filter(|seen| seen.method == "POST" && seen.path.contains("/attachments")).count(), 1);
        assert_eq!(requests.iter().filter(|seen| seen.path.contains("attachment/meta")).count(), 1, "it is asked for once");
        // A rule that knows the size sees the limit beforehand.
        let there = site.upstream.read(&remote, &everything()).await.unwrap().unwrap();
        assert_eq!(there.largest_file, Some(8));
    }
}
