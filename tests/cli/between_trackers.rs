//! `sync`, `explain`, `check` and `links` between two stand-in trackers.

use serde_json::{Value, json};
use trackersync::standin::{
    jira::{self, JiraOptions, RunningJira},
    roundup::{self, RoundupOptions, RunningRoundup},
};

use crate::program::{GOOD, Ran, folder_with, run, run_with};

struct Site {
    jira: RunningJira,
    roundup: RunningRoundup,
    folder: tempfile::TempDir,
}

impl Site {
    async fn start() -> Self {
        let jira = jira::start(JiraOptions::default()).await.unwrap();
        let roundup = roundup::start(RoundupOptions::default()).await.unwrap();
        let configuration =
            GOOD.replace("http://127.0.0.1:9/tracker/", roundup.url()).replace("http://127.0.0.1:9", jira.url());
        Self { jira, roundup, folder: folder_with(&configuration) }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        tokio::task::block_in_place(|| run(self.folder.path(), arguments))
    }

    fn new_issue(&self, summary: &str) -> String {
        self.jira.state().create_issue("jane", json!({ "summary": summary })).unwrap()
    }

    fn titles(&self) -> Vec<Value> {
        let office = self.roundup.acting_as("admin");
        let mut issues = office.issues().unwrap();
        issues.sort();
        issues.iter().map(|id| office.issue(id).unwrap()["title"].clone()).collect()
    }

