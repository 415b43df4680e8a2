//! `config show`: the effective configuration, with secrets masked.

use serde_json::{Value, json};

use super::{
    Config,
    node::{Node, NodeValue, Table},
    secret::Secret,
    services::LogFormat,
    tracker::{Credentials, DeliveryProof, TrackerConfig},
};

/// The whole configuration as JSON. A secret shows where it comes from, never what it is.
#[must_use]
pub fn to_json(config: &Config) -> Value {
    let trackers: serde_json::Map<String, Value> =
        config.trackers.iter().map(|(name, tracker)| (name.to_string(), tracker_json(tracker))).collect();
    let worker = &config.worker;
    json!({
        "server": {
            "listen": config.server.listen,
            "data_dir": config.server.data_dir,
            "max_body": config.server.max_body,
            "max_rate": config.server.max_rate,
            "drain": duration(config.server.drain),
        },
        "queue": { "url": config.queue.url.as_ref().map(masked_url), "prefix": config.queue.prefix },
        "store": { "url": config.store.url.as_ref().map(masked_url), "max_connections": config.store.max_connections },
        "coordination": { "url": config.coordination.url.as_ref().map(masked_url), "prefix": config.coordination.prefix },
        "telemetry": {
            "otlp_endpoint": config.telemetry.otlp_endpoint,
            "log_format": if config.telemetry.log_format == LogFormat::Json { "json" } else { "text" },
            "log_level": config.telemetry.log_level,
        },
        "worker": {
            "concurrency": worker.concurrency,
            "deadline": duration(worker.deadline),
            "lease": duration(worker.lease),
            "max_attempts": worker.max_attempts,
            "backoff": duration(worker.backoff),
            "max_backoff": duration(worker.max_backoff),
        },
        "trackers": trackers,
        "sync": config.syncs.iter().map(|sync| json!({
            "name": sync.name,
            "local": sync.local,
            "remote": sync.remote,
            "remote_filter": sync.remote_filter,
            "remote_dry_run": sync.remote_dry_run,
            "create_remote": sync.create_remote,
            "sweep": { "changed": sync.sweep.changed.map(duration), "full": sync.sweep.full.map(duration) },
            "rule": sync.rules.iter().map(table_json).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

/// The configuration as TOML, with `null` settings as comments.
#[must_use]
pub fn to_toml(config: &Config) -> String {
    let json = without_nulls(to_json(config));
    toml::to_string_pretty(&json).unwrap_or_else(|error| format!("# cannot be written as TOML: {error}\n"))
}

fn tracker_json(tracker: &TrackerConfig) -> Value {
    let mut shown = json!({
        "kind": tracker.kind.name(),
        "url": tracker.url.as_str(),
        "timeout": duration(tracker.timeout),
    });
    match &tracker.credentials {
        Credentials::Basic { username, password } => {
            shown["username"] = json!(username);
            shown["password"] = masked(password);
        }
        Credentials::Bearer(token) => shown["token"] = masked(token),
    }
    match &tracker.proof {
        DeliveryProof::Secrets(secrets) => shown["webhook_secret"] = secrets.iter().map(masked).collect(),
        DeliveryProof::Basic { username, password } => {
            shown["webhook_basic"] = json!({ "username": username, "password": masked(password) });
        }
        DeliveryProof::None => shown["insecure_no_signature"] = json!(true),
    }
    shown
}

fn masked(secret: &Secret) -> Value {
    json!(format!("*** from {}", secret.origin()))
}

/// A service's URL with its password masked.
#[must_use]
pub fn masked_url(secret: &Secret) -> String {
    let Ok(mut url) = url::Url::parse(secret.expose()) else { return "***".to_owned() };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "***".to_owned();
    }
    url.to_string()
}

fn duration(duration: std::time::Duration) -> String {
    jiff::SignedDuration::try_from(duration).map_or_else(|_| "forever".to_owned(), |duration| format!("{duration:#}"))
}

fn table_json(table: &Table) -> Value {
    table.entries.iter().map(|entry| (entry.key.clone(), node_json(&entry.value))).collect::<serde_json::Map<_, _>>().into()
}

fn node_json(node: &Node) -> Value {
    match &node.value {
        NodeValue::String(text) => json!(text),
        NodeValue::Integer(number) => json!(number),
        NodeValue::Float(number) => json!(number),
        NodeValue::Boolean(flag) => json!(flag),
        NodeValue::Array(items) => items.iter().map(node_json).collect(),
        NodeValue::Table(table) => table_json(table),
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
