//! The stand-in Jira as its clients and webhook receivers see it.
#![cfg(feature = "standin")]

#[path = "kit/jira/against_description.rs"]
mod against_description;
#[path = "kit/jira/against_recordings.rs"]
mod against_recordings;
#[path = "kit/jira/control_cases.rs"]
mod control_cases;
#[path = "kit/jira/described_requests.rs"]
mod described_requests;
#[path = "kit/jira/fault_cases.rs"]
mod fault_cases;
#[path = "kit/jira/field_cases.rs"]
mod field_cases;
#[path = "kit/jira/mod.rs"]
mod kit;
#[path = "kit/jira/link_cases.rs"]
mod link_cases;
#[path = "kit/jira/permission_cases.rs"]
mod permission_cases;
#[path = "kit/jira/rest_cases.rs"]
mod rest_cases;
#[path = "kit/jira/screen_cases.rs"]
mod screen_cases;
#[path = "kit/jira/search_cases.rs"]
mod search_cases;
#[path = "kit/jira/sign_in_cases.rs"]
mod sign_in_cases;
#[path = "kit/jira/upload_cases.rs"]
mod upload_cases;
#[path = "kit/jira/webhook_cases.rs"]
mod webhook_cases;

use std::{path::PathBuf, process::Command};

use trackersync::standin::jira::{Dialect, JiraOptions, ProjectSpec};

/// A Python that has the packages of the foreign clients.
fn python() -> PathBuf {
    let given = std::env::var_os("TRACKERSYNC_TEST_PYTHON").map(PathBuf::from);
    let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/python");
    let python = given.unwrap_or_else(own);
    assert!(python.exists(), "there is no Python with the test packages at {}: run tests/run", python.display());
    python
}

async fn run_foreign_client(script: &str, dialect: Dialect) {
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let site = kit::Site::with(JiraOptions {
        dialect,
        issue_types: named(&["Bug", "Task", "Sub-task"]),
        subtask_types: named(&["Sub-task"]),
        projects: vec![ProjectSpec {
            components: named(&["core"]),
            versions: named(&["1.0"]),
            security_levels: named(&["internal"]),
            ..ProjectSpec::new(10_000, "UP", "Upstream")
        }],
        ..JiraOptions::default()
    })
    .await;
    let url = site.jira.url().to_owned();
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kit/jira").join(script);
    let name = if dialect == Dialect::Cloud { "cloud" } else { "server" };
    let run = move || {
        let mut command = Command::new(python());
        command.arg(script).args([&url, name, "jane", "jane-secret"]).env("NO_PROXY", "*").output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_works_with_cloud() {
    run_foreign_client("independent_client.py", Dialect::Cloud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_works_with_data_center() {
    run_foreign_client("independent_client.py", Dialect::DataCenter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_client_works_with_cloud() {
    run_foreign_client("another_client.py", Dialect::Cloud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_client_works_with_data_center() {
    run_foreign_client("another_client.py", Dialect::DataCenter).await;
}
