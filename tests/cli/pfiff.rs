//! `sync --zip`, `oftp arrived` and `status` with a PFIFF.

use std::path::Path;

use serde_json::json;
use trackersync::standin::jira::{self, JiraOptions, ProjectSpec, RunningJira};

use super::{
    engdat::{GOOD, GOOD_DATA, sample},
    program::{Ran, folder_with, run},
};

/// A Jira and a PFIFF of which archives are given by hand.
const CONFIGURATION: &str = r#"
[trackers.home]
kind = "jira"
url = "http://127.0.0.1:9"
username = "sync"
password = { env = "OFFICE_PASSWORD" }
webhook_secret = { env = "OFFICE_HOOK" }

[trackers.porsche]
kind = "pfiff"
company = "TestPrj Zulieferer"
company_short = "TPZ"
filename_code = "PAG"

[[sync]]
name = "sport"
local = "home"
remote = "porsche"

[[sync.rule]]
kind = "to_local_default"
local_name = "project.key"
r_default = "SPORT"
l_only_create = true

[[sync.rule]]
kind = "to_local_default"
local_name = "issuetype.name"
r_default = "Bug"
l_only_create = true

[[sync.rule]]
kind = "to_local"
local_name = "summary"
remote_name = "problem_synopsis"

[[sync.rule]]
kind = "to_remote"
local_name = "key"
remote_name = "supplier_company_id"

[[sync.rule]]
kind = "pfiff_messages"
prefix = "[TO OEM]"

[[sync.rule]]
kind = "files"
prefix = ""
"#;

struct Site {
    jira: RunningJira,
    folder: tempfile::TempDir,
}

impl Site {
    async fn start(more: &str) -> Self {
        let options = JiraOptions { projects: vec![ProjectSpec::new(10_000, "SPORT", "Sport")], ..JiraOptions::default() };
        let jira = jira::start(options).await.unwrap();
        let configuration = CONFIGURATION.replace("http://127.0.0.1:9", jira.url()) + more;
        Self { jira, folder: folder_with(&configuration) }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        tokio::task::block_in_place(|| run(self.folder.path(), arguments))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn summaries(&self) -> Vec<String> {
        let mut all: Vec<String> = self.jira.state().issues().into_iter().map(|issue| issue.summary).collect();
        all.sort();
        all
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn entries(archive: &Path) -> Vec<String> {
    use trackersync::formats::archive::{Archive, Limits};
    let archive = Archive::open(std::fs::File::open(archive).unwrap(), &Limits::default()).unwrap();
    archive.entries().iter().map(|entry| entry.name.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_given_by_hand_and_answered_by_one() {
    let site = Site::start("").await;
    let package = sample("1-good");
    let (zip, out) = (text(&package.path().join(GOOD_DATA)), text(&site.path("answer.zip")));
    let dry = site.run(&["sync", "-s", "sport", "--zip", &zip, "--out", &out, "-n"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.out.contains("would do") && site.summaries().is_empty() && !site.path("answer.zip").exists(), "{dry:?}");

    let first = site.run(&["sync", "-s", "sport", "-z", &zip, "--out", &out]);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert_eq!(site.summaries(), ["Anzeige flackert nach Klemme 15", "Quote ' plus + colon : question ?", "Uhrzeit springt"]);
    // The key of a new issue is known with the next run.
    let second = site.run(&["sync", "-s", "sport", "-z", &zip, "--out", &out]);
    assert_eq!(second.code, Some(0), "{second:?}");
    let mut answers = if site.path("answer.zip").exists() { entries(&site.path("answer.zip")) } else { Vec::new() };
    answers.sort();
    assert_eq!(answers, ["SPORT-1.xml", "SPORT-2.xml", "SPORT-3.xml"], "{first:?} {second:?}");

    site.jira.state().add_comment("jane", "SPORT-1", "[TO OEM] Which variant?").unwrap();
    site.jira.state().add_attachment("jane", "SPORT-1", "log.txt", "text/plain", &b"nothing"[..]).unwrap();
    let third = site.run(&["--json", "sync", "-s", "sport", "-z", &zip, "--out", &out]);
    assert_eq!(third.json().last().unwrap()["answers"], json!(1), "{third:?}");
    let mut answers = entries(&site.path("answer.zip"));
    answers.sort();
    assert_eq!(answers, ["SPORT-1.xml", "SPORT-1/log.txt"]);
    assert_eq!(site.summaries().len(), 3, "nothing is doubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_and_went_out_is_shown_as_state() {
    let site = Site::start("").await;
    let package = sample("1-good");
    let zip = text(&package.path().join(GOOD_DATA));
    site.run(&["sync", "-s", "sport", "-z", &zip]);
    let ran = site.run(&["status"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("sync sport: 3 linked issues") && ran.out.contains("3 issues"), "{ran:?}");
    let told = site.run(&["--json", "status"]).json();
    assert_eq!((&told[0]["sync"], &told[0]["linked"], &told[0]["parked"]), (&json!("sport"), &json!(3), &json!(0)), "{told:?}");
    assert_eq!((&told[1]["tracker"], &told[1]["arrived"][0]["issues"]), (&json!("porsche"), &json!(3)), "{told:?}");
    assert_eq!(told[1]["outgoing"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_tells_of_files_that_arrived() {
    let site = Site::start("").await;
    let path = format!("/spool/in/{GOOD}_0001");
    let ran = site.run(&["oftp", "arrived", &path, GOOD_DATA]);
    assert_eq!(
        (ran.code, ran.out.trim()),
        (Some(0), "package 26112010000000PAG of porsche: told to the workers of sport"),
        "{ran:?}"
    );
    assert!(site.run(&["status"]).out.contains("events waiting: 1 live"), "it is in the queue");
    let foreign = site.run(&["oftp", "arrived", "README"]);
    assert_eq!(foreign.code, Some(2), "{foreign:?}");
    assert!(foreign.err.contains("\"README\" is no file of a package"), "{foreign:?}");
    let unknown = site.run(&["oftp", "arrived", "--tracker", "home", GOOD]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert!(unknown.err.contains("porsche"), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_none_is_refused_by_its_name() {
    let site = Site::start("").await;
    let file = site.path("none.zip");
    std::fs::write(&file, "no archive").unwrap();
    let ran = site.run(&["sync", "-s", "sport", "-z", &text(&file)]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("none.zip") && ran.err.contains("no zip archive"), "{ran:?}");
}
