//! One trace for one event, from the delivery to the last request to a tracker; and no secret in it or in the log.
//!
//! The second case needs RabbitMQ on 127.0.0.1:5672 (`tests/run` starts it; `TRACKERSYNC_TEST_RABBITMQ` names another).
#![cfg(feature = "standin")]

#[path = "trace/broker.rs"]
mod broker;
#[path = "trace/collector.rs"]
mod collector;
#[path = "intake/sender.rs"]
mod sender;
#[path = "intake/service.rs"]
mod service;
#[path = "trace/site.rs"]
mod site;

use std::collections::BTreeMap;

use collector::Span;
use serde_json::{Value, json};
use site::Site;

/// What a sender that is traced itself says of its own span.
const SENDERS_TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SENDERS_SPAN: &str = "b7ad6b7169203331";

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_webhook_is_one_tree_with_everything_embedded() {
    let site = Site::start("", &[]).await;
    site.link_an_issue().await;
    let before = site.log_length();
    site.jira_tells_us();
    site.jira.state().edit_fields("jane", "UP-1", json!({ "summary": "Changed upstream" })).unwrap();
    site.until_office_shows("Changed upstream").await;
    let (spans, log) = site.finish().await;
    let intakes: Vec<&Span> = spans.iter().filter(|span| span.name == "intake").collect();
    let last = intakes.iter().max_by_key(|span| span.started).expect("the delivery has a span");
    assert_eq!(last.parent, "", "Jira sends no trace of its own, so one begins here");
    is_one_tree(&spans, &last.trace);
    log_lines_name_their_event(&log[before..]);
    holds_no_secret(&spans, &log);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_over_rabbitmq_is_one_tree_below_its_senders_span() {
    let broker = broker::Broker::connect().await;
    let site = Site::start(&broker.configuration(), &[]).await;
    site.link_an_issue().await;
    let before = site.log_length();
    site.jira.state().edit_fields("jane", "UP-1", json!({ "summary": "Changed upstream" })).unwrap();
    site.deliver_as_jira(&format!("00-{SENDERS_TRACE}-{SENDERS_SPAN}-01")).await;
    site.until_office_shows("Changed upstream").await;
    let (spans, log) = site.finish().await;
    let intake = spans.iter().find(|span| span.name == "intake" && span.trace == SENDERS_TRACE);
    assert_eq!(intake.expect("the sender's trace goes on").parent, SENDERS_SPAN);
    is_one_tree(&spans, SENDERS_TRACE);
    log_lines_name_their_event(&log[before..]);
    holds_no_secret(&spans, &log);
    broker.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn not_even_the_most_talkative_log_holds_a_secret() {
    let site = Site::start("", &["-vv"]).await;
    site.link_an_issue().await;
    site.deliver_as_jira("no trace at all").await;
    let wrong = sender::jira(&site.service.client, &site.service.webhook("upstream"), "wrong-secret", "{}");
    assert_eq!(sender::send(wrong).await.status, 401);
    let (spans, log) = site.finish().await;
    assert!(spans.iter().any(|span| span.name == "intake" && span.parent.is_empty()), "a bad traceparent is none");
    holds_no_secret(&spans, &log);
}

/// The spans of a trace are one tree: intake, publish, consume, and below consume the evaluation and each request.
fn is_one_tree(spans: &[Span], trace: &str) {
    let spans: Vec<&Span> = spans.iter().filter(|span| span.trace == trace).collect();
    let by_id: BTreeMap<&str, &Span> = spans.iter().map(|span| (span.id.as_str(), *span)).collect();
    let shown: Vec<String> = spans.iter().map(|span| format!("{} {} < {}", span.name, span.id, span.parent)).collect();
    let shown = shown.join("\n");
    let only = |name: &str| {
        let found: Vec<&&Span> = spans.iter().filter(|span| span.name == name).collect();
        assert_eq!(found.len(), 1, "one {name} expected:\n{shown}");
        *found[0]
    };
    let (intake, publish, consume, evaluate) = (only("intake"), only("publish"), only("consume"), only("evaluate"));
    assert_eq!(publish.parent, intake.id, "publish is below intake:\n{shown}");
    assert_eq!(consume.parent, publish.id, "consume is below publish:\n{shown}");
    assert_eq!(evaluate.parent, consume.id, "evaluate is below consume:\n{shown}");
    let upwards = |span: &Span| {
        let mut names = vec![span.name.clone()];
        let mut at = by_id.get(span.parent.as_str());
        while let Some(parent) = at {
            assert!(names.len() < 100, "a circle:\n{shown}");
            names.push(parent.name.clone());
            at = by_id.get(parent.parent.as_str());
        }
        names
    };
    for span in &spans {
        let way = upwards(span);
        assert_eq!(way.last().map(String::as_str), Some("intake"), "{} hangs in the air:\n{shown}", span.name);
    }
    let requests: Vec<&&Span> = spans.iter().filter(|span| span.attributes.contains_key("http.request.method")).collect();
    for (tracker, method) in [("upstream", "GET"), ("office", "GET"), ("office", "PUT")] {
        let name = format!("{tracker} {method}");
        assert!(requests.iter().any(|span| span.name == name), "no {name}:\n{shown}");
    }
    for request in requests {
        assert!(upwards(request).contains(&"consume".to_owned()), "{} is outside of the run:\n{shown}", request.name);
        assert_eq!(request.kind, opentelemetry_proto::tonic::trace::v1::span::SpanKind::Client, "{}", request.name);
        let status: u16 = request.attributes["http.response.status_code"].parse().unwrap();
        assert!((200..400).contains(&status), "{request:?}");
    }
    assert_eq!(consume.attributes["sync"], "up");
    assert_eq!(consume.attributes["issue"], "UP-1");
    assert_eq!(consume.attributes["outcome"], "synced");
    assert!(evaluate.attributes["changes"].contains("Changed upstream"), "{evaluate:?}");
}

/// Each line of the worker's processing says which event of which issue of which sync it is about.
fn log_lines_name_their_event(log: &[String]) {
    let mut seen = 0;
    for line in log {
        let json: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let target = json["target"].as_str().unwrap_or_default();
        let processing = ["trackersync::worker::run_job", "trackersync::sync", "trackersync::trackers"];
        if !processing.iter().any(|module| target.starts_with(module)) {
            continue;
        }
        seen += 1;
        let spans = json["spans"].as_array().cloned().unwrap_or_default();
        let consume = spans.iter().find(|span| span["name"] == "consume");
        let consume = consume.unwrap_or_else(|| panic!("outside of any event: {line}"));
        for (key, value) in [("sync", "up"), ("issue", "UP-1")] {
            assert_eq!(consume[key], value, "{line}");
        }
        assert!(consume["event"].as_str().is_some_and(|event| !event.is_empty()), "{line}");
    }
    assert!(seen >= 2, "only {seen} lines of the worker among {}", log.join("\n"));
}

fn holds_no_secret(spans: &[Span], log: &[String]) {
    assert!(!spans.is_empty() && !log.is_empty());
    let exported: Vec<String> = spans.iter().map(|span| span.everything.clone()).collect();
    for (name, secret) in site::secrets() {
        for text in exported.iter().chain(log) {
            assert!(!text.contains(&secret), "{name} is told: {text}");
        }
    }
}
