//! A process of a test: its output in a file, its end certain.

use std::{
    fs::File,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

use super::wait::{LONG, until};

/// A process and all that it starts in its group; dropping it kills them.
pub struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Starts a command whose output goes to `NAME.log` in a folder, after what is there already.
    pub fn start(name: &str, folder: &Path, command: &mut Command) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).process_group(0);
        let child = command.spawn().unwrap_or_else(|error| panic!("{name} cannot be started: {error} ({command:?})"));
        Self { child, name: name.to_owned(), log }
    }

    /// What it wrote so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits for the line `ready …`; what stands behind the word.
    pub async fn ready(&mut self) -> String {
        let name = self.name.clone();
        until(&format!("{name} is ready"), LONG, async || {
            self.assert_running();
            self.output().lines().find_map(|line| line.strip_prefix("ready ").map(str::to_owned))
        })
        .await
    }

    /// The most memory that it had, in bytes.
    #[allow(dead_code, reason = "the benches ask")]
    pub fn peak_memory(&self) -> u64 {
        let told = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()).map_or(0, |kilobytes| kilobytes << 10)
    }

    /// Panics with what the process wrote if it has ended.
    pub fn assert_running(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("{} has ended ({status}):\n{}", self.name, self.output());
        }
    }

    /// Whether it has ended.
    #[allow(dead_code, reason = "the fault tests ask")]
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Sends a signal to the whole group.
    pub fn signal(&self, signal: &str) {
        let group = format!("-{}", self.child.id());
        // It may have ended by itself meanwhile.
        let _ = Command::new("kill").args([&format!("-{signal}"), "--", &group]).stderr(Stdio::null()).status();
    }

    /// `kill -9`, and waits for the end.
    pub fn kill(mut self) {
        self.end();
    }

    /// Waits for it to end by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        let name = self.name.clone();
        until(&format!("{name} ends"), LONG, async || self.child.try_wait().unwrap()).await
    }

    /// Waits for it to end by itself; how, and what it wrote.
    pub async fn ended_with_output(mut self) -> (ExitStatus, String) {
        (self.ended().await, self.output())
    }

    /// SIGTERM, and waits for the end.
    pub async fn terminate(mut self) -> ExitStatus {
        self.signal("TERM");
        self.ended().await
    }

    /// `kill -9` of one that is kept, and waits for the end.
    pub fn end(&mut self) {
        if self.has_ended() {
            return;
        }
        self.signal("KILL");
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a command to its end.
pub async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// A port that nobody listens on. It lies below those that the system hands out, so that no connection takes it meanwhile.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const FIRST: u16 = 11_000;
    const COUNT: u16 = 20_000;
    // Two runs of the tests at the same time begin far apart.
    let begin = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap();
    loop {
        let port = FIRST + (begin.wrapping_mul(37) % COUNT + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
