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
    standin::jira::{
        self, CustomFieldKind, CustomFieldSpec, Dialect, IssueSnapshot, JiraOptions, JiraState, ProjectSpec, RunningJira,
        StatusCategory, StatusSpec, TransitionSpec, UserSpec,
    },
    sync::ports::Packages,
    worker::packages,
};

use crate::package::{OWN_ROUTING, PEER_ROUTING, Package};

/// How long anything may take.
const SOON: Duration = Duration::from_secs(60);

pub struct Site {
    jira: RunningJira,
    pub app: App,
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

    /// The same, with further settings.
    pub async fn with(settings: &[&str]) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let jira = jira::start(jira_options()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        for name in ["inbox", "outbox", "staging", "archive"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let app = App::build(example(jira.url(), folder.path(), settings)).await.unwrap();
        let findings = match app.check_rules().await {
            Ok(findings) | Err(StartError::Configuration(findings)) => findings,
            Err(error) => panic!("{error}"),
        };
        let findings: Vec<String> = findings.into_iter().map(|finding| finding.message).collect();
        assert_eq!(findings, [""; 0], "the service would not start");
        Self { jira, app, folder }
    }

    pub fn jira(&self) -> &JiraState {
        self.jira.state()
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn packages(&self) -> Arc<dyn Packages> {
        Arc::clone(&self.app.packages[&"pfiff".into()])
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
        let mut worker = self.app.worker();
        let lifecycle = Lifecycle::default();
        worker.lifecycle = lifecycle.clone();
        let worker = Arc::new(worker);
        let tasks = vec![
            tokio::spawn(packages::watch_arrivals(Arc::clone(&worker), self.packages())),
            tokio::spawn(packages::dispatch_answers(Arc::clone(&worker), self.packages())),
            tokio::spawn(worker.run(SOON)),
        ];
        Working { lifecycle, tasks }
    }

    /// Events that wait, or that a person has to look at.
    pub async fn waiting(&self, queue: &str) -> u64 {
        let depths = self.app.worker().queue.depths().await.unwrap();
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
fn example(jira: &str, folder: &Path, settings: &[&str]) -> Config {
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
    all.extend(settings.iter().map(|setting| (*setting).to_owned()));
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
            pfiff.ssh = None;
        }
    }
    config
}

/// A Jira with what the example names.
fn jira_options() -> JiraOptions {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let project = ProjectSpec {
        components: names(&["Kombiinstrument", "other"]),
        versions: names(&["unknown", "S0815", "2.0"]),
        security_levels: names(&["Project members"]),
        ..ProjectSpec::new(10_000, "SPORT", "Sport")
    };
    let field = |number, name: &str, kind| CustomFieldSpec { number, name: name.to_owned(), kind };
    JiraOptions {
        dialect: Dialect::DataCenter,
        projects: vec![project],
        users: vec![UserSpec::new("pfiff-sync", "sync-secret", "PFIFF Sync"), UserSpec::new("jane", "jane-secret", "Jane Doe")],
        administrators: names(&["jane"]),
        issue_types: names(&["Defect"]),
        priorities: names(&["Blocker", "Major", "Minor", "Trivial"]),
        custom_fields: vec![
            field(12_600, "External ticket", CustomFieldKind::Text),
            field(12_009, "Answer", CustomFieldKind::TextArea),
        ],
        statuses: statuses(),
        transitions: transitions(),
        attachment_limit: 64 << 20,
        ..JiraOptions::default()
    }
}

fn statuses() -> Vec<StatusSpec> {
    use StatusCategory::{Done, InProgress, ToDo};
    let of = |category, names: &[&str]| {
        names.iter().map(|name| StatusSpec { name: (*name).to_owned(), category }).collect::<Vec<_>>()
    };
    [of(ToDo, &["Open"]), of(InProgress, &["In Progress", "In Test"]), of(Done, &["Resolved", "Closed"])].concat()
}

/// From each step of the work to each other one.
fn transitions() -> Vec<TransitionSpec> {
    let names: Vec<String> = statuses().into_iter().map(|status| status.name).collect();
    let to = |(number, to): (u64, &String)| {
        let from: Vec<&str> = names.iter().filter(|name| *name != to).map(String::as_str).collect();
        TransitionSpec::new(number, &format!("To {to}"), &from, to)
    };
    (11..).zip(&names).map(to).collect()
}
