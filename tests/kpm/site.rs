//! A Jira of ours, a KPM, and the sync between them.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use trackersync::{
    app::App,
    config::{Config, environment::Environment, load, place::Source},
    ids::IssueId,
    standin::{
        jira::{self, CustomFieldKind, CustomFieldSpec, IssueSnapshot, JiraOptions, ProjectSpec, RunningJira},
        kpm::{
            self, FalseAnswer, Fault as Order, KpmOptions, KpmState, Mailbox, ProblemSnapshot, RunningKpm, StepKind,
            StepSnapshot,
        },
    },
    sync::{
        create_remote::Creation,
        engine::{Engine, RunOptions},
        fault::Fault,
        outcome::Outcome,
    },
};

pub const WSDL: &str = include_str!("../../src/standin/kpm/kpm.wsdl");
pub const SYNC: &str = include_str!("sync.toml");

pub struct Site {
    pub jira: RunningJira,
    pub kpm: RunningKpm,
    pub engine: Arc<Engine>,
    pub config: Config,
    _folder: tempfile::TempDir,
}

impl Site {
    pub async fn start() -> Self {
        Self::with(KpmOptions::default()).await
    }

    /// Starts both; the KPM with these options, whose WSDL is the one that we get.
    pub async fn with(options: KpmOptions) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let wsdl = options.wsdl.clone().unwrap_or_else(|| WSDL.to_owned());
        let (jira, kpm) = (jira::start(jira_options()).await.unwrap(), kpm::start(options).await.unwrap());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kpm.wsdl"), wsdl).unwrap();
        let config = config(&[jira_tracker(jira.url()), kpm_tracker(kpm.url(), folder.path()), SYNC.to_owned()], folder.path());
        let (engines, _) = App::engines_only(&config).await.unwrap();
        let engine = engines.into_values().next().unwrap();
        Self { jira, kpm, engine, config, _folder: folder }
    }

    pub fn state(&self) -> &KpmState {
        self.kpm.state()
    }

    /// A new problem in our mailbox.
    pub fn problem(&self, fields: Value) -> i64 {
        self.state().create_problem(&mailbox(), &fields).unwrap()
    }

    /// A problem of this title that is in line with its issue.
    pub async fn settled(&self, title: &str) -> (i64, IssueSnapshot) {
        let problem = self.problem(json!({ "ShortText": title }));
        self.settle(problem).await;
        (problem, self.issue(title))
    }

    pub fn snapshot(&self, problem: i64) -> ProblemSnapshot {
        self.state().problem(problem).unwrap()
    }

    /// The steps of a kind, oldest first.
    pub fn steps(&self, problem: i64, kind: StepKind) -> Vec<StepSnapshot> {
        self.snapshot(problem).steps.into_iter().filter(|step| step.kind == kind).collect()
    }

    /// The issue of ours with this summary.
    pub fn issue(&self, summary: &str) -> IssueSnapshot {
        let issues = self.jira.state().issues();
        let found = issues.iter().find(|issue| issue.summary == summary);
        found
            .cloned()
            .unwrap_or_else(|| panic!("{summary}: {:?}", issues.iter().map(|issue| &issue.summary).collect::<Vec<_>>()))
    }

    pub fn comments(&self, summary: &str) -> Vec<String> {
        self.issue(summary).comments.into_iter().map(|comment| comment.body).collect()
    }

    /// Loses the next answer of an operation after the work was done, or gives another one in its place.
    pub fn lose(&self, operation: &str, answer: FalseAnswer) {
        let order = Order { operation: Some(operation.to_owned()), after: true, answer: Some(answer), ..Order::default() };
        self.state().add_fault(order);
    }

    /// How often each operation is called while something is done.
    pub async fn calls(&self, done: impl Future<Output = ()>) -> BTreeMap<String, usize> {
        self.state().forget_requests();
        done.await;
        self.state().request_counts()
    }

    pub async fn run(&self, problem: i64) -> Result<Outcome, Fault> {
        self.engine.run(&id(problem), &RunOptions::default()).await
    }

    /// Runs until there is nothing to do, which is soon; what failed on the way.
    pub async fn settle(&self, problem: i64) -> Vec<String> {
        settle(&self.engine, problem).await
    }

    /// Creates the problem of an issue of ours: until it works, which takes as long as a lost answer may still be on its way.
    pub async fn create(&self, ours: &IssueId) -> IssueId {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        loop {
            match self.engine.create_remote(ours, &RunOptions::default()).await {
                Ok(Creation::Created(theirs)) => return theirs,
                Ok(Creation::Ended(_)) => panic!("it is picked"),
                Err(fault) => assert!(fault.is_transient() && std::time::Instant::now() < deadline, "{fault}"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// Runs until it works, which takes as long as a lost answer may still be on its way.
    pub async fn persist(&self, problem: i64) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        loop {
            match self.run(problem).await {
                Ok(_) => return,
                Err(fault) => assert!(fault.is_transient() && std::time::Instant::now() < deadline, "{fault}"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

/// Runs until there is nothing to do, which is soon; what failed on the way.
pub async fn settle(engine: &Engine, problem: i64) -> Vec<String> {
    let run = async || engine.run(&id(problem), &RunOptions::default()).await.unwrap();
    let mut failures = Vec::new();
    for _ in 0..4 {
        let outcome = run().await;
        let report = outcome.report().unwrap_or_else(|| panic!("{}", outcome.word()));
        failures.extend(report.failures.clone());
        if matches!(outcome, Outcome::Unchanged(_)) {
            return failures;
        }
    }
    let outcome = run().await;
    panic!("{}: {:?}", outcome.word(), outcome.report().map(|report| report.plan.in_words()));
}

pub fn id(problem: i64) -> IssueId {
    IssueId::new(problem.to_string())
}

pub fn mailbox() -> Mailbox {
    Mailbox::new("KPM-TEST", "Z$")
}

fn jira_options() -> JiraOptions {
    let names = ["Supplier", "KPM number", "Readable", "Answer", "Good version"];
    let field = |(number, name): (u64, &str)| CustomFieldSpec { number, name: name.to_owned(), kind: CustomFieldKind::Text };
    JiraOptions {
        projects: vec![ProjectSpec::new(10_000, "HOME", "Home")],
        custom_fields: (10_051..).zip(names).map(field).collect(),
        ..JiraOptions::default()
    }
}

fn jira_tracker(url: &str) -> String {
    format!(
        "[trackers.home]\nkind = \"jira\"\nurl = \"{url}\"\nusername = \"sync\"\ntimeout = \"5s\"\n\
         password = {{ env = \"PASSWORD\" }}\ninsecure_no_signature = true\n"
    )
}

/// What a KPM needs, but for the certificate and key, which `more` names.
pub fn kpm_section(url: &str, folder: &std::path::Path, more: &str) -> String {
    format!(
        "[trackers.kpm]\nkind = \"kpm\"\nurl = \"{url}\"\nuser_id = \"kpm-sync\"\nwsdl = \"{0}/kpm.wsdl\"\nstage = \"Test\"\n\
         organisational_unit = \"KPM-TEST\"\nplant = \"Z$\"\ntimezone = \"Etc/GMT-2\"\ntimeout = \"5s\"\nmax_attachment = \"1 MiB\"\n{more}\n",
        folder.display()
    )
}

fn kpm_tracker(url: &str, folder: &std::path::Path) -> String {
    kpm_section(url, folder, "certificate = \"not-used-by-http.pem\"\nkey = \"not-used-by-http.key\"")
}

pub fn config(parts: &[String], folder: &std::path::Path) -> Config {
    let text = format!("[server]\ndata_dir = \"{}\"\n[worker]\ndeadline = \"1s\"\n{}", folder.display(), parts.concat());
    let source = Arc::new(Source { name: "test.toml".to_owned(), text });
    let loaded = load(&[source], &Environment::of_variables([("PASSWORD", "sync-secret")]), &[]);
    loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}
