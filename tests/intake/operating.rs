//! What those who run the service look at: health, readiness, figures.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    OFFICE_SECRET, UPSTREAM_SECRET, intake,
    sender::{issue_changed, issue_updated, jira, send, standard},
    service::Service,
};

/// Reads the text of OpenMetrics, strictly as far as we use it: each sample belongs to a family that was declared before it.
fn read_metrics(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let (mut kinds, mut family): (BTreeMap<&str, &str>, &str) = (BTreeMap::new(), "");
    let body = text.strip_suffix("# EOF\n").unwrap_or_else(|| panic!("no # EOF at the end:\n{text}"));
    for line in body.lines() {
        assert!(!line.is_empty() && line.trim() == line, "{line:?}");
        if let Some(comment) = line.strip_prefix("# ") {
            let mut parts = comment.splitn(3, ' ');
            let (word, name, rest) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap_or(""));
            assert!(matches!(word, "HELP" | "TYPE" | "UNIT"), "{line}");
            if word == "TYPE" {
                assert!(matches!(rest, "counter" | "gauge" | "histogram"), "{line}");
                assert!(kinds.insert(name, rest).is_none(), "declared twice: {line}");
            }
            if word == "UNIT" {
                assert!(name.ends_with(&format!("_{rest}")), "a unit ends the name: {line}");
            }
            family = name;
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        let name = sample.split('{').next().unwrap();
        let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{line} stands under {family}"));
        let allowed: &[&str] = match kinds.get(family) {
            Some(&"counter") => &["_total"],
            Some(&"gauge") => &[""],
            Some(&"histogram") => &["_bucket", "_sum", "_count"],
            _ => panic!("{line} has no type"),
        };
        assert!(allowed.contains(&suffix), "{line} under {family}");
        if let Some(labels) = sample.strip_prefix(name).filter(|labels| !labels.is_empty()) {
            assert!(labels.starts_with('{') && labels.ends_with("\"}"), "{line}");
        }
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        assert!(samples.insert(sample.to_owned(), value).is_none(), "twice: {line}");
    }
    samples
}

pub async fn metrics(service: &Service) -> BTreeMap<String, f64> {
    let answer = service.client.get(format!("{}/metrics", service.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(content_type.starts_with("application/openmetrics-text; version=1.0.0"), "{content_type}");
    read_metrics(&answer.text().await.unwrap())
}

#[tokio::test]
async fn health_and_readiness_have_an_entry_for_each_service() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    let (status, body) = service.get("/healthz").await;
    assert_eq!((status, serde_json::from_str::<Value>(&body).unwrap()), (200, json!({ "status": "ok" })));
    let (status, body) = service.get("/readyz").await;
    let ready: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200, "{ready}");
    assert_eq!(ready["ready"], true);
    for entry in ["queue", "store", "coordination"] {
        assert_eq!(ready[entry]["ok"], true, "{entry}: {ready}");
    }
    let code = service.stop().await;
    assert!(code.success(), "{code}");
}

#[tokio::test]
async fn the_figures_count_each_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let service = intake(folder.path(), &[]).await;
    assert_eq!(metrics(&service).await.keys().filter(|key| key.contains("trackersync_events_total")).count(), 0);
    let (office, upstream) = (service.webhook("office"), service.webhook("upstream"));
    let event = |id: &str| standard(&service.client, &office, OFFICE_SECRET, id, issue_changed("17"));
    let hook = |secret: &str, body: String| jira(&service.client, &upstream, secret, body);
    for delivery in [
        event("e1"),
        event("e2"),
        event("e2"),
        hook(UPSTREAM_SECRET, issue_updated("10001", "UP-1")),
        hook(UPSTREAM_SECRET, "{}".to_owned()),
        hook("wrong", issue_updated("10001", "UP-1")),
        hook(UPSTREAM_SECRET, "{".to_owned()),
    ] {
        send(delivery).await;
    }
    let unknown = send(jira(&service.client, &service.webhook("guessed"), UPSTREAM_SECRET, "{}")).await;
    assert_eq!(unknown.status, 404);
    let samples = metrics(&service).await;
    let events = |tracker: &str, outcome: &str| {
        let key = format!("trackersync_events_total{{tracker=\"{tracker}\",outcome=\"{outcome}\"}}");
        samples.get(&key).copied().unwrap_or(0.0)
    };
    let counts = |tracker: &str| ["accepted", "duplicate", "ignored", "rejected"].map(|outcome| events(tracker, outcome));
    assert_eq!(counts("office"), [2.0, 1.0, 0.0, 0.0], "{samples:?}");
    assert_eq!(counts("upstream"), [1.0, 0.0, 1.0, 2.0], "{samples:?}");
    assert_eq!(samples.get("trackersync_queue_depth{queue=\"up.live\"}"), Some(&3.0), "{samples:?}");
    assert_eq!(samples.get("trackersync_queue_depth{queue=\"up.dead\"}"), Some(&0.0), "an empty queue is told too");
    // Whoever guesses names must not fill our memory with series.
    assert!(!samples.keys().any(|key| key.contains("guessed")), "{samples:?}");
}

#[test]
fn figures_that_are_no_openmetrics_are_found_out() {
    let good = "# HELP a_seconds x.\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\na_seconds_sum 1.0\n# EOF\n";
    assert_eq!(read_metrics(good).len(), 1);
    for bad in ["a_total 1\n# EOF\n", "# TYPE a counter\na 1\n# EOF\n", "# TYPE a counter\na_total 1\n"] {
        assert!(std::panic::catch_unwind(|| read_metrics(bad)).is_err(), "{bad}");
    }
}
