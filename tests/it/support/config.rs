//! The configuration of a test, as a user would write it.

use std::path::Path;

use super::{jira, roundup_home, services::Corner};

/// What differs from test to test.
pub struct Settings<'a> {
    /// Port of intake.
    pub port: u16,
    /// Address of Roundup.
    pub roundup: &'a str,
    /// Address of Jira.
    pub jira: &'a str,
    /// `conflict` of the rule for title and summary.
    pub conflict: &'a str,
    /// The services; none: embedded.
    pub corner: Option<&'a Corner>,
}

/// Writes the file into a folder.
pub fn write(folder: &Path, settings: &Settings<'_>) {
    let Settings { port, roundup, jira, conflict, corner } = settings;
    let (data, office_secret, upstream_secret) = (folder.join("data"), roundup_home::SECRET, jira::SECRET);
    let services = corner.map(self::services).unwrap_or_default();
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:{port}"
data_dir = "{data}"
{services}
# Attempts are many and close together, so that an outage ends soon after its cause.
[worker]
deadline = "5s"
lease = "3s"
max_backoff = "1s"
max_attempts = 100

[trackers.office]
kind = "roundup"
url = "{roundup}"
username = "sync"
password = "sync-secret"
webhook_secret = "{office_secret}"

[trackers.upstream]
kind = "jira"
url = "{jira}"
username = "sync"
password = "sync-secret"
webhook_secret = "{upstream_secret}"

[[sync]]
name = "up"
local = "office"
remote = "upstream"
remote_filter = "project = UP"

[[sync.rule]]
kind = "two_way"
local_name = "title"
remote_name = "summary"
conflict = "{conflict}"

[[sync.rule]]
kind = "to_local"
local_name = "ext_status"
remote_name = "status.name"

[[sync.rule]]
kind = "messages"
keyword = "customer"

[[sync.rule]]
kind = "files"
prefix = ""
"#,
        data = data.display(),
    );
    std::fs::write(folder.join("trackersync.toml"), text).unwrap();
}

fn services(corner: &Corner) -> String {
    let Corner { name, rabbitmq, redis, .. } = corner;
    let database = corner.database();
    format!(
        r#"
[queue]
url = "{rabbitmq}"
prefix = "{name}"

[store]
url = "{database}"
max_connections = 8

[coordination]
url = "{redis}"
prefix = "{name}"
"#
    )
}
