//! A Redis of one test, for those that empty it.

use std::{path::Path, process::Command};

use deadpool_redis::redis;

use super::{
    process::{Process, free_port},
    wait::{LONG, until_so},
};

/// A Redis that keeps nothing; it ends with the test.
pub struct OwnRedis {
    /// Where it is.
    pub url: String,
    _server: Process,
}

impl OwnRedis {
    /// Starts one.
    pub async fn start(folder: &Path) -> Self {
        let port = free_port();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let server = Process::start("redis", folder, command.arg("--dir").arg(folder));
        let own = Self { url: format!("redis://127.0.0.1:{port}"), _server: server };
        until_so("Redis answers", LONG, async || own.command("PING").await).await;
        own
    }

    /// Forgets everything.
    pub async fn flush_all(&self) {
        assert!(self.command("FLUSHALL").await, "FLUSHALL failed");
    }

    async fn command(&self, command: &str) -> bool {
        let client = redis::Client::open(self.url.as_str()).unwrap();
        let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return false };
        let answer: Result<String, _> = redis::cmd(command).query_async(&mut connection).await;
        answer.is_ok()
    }
}
