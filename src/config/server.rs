//! `[server]`: where intake listens, and the folder of embedded data.

use std::{path::PathBuf, time::Duration};

use super::section::Section;

/// Settings of intake and of this process.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Address and port of intake; loopback unless told otherwise.
    pub listen: String,
    /// Folder of the embedded databases.
    pub data_dir: PathBuf,
    /// Largest accepted body of a delivery, in bytes.
    pub max_body: u64,
    /// Deliveries that one tracker may send in a second, on average; more get 429.
    pub max_rate: u32,
    /// How long a shutdown may take until what is still held is returned to the queue.
    pub drain: Duration,
    /// How long a shutdown goes on taking deliveries at least, so that a load balancer sees that readiness is red.
    pub linger: Duration,
    /// Bounds of what waits in the data folder while `RabbitMQ` is away.
    pub spool: SpoolConfig,
}

/// Bounds of the spool of intake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpoolConfig {
    /// Most events; 0: nothing is spooled.
    pub max_events: u64,
    /// Most bytes of all events together; the file is somewhat larger.
    pub max_bytes: u64,
}

impl Default for SpoolConfig {
    fn default() -> Self {
        Self { max_events: 100_000, max_bytes: 256 << 20 }
    }
}

fn read_spool(section: Section<'_>) -> SpoolConfig {
    let default = SpoolConfig::default();
    let config = SpoolConfig {
        max_events: section.number("max_events", default.max_events, 0..=10_000_000),
        max_bytes: section.byte_size("max_bytes", default.max_bytes),
    };
    section.finish();
    config
}

pub(super) fn read(section: Section<'_>) -> ServerConfig {
    let config = ServerConfig {
        listen: section.text("listen").map_or_else(|| "127.0.0.1:8080".to_owned(), |text| text.value),
        data_dir: section.text("data_dir").map_or_else(|| PathBuf::from("data"), |text| text.value.into()),
        max_body: section.byte_size("max_body", 10 << 20),
        max_rate: u32::try_from(section.number("max_rate", 1_000, 1..=1_000_000)).unwrap_or(u32::MAX),
        drain: section.duration("drain").unwrap_or(Duration::from_secs(20)),
        linger: section.duration("linger").unwrap_or(Duration::from_secs(2)),
        spool: section.section("spool").map(read_spool).unwrap_or_default(),
    };
    section.finish();
    config
}
