//! Two Jiras that face each other, and the sync between them.

use std::{path::Path, sync::Arc};

use serde_json::Value;
use trackersync::{
    app::App,
    config::{environment::Environment, load, place::Source},
    ids::IssueId,
    standin::jira::{self, Dialect, IssueSnapshot, JiraOptions, JiraState, RunningJira},
    sync::{engine::Engine, outcome::Outcome},
};

use crate::site::run;

pub struct Jiras {
    /// Ours.
    pub home: RunningJira,
    /// Theirs.
    pub away: RunningJira,
    pub engine: Arc<Engine>,
    /// Whether theirs is the Cloud.
    pub away_is_cloud: bool,
    /// The configuration of trackers and sync.
    configured: String,
    folder: tempfile::TempDir,
}

impl Jiras {
    /// Starts both, for a sync from `home` to `away` that is written so.
    pub async fn start(home: JiraOptions, away: JiraOptions, sync: &str) -> Self {
        Self::start_via(&[], home, away, sync).await
    }

    /// The same, where issues may be taken through these statuses on either side.
    pub async fn start_via(via: &[&str], home: JiraOptions, away: JiraOptions, sync: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let away_is_cloud = away.dialect == Dialect::Cloud;
        let (home, away) = (jira::start(home).await.unwrap(), jira::start(away).await.unwrap());
        let tracker = |name: &str, url: &str| {
            format!(
                "[trackers.{name}]\nkind = \"jira\"\nurl = \"{url}\"\nusername = \"sync\"\ntimeout = \"2s\"\n\
                 password = {{ env = \"PASSWORD\" }}\ninsecure_no_signature = true\nvia = {via:?}\n"
            )
        };
        let configured = [tracker("home", home.url()), tracker("away", away.url()), sync.to_owned()].concat();
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(folder.path(), &configured).await;
        Self { home, away, engine, away_is_cloud, configured, folder }
    }

    /// Loses all that the program has stored.
    pub async fn lose_the_store(&mut self) {
        let folder = tempfile::tempdir().unwrap();
        self.engine = engine(folder.path(), &self.configured).await;
        self.folder = folder;
    }

    /// A new issue of theirs: its id.
    pub fn theirs(&self, fields: Value) -> IssueId {
        new_issue(self.away.state(), fields)
    }

    /// The issue of ours with this summary.
    pub fn ours(&self, summary: &str) -> IssueSnapshot {
        self.home.state().issues().into_iter().find(|issue| issue.summary == summary).unwrap()
    }

    /// Runs until there is nothing to do, which is soon.
    pub async fn settle(&self, remote: &IssueId) {
        run(&self.engine, remote).await.unwrap();
        let again = run(&self.engine, remote).await.unwrap();
        let words = || again.report().map(|report| (report.plan.in_words(), report.failures.clone()));
        assert!(matches!(again, Outcome::Unchanged(_)), "{}: {:?}", again.word(), words());
    }
}

/// The sync of a configuration, on a store in this folder.
async fn engine(folder: &Path, configured: &str) -> Arc<Engine> {
    let text = format!("[server]\ndata_dir = \"{}\"\n[worker]\ndeadline = \"1s\"\n{configured}", folder.display());
    let source = Arc::new(Source { name: "test.toml".to_owned(), text });
    let loaded = load(&[source], &Environment::of_variables([("PASSWORD", "sync-secret")]), &[]);
    let config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let (engines, _) = App::engines_only(&config).await.unwrap();
    engines.into_values().next().unwrap()
}

/// A new issue, made by a person: its id.
pub fn new_issue(jira: &JiraState, fields: Value) -> IssueId {
    let key = jira.create_issue("jane", fields).unwrap();
    IssueId::new(jira.issue(&key).unwrap().id)
}
