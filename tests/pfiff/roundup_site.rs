//! A real Roundup and the folders of an OFTP server, with the program between them as its users start it: by the example for the two.

#[allow(dead_code, reason = "other tests ask for more")]
#[path = "../it/support/process.rs"]
pub mod process;
#[allow(dead_code, reason = "other tests ask for more")]
#[path = "../it/support/roundup.rs"]
mod roundup;
#[path = "../it/support/roundup_home.rs"]
pub mod roundup_home;
#[allow(dead_code, reason = "other tests ask for more")]
#[path = "../it/support/wait.rs"]
mod wait;

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use serde_json::{Value, json};
use trackersync::{
    app::{App, connect},
    config::{Config, environment::Environment, files::read_sources, load},
    formats::engdat::{Description, Mode},
    sync::ports::{PackageRecords as _, Tracker},
    telemetry::metrics::Metrics,
};

use self::{
    process::{Process, free_port, run},
    roundup::Roundup,
    wait::{LONG, until, until_so},
};
use crate::package::{OWN_ROUTING, PEER_ROUTING};

const EXAMPLE: &str = include_str!("../../config-example/roundup-pfiff.toml");

pub struct Site {
    pub roundup: Roundup,
    folder: Option<tempfile::TempDir>,
    port: u16,
}

/// A package of ours.
pub struct Sent {
    /// Its reference.
    pub reference: String,
    /// What its archive holds: name and bytes.
    pub entries: Vec<(String, Vec<u8>)>,
}

impl Site {
    /// Starts a Roundup that has what the example names, and makes the folders.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["inbox", "outbox", "staging"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let port = free_port();
        let roundup = Roundup::start(folder.path(), &format!("http://127.0.0.1:{port}/webhooks/local")).await;
        for state in ["NEW", "IN_ANALYSIS", "CLOSED"] {
            roundup.make("keyword", json!({ "name": format!("PFIFF-Status-{state}") })).await;
        }
        std::fs::write(folder.path().join("example.toml"), EXAMPLE).unwrap();
        std::fs::write(folder.path().join("site.toml"), settings(folder.path(), port, &roundup.url)).unwrap();
        Self { roundup, folder: Some(folder), port }
    }

    fn folder(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
        command.current_dir(self.folder()).args(["-c", "example.toml", "-c", "site.toml", "--no-color"]);
        command.env("LOCAL_PASSWORD", "sync-secret").env("LOCAL_WEBHOOK_SECRET", roundup_home::SECRET);
        command
    }

    /// `trackersync serve`, with answers that wait so long for others; returns once it is ready.
    pub async fn serve(&self, every: &str) -> Process {
        let mut command = self.command();
        command.args(["--set", &format!("trackers.pfiff.pack.every={every}"), "serve"]);
        let mut process = Process::start("trackersync", self.folder(), &mut command);
        let ready = format!("http://127.0.0.1:{}/readyz", self.port);
        until_so("the program is ready", LONG, async || {
            process.assert_running();
            reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
        process
    }

    /// Another command of the program; its lines, each a document.
    pub async fn told(&self, arguments: &[&str]) -> Vec<Value> {
        let mut command = self.command();
        command.arg("--json").args(arguments);
        let done = run(command).await;
        let (told, errors) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{arguments:?}: {told}{errors}");
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Puts files into the inbox, with the ending that an OFTP server gives them.
    pub fn receive(&self, files: &[PathBuf]) {
        for file in files {
            let name = format!("{}_20261120.0001", file.file_name().unwrap().to_str().unwrap());
            std::fs::copy(file, self.folder().join("inbox").join(name)).unwrap();
        }
    }

    /// The Roundup issue of a number of the other side.
    pub async fn issue_of(&self, number: &str) -> String {
        until(&format!("{number} has an issue"), LONG, async || self.roundup.linked_to(number).await.into_iter().next()).await
    }

    pub fn outbox(&self) -> PathBuf {
        self.folder().join("outbox")
    }

    /// The packages that went out, the oldest first. Each has to be as the standard says.
    pub fn sent(&self) -> Vec<Sent> {
        let mut names: Vec<PathBuf> = std::fs::read_dir(self.outbox()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        // The description is the last to come.
        let is_description = |path: &&PathBuf| path.to_str().unwrap().ends_with("002001");
        names.iter().filter(is_description).map(|path| read_package(path)).collect()
    }

    /// The newest document of an issue, and the reference of its package.
    pub fn newest(&self, document: &str) -> Option<(String, String)> {
        let told = |sent: &Sent| {
            let (_, bytes) = sent.entries.iter().find(|(name, _)| name == document)?;
            Some((sent.reference.clone(), String::from_utf8(bytes.clone()).unwrap()))
        };
        self.sent().iter().rev().find_map(told)
    }

    /// Waits until the newest document of an issue says something.
    pub async fn until_told(&self, document: &str, text: &str) -> (String, String) {
        let told = async || self.newest(document).filter(|(_, told)| told.contains(text));
        until(&format!("{document} says {text}"), LONG, told).await
    }

    /// Our adapter of the Roundup, in this process.
    pub fn office(&self) -> Arc<dyn Tracker> {
        connect(&"local".into(), &self.config(&[], "").trackers[&"local".into()], &Metrics::default()).unwrap()
    }

    /// The issues whose answers wait.
    pub async fn unanswered(&self) -> Vec<String> {
        let (_, store) = App::engines_only(&self.config(&[], "")).await.unwrap();
        let waiting = store.unanswered(&"pfiff".into(), 10).await.unwrap();
        waiting.into_iter().map(|unanswered| unanswered.issue.to_string()).collect()
    }

    /// Waits until no answer waits, and the program knows that.
    pub async fn until_all_is_answered(&self) {
        until_so("no answer waits", LONG, async || self.unanswered().await.is_empty()).await;
    }

    /// The program of another machine, with further settings; nothing runs in it by itself.
    pub async fn app(&self, name: &str, settings: &str, bucket_secret: &str) -> App {
        let (file, data) = (format!("{name}.toml"), self.data_of(name));
        let settings = format!("[server]\ndata_dir = \"{}\"\n{settings}\npack = {{ every = \"1ms\" }}\n", data.display());
        std::fs::write(self.folder().join(&file), settings).unwrap();
        App::build(self.config(&[&file], bucket_secret)).await.unwrap()
    }

    /// The data folder of such a program.
    pub fn data_of(&self, name: &str) -> PathBuf {
        self.folder().join(format!("data-{name}"))
    }

    fn config(&self, further: &[&str], bucket_secret: &str) -> Config {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let files: Vec<PathBuf> =
            ["example.toml", "site.toml"].iter().chain(further).map(|name| self.folder().join(name)).collect();
        let secrets =
            [("LOCAL_PASSWORD", "sync-secret"), ("LOCAL_WEBHOOK_SECRET", roundup_home::SECRET), ("S3_SECRET", bucket_secret)];
        let loaded = load(&read_sources(&files).unwrap(), &Environment::of_variables(secrets), &[]);
        loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
    }
}

impl Drop for Site {
    /// A test that fails leaves its folder, with what all processes wrote.
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(folder) = self.folder.take()
        {
            eprintln!("the logs of the failed test are in {}", folder.keep().display());
        }
    }
}

impl Sent {
    /// An entry.
    pub fn content(&self, name: &str) -> &[u8] {
        let found = self.entries.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("{} has no {name}", self.reference)).1
    }

    /// An entry that is a text.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.content(name).to_vec()).unwrap()
    }
}

