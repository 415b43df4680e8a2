//! `doctor`, and what `check` says of the same: that a tracker lacks something for a sync.

use std::net::TcpListener;

use serde_json::{Value, json};
use trackersync::standin::{
    jira::{self, JiraOptions, RunningJira, ScreenSpec},
    roundup::{self, RoundupOptions, RunningRoundup},
};

use crate::program::{GOOD, Ran, VARIABLES, folder_with, run_with};

struct Site {
    jira: RunningJira,
    _roundup: RunningRoundup,
    folder: tempfile::TempDir,
}

impl Site {
    /// Two trackers and an issue; the configuration has this before the trackers.
    async fn start(more: &str) -> Self {
        Self::with(JiraOptions::default(), more).await
    }

    async fn with(options: JiraOptions, more: &str) -> Self {
        let jira = jira::start(options).await.unwrap();
        let roundup = roundup::start(RoundupOptions::default()).await.unwrap();
        let trackers = GOOD.replace("http://127.0.0.1:9/tracker/", roundup.url()).replace("http://127.0.0.1:9", jira.url());
        jira.state().create_issue("jane", json!({ "summary": "x" })).unwrap();
        Self { jira, _roundup: roundup, folder: folder_with(&format!("{more}\n{trackers}")) }
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let ran = tokio::task::block_in_place(|| run_with(self.folder.path(), arguments, variables));
        for (_, secret) in VARIABLES.iter().chain(variables) {
            assert!(!ran.both().contains(secret), "{arguments:?}: {ran:?}");
        }
        ran
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    fn webhook(&self) {
        let url = ["--url", "https://sync.example.com"];
        assert_eq!(self.run(&[&["jira", "webhook", "install", "upstream"][..], &url].concat()).code, Some(0));
    }
}

/// An address at which nobody listens.
fn closed() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The lines of the trials that are not well, each of which has four.
fn complaints(out: &str) -> Vec<[&str; 4]> {
    let lines: Vec<&str> = out.lines().filter(|line| !line.starts_with("ok ")).collect();
    lines.chunks(4).map(|chunk| chunk.try_into().unwrap_or_else(|_| panic!("{out}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_is_well_each_thing_is_one_line() {
    let site = Site::start("").await;
    site.webhook();
    let before = site.jira.state().requests().len();
    let ran = site.run(&["doctor"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.lines().all(|line| line.starts_with("ok       ")), "{}", ran.out);
    for told in [
        "configuration: 2 trackers, 1 syncs, no error",
        "data folder: data is made at the start",
        "store: embedded, SQLite",
        "queue: embedded, SQLite",
        "coordination: in the process",
        "tracker office: address: http://127.0.0.1",
        "tracker upstream: account: it knows us as Tracker Sync",
        "tracker upstream: schema: ",
        "tracker upstream: webhook: \"Tracker Sync: upstream\" to https://sync.example.com/webhooks/upstream, as wanted",
        "sync up: both trackers have all that its rules need",
    ] {
        assert!(ran.out.contains(told), "{told} is not told:\n{}", ran.out);
    }
    let files: Vec<_> = site.folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, ["trackersync.toml"], "nothing was written");
    let requests = site.jira.state().requests().split_off(before);
    assert!(!requests.is_empty());
    for seen in requests {
        assert!(seen.method == "GET" || seen.path.contains("/search"), "{} {}", seen.method, seen.path);
    }
    let trials = site.run(&["--json", "doctor"]).json();
    assert_eq!(trials.len(), ran.out.lines().count());
    let keys = ["subject", "standing", "tried", "expected", "got"];
    assert!(
        trials.iter().all(|trial| keys.iter().all(|key| trial[key].is_string()) && trial["standing"] == "ok"),
        "{trials:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_and_never_shown() {
    let site = Site::start("").await;
    let ran = site.run_with(&["doctor"], &[("UPSTREAM_PASSWORD", "not-the-password")]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let told = complaints(&ran.out);
    assert_eq!(told.len(), 2, "{}", ran.out);
    let [tried, expected, got, to_do] = told[0];
    assert_eq!(tried, "away     tracker upstream: account: tried asking who we are");
    assert_eq!(expected, "         expected: the name of our account");
    assert!(got.starts_with("         got: upstream does not accept our credentials"), "{got}");
    assert!(to_do.contains("look at username and password"), "{to_do}");
    assert!(told[1][0].starts_with("away     sync up: ") && told[1][2].contains("no answer of upstream"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn services_and_trackers_that_are_away_are_told_with_their_address() {
    let (rabbit, redis, database, collector) = (closed(), closed(), closed(), closed());
    let services = format!(
        "[server]\nspool.max_events = 0\n[queue]\nurl = {{ env = \"RABBIT\" }}\n[coordination]\nurl = \"redis://{redis}\"\n\
         [store]\nurl = \"postgres://sync@{database}/sync\"\n[telemetry]\notlp_endpoint = \"http://{collector}\""
    );
    let site = Site::start(&services).await;
    let url = format!("amqp://guest:of-the-queue@{rabbit}");
    let ran = site.run_with(&["doctor", "--set", &format!("trackers.office.url=http://{}", closed())], &[("RABBIT", &url)]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(!ran.both().contains("of-the-queue"), "{ran:?}");
    let told = complaints(&ran.out);
    for (subject, address) in [("store", database), ("queue", rabbit), ("coordination", redis), ("telemetry", collector)] {
        let trial = told.iter().find(|trial| trial[0].starts_with(&format!("away     {subject}: tried ")));
        let trial = trial.unwrap_or_else(|| panic!("{subject}: {}", ran.out));
        assert!(trial[0].contains(&address) && trial[3].contains(&format!("in [{subject}]")), "{trial:?}");
    }
    assert!(told.iter().any(|trial| trial[0].starts_with("away     tracker office: address: ")), "{}", ran.out);
    assert!(ran.out.contains("ok       tracker upstream: account"), "{}", ran.out);
    assert!(!ran.out.contains("data folder"), "nothing is kept there: {}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_missing_is_told_with_project_and_line_by_both_commands() {
    let site = Site::start("").await;
    site.webhook();
    site.jira.state().deny("sync", "EDIT_ISSUES", None);
    let ran = site.run(&["doctor"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let told = complaints(&ran.out);
    assert!(told.len() == 1 && told[0][0].starts_with("wrong    sync up: "), "{}", ran.out);
    for words in ["(EDIT_ISSUES)", "project `UP`", "two_way title <-> summary", "trackersync.toml:25"] {
        assert!(told[0][2].contains(words), "{words} is not told: {}", ran.out);
    }
    let checked = site.run(&["check"]);
    assert_eq!(checked.code, Some(2), "{checked:?}");
    for words in ["preflight::permission", "(EDIT_ISSUES)", "trackersync.toml:25:15", "1 error in the configuration"] {
        assert!(checked.both().contains(words), "{words} is not told: {checked:?}");
    }
    assert_eq!(site.run(&["check", "--offline"]).code, Some(0));
    site.jira.state().allow("sync", "EDIT_ISSUES", None);
    assert_eq!(site.run(&["check"]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn linked_issues_are_looked_at_and_the_store_is_left_as_it_is() {
    let screen = ScreenSpec { edit: Some(vec!["summary".to_owned()]), ..ScreenSpec::default() };
    let site = Site::with(JiraOptions { screens: vec![screen], ..JiraOptions::default() }, "").await;
    site.webhook();
    assert_eq!(site.run(&["sync", "--remote-id", "UP-1"]).code, Some(0));
    // From now on nothing but the link leads to the issue.
    let path = site.folder.path().join("trackersync.toml");
    let configuration = std::fs::read_to_string(&path).unwrap().replace("remote_filter = \"project = UP\"\n", "");
    let rule = "[[sync.rule]]\nkind = \"to_remote\"\nlocal_name = \"title\"\nremote_name = \"environment\"\n";
    std::fs::write(&path, format!("{configuration}{rule}")).unwrap();
    assert_eq!(site.run(&["check"]).code, Some(0));
    // All but what SQLite keeps of those who read at the moment.
    let files = || {
        let entries = site.folder.path().join("data").read_dir().unwrap().map(|entry| entry.unwrap().path());
        let lasting = entries.filter(|path| !path.to_string_lossy().ends_with("-shm"));
        let mut files: Vec<_> = lasting.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
        files.sort();
        files
    };
    let before = files();
    let ran = site.run(&["doctor"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.out.contains("field `Environment` is not on the edit screen of issue type"), "{ran:?}");
    assert!(before == files(), "doctor changed the data folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_the_whole_tracker_does_not_know_is_told_once() {
    let site = Site::start("").await;
    let path = site.folder.path().join("trackersync.toml");
    let rules = std::fs::read_to_string(&path).unwrap();
    let rule = "[[sync.rule]]\nkind = \"to_remote\"\nlocal_name = \"priority\"\nremote_name = \"priority.name\"\n\
                map = { bug = \"Urgent\" }\n";
    std::fs::write(&path, format!("{rules}{rule}")).unwrap();
    let ran = site.run(&["--json", "check"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let findings: Vec<Value> = ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(findings.len() == 1 && findings[0]["code"] == "rules::unknown_value", "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_fails_while_it_is_asked_is_no_flaw_of_the_configuration() {
    let site = Site::start("").await;
    let fault = json!({ "path_contains": "/mypermissions", "status": 500, "count": 99 });
    site.jira.state().add_fault(serde_json::from_value(fault).unwrap());
    for command in ["check", "doctor"] {
        let ran = site.run(&[command]);
        assert_eq!(ran.code, Some(3), "{command}: {ran:?}");
        assert!(ran.out.contains("does not tell what it lacks for sync up"), "{command}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_missing_is_a_warning_and_one_that_may_not_be_seen_is_none() {
    let site = Site::start("").await;
    let ran = site.run(&["doctor"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let told = complaints(&ran.out);
    assert!(told.len() == 1 && told[0][0].starts_with("warning  tracker upstream: webhook: "), "{}", ran.out);
    assert!(told[0][3].contains("jira webhook install upstream"), "{}", ran.out);
    site.jira.state().deny("sync", "ADMINISTER", None);
    let ran = site.run(&["doctor"]);
    assert!(ran.out.contains("ok       tracker upstream: webhook: not told to our account"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_error_in_the_configuration_nothing_else_is_tried() {
    let site = Site::start("[server]\nlisen = \"127.0.0.1:1\"").await;
    let ran = site.run(&["--json", "doctor"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), ""), "{ran:?}");
    let [trial] = &ran.json()[..] else { panic!("{ran:?}") };
    let texts: [&Value; 3] = [&trial["subject"], &trial["standing"], &trial["to_do"]];
    assert_eq!(texts, [&json!("configuration"), &json!("wrong"), &json!("did you mean `listen`?")]);
    assert!(trial["got"].as_str().unwrap().contains("trackersync.toml:2"), "{trial}");
}
