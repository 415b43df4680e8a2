//! `trackersync serve` as a process of its own, on a port and in a folder of its own.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::Value;

/// Longest wait for anything that has to happen.
pub const SOON: Duration = Duration::from_secs(30);

/// Waits until something holds; the panic tells what was waited for.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A client that knows of no proxy.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(SOON).build().unwrap()
}

/// A running service; ended when dropped.
pub struct Service {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<std::thread::JoinHandle<()>>,
    pub url: String,
    pub client: reqwest::Client,
}

impl Service {
    /// Starts with a configuration, in a folder that outlives it, and waits until it listens.
    pub async fn start(folder: &Path, configuration: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let file = folder.join("trackersync.toml");
        std::fs::write(&file, configuration).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
        command.arg("serve").arg("-c").arg(&file).args(["--log-format", "json", "--set", "server.listen=127.0.0.1:0"]);
        command.arg("--set").arg(format!("server.data_dir={}", folder.join("data").display())).args(arguments);
        // No variable of the machine may change what is tested.
        command.env_clear().envs(variables.iter().copied());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&log));
        let reader = std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| kept.lock().unwrap().push(line)));
        let mut service = Self { child, log, reader: Some(reader), url: String::new(), client: client() };
        let address = until("the service listens", async || {
            if let Some(status) = service.child.try_wait().unwrap() {
                panic!("it ended with {status}:\n{}", service.log().join("\n"));
            }
            let running = |line: &String| -> Option<String> {
                let line: Value = serde_json::from_str(line).ok()?;
                (line["message"] == "running").then(|| line["address"].as_str().unwrap().to_owned())
            };
            service.log().iter().find_map(running)
        });
        let address = address.await;
        service.url = format!("http://{address}");
        service
    }

    /// All that it logged so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The address that a tracker posts to.
    pub fn webhook(&self, tracker: &str) -> String {
        format!("{}/webhooks/{tracker}", self.url)
    }

    /// Status and body of a page.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end.
    pub fn ask_to_end(&self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
    }

    /// Asks it to end, and waits until it did.
    pub async fn stop(self) -> ExitStatus {
        self.stop_with_log().await.0
    }

    /// Asks it to end, and waits until it did: how, and all that it logged.
    pub async fn stop_with_log(mut self) -> (ExitStatus, Vec<String>) {
        self.ask_to_end();
        let status = until("the service ends", async || self.child.try_wait().unwrap()).await;
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        (status, self.log())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Fails where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The messages in the file of the embedded queue: the name of their queue and their content.
pub async fn queued(folder: &Path) -> Vec<(String, Value)> {
    let file: PathBuf = folder.join("data/queue.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).busy_timeout(SOON);
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    let rows: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT queue, body FROM messages ORDER BY id").fetch_all(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    rows.into_iter().map(|(queue, body)| (queue, serde_json::from_slice(&body).unwrap())).collect()
}
