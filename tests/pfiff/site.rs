//! The two sides of a site that has the example of a Jira and a PFIFF, and the program between them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::task::JoinHandle;
use trackersync::{
    app::{App, StartError},
    config::{Config, environment::Environment, files::read_sources, load, partner::PartnerConfig},
    lifecycle::Lifecycle,
    standin::jira::{self, IssueSnapshot, JiraState, RunningJira},
    sync::ports::Packages,
    worker::{Worker, packages},
};

use crate::{
    jira::options,
    package::{OWN_ROUTING, PEER_ROUTING, Package},
};

/// How long anything may take.
const SOON: Duration = Duration::from_secs(60);

pub struct Site {
    jira: RunningJira,
    /// Absent only while it is started again.
    app: Option<App>,
    settings: Vec<String>,
    folder: tempfile::TempDir,
}

/// The program at work: the events of packages, the runs, the answers.
pub struct Working {
    lifecycle: Lifecycle,
    tasks: Vec<JoinHandle<()>>,
}

impl Working {
    pub async fn end(self) {
        self.lifecycle.drain();
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

impl Site {
    /// Starts a Jira that has what the example names, the folders of an OFTP server, and the program with the example.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The same, with further settings, in which `FOLDER` stands for the one that holds all the others.
    pub async fn with(settings: &[&str]) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let jira = jira::start(options()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        for name in ["inbox", "outbox", "staging", "archive"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let path = folder.path().to_str().unwrap();
        let settings = settings.iter().map(|setting| setting.replace("FOLDER", path)).collect();
        let mut site = Self { jira, app: None, settings, folder };
        site.app = Some(App::build(site.config()).await.unwrap());
        let findings = match site.app().check_rules().await {
            Ok(findings) | Err(StartError::Configuration(findings)) => findings,
            Err(error) => panic!("{error}"),
        };
        let findings: Vec<String> = findings.into_iter().map(|finding| finding.message).collect();
        assert_eq!(findings, [""; 0], "the service would not start");
        site
    }

    /// Ends the program, and starts it again on what it has left.
    pub async fn restart(&mut self) {
        drop(self.app.take());
        self.app = Some(App::build(self.config()).await.unwrap());
    }

    /// The same, with these settings instead of those that it had.
    pub async fn restart_with(&mut self, settings: &[&str]) {
        self.settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        self.restart().await;
    }

    pub fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    pub fn config(&self) -> Config {
        example(self.jira.url(), self.folder.path(), &self.settings)
    }

    pub fn jira(&self) -> &JiraState {
        self.jira.state()
    }

    pub fn jira_url(&self) -> &str {
        self.jira.url()
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn packages(&self) -> Arc<dyn Packages> {
        Arc::clone(&self.app().packages[&"pfiff".into()])
    }

    /// Puts a file into the inbox, as an OFTP server does: under its final name from the start.
    pub fn receive(&self, name: &str, content: &[u8]) {
        std::fs::write(self.folder("inbox").join(name), content).unwrap();
    }

    /// Puts a whole package into the inbox.
    pub fn receive_package(&self, package: &Package) {
        for (name, content) in package.files() {
            self.receive(&name, &content);
        }
    }

    /// Puts files into the inbox, in this order.
    pub fn receive_files(&self, files: &[PathBuf]) {
        for file in files {
            self.receive(file.file_name().unwrap().to_str().unwrap(), &std::fs::read(file).unwrap());
        }
    }

    /// The names of the files in a folder, in their order.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The issue of a number of the other side.
    pub fn issue(&self, number: u32) -> Option<IssueSnapshot> {
        let number = json!(format!("PFIFF-{number}"));
        self.jira().issues().into_iter().find(|issue| issue.custom.get("customfield_12600") == Some(&number))
    }

    /// Lets all roles work.
    pub fn work(&self) -> Working {
        let (worker, mut working) = self.worker();
        working.tasks = vec![
            tokio::spawn(packages::watch_arrivals(Arc::clone(&worker), self.packages())),
            tokio::spawn(packages::dispatch_answers(Arc::clone(&worker), self.packages())),
            tokio::spawn(worker.run(SOON)),
        ];
        working
    }

    /// Lets the inbox be watched, and nothing else be done.
    pub fn watch(&self) -> Working {
        let (worker, mut working) = self.worker();
        working.tasks = vec![tokio::spawn(packages::watch_arrivals(worker, self.packages()))];
        working
    }

    /// Lets events be worked on, and nothing else be done.
    pub fn consume(&self) -> Working {
        let (worker, mut working) = self.worker();
        working.tasks = vec![tokio::spawn(worker.run(SOON))];
        working
    }

    /// A worker with an end of its own.
    fn worker(&self) -> (Arc<Worker>, Working) {
        let lifecycle = Lifecycle::default();
        let worker = Worker { lifecycle: lifecycle.clone(), ..self.app().worker() };
        (Arc::new(worker), Working { lifecycle, tasks: Vec::new() })
    }

    /// Events that wait, or that a person has to look at.
    pub async fn waiting(&self, queue: &str) -> u64 {
        let depths = self.app().worker().queue.depths().await.unwrap();
        depths.into_iter().find(|(name, _)| *name == format!("pfiff.{queue}")).unwrap().1
    }
}

/// Waits until something is so.
pub async fn until(what: &str, so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !so().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The example, with the addresses of this site, folders of this machine, and no pauses.
fn example(jira: &str, folder: &Path, settings: &[String]) -> Config {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config-example/jira-pfiff.toml");
    let folder = folder.display();
    let mut all = vec![
        format!("server.data_dir={folder}/data"),
        format!("trackers.local.url={jira}"),
        format!("trackers.pfiff.inbox={folder}/inbox"),
        format!("trackers.pfiff.outbox={folder}/outbox"),
        format!("trackers.pfiff.staging={folder}/staging"),
        "trackers.pfiff.company=TestPrj Zulieferer".to_owned(),
        "trackers.pfiff.company_short=TPZ".to_owned(),
        "trackers.pfiff.own.id=O0013008888SUPP".to_owned(),
        format!("trackers.pfiff.own.routing={OWN_ROUTING}"),
        "trackers.pfiff.peer.id=O0013009999PEER".to_owned(),
        format!("trackers.pfiff.peer.routing={PEER_ROUTING}"),
        "trackers.pfiff.filename_code=PAG".to_owned(),
        "trackers.pfiff.settle=50ms".to_owned(),
        "trackers.pfiff.poll=1s".to_owned(),
        "trackers.pfiff.pack.every=1s".to_owned(),
    ];
    all.extend_from_slice(settings);
    let secrets = [
        ("LOCAL_PASSWORD", "sync-secret"),
        ("LOCAL_WEBHOOK_SECRET", "webhook-secret"),
        ("PFIFF_SSH_PASSPHRASE", "unused"),
        ("PFIFF_WEBHOOK_SECRET", "arrival-secret"),
    ];
    let loaded = load(&read_sources(&[file]).unwrap(), &Environment::of_variables(secrets), &all);
    let mut config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    for partner in config.partners.values_mut() {
        if let PartnerConfig::Pfiff(pfiff) = partner {
            // Unless a test names another host.
            pfiff.ssh = pfiff.ssh.take().filter(|ssh| ssh.host != "oftp.example.com");
        }
    }
    config
}
