//! A stand-in of each tracker, and our adapters for them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use trackersync::{
    app::{App, connect},
    config::{Config, environment::Environment, load, place::Source},
    ids::{IssueId, LinkId},
    standin::{
        jira::{self, JiraOptions, RunningJira},
        roundup::{self, RoundupOptions, RunningRoundup},
    },
    sync::{
        engine::{Engine, RunOptions},
        fault::{Fault, FaultKind},
        issue::{Attributes, CopyKind, Side},
        outcome::Outcome,
        plan::NewMessage,
        ports::{Intent, Token, Tracker},
        rules::Needs,
    },
    telemetry::metrics::Metrics,
};

pub struct Site {
    pub jira: RunningJira,
    pub roundup: RunningRoundup,
    /// The adapters.
    pub upstream: Arc<dyn Tracker>,
    pub office: Arc<dyn Tracker>,
    pub client: reqwest::Client,
    /// Whether the Jira is one of the Cloud.
    pub cloud: bool,
    config: Config,
    _folder: tempfile::TempDir,
}

impl Site {
    pub async fn start() -> Self {
        Self::with(JiraOptions::default(), "sync-secret").await
    }

    /// Starts with these options and this password of ours for both trackers.
    pub async fn with(options: JiraOptions, password: &str) -> Self {
        Self::with_rules(options, password, include_str!("rules.toml")).await
    }

    /// The same, with another sync.
    pub async fn with_rules(options: JiraOptions, password: &str, rules: &str) -> Self {
        // One TLS provider for all clients, as the program does it; a second installation changes nothing.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let cloud = options.dialect == jira::Dialect::Cloud;
        let jira = jira::start(options).await.unwrap();
        let roundup = roundup::start(RoundupOptions {
            max_body: 128 << 20,
            ext_trackers: vec!["upstream".to_owned(), "elsewhere".to_owned()],
            ..RoundupOptions::default()
        })
        .await
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let tracker = |name: &str, kind: &str, url: &str| {
            format!(
                "[trackers.{name}]\nkind = \"{kind}\"\nurl = \"{url}\"\nusername = \"sync\"\ntimeout = \"2s\"\n\
                 password = {{ env = \"PASSWORD\" }}\ninsecure_no_signature = true\n"
            )
        };
        let text = [
            format!("[server]\ndata_dir = \"{}\"\n[worker]\ndeadline = \"1s\"\n", folder.path().display()),
            tracker("office", "roundup", roundup.url()),
            tracker("upstream", "jira", jira.url()),
            rules.to_owned(),
        ];
        let source = Arc::new(Source { name: "test.toml".to_owned(), text: text.concat() });
        let loaded = load(&[source], &Environment::of_variables([("PASSWORD", password)]), &[]);
        let config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
        let adapter = |name: &str| connect(&name.into(), &config.trackers[&name.into()], &Metrics::default()).unwrap();
        let (upstream, office) = (adapter("upstream"), adapter("office"));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { jira, roundup, upstream, office, client, cloud, config, _folder: folder }
    }

    /// The configuration of the sync between the two.
    pub fn config(&self) -> Config {
        self.config.clone()
    }

    /// The sync between the two, on a store of its own.
    pub async fn engine(&self) -> Arc<Engine> {
        let (engines, _) = App::engines_only(&self.config).await.unwrap();
        engines.into_values().next().unwrap()
    }

    /// A new issue of Jira: its id.
    pub fn new_remote(&self, fields: Value) -> IssueId {
        let key = self.jira.state().create_issue("jane", fields).unwrap();
        IssueId::new(self.jira.state().issue(&key).unwrap().id)
    }

    pub fn new_local(&self, title: &str) -> IssueId {
        IssueId::new(self.roundup.acting_as("jane").create_issue(title).unwrap())
    }

    pub fn jira_fails(&self, fault: Value) {
        self.jira.state().add_fault(serde_json::from_value(fault).unwrap());
    }

    /// Waits until all ordered failures of Jira have met a request.
    pub async fn until_jira_has_failed(&self) {
        self.until_nothing_at(format!("{}/standin/faults", self.jira.url())).await;
    }

    /// Waits until Jira has answered a request with this in its path.
    pub async fn until_jira_has_answered(&self, path: &str) {
        let give_up = Instant::now() + Duration::from_secs(20);
        while !self.jira.state().requests().iter().any(|request| request.path.contains(path)) {
            assert!(Instant::now() < give_up, "no request for {path}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until all ordered failures of Roundup have met a request.
    pub async fn until_roundup_has_failed(&self) {
        self.until_nothing_at(format!("{}standin/faults", self.roundup.url())).await;
    }

    async fn until_nothing_at(&self, url: String) {
        let give_up = Instant::now() + Duration::from_secs(20);
        loop {
            let left: Value = self.client.get(&url).send().await.unwrap().json().await.unwrap();
            if left == json!([]) {
                return;
            }
            assert!(Instant::now() < give_up, "no request for {left}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn roundup_fails(&self, fault: Value) {
        let url = format!("{}standin/faults", self.roundup.url());
        assert_eq!(self.client.post(url).json(&fault).send().await.unwrap().status(), 201);
    }

    /// The requests that Roundup has seen: method, path, status.
    pub async fn roundup_requests(&self) -> Vec<(String, String, u64)> {
        let url = format!("{}standin/requests", self.roundup.url());
        let told: Value = self.client.get(url).send().await.unwrap().json().await.unwrap();
        let text = |request: &Value, key: &str| request[key].as_str().unwrap().to_owned();
        let requests = told["requests"].as_array().unwrap().iter();
        requests.map(|seen| (text(seen, "method"), text(seen, "path"), seen["status"].as_u64().unwrap())).collect()
    }
}

pub async fn run(engine: &Engine, remote: &IssueId) -> Result<Outcome, Fault> {
    engine.run(remote, &RunOptions::default()).await
}

pub fn attributes(value: Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

pub fn paths(paths: &[&str]) -> Needs {
    Needs { paths: paths.iter().map(|path| (*path).to_owned()).collect(), ..Needs::default() }
}

pub fn everything() -> Needs {
    Needs { messages: true, files: true, ..paths(&[]) }
}

pub fn message(text: &str) -> NewMessage {
    let message = json!({ "text": text, "source": "1", "author": null, "date": null, "keywords": [], "rule": 0 });
    serde_json::from_value(message).unwrap()
}

/// An intent whose outcome is not known, from a moment ago.
pub fn intent(kind: CopyKind, to: Side, source: &str, content: &str, size: Option<u64>) -> Intent {
    let link = LinkId::derive(&"up".into(), &"1".into());
    let token = Token::of_copy(&link, kind, to, source);
    let (source, content) = (source.to_owned(), content.to_owned());
    Intent { token, link, kind, to, source, content, size, since: Timestamp::now(), run: String::new() }
}

pub fn is_transient(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Transient { .. })
}
