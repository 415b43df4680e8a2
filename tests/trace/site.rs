//! Two stand-in trackers, a collector, and the service between them, with secrets that are found again wherever they leak.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use trackersync::standin::{
    jira::{self, JiraOptions, RunningJira, UserSpec},
    roundup::{self, RoundupOptions, RoundupUser, RunningRoundup},
};

use crate::{
    collector::{Collector, Span},
    sender::{issue_updated, jira as signed_by_jira, send},
    service::{Service, until},
};

const OFFICE_PASSWORD: &str = "Kiefer-office-password";
const UPSTREAM_PASSWORD: &str = "Fichte-upstream-password";
const OFFICE_HOOK: &str = "Tanne-office-hook";
const UPSTREAM_HOOK: &str = "Buche-upstream-hook";

const RULES: &str = r#"
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

/// All that must never be told, each with its name; as it is and as it goes over the wire.
pub fn secrets() -> Vec<(&'static str, String)> {
    let plain = [
        ("the password of office", OFFICE_PASSWORD),
        ("the password of upstream", UPSTREAM_PASSWORD),
        ("the webhook secret of office", OFFICE_HOOK),
        ("the webhook secret of upstream", UPSTREAM_HOOK),
        ("a session of Roundup", "roundup_session"),
        ("the broker's password", "guest:guest"),
    ];
    let mut all: Vec<(&str, String)> = plain.map(|(name, secret)| (name, secret.to_owned())).to_vec();
    for (name, password) in [("basic auth of office", OFFICE_PASSWORD), ("basic auth of upstream", UPSTREAM_PASSWORD)] {
        all.push((name, STANDARD.encode(format!("sync:{password}"))));
    }
    all
}

pub struct Site {
    pub jira: RunningJira,
    pub roundup: RunningRoundup,
    pub service: Service,
    collector: Collector,
    folder: tempfile::TempDir,
}

impl Site {
    /// Starts all; `more` stands before the rest of the configuration.
    pub async fn start(more: &str, arguments: &[&str]) -> Self {
        let users =
            vec![UserSpec::new("sync", UPSTREAM_PASSWORD, "Tracker Sync"), UserSpec::new("jane", "jane-secret", "Jane Doe")];
        let jira = jira::start(JiraOptions { users, ..JiraOptions::default() }).await.unwrap();
        let users = vec![RoundupUser::new("admin", "admin", "Admin"), RoundupUser::new("sync", OFFICE_PASSWORD, "User")];
        let roundup = roundup::start(RoundupOptions { users, ..RoundupOptions::default() }).await.unwrap();
        let collector = Collector::start();
        let tracker = |name: &str, kind: &str, url: &str| {
            format!(
                "[trackers.{name}]\nkind = \"{kind}\"\nurl = \"{url}\"\nusername = \"sync\"\n\
                 password = {{ env = \"PASSWORD_OF_{name}\" }}\nwebhook_secret = {{ env = \"HOOK_OF_{name}\" }}\n"
            )
        };
        let configuration = [
            more.to_owned(),
            format!("[telemetry]\notlp_endpoint = \"{}\"\n", collector.url),
            tracker("office", "roundup", roundup.url()),
            tracker("upstream", "jira", jira.url()),
            RULES.to_owned(),
        ];
        let folder = tempfile::tempdir().unwrap();
        let variables = [
            ("PASSWORD_OF_office", OFFICE_PASSWORD),
            ("PASSWORD_OF_upstream", UPSTREAM_PASSWORD),
            ("HOOK_OF_office", OFFICE_HOOK),
            ("HOOK_OF_upstream", UPSTREAM_HOOK),
        ];
        let service = Service::start(folder.path(), &configuration.concat(), arguments, &variables).await;
        Self { jira, roundup, service, collector, folder }
    }

    /// From now on Jira tells the service what changes.
    pub fn jira_tells_us(&self) {
        let _ = self.jira.state().add_webhook(&self.service.webhook("upstream"), Some(UPSTREAM_HOOK));
    }

    /// Makes UP-1, tells the service, and waits for its counterpart.
    pub async fn link_an_issue(&self) {
        assert!(self.folder.path().is_dir());
        let key = self.jira.state().create_issue("jane", json!({ "summary": "As it began" })).unwrap();
        assert_eq!(key, "UP-1");
        self.deliver_as_jira("").await;
        self.until_office_shows("As it began").await;
        self.until_settled().await;
    }

    /// Tells the service of UP-1, as Jira would.
    pub async fn deliver_as_jira(&self, traceparent: &str) {
        let id = self.jira.state().issue("UP-1").unwrap().id;
        let url = self.service.webhook("upstream");
        let delivery = signed_by_jira(&self.service.client, &url, UPSTREAM_HOOK, issue_updated(&id, "UP-1"));
        let answer = send(delivery.header("traceparent", traceparent)).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    pub async fn until_office_shows(&self, title: &str) {
        let office = self.roundup.acting_as("admin");
        until(&format!("an issue `{title}` in office"), async || {
            let issues = office.issues().unwrap();
            issues.iter().any(|id| office.issue(id).unwrap()["title"] == title).then_some(())
        })
        .await;
    }

    /// Waits until no event is in the queue.
    async fn until_settled(&self) {
        until("an empty queue", async || {
            let (_, text) = self.service.get("/metrics").await;
            let waiting = text.lines().filter(|line| line.starts_with("trackersync_queue_depth{") && line.contains(".live"));
            let ran = text.lines().any(|line| line.starts_with("trackersync_syncs_total{"));
            (ran && waiting.clone().count() > 0 && waiting.clone().all(|line| line.ends_with(" 0"))).then_some(())
        })
        .await;
    }

    pub fn log_length(&self) -> usize {
        self.service.log().len()
    }

    /// Ends the service in order, which sends the last spans: all spans and all log lines.
    pub async fn finish(self) -> (Vec<Span>, Vec<String>) {
        let Self { jira, roundup, service, collector, folder } = self;
        let (code, log) = service.stop_with_log().await;
        assert!(code.success(), "{code}:\n{}", log.join("\n"));
        jira.stop().await;
        roundup.stop().await;
        drop(folder);
        (collector.spans(), log)
    }
}
