//! A RabbitMQ node of one test, for those that restart it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{
    process::{Process, free_port},
    services::connect,
    wait::until_so,
};

/// The server itself; the one on the path is a wrapper that changes the user.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/// How long a node may take to boot: some 10 s of two processors, which other tests want as well.
const BOOT: Duration = Duration::from_mins(4);

/// A node with a port, a cookie and a database of its own.
pub struct OwnRabbitMq {
    /// Where it is.
    pub url: String,
    folder: PathBuf,
    port: u16,
    distribution_port: u16,
    server: Option<Process>,
}

impl OwnRabbitMq {
    /// Starts one below a folder.
    pub async fn start(folder: &Path) -> Self {
        let folder = folder.join("rabbitmq");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("enabled_plugins"), "[].\n").unwrap();
        std::fs::write(folder.join("rabbitmq.conf"), "").unwrap();
        std::fs::write(folder.join("env.conf"), "").unwrap();
        let (port, distribution_port) = (free_port(), free_port());
        let url = format!("amqp://guest:guest@127.0.0.1:{port}");
        let mut own = Self { url, folder, port, distribution_port, server: None };
        own.start_again().await;
        own
    }

    /// Ends the node in order.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.terminate().await;
        }
    }

    /// Ends it as a loss of power does.
    pub fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill();
        }
    }

    /// Starts it with what it had before.
    pub async fn start_again(&mut self) {
        let path = |name: &str| self.folder.join(name);
        let mut command = Command::new(std::env::var_os("TRACKERSYNC_TEST_RABBITMQ_SERVER").unwrap_or_else(|| SERVER.into()));
        command
            .env("HOME", &self.folder)
            .env("RABBITMQ_NODENAME", format!("trackersync-{}@localhost", self.port))
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", self.port.to_string())
            .env("RABBITMQ_DIST_PORT", self.distribution_port.to_string())
            .env("RABBITMQ_MNESIA_BASE", path("data"))
            .env("RABBITMQ_LOG_BASE", path("log"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins"))
            .env("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf"))
            .env("RABBITMQ_CONF_ENV_FILE", path("env.conf"));
        let mut server = Process::start("server", &self.folder, &mut command);
        until_so("the RabbitMQ of this test answers", BOOT, async || {
            server.assert_running();
            // A broker that is still booting may take a connection and never answer on it.
            let attempt = tokio::time::timeout(Duration::from_secs(2), connect(&self.url)).await;
            matches!(attempt, Ok(Ok(_)))
        })
        .await;
        self.server = Some(server);
    }
}
