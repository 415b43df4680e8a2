//! The two trackers of a site that has the example of a Jira and a KPM, and the program between them, whose turns a test gives.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use trackersync::{
    app::{App, StartError},
    config::{Config, environment::Environment, files::read_sources, load, sync::SweepConfig, worker::WorkerConfig},
    ids::{IssueId, SyncName},
    lifecycle::Lifecycle,
    standin::{
        jira::{
            self, CustomFieldKind, CustomFieldSpec, Dialect, IssueSnapshot, JiraOptions, JiraState, ProjectSpec, RunningJira,
            StatusCategory, StatusSpec, TransitionSpec, UserSpec,
        },
        kpm::{self, KpmOptions, KpmState, RequestRecord, RunningKpm},
    },
    sync::ports::{Mark, Records as _},
    worker::{Worker, sweep},
};

use crate::site::WSDL;

/// How long anything may take.
const SOON: Duration = Duration::from_secs(60);
/// What the example says of sweeps, of which a test lets run one at a time.
pub const CHANGED: SweepConfig = SweepConfig { changed: Some(Duration::from_mins(10)), full: None };
pub const FULL: SweepConfig = SweepConfig { changed: None, full: Some(Duration::from_hours(24)) };
/// Calls that change something in KPM begin so.
const WRITING: [&str; 2] = ["Add", "Create"];

pub struct Day {
    jira: RunningJira,
    kpm: RunningKpm,
    app: App,
    _folder: tempfile::TempDir,
}

/// What one sweep and the runs that followed from it asked of the trackers.
pub struct Turn {
    /// Calls of the sweep itself.
    pub polled: Vec<RequestRecord>,
    /// Calls of the runs.
    pub ran: Vec<RequestRecord>,
    /// Requests that change something in Jira, as method and path.
    pub written_to_jira: Vec<String>,
}

impl Turn {
    /// Calls that change something in KPM.
    pub fn written_to_kpm(&self) -> Vec<&RequestRecord> {
        let both = self.polled.iter().chain(&self.ran);
        both.filter(|call| WRITING.iter().any(|word| call.operation.starts_with(word))).collect()
    }

    pub fn wrote_nothing(&self) -> bool {
        self.written_to_jira.is_empty() && self.written_to_kpm().is_empty()
    }
}

impl Day {
    /// Starts a Jira of Data Center, as the example has one.
    pub async fn start() -> Self {
        Self::with(Dialect::DataCenter).await
    }

    /// Starts a Jira that has what the example names, a KPM, and the program with the example.
    pub async fn with(dialect: Dialect) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let options = KpmOptions { user_ids: vec!["SYNCUSER".to_owned()], ..KpmOptions::default() };
        let (jira, kpm) = (jira::start(jira_options(dialect)).await.unwrap(), kpm::start(options).await.unwrap());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kpm.wsdl"), WSDL).unwrap();
        let app = App::build(example(jira.url(), kpm.url(), folder.path())).await.unwrap();
        let findings = match app.check_rules().await {
            Ok(findings) | Err(StartError::Configuration(findings)) => findings,
            Err(error) => panic!("{error}"),
        };
        let findings: Vec<String> = findings.into_iter().map(|finding| finding.message).collect();
        assert_eq!(findings, [""; 0], "the service would not start");
        Self { jira, kpm, app, _folder: folder }
    }

    pub fn jira(&self) -> &JiraState {
        self.jira.state()
    }

    pub fn kpm(&self) -> &KpmState {
        self.kpm.state()
    }

    /// The issue of a problem.
    pub fn issue(&self, problem: i64) -> IssueSnapshot {
        let number = json!(format!("KPM-{problem}"));
        let mut issues = self.jira().issues().into_iter();
        issues.find(|issue| issue.custom.get("customfield_12600") == Some(&number)).unwrap_or_else(|| panic!("{number}"))
    }

    /// A sweep, and all that follows from it; so many issues at once.
    pub async fn turn(&self, sweeps: SweepConfig, at_once: usize) -> Turn {
        self.forget_requests();
        self.sweep(sweeps).await;
        let polled = self.kpm().requests();
        self.kpm().forget_requests();
        self.work(at_once).await;
        Turn { polled, ran: self.kpm().requests(), written_to_jira: self.written_to_jira() }
    }

    pub fn forget_requests(&self) {
        self.kpm().forget_requests();
        self.jira().forget_requests();
    }

    /// Requests that change something, as method and path.
    pub fn written_to_jira(&self) -> Vec<String> {
        let requests = self.jira().requests();
        let asks = |path: &str| ["/search", "/bulkfetch"].iter().any(|part| path.contains(part));
        let writing = requests.iter().filter(|request| request.method != "GET" && !asks(&request.path));
        writing.map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    /// Lets the scheduler sweep once, as after a start of the process.
    pub async fn sweep(&self, sweeps: SweepConfig) {
        let before = self.mark(&sweeps).await;
        let ended = self.sweep_until("it is noted", sweeps.clone(), async || self.mark(&sweeps).await != before);
        ended.await;
    }

    /// Lets the scheduler sweep once, where that fails: until the ordered failures are used up.
    pub async fn sweep_in_vain(&self, sweeps: SweepConfig) {
        let before = self.mark(&sweeps).await;
        self.sweep_until("it meets the failure", sweeps.clone(), async || self.kpm().faults().is_empty()).await;
        assert_eq!(self.mark(&sweeps).await, before, "the next sweep has to look back as far");
    }

    async fn sweep_until(&self, what: &str, sweeps: SweepConfig, so: impl AsyncFn() -> bool) {
        let (lifecycle, engine) = (Lifecycle::default(), Arc::clone(&self.app.engines[&name()]));
        let worker = Worker { lifecycle: lifecycle.clone(), ..self.app.worker() };
        let running = tokio::spawn(sweep::run(Arc::new(worker), engine, sweeps));
        until(what, so).await;
        lifecycle.drain();
        running.await.unwrap();
    }

    /// When the last sweep of this sort began that succeeded.
    async fn mark(&self, sweeps: &SweepConfig) -> Option<Timestamp> {
        let mark = if sweeps.full.is_some() { Mark::SweptFull } else { Mark::SweptChanged };
        self.app.store.mark(&name(), mark).await.unwrap()
    }

    /// Works until no event is left, so many at once. None may end among those that a person has to look at.
    pub async fn work(&self, at_once: usize) {
        let lifecycle = Lifecycle::default();
        // A quarter of the places is for what sweeps find.
        let config = WorkerConfig { concurrency: at_once * 4, ..WorkerConfig::default() };
        let worker = Worker { lifecycle: lifecycle.clone(), config, ..self.app.worker() };
        let running = tokio::spawn(Arc::new(worker).run(SOON));
        until("all events are done", async || self.waiting("bulk").await == 0).await;
        lifecycle.drain();
        running.await.unwrap();
        assert_eq!((self.waiting("live").await, self.waiting("dead").await), (0, 0));
    }

    /// Events in a queue.
    pub async fn waiting(&self, queue: &str) -> u64 {
        let depths = self.app.worker().queue.depths().await.unwrap();
        depths.into_iter().find(|(name, _)| *name == format!("kpm.{queue}")).unwrap().1
    }

    /// What the record of a problem says, newest first: what became of each run, and the warnings of its rules.
    pub async fn record(&self, problem: i64) -> Vec<(String, Vec<String>)> {
        let rows = self.app.store.audit_of(&name(), &IssueId::new(problem.to_string()), 100).await.unwrap();
        let warning = |rule: &Value| rule["warning"].as_str().map(str::to_owned);
        let warnings = |plan: &Value| plan["rules"].as_array().into_iter().flatten().filter_map(warning).collect();
        rows.into_iter().map(|row| (row.outcome, warnings(&row.plan))).collect()
    }
}

