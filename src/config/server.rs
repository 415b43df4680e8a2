//! `[server]`: where intake listens, and the folder of embedded data.

use std::path::PathBuf;

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
    pub drain: std::time::Duration,
}

pub(super) fn read(section: Section<'_>) -> ServerConfig {
    let config = ServerConfig {
        listen: section.text("listen").map_or_else(|| "127.0.0.1:8080".to_owned(), |text| text.value),
        data_dir: section.text("data_dir").map_or_else(|| PathBuf::from("data"), |text| text.value.into()),
        max_body: section.byte_size("max_body", 10 << 20),
        max_rate: u32::try_from(section.number("max_rate", 1_000, 1..=1_000_000)).unwrap_or(u32::MAX),
        drain: section.duration("drain").unwrap_or(std::time::Duration::from_secs(20)),
    };
    section.finish();
    config
}
