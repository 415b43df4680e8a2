//! Running the program in a folder of its own.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

/// A configuration without a flaw; its trackers are nowhere.
pub const GOOD: &str = r#"[trackers.office]
kind = "roundup"
url = "http://127.0.0.1:9/tracker/"
username = "sync"
password = { env = "OFFICE_PASSWORD" }
webhook_secret = { env = "OFFICE_HOOK" }

[trackers.upstream]
kind = "jira"
url = "http://127.0.0.1:9"
username = "sync"
password = { env = "UPSTREAM_PASSWORD" }
webhook_secret = [{ env = "OFFICE_HOOK" }, { env = "UPSTREAM_HOOK" }]

[[sync]]
name = "up"
local = "office"
remote = "upstream"
remote_filter = "project = UP"

[[sync.rule]]
kind = "two_way"
local_name = "title"
remote_name = "summary"
"#;

/// Where the secrets of [`GOOD`] come from. The passwords are those of the stand-ins.
pub const VARIABLES: [(&str, &str); 4] = [
    ("OFFICE_PASSWORD", "sync-secret"),
    ("UPSTREAM_PASSWORD", "sync-secret"),
    ("OFFICE_HOOK", "office-hook-secret"),
    ("UPSTREAM_HOOK", "upstream-hook-secret"),
];

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output as one JSON document a line.
    pub fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }

    pub fn both(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// Runs the program with `trackersync.toml` in a folder. No variable of the machine may change what is tested.
pub fn run_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
    command.current_dir(folder).args(arguments).env_clear().envs(VARIABLES).envs(variables.iter().copied());
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

pub fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, &[])
}

/// A folder with this configuration.
pub fn folder_with(configuration: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("trackersync.toml"), configuration).unwrap();
    folder
}

/// Runs the program on a configuration.
pub fn run_on(configuration: &str, arguments: &[&str]) -> Ran {
    run(folder_with(configuration).path(), arguments)
}
