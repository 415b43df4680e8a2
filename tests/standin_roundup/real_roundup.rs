//! A real Roundup to compare with.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

const HINT: &str = "a real Roundup is needed to compare with: start the tests by tests/run, or set \
                    TRACKERSYNC_TEST_PYTHON to a Python that has roundup 2.6.0";

/// A real Roundup, which ends when its input does.
pub struct RealRoundup {
    pub url: String,
    child: Child,
    _input: Option<ChildStdin>,
    _home: tempfile::TempDir,
}

impl Drop for RealRoundup {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn python() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/python");
    let python = std::env::var_os("TRACKERSYNC_TEST_PYTHON").map_or(default, PathBuf::from);
    let check = Command::new(&python).args(["-c", "import roundup"]).stderr(Stdio::null()).status();
    assert!(check.is_ok_and(|status| status.success()), "{HINT} (tried {})", python.display());
    python
}

impl RealRoundup {
    pub async fn start() -> Self {
        let python = python();
        let home = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin_roundup/real_tracker.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(home.path().join("tracker"))
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let first = tokio::task::spawn_blocking(move || output.lines().next()).await.unwrap();
        assert_eq!(first.and_then(Result::ok).as_deref(), Some("ready"), "the real Roundup did not start");
        let input = child.stdin.take();
        Self { url: format!("http://127.0.0.1:{port}/tracker/"), child, _input: input, _home: home }
    }
}
