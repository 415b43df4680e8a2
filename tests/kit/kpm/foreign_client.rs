//! A client that this project did not write: the Python package `zeep`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::kit::{Site, foreign};

/// A Python that has the packages of the foreign clients.
fn python() -> PathBuf {
    let given = std::env::var_os("TRACKERSYNC_TEST_PYTHON").map(PathBuf::from);
    let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/python");
    let python = given.unwrap_or_else(own);
    assert!(python.exists(), "there is no Python with the test packages at {}: run tests/run", python.display());
    python
}

/// Runs the foreign client against a site; under TLS with the client's certificate and the authority.
pub async fn works_with(site: &Site, tls: Option<[&Path; 2]>) {
    let problem = site.problem();
    let unreadable = site.state().create_problem(&foreign(), &serde_json::json!({})).unwrap();
    let mut command = Command::new(python());
    command.arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kit/kpm/independent_client.py"));
    command.arg(site.kpm.wsdl_url()).arg("kpm-sync").arg(problem.to_string()).arg(unreadable.to_string());
    command.args(tls.into_iter().flatten());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    let last = site.state().requests().last().cloned();
    assert!(output.status.success(), "{}\n{last:?}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(site.state().request_counts().len(), 14, "{:?}", site.state().request_counts());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_works_with_all_operations() {
    works_with(&Site::start().await, None).await;
}
