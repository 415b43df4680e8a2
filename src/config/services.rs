//! `[queue]`, `[store]`, `[coordination]`, `[telemetry]`: the services beside us. Each is embedded while it has no `url`.

use std::time::Duration;

use super::{
    diagnostic::Diagnostic,
    environment::Environment,
    place::Place,
    secret::Secret,
    section::{Located, Section},
};

/// Long enough for the question why an issue is as it is, which comes up when somebody is back from a leave.
const KEEP_AUDIT: Duration = Duration::from_hours(180 * 24);

/// Where events are queued.
#[derive(Clone, Debug)]
pub struct QueueConfig {
    /// `amqp://` or `amqps://`; it may hold a password, so it is kept as a secret. Absent: embedded.
    pub url: Option<Secret>,
    /// Prefix of the names of exchanges and queues.
    pub prefix: String,
    /// Where the section stands.
    pub place: Place,
}

/// Where links, journal and audit trail are kept.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// `postgres://…`. Absent: `SQLite` in the data folder.
    pub url: Option<Secret>,
    /// Most connections to the database.
    pub max_connections: u32,
    /// How long the audit trail is kept.
    pub keep_audit: Duration,
}

/// Where leases and seen deliveries are kept.
#[derive(Clone, Debug)]
pub struct CoordinationConfig {
    /// `redis://` or `rediss://`. Absent: in this process.
    pub url: Option<Secret>,
    /// Prefix of all keys.
    pub prefix: String,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Logs and traces.
#[derive(Clone, Debug)]
pub struct TelemetryConfig {
    /// Base URL of an OTLP collector (HTTP, protobuf), such as `http://127.0.0.1:4318`. Absent: no export.
    pub otlp_endpoint: Option<String>,
    /// Form of log lines.
    pub log_format: LogFormat,
    /// Filter in the syntax of `tracing`'s `EnvFilter`: `info`, `trackersync=debug`.
    pub log_level: String,
}

pub(super) fn read_queue(section: Section<'_>, environment: &Environment) -> QueueConfig {
    let url = service_url(&section, environment, &["amqp", "amqps"]);
    let prefix = section.text("prefix").map_or_else(|| "trackersync".to_owned(), |text| text.value);
    let place = section.place().clone();
    section.finish();
    QueueConfig { url, prefix, place }
}

pub(super) fn read_store(section: Section<'_>, environment: &Environment) -> StoreConfig {
    let url = service_url(&section, environment, &["postgres", "postgresql"]);
    let max_connections = u32::try_from(section.number("max_connections", 10, 1..=1_000)).unwrap_or(10);
    let keep_audit = section.duration("keep_audit").unwrap_or(KEEP_AUDIT);
    section.finish();
    StoreConfig { url, max_connections, keep_audit }
}

pub(super) fn read_coordination(section: Section<'_>, environment: &Environment) -> CoordinationConfig {
    let url = service_url(&section, environment, &["redis", "rediss"]);
    let prefix = section.text("prefix").map_or_else(|| "trackersync".to_owned(), |text| text.value);
    section.finish();
    CoordinationConfig { url, prefix }
}

pub(super) fn read_telemetry(section: Section<'_>) -> TelemetryConfig {
    let otlp_endpoint = section.text("otlp_endpoint").and_then(|text| checked_url(&section, text, &["http", "https"]));
    let log_format = match section.text("log_format") {
        Some(text) if text.value == "json" => LogFormat::Json,
        Some(text) if text.value != "text" => {
            let message = format!("`log_format` must be \"text\" or \"json\", not \"{}\"", text.value);
            section.findings.add(Diagnostic::error("config::value", message, text.place));
            LogFormat::Text
        }
        _ => LogFormat::Text,
    };
    let log_level = section.text("log_level").map_or_else(|| "info".to_owned(), |text| text.value);
    section.finish();
    TelemetryConfig { otlp_endpoint, log_format, log_level }
}

/// A service's URL may be written plainly when it holds no password; with one, it is a secret like any other.
fn service_url(section: &Section<'_>, environment: &Environment, schemes: &[&str]) -> Option<Secret> {
    let node = section.node("url")?;
    if let super::node::NodeValue::String(text) = &node.value {
        let without_password = url::Url::parse(text).is_ok_and(|url| url.password().is_none());
        let located = Located { value: text.clone(), place: node.place.clone() };
        let checked = checked_url(section, located, schemes)?;
        if without_password {
            return Some(Secret::built_in(&checked));
        }
    }
    let secret = section.secret("url", environment)?;
    let located = Located { value: secret.expose().to_owned(), place: node.place.clone() };
    checked_url(section, located, schemes).map(|_| secret)
}

fn checked_url(section: &Section<'_>, text: Located<String>, schemes: &[&str]) -> Option<String> {
    match url::Url::parse(&text.value) {
        Ok(url) if schemes.contains(&url.scheme()) => Some(text.value),
        // The URL itself is not repeated: it may hold a password.
        _ => {
            let message = format!("this must be a URL that begins with {}://", schemes.join(":// or "));
            section.findings.add(Diagnostic::error("config::url", message, text.place));
            None
        }
    }
}
