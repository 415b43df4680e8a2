//! Two stand-in Jiras, the services between them, and the program.

use std::path::PathBuf;

use serde_json::json;
use trackersync::standin::jira::{self, Dialect, JiraOptions, ProjectSpec, RunningJira, WebhookTarget};

use crate::{
    load::SECRET,
    process::free_port,
    program::Program,
    services::{Corner, Own},
    wait::{LONG, until_so},
};

pub struct Site {
    pub home: RunningJira,
    pub away: RunningJira,
    pub corner: Corner,
    port: u16,
    folder: tempfile::TempDir,
}

fn tracker(name: &str, url: &str) -> String {
    format!(
        "[trackers.{name}]\nkind = \"jira\"\nurl = \"{url}\"\nusername = \"sync\"\npassword = \"sync-secret\"\n\
         webhook_secret = \"{SECRET}\"\n"
    )
}

impl Site {
    /// Starts all but the program.
    pub async fn start(rabbitmq: Option<String>) -> Self {
        let corner = Corner::make(Own { rabbitmq, ..Own::default() }).await;
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let options = |project: &str, tracker: &str| JiraOptions {
            dialect: Dialect::DataCenter,
            projects: vec![ProjectSpec::new(10_000, project, project)],
            webhooks: vec![WebhookTarget {
                url: format!("http://127.0.0.1:{port}/webhooks/{tracker}"),
                secret: Some(SECRET.to_owned()),
            }],
            limit_issue_writes: false,
            ..JiraOptions::default()
        };
        let home = jira::start(options("HOME", "home")).await.unwrap();
        let away = jira::start(options("UP", "away")).await.unwrap();
        let site = Self { home, away, corner, port, folder };
        std::fs::write(site.folder().join("trackersync.toml"), site.configuration()).unwrap();
        site
    }

    fn configuration(&self) -> String {
        let Corner { name, rabbitmq, redis, .. } = &self.corner;
        let (data, database) = (self.folder().join("data"), self.corner.database());
        [
            format!("[server]\ndata_dir = \"{}\"\nmax_rate = 1000000\n", data.display()),
            format!("[queue]\nurl = \"{rabbitmq}\"\nprefix = \"{name}\"\n[store]\nurl = \"{database}\"\n"),
            format!("[coordination]\nurl = \"{redis}\"\nprefix = \"{name}\"\n"),
            tracker("home", self.home.url()),
            tracker("away", self.away.url()),
            include_str!("sync.toml").to_owned(),
        ]
        .concat()
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Where deliveries of the remote Jira go.
    pub fn receiver(&self) -> String {
        self.receiver_of("away")
    }

    /// Where deliveries of a tracker go.
    pub fn receiver_of(&self, tracker: &str) -> String {
        format!("http://127.0.0.1:{}/webhooks/{tracker}", self.port)
    }

    /// Adds a sync with the same rules to one more remote Jira, before the program is started.
    pub fn add_sync(&self, name: &str, jira: &RunningJira, project: &str) {
        let sync = include_str!("sync.toml").replace("\"bench\"", &format!("\"{name}\""));
        let sync = sync.replace("\"away\"", &format!("\"{name}\"")).replace("project = UP", &format!("project = {project}"));
        self.configure(&(tracker(name, jira.url()) + &sync));
    }

    /// Adds to the configuration, before the program is started.
    pub fn configure(&self, more: &str) {
        let file = self.folder().join("trackersync.toml");
        let configuration = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, configuration + more).unwrap();
    }

    pub async fn serve(&self, roles: &str) -> Program {
        Program::serve(&format!("trackersync-{}", roles.replace(',', "-")), &self.folder(), self.port, roles).await
    }

    /// Issues of the remote Jira and waits until each has its local one.
    pub async fn linked(&self, count: usize) -> Vec<String> {
        let issues: Vec<String> = (0..count)
            .map(|number| {
                let fields =
                    json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": format!("Issue {number}") });
                let key = self.away.state().create_issue("jane", fields).unwrap();
                self.away.state().issue(&key).unwrap().id
            })
            .collect();
        let limit = LONG * 10;
        crate::wait::until("all issues are linked", limit, async || (self.home.state().issues().len() >= count).then_some(()))
            .await;
        self.until_idle().await;
        issues
    }

    /// Waits until no event waits or is worked on.
    pub async fn until_idle(&self) {
        let mut still = 0;
        until_so("nothing waits", LONG * 10, async || {
            still = if self.waiting().await == Some(0) { still + 1 } else { 0 };
            still > 20
        })
        .await;
    }

    /// Events that wait in the live queue.
    pub async fn waiting(&self) -> Option<u32> {
        let connection = crate::services::connect(&self.corner.rabbitmq).await.ok()?;
        let channel = connection.create_channel().await.ok()?;
        let options = lapin::options::QueueDeclareOptions { passive: true, ..Default::default() };
        let name = format!("{}.bench.live", self.corner.name);
        let queue = channel.queue_declare(name.as_str().into(), options, Default::default()).await.ok()?;
        Some(queue.message_count())
    }
}
