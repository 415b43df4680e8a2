//! Every answer of `POST /webhooks/{tracker}` and `POST /events/oftp/{tracker}`, given by a real process with embedded parts.

#[path = "intake/accepted.rs"]
mod accepted;
#[path = "intake/arrivals.rs"]
mod arrivals;
#[path = "intake/decoded.rs"]
mod decoded;
#[path = "intake/draining.rs"]
mod draining;
#[path = "intake/limits.rs"]
mod limits;
#[path = "intake/operating.rs"]
mod operating;
#[path = "intake/proofs.rs"]
mod proofs;
#[path = "intake/recorded.rs"]
mod recorded;
#[path = "kit/recordings.rs"]
mod recordings;
#[path = "intake/refused.rs"]
mod refused;
#[path = "intake/sender.rs"]
mod sender;
#[path = "intake/service.rs"]
mod service;
#[path = "intake/spool.rs"]
mod spool;

use std::path::Path;

use service::Service;

const OFFICE_SECRET: &str = "office-hook-secret";
const UPSTREAM_SECRET: &str = "upstream-hook-secret";

/// Two trackers of one sync, and one that no sync involves. Intake asks none of them, so none is there.
const CONFIGURATION: &str = r#"
[trackers.office]
kind = "roundup"
url = "http://127.0.0.1:9/tracker/"
username = "sync"
password = { env = "PASSWORD" }
webhook_secret = { env = "OFFICE" }

[trackers.upstream]
kind = "jira"
url = "http://127.0.0.1:9"
username = "sync"
password = { env = "PASSWORD" }
webhook_secret = { env = "UPSTREAM" }

[trackers.spare]
kind = "jira"
url = "http://127.0.0.1:9"
username = "sync"
password = { env = "PASSWORD" }
webhook_secret = { env = "UPSTREAM" }

[[sync]]
name = "up"
local = "office"
remote = "upstream"

[[sync.rule]]
kind = "two_way"
local_name = "title"
remote_name = "summary"
"#;

const VARIABLES: [(&str, &str); 4] =
    [("PASSWORD", "tracker-password"), ("OFFICE", OFFICE_SECRET), ("UPSTREAM", UPSTREAM_SECRET), ("NEXT", "next-hook-secret")];

/// Intake alone: what it takes stays in the queue.
async fn intake(folder: &Path, more: &[&str]) -> Service {
    intake_with(folder, CONFIGURATION, more).await
}

async fn intake_with(folder: &Path, configuration: &str, more: &[&str]) -> Service {
    let arguments: Vec<&str> = ["--role", "intake"].into_iter().chain(more.iter().copied()).collect();
    Service::start(folder, configuration, &arguments, &VARIABLES).await
}