    /// Requests since the last call that may have changed something: no GET, no search, no login.
    async fn writes(&self) -> Vec<String> {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut writes = Vec::new();
        let jira = format!("{}/standin/requests", self.jira.url());
        let roundup = format!("{}standin/requests", self.roundup.url());
        let (mut seen, mut in_all) = (Vec::new(), 0);
        let told: Value = client.get(&jira).send().await.unwrap().json().await.unwrap();
        seen.extend(told.as_array().cloned().unwrap());
        let told: Value = client.get(&roundup).send().await.unwrap().json().await.unwrap();
        seen.extend(told["requests"].as_array().cloned().unwrap());
        for request in seen {
            let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
            if path.contains("/standin/") {
                continue;
            }
            in_all += 1;
            let reads = matches!(method, "GET" | "HEAD");
            let searches = method == "POST" && (path.contains("/search") || path == "/tracker/");
            if !reads && !searches {
                writes.push(format!("{method} {path}"));
            }
        }
        assert!(in_all > 0, "the trackers were not asked at all");
        client.delete(&jira).send().await.unwrap();
        client.delete(&roundup).send().await.unwrap();
        writes
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_and_an_explanation_write_nothing() {
    let site = Site::start().await;
    let key = site.new_issue("Engine stalls");
    for arguments in [
        &["sync", "-n", "--remote-id", &key][..],
        &["sync", "--dry-run", "--all"],
        &["explain", "--remote-id", &key],
        &["--json", "explain", "--remote-id", &key],
    ] {
        let ran = site.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        assert_eq!(site.writes().await, Vec::<String>::new(), "{arguments:?}");
        assert!(ran.out.contains("Engine stalls"), "{arguments:?}: {ran:?}");
    }
    assert_eq!(site.titles(), Vec::<Value>::new());
    assert_eq!(site.run(&["links"]).out, "");
    let told = site.run(&["explain", "--remote-id", &key]);
    for words in ["two_way title <-> summary", "trackersync.toml:21", "create the local issue", "UP-1"] {
        assert!(told.out.contains(words), "{words} is not told: {told:?}");
    }
    let json = site.run(&["--json", "explain", "--remote-id", &key]).json().remove(0);
    assert_eq!((&json["sync"], &json["remote_key"]), (&json!("up"), &json!("UP-1")));
    assert_eq!(json["plan"]["creates_local"], true);
    let rule = &json["plan"]["rules"][0];
    assert_eq!((&rule["kind"], &rule["outcome"]), (&json!("two_way"), &json!("change")));
    assert!(rule["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{rule}");
    // Linked issues too: a change on both sides is told and left alone.
    assert_eq!(site.run(&["sync", "--remote-id", &key]).code, Some(0));
    assert_ne!(site.writes().await, Vec::<String>::new(), "the check of writes sees writes");
    site.jira.state().edit_fields("jane", &key, json!({ "summary": "Engine stalls again" })).unwrap();
    for arguments in [&["sync", "-n", "--local-id", "1"][..], &["explain", "--local-id", "1"]] {
        let ran = site.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.out.contains("Engine stalls again"), "{ran:?}");
        assert_eq!(site.writes().await, Vec::<String>::new(), "{arguments:?}");
    }
    assert_eq!(site.titles(), [json!("Engine stalls")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_issues_are_synced_with_progress_apart_from_results() {
    let site = Site::start().await;
    for number in 1..=3 {
        site.new_issue(&format!("Issue {number}"));
    }
    let ran = site.run(&["--json", "sync", "-s", "up", "--all"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let results = ran.json();
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| result["outcome"] == "synced" && result["local"].is_string()), "{results:?}");
    assert!(ran.err.contains("1/3") && ran.err.contains("3/3"), "progress stands on standard error: {ran:?}");
    let mut titles = site.titles();
    titles.sort_by_key(Value::to_string);
    assert_eq!(titles, [json!("Issue 1"), json!("Issue 2"), json!("Issue 3")]);
    let _ = site.writes().await;
    let again = site.run(&["--json", "sync", "--all"]);
    assert!(again.json().iter().all(|result| result["outcome"] == "unchanged"), "{again:?}");
    assert_eq!(site.writes().await, Vec::<String>::new(), "a second run writes nothing");
    let quiet = site.run(&["-q", "sync", "--all"]);
    assert_eq!((quiet.code, quiet.err.as_str()), (Some(0), ""), "{quiet:?}");
    let links = site.run(&["--json", "links"]).json();
    assert_eq!(links.len(), 3);
    assert!(links.iter().all(|link| link["sync"] == "up" && link["local"].is_string()), "{links:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_remote_writes_the_remote_side_stays_and_the_change_is_kept_for_later() {
    let site = Site::start().await;
    let key = site.new_issue("As it began");
    assert_eq!(site.run(&["sync", "--remote-id", &key]).code, Some(0));
    site.roundup.acting_as("jane").set("1", "title", "Changed here").unwrap();
    let summary = || site.jira.state().issue(&key).unwrap().summary;
    for arguments in [&["sync", "-N", "--remote-id", &key][..], &["sync", "--no-remote-writes", "--all"]] {
        let ran = site.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(summary(), "As it began");
    }
    assert_eq!(site.run(&["sync", "--remote-id", &key]).code, Some(0));
    assert_eq!(summary(), "Changed here", "what was withheld was not forgotten");
    site.jira.state().edit_fields("jane", &key, json!({ "summary": "Both" })).unwrap();
    assert_eq!(site.run(&["sync", "--all", "-N"]).code, Some(0));
    assert_eq!(site.titles(), [json!("Both")], "the local side is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_command_ends_tells_scripts_what_happened() {
    let site = Site::start().await;
    let key = site.new_issue("Engine stalls");
    let checked = site.run(&["check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(checked.out.contains("Tracker Sync") && checked.out.contains("knows us as"), "{checked:?}");
    for (arguments, words) in [
        (&["sync"][..], "--remote-id"),
        (&["sync", "-s", "upp", "--all"], "did you mean `up`?"),
        (&["sync", "--remote-id", "UP-99"], "UP-99"),
        (&["sync", "--local-id", "77"], "77"),
    ] {
        let ran = site.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(words), "{arguments:?}: {ran:?}");
    }
    // One issue that fails is 1, and it is named.
    site.new_issue("Second");
    let fault = json!({ "method": "POST", "path_contains": "/data/issue", "status": 400, "count": 2,
        "body": r#"{"error": {"status": 400, "msg": "title is too odd"}}"# });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.post(format!("{}standin/faults", site.roundup.url())).json(&fault).send().await.unwrap();
    let ran = site.run(&["sync", "--all"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("title is too odd"), "{ran:?}");
    assert_eq!(site.titles().len(), 1, "the other issue was synced");
    // A tracker that does not know us, and one that is away.
    let wrong = [("OFFICE_PASSWORD", "wrong")];
    let ran = tokio::task::block_in_place(|| run_with(site.folder.path(), &["check"], &wrong));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.out.contains("office:"), "{ran:?}");
    let Site { jira, roundup, folder } = site;
    jira.stop().await;
    for arguments in [&["sync", "--remote-id", "10000"][..], &["sync", "--remote-id", &key], &["check"]] {
        let ran = tokio::task::block_in_place(|| run(folder.path(), arguments));
        assert_eq!(ran.code, Some(3), "{arguments:?}: {ran:?}");
        assert!(ran.both().contains("upstream"), "{ran:?}");
    }
    roundup.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_finds_what_the_trackers_do_not_have() {
    let site = Site::start().await;
    let ran = site.run(&["check"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.contains("0 warnings: ok"), "{ran:?}");
    let file = site.folder.path().join("trackersync.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    let wrong = "\n[[sync.rule]]\nkind = \"to_remote\"\nlocal_name = \"ext_stauts\"\nremote_name = \"Priority.name\"\nl_default = \"Hihg\"\n";
    std::fs::write(&file, format!("{}{wrong}", good.replace("\"summary\"", "\"sumary\""))).unwrap();
    let ran = site.run(&["check"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for told in [
        "trackersync.toml:24:15",
        "did you mean `summary`?",
        "trackersync.toml:28:14",
        "did you mean `ext_status`?",
        "trackersync.toml:30:13",
        "did you mean `High`?",
    ] {
        assert!(ran.err.contains(told), "{told} is not told: {ran:?}");
    }
    assert!(ran.out.contains("3 errors in the configuration"), "{ran:?}");
    assert_eq!(site.run(&["check", "--offline"]).code, Some(0), "nothing of it shows without the trackers");
    // Of a tracker that is away nothing is said; the other one is asked all the same.
    let Site { jira, roundup, folder } = site;
    jira.stop().await;
    let ran = tokio::task::block_in_place(|| run(folder.path(), &["--json", "check"]));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let results = ran.json();
    assert_eq!(results.iter().map(|result| result["ok"].clone()).collect::<Vec<_>>(), [true, false, false], "{ran:?}");
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    roundup.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_shown_to_people_and_to_scripts() {
    let site = Site::start().await;
    let ran = site.run(&["schema", "office"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.starts_with("issue\n"), "{ran:?}");
    for told in [
        "priority         link to priority: critical, urgent",
        "creation         date, read-only",
        "status (a link is set by name, id)",
    ] {
        assert!(ran.out.contains(told), "{told} is not told: {}", ran.out);
    }
    let ran = site.run(&["schema", "upstream"]);
    assert!(ran.out.contains("customfield_10050 \"External reference\"  text"), "{ran:?}");
    let schema = site.run(&["--json", "schema", "upstream"]).json().remove(0);
    assert_eq!(schema["classes"]["priority"]["fields"]["name"]["vocabulary"][0], "Highest");
    let ran = site.run(&["schema", "ofice"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.err.contains("did you mean `office`?"), "{ran:?}");
}