/// A document with `DATE`, `REF` and `KEY` for what differs from run to run; and its dates.
pub fn elided(document: &str, reference: &str, key: &str) -> (String, Vec<String>) {
    let (mut text, mut dates, mut rest) = (String::new(), Vec::new(), document);
    while let Some((before, (date, behind))) =
        rest.split_once("<DATE>").and_then(|(before, behind)| Some((before, behind.split_once("</DATE>")?)))
    {
        text += before;
        text += "DATE";
        dates.push(date.to_owned());
        rest = behind;
    }
    text += rest;
    let text = text
        .replace(&format!("<TRANSACTION-ID>{reference}-{key}<"), "<TRANSACTION-ID>REF-KEY<")
        .replace(&format!("<ISSUE-ID>{key}<"), "<ISSUE-ID>KEY<")
        .replace(&format!("<URL>./{key}/"), "<URL>./KEY/");
    (text, dates)
}

/// Where everything of this site is, and no pauses.
fn settings(folder: &Path, port: u16, roundup: &str) -> String {
    let folder = folder.display();
    format!(
        r#"
[server]
listen = "127.0.0.1:{port}"
data_dir = "{folder}/data"
linger = "0s"

[trackers.local]
url = "{roundup}"

[trackers.pfiff]
company = "TestPrj Zulieferer"
company_short = "TPZ"
filename_code = "PAG"
inbox = "{folder}/inbox"
outbox = "{folder}/outbox"
staging = "{folder}/staging"
settle = "50ms"
poll = "1s"

[trackers.pfiff.own]
id = "O0013008888SUPP"
routing = "{OWN_ROUTING}"
name = "Zulieferer GmbH"
address = ["Werkstraße 7", "80331 München"]
department = "Q-SW"
email = "sync@supplier.example.com"

[trackers.pfiff.peer]
id = "O0013009999PEER"
routing = "{PEER_ROUTING}"
name = "Beispiel Sportwagen AG"
"#
    )
}

/// Reads a package of ours by its description.
fn read_package(description: &Path) -> Sent {
    let bytes = std::fs::read(description).unwrap();
    let read = Description::read(&bytes, Mode::Strict).unwrap_or_else(|error| panic!("{}: {error}", description.display()));
    assert_eq!(read.findings.iter().count(), 0, "{:?}", read.findings);
    assert_eq!(read.description.write().unwrap(), bytes, "written again it is the same");
    read.description.check_route(OWN_ROUTING, PEER_ROUTING).unwrap();
    assert_eq!(read.description.sequences().collect::<Vec<_>>(), [2]);
    let reference = read.description.document.number.clone();
    assert_eq!(description.file_name().unwrap().to_str().unwrap(), format!("ENG{reference}002001"));
    // Not by our own reader.
    let file = File::open(description.with_file_name(format!("ENG{reference}002002"))).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        entries.push((entry.name().unwrap().into_owned(), content));
    }
    Sent { reference, entries }
}
