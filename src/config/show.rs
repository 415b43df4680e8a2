//! `config show`: the effective configuration, with secrets masked.

use serde_json::{Value, json};

use super::{
    Config,
    node::{Node, NodeValue, Table},
    partner::{Identity, KpmConfig, PartnerConfig, PartyConfig, PfiffConfig, StorageConfig},
    secret::Secret,
    services::LogFormat,
    tracker::{Credentials, DeliveryProof, TrackerConfig, TrackerKind},
};

/// The whole configuration as JSON. A secret shows where it comes from, never what it is.
#[must_use]
pub fn to_json(config: &Config) -> Value {
    let trackers: serde_json::Map<String, Value> =
        config.trackers.iter().map(|(name, tracker)| (name.to_string(), tracker_json(tracker))).collect();
    let partners = config.partners.iter().map(|(name, partner)| (name.to_string(), partner_json(partner)));
    let trackers: serde_json::Map<String, Value> = trackers.into_iter().chain(partners).collect();
    let worker = &config.worker;
    json!({
        "server": {
            "listen": config.server.listen,
            "data_dir": config.server.data_dir,
            "max_body": config.server.max_body,
            "max_rate": config.server.max_rate,
            "drain": duration(config.server.drain),
            "linger": duration(config.server.linger),
            "spool": { "max_events": config.server.spool.max_events, "max_bytes": config.server.spool.max_bytes },
        },
        "queue": { "url": config.queue.url.as_ref().map(masked_url), "prefix": config.queue.prefix },
        "store": { "url": config.store.url.as_ref().map(masked_url), "max_connections": config.store.max_connections, "keep_audit": duration(config.store.keep_audit) },
        "coordination": { "url": config.coordination.url.as_ref().map(masked_url), "prefix": config.coordination.prefix },
        "telemetry": {
            "otlp_endpoint": config.telemetry.otlp_endpoint,
            "log_format": if config.telemetry.log_format == LogFormat::Json { "json" } else { "text" },
            "log_level": config.telemetry.log_level,
        },
        "worker": {
            "concurrency": worker.concurrency,
            "max_jobs": worker.max_jobs,
            "deadline": duration(worker.deadline),
            "lease": duration(worker.lease),
            "max_attempts": worker.max_attempts,
            "backoff": duration(worker.backoff),
            "max_backoff": duration(worker.max_backoff),
            "alert_after": duration(worker.alert_after),
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
            "fuses": {
                "writes_per_hour": sync.fuses.writes_per_hour,
                "creations_per_day": sync.fuses.creations_per_day,
                "changes_per_sweep": sync.fuses.changes_per_sweep,
            },
            "users": sync.users.as_ref().map(table_json),
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
    if tracker.kind == TrackerKind::Jira {
        shown["via"] = json!(tracker.jira.via);
        shown["restricted_comments"] = json!(tracker.jira.restricted_comments);
        shown["external_id"] = json!(tracker.jira.external_id);
    }
    match &tracker.credentials {
        Credentials::Basic { username, password } => {
            shown["username"] = json!(username);
            shown["password"] = masked(password);
        }
        Credentials::Bearer(token) => shown["token"] = masked(token),
    }
    match &tracker.proof {
        DeliveryProof::Secrets(secrets) if secrets.is_empty() => shown["webhooks"] = json!(false),
        DeliveryProof::Secrets(secrets) => shown["webhook_secret"] = secrets.iter().map(masked).collect(),
        DeliveryProof::Basic { username, password } => {
            shown["webhook_basic"] = json!({ "username": username, "password": masked(password) });
        }
        DeliveryProof::None => shown["insecure_no_signature"] = json!(true),
    }
    shown
}

fn partner_json(partner: &PartnerConfig) -> Value {
    match partner {
        PartnerConfig::Kpm(kpm) => kpm_json(kpm),
        PartnerConfig::Pfiff(pfiff) => pfiff_json(pfiff),
    }
}

fn kpm_json(kpm: &KpmConfig) -> Value {
    let mut shown = json!({
        "kind": "kpm",
        "wsdl": kpm.wsdl,
        "url": kpm.url,
        "user_id": kpm.user_id,
        "stage": kpm.stage,
        "brand": kpm.brand,
        "organisational_unit": kpm.organisational_unit,
        "plant": kpm.plant,
        "timezone": kpm.timezone,
        "timeout": duration(kpm.timeout),
        "max_attachment": kpm.max_attachment,
    });
    match &kpm.identity {
        Identity::Pem { certificate, key } => {
            shown["certificate"] = json!(certificate);
            shown["key"] = json!(key);
        }
        Identity::Pkcs12 { file, password } => {
            shown["pkcs12"] = json!(file);
            shown["pkcs12_password"] = password.as_ref().map_or(Value::Null, masked);
        }
    }
    shown
}

fn pfiff_json(pfiff: &PfiffConfig) -> Value {
    let party = |party: &PartyConfig| {
        json!({
            "id": party.id,
            "routing": party.routing,
            "name": party.name,
            "address": party.address,
            "country": party.country,
            "department": party.department,
            "email": party.email,
        })
    };
    json!({
        "kind": "pfiff",
        "company": pfiff.company,
        "company_short": pfiff.company_short,
        "peer_company": pfiff.peer_company,
        "peer_company_short": pfiff.peer_company_short,
        "format": pfiff.format,
        "filename_code": pfiff.filename_code,
        "inbox": pfiff.inbox,
        "outbox": pfiff.outbox,
        "staging": pfiff.staging,
        "own": pfiff.own.as_ref().map(party),
        "peer": pfiff.peer.as_ref().map(party),
        "ssh": pfiff.ssh.as_ref().map(|ssh| json!({
            "host": ssh.host,
            "port": ssh.port,
            "user": ssh.user,
            "key": ssh.key,
            "passphrase": ssh.passphrase.as_ref().map(masked),
            "known_hosts": ssh.known_hosts,
        })),
        "timezone": pfiff.timezone,
        "webhook_secret": pfiff.webhook_secrets.iter().map(masked).collect::<Vec<_>>(),
        "poll": duration(pfiff.poll),
        "settle": duration(pfiff.settle),
        "incomplete_after": duration(pfiff.incomplete_after),
        "archive": pfiff.archive,
        "keep_arrived": pfiff.keep_arrived,
        "max_package": pfiff.max_package,
        "max_attachment": pfiff.max_attachment,
        "pack": {
            "every": duration(pfiff.pack.every),
            "issues": pfiff.pack.issues,
            "size": pfiff.pack.size,
        },
        "keep_files": pfiff.keep_files,
        "mode": format!("{:04o}", pfiff.mode),
        "group": pfiff.group,
        "storage": storage_json(&pfiff.storage),
    })
}

fn storage_json(storage: &StorageConfig) -> Value {
    match storage {
        StorageConfig::Folder(folder) => json!(folder),
        StorageConfig::Bucket(bucket) => json!({
            "bucket": bucket.bucket,
            "prefix": bucket.prefix,
            "endpoint": bucket.endpoint,
            "region": bucket.region,
            "access_key_id": bucket.access_key_id,
            "secret_access_key": masked(&bucket.secret_access_key),
        }),
    }
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