fn name() -> SyncName {
    "kpm".into()
}

async fn until(what: &str, so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !so().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The example, with the addresses of this site, and with problems created there, which it has as a comment.
fn example(jira: &str, kpm: &str, folder: &Path) -> Config {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config-example/jira-kpm.toml");
    let folder = folder.display();
    let settings = [
        format!("server.data_dir={folder}"),
        format!("trackers.local.url={jira}"),
        format!("trackers.kpm.url={kpm}"),
        format!("trackers.kpm.wsdl={folder}/kpm.wsdl"),
        // The stand-in's.
        "trackers.kpm.timezone=Etc/GMT-2".to_owned(),
    ];
    let secrets = [("LOCAL_PASSWORD", "sync-secret"), ("LOCAL_WEBHOOK_SECRET", "webhook-secret")];
    let loaded = load(&read_sources(&[file]).unwrap(), &Environment::of_variables(secrets), &settings);
    let mut config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    config.syncs[0].create_remote = true;
    config
}

/// A Jira with what the example names: a project with versions and security levels, the fields, and the steps of the work.
fn jira_options(dialect: Dialect) -> JiraOptions {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let project = ProjectSpec {
        components: names(&["Head unit", "Display"]),
        versions: names(&["unknown", "1.0", "2.0", "2.1"]),
        security_levels: names(&["Project members"]),
        ..ProjectSpec::new(10_000, "CAR", "Car")
    };
    let field = |number, name: &str, kind| CustomFieldSpec { number, name: name.to_owned(), kind };
    JiraOptions {
        dialect,
        projects: vec![project],
        users: vec![UserSpec::new("kpm-sync", "sync-secret", "KPM Sync"), UserSpec::new("jane", "jane-secret", "Jane Doe")],
        administrators: names(&["jane"]),
        issue_types: names(&["Defect"]),
        priorities: names(&["Blocker", "Critical", "Major", "Minor", "Trivial"]),
        custom_fields: vec![
            field(12_600, "External ticket", CustomFieldKind::Text),
            field(12_601, "Customer", CustomFieldKind::Select(names(&["KPM", "Fleet"]))),
            field(12_009, "Release note", CustomFieldKind::TextArea),
            field(12_010, "Answer to the customer", CustomFieldKind::TextArea),
            field(16_400, "Frequency", CustomFieldKind::Select(names(&["Once", "Sometimes", "Always"]))),
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
    [
        of(ToDo, &["Open", "Reopened"]),
        of(InProgress, &["In Progress", "Analysed", "Waiting", "In Test"]),
        of(Done, &["Resolved", "Closed", "Rejected"]),
    ]
    .concat()
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
