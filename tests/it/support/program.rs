//! The program under test, as its users start it.

use std::{path::Path, process::Command};

use serde_json::Value;

use super::{
    process::{Process, free_port, run},
    wait::{LONG, until_so},
};

/// A running `trackersync serve`.
pub struct Program {
    process: Process,
    address: String,
}

impl Program {
    /// Starts some roles. Intake listens where the configuration says, other roles anywhere. Waits until it is ready.
    pub async fn serve(name: &str, folder: &Path, intake_port: u16, roles: &str) -> Self {
        let port = if roles.contains("intake") { intake_port } else { free_port() };
        let data = folder.join("data");
        Self::serve_from(name, folder, port, roles, &data).await
    }

    /// The same, at a port and with a data folder of its own.
    pub async fn serve_from(name: &str, folder: &Path, port: u16, roles: &str, data: &Path) -> Self {
        let mut command = command(folder);
        command.args(["serve", "--role", roles, "--set", &format!("server.listen=127.0.0.1:{port}")]);
        command.args(["--set", &format!("server.data_dir={}", data.display())]);
        let process = Process::start(name, folder, &mut command);
        let mut program = Self { process, address: format!("http://127.0.0.1:{port}") };
        program.until_ready().await;
        program
    }

    async fn until_ready(&mut self) {
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        until_so("the program is ready", LONG, async || {
            self.process.assert_running();
            let answer = http.get(format!("{}/readyz", self.address)).send().await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    /// Its figures.
    #[allow(dead_code, reason = "the benches ask")]
    pub async fn metrics(&self) -> String {
        reqwest::get(format!("{}/metrics", self.address)).await.unwrap().text().await.unwrap()
    }

    /// The most memory that it had, in bytes.
    #[allow(dead_code, reason = "the benches ask")]
    pub fn peak_memory(&self) -> u64 {
        self.process.peak_memory()
    }

    /// `kill -9`.
    pub fn kill(self) {
        self.process.kill();
    }

    /// SIGTERM; the exit code.
    pub async fn terminate(self) -> Option<i32> {
        self.process.terminate().await.code()
    }
}

/// What `trackersync explain` or `trackersync sync` tells of a remote issue.
pub async fn told(command: &str, folder: &Path, remote: &str) -> Value {
    let mut process = self::command(folder);
    process.args([command, "-s", "up", "--remote-id", remote, "--json"]);
    let done = run(process).await;
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
    command.current_dir(folder).args(["-c", "trackersync.toml", "--no-color"]);
    command
}
