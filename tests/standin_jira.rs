//! The stand-in Jira as its clients and webhook receivers see it.
#![cfg(feature = "standin")]

#[path = "kit/jira/against_description.rs"]
mod against_description;
#[path = "kit/jira/against_recordings.rs"]
mod against_recordings;
#[path = "kit/jira/control_cases.rs"]
mod control_cases;
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

use trackersync::standin::jira::Dialect;

/// A Python that has the package `jira`.
fn python() -> PathBuf {
    let given = std::env::var_os("TRACKERSYNC_TEST_PYTHON").map(PathBuf::from);
    let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/python");
    let python = given.unwrap_or_else(own);
    assert!(python.exists(), "there is no Python with the test packages at {}: run tests/run", python.display());
    python
}

async fn run_independent_client(dialect: Dialect, name: &'static str) {
    let site = kit::Site::start(dialect).await;
    let url = site.jira.url().to_owned();
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kit/jira/independent_client.py");
    let run = move || {
        let mut command = Command::new(python());
        command.arg(script).args([&url, name, "jane", "jane-secret"]).env("NO_PROXY", "*").output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_works_with_cloud() {
    run_independent_client(Dialect::Cloud, "cloud").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_works_with_data_center() {
    run_independent_client(Dialect::DataCenter, "server").await;
}
