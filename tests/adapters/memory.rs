//! A file is streamed: the program that copies it never holds it whole. Reads the memory figures of Linux.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use trackersync::standin::{
    jira::{self, JiraOptions},
    roundup::{self, RoundupOptions},
};

const LARGE: usize = 64 << 20;
const MOST_EXTRA: u64 = 40 << 20;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_takes_no_more_memory_than_a_small_one() {
    let limit = JiraOptions { attachment_limit: 128 << 20, ..JiraOptions::default() };
    let jira = jira::start(limit).await.unwrap();
    let roundup = roundup::start(RoundupOptions { max_body: 128 << 20, ..RoundupOptions::default() }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let tracker = |name: &str, kind: &str, url: &str| {
        format!(
            "[trackers.{name}]\nkind = \"{kind}\"\nurl = \"{url}\"\nusername = \"sync\"\ntimeout = \"60s\"\n\
             password = {{ env = \"PASSWORD\" }}\ninsecure_no_signature = true\n"
        )
    };
    let text = [
        tracker("office", "roundup", roundup.url()),
        tracker("upstream", "jira", jira.url()),
        include_str!("rules.toml").to_owned(),
    ];
    std::fs::write(folder.path().join("trackersync.toml"), text.concat()).unwrap();
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
