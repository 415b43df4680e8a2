//! A file is streamed: the program that copies it never holds it whole. Reads the memory figures of Linux.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;
use trackersync::standin::{
    jira::{self, Dialect, JiraOptions, JiraState},
    roundup::{self, RoundupOptions},
};

const LARGE: usize = 64 << 20;
const MOST_EXTRA: u64 = 40 << 20;
/// What the program may take, with a file of 50 MB on its way.
const MOST: u64 = 80_000_000;

/// Runs a sync of one issue as a process of its own: the most memory that it ever had, in bytes.
fn peak_of_sync(folder: &Path, issue: &str) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
    command.current_dir(folder).args(["--json", "sync", "--remote-id", issue]).env_clear().env("PASSWORD", "sync-secret");
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let figures = format!("/proc/{}/status", child.id());
    let (mut peak, deadline) = (0, Instant::now() + Duration::from_secs(120));
    let status = loop {
        let text = std::fs::read_to_string(&figures).expect("this test reads the memory figures of Linux");
        // A process that has ended has no such line any more.
        if let Some(line) = text.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
            peak = line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10;
        }
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "the sync did not end in time");
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(status.success() && peak > 0, "{status}");
    peak
}

/// A folder with the configuration of a sync between two trackers: name, kind, URL.
fn configured(trackers: [(&str, &str, &str); 2], rules: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tracker = |(name, kind, url): (&str, &str, &str)| {
        format!(
            "[trackers.{name}]\nkind = \"{kind}\"\nurl = \"{url}\"\nusername = \"sync\"\ntimeout = \"60s\"\n\
             password = {{ env = \"PASSWORD\" }}\ninsecure_no_signature = true\n"
        )
    };
    let text = format!("{}{rules}", trackers.map(tracker).concat());
    std::fs::write(folder.path().join("trackersync.toml"), text).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_takes_no_more_memory_than_a_small_one() {
    let limit = JiraOptions { attachment_limit: 128 << 20, ..JiraOptions::default() };
    let jira = jira::start(limit).await.unwrap();
    let roundup = roundup::start(RoundupOptions { max_body: 128 << 20, ..RoundupOptions::default() }).await.unwrap();
    let trackers = [("office", "roundup", roundup.url()), ("upstream", "jira", jira.url())];
    let folder = configured(trackers, include_str!("rules.toml"));
    let mut peaks = Vec::new();
    for (number, size) in [(1, 1_000), (2, LARGE)] {
        let key = jira.state().create_issue("jane", json!({ "summary": format!("With {size} bytes") })).unwrap();
        jira.state().add_attachment("jane", &key, "a.bin", "application/octet-stream", vec![7; size]).unwrap();
        peaks.push(tokio::task::block_in_place(|| peak_of_sync(folder.path(), &key)));
        let files = roundup.acting_as("jane").files(&number.to_string()).unwrap();
        assert_eq!(files.iter().map(|file| file.bytes.len()).collect::<Vec<_>>(), [size]);
    }
    assert!(
        peaks[1] < peaks[0] + MOST_EXTRA,
        "{} MiB for a small file, {} MiB for a large one",
        peaks[0] >> 20,
        peaks[1] >> 20
    );
}

/// Adds a file of each size; their names begin so.
fn add_files(jira: &JiraState, issue: &str, name: &str) {
    for size in [0, 1, 50_000_000] {
        let name = format!("{name} – Prüfbericht {size} ✓.bin");
        jira.add_attachment("jane", issue, &name, "application/octet-stream", vec![7; size]).unwrap();
    }
}

/// Names and digests of an issue's files.
fn files(jira: &JiraState, issue: &str) -> Vec<(String, String)> {
    let attachments = jira.issue(issue).unwrap().attachments;
    let mut files: Vec<(String, String)> = attachments.into_iter().map(|file| (file.file_name, file.sha256)).collect();
    files.sort_unstable();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_and_large_files_cross_between_two_jiras_in_little_memory() {
    for (home, away) in [(Dialect::DataCenter, Dialect::Cloud), (Dialect::Cloud, Dialect::DataCenter)] {
        let options = |dialect, key: &str| {
            let projects = vec![jira::ProjectSpec::new(10_000, key, key)];
            JiraOptions { dialect, projects, attachment_limit: 64 << 20, ..JiraOptions::default() }
        };
        let ours = jira::start(options(home, "HOME")).await.unwrap();
        let theirs = jira::start(options(away, "UP")).await.unwrap();
        let rules = format!("{}\n[[sync.rule]]\nkind = \"files\"\nprefix = \"\"\n", include_str!("types.toml"));
        let folder = configured([("home", "jira", ours.url()), ("away", "jira", theirs.url())], &rules);
        let fields = json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "Files" });
        let remote = theirs.state().create_issue("jane", fields).unwrap();
        add_files(theirs.state(), &remote, "theirs");
        let mut peak = tokio::task::block_in_place(|| peak_of_sync(folder.path(), &remote));
        let local = ours.state().issues()[0].key.clone();
        assert_eq!(files(ours.state(), &local), files(theirs.state(), &remote));
        add_files(ours.state(), &local, "ours");
        peak = peak.max(tokio::task::block_in_place(|| peak_of_sync(folder.path(), &remote)));
        assert_eq!(files(ours.state(), &local), files(theirs.state(), &remote));
        assert_eq!(files(theirs.state(), &remote).len(), 6);
        println!("figure: 0 B, 1 B and 50 MB each way, {home:?} and {away:?}: at most {} MB of memory", peak / 1_000_000);
        assert!(peak < MOST, "{peak} bytes");
    }
}
