//! The official descriptions of both Jira products, held against the stand-in and against our own client: everything goes
//! through Prism as a validating proxy.
//!
//! Our client speaks the second version of the interface on Cloud, too, of which the description is the third. The two differ in
//! the texts alone, which the description leaves open; so each described path counts for both versions.
#![cfg(feature = "standin")]

#[path = "kit/jira/allowed_violations.rs"]
mod allowed_violations;
#[path = "kit/jira/described_adapter.rs"]
mod described_adapter;
#[path = "kit/jira/described_requests.rs"]
mod described_requests;
#[path = "kit/jira/mod.rs"]
#[allow(dead_code, reason = "only a part of it is needed here")]
mod kit;
#[path = "kit/jira/validating_proxy.rs"]
mod validating_proxy;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use trackersync::standin::jira::{Dialect, Fault, JiraOptions};

use allowed_violations::AllowList;
use validating_proxy::{Door, ValidatingProxy};

/// An official description; where there is none, that is said aloud, and is a failure for CI that has the folder of it.
fn official(file: &str) -> Option<PathBuf> {
    let path = kit::reference_data().map(|folder| folder.join("openapi").join(file));
    if let Some(path) = path.filter(|path| path.is_file()) {
        return Some(path);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let must = std::env::var_os("CI").is_some_and(|value| value == "true") && beside.is_dir();
    let text = format!(
        "NOT COMPARED with the official description: there is no {file}. Put it at DATA/jira/openapi/{file} and set \
         TRACKERSYNC_REFERENCE_DATA=DATA"
    );
    assert!(!must, "{text}");
    eprintln!("{text}");
    None
}

/// The description with its paths as they are called: those of Cloud count for both versions, those of Data Center get the
/// beginning that stands with the servers.
fn rewritten(official: &Path, dialect: Dialect, allowed: &AllowList, to: &Path) {
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(official).unwrap()).unwrap();
    allowed.amend(&mut document);
    let paths = document["paths"].as_object().unwrap().clone();
    let mut called = Map::new();
    for (path, described) in paths {
        if dialect == Dialect::Cloud {
            called.insert(path.replacen("/rest/api/3/", "/rest/api/2/", 1), described.clone());
            called.insert(path, described);
        } else {
            called.insert(format!("/rest{path}"), described);
        }
    }
    document["paths"] = Value::Object(called);
    document["servers"] = Value::Array(Vec::new());
    std::fs::write(to, document.to_string()).unwrap();
}

async fn compare(dialect: Dialect, file: &str, name: &str, prefix: &str) {
    let Some(official) = official(file) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let description = folder.path().join(file);
    let allowed = AllowList::load(name);
    rewritten(&official, dialect, &allowed, &description);
    let door = Door::open();
    let url = door.url.clone();
    let options = JiraOptions { dialect, public_url: Some(url.clone()), ..JiraOptions::default() };
    let site = kit::Site::with(options).await;
    let proxy = ValidatingProxy::start(door, &description, &format!("http://{}", site.jira.address())).await;
    let (cases, _) = described_requests::prepare(&site, dialect).await;
    for case in cases {
        let request = site.request(case.method.parse().unwrap(), &format!("{prefix}{}", case.called));
        let request = if let Some(body) = &case.body { request.json(body) } else { request };
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{} {}: {}", case.method, case.called, answer.text().await.unwrap());
    }
    described_adapter::use_all(&url, &site.jira).await;
    let (requests, violations) = proxy.seen();
    a_wrong_answer_is_found(&site, &proxy, prefix).await;
    assert!(requests > 60, "only {requests} requests were compared");
    let mut left: Vec<String> = violations
        .iter()
        .filter(|violation| !allowed.allows(violation))
        .map(|one| format!("{} {} ({}) {}: {}", one.method, one.path, one.status, one.place, one.message))
        .collect();
    let (amended, entries) = allowed.sizes();
    let found = violations.len();
    println!("{name}: {requests} requests, {found} violations; {entries} kinds are allowed, {amended} places amended");
    left.sort();
    left.dedup();
    assert!(left.is_empty(), "{} violations:\n{}", left.len(), left.join("\n"));
    assert!(allowed.unused().is_empty(), "nothing violates what these allow: {:#?}", allowed.unused());
}

/// What this whole comparison rests on.
async fn a_wrong_answer_is_found(site: &kit::Site, proxy: &ValidatingProxy, prefix: &str) {
    let before = proxy.seen().1.len();
    let body = Some(json!({"active": "perhaps"}));
    site.jira.state().add_fault(Fault { status: Some(200), body, ..Fault::default() });
    site.get(&format!("{prefix}myself")).await;
    let found = proxy.seen().1.split_off(before);
    assert!(found.iter().any(|one| one.place.starts_with("response.body.active")), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cloud_and_our_client_keep_to_the_description() {
    compare(Dialect::Cloud, "jira-cloud-v3.json", "cloud", "/rest/api/3/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_center_and_our_client_keep_to_the_description() {
    compare(Dialect::DataCenter, "jira-dc-10.3.json", "data-center", "/rest/api/2/").await;
}
