//! Two trackers, the services between them, and a configuration: everything but the program, which each test starts as it
//! needs it.

use std::{path::PathBuf, sync::Arc};

use trackersync::{
    app::connect,
    config::{environment::Environment, load, place::Source},
    sync::ports::Tracker,
    telemetry::metrics::Metrics,
};

use super::{
    config::{self, Settings},
    jira::{Dialect, Jira},
    process::free_port,
    program::{self, Program},
    queues::Queues,
    roundup::Roundup,
    services::{Corner, Own},
    wait::{LONG, until, until_so},
};

/// What a site is to be like.
pub struct Wanted {
    /// Which Jira.
    pub dialect: Dialect,
    /// `conflict` of the rule for title and summary.
    pub conflict: &'static str,
    /// Queue, store and coordination within the process.
    pub embedded: bool,
    /// A RabbitMQ other than the shared one.
    pub rabbitmq: Option<String>,
    /// A Redis other than the shared one.
    pub redis: Option<String>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { dialect: Dialect::Cloud, conflict: "remote", embedded: false, rabbitmq: None, redis: None }
    }
}

/// A site.
pub struct Site {
    /// Our tracker.
    pub roundup: Roundup,
    /// The other one.
    pub jira: Jira,
    corner: Option<Corner>,
    port: u16,
    folder: Option<tempfile::TempDir>,
}

/// A pair of issues.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Key of the remote one.
    pub key: String,
    /// Its id.
    pub remote: String,
    /// Id of the local one.
    pub local: String,
}

impl Site {
    /// Starts the trackers.
    pub async fn start(wanted: Wanted) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let corner = if wanted.embedded {
            None
        } else {
            Some(Corner::make(Own { rabbitmq: wanted.rabbitmq, redis: wanted.redis, postgres: None }).await)
        };
        let port = free_port();
        let receiver = |tracker: &str| format!("http://127.0.0.1:{port}/webhooks/{tracker}");
        let jira = Jira::start(folder.path(), wanted.dialect, &receiver("upstream")).await;
        let roundup = Roundup::start(folder.path(), &receiver("office")).await;
        let settings =
            Settings { port, roundup: &roundup.url, jira: &jira.url, conflict: wanted.conflict, corner: corner.as_ref() };
        config::write(folder.path(), &settings);
        Self { roundup, jira, corner, port, folder: Some(folder) }
    }

    /// The folder of the test.
    pub fn folder(&self) -> PathBuf {
        self.folder.as_ref().unwrap().path().to_owned()
    }

    /// Starts the program in some roles.
    pub async fn serve(&self, roles: &str) -> Program {
        let name = format!("trackersync-{}", roles.replace(',', "-"));
        Program::serve(&name, &self.folder(), self.port, roles).await
    }

    /// Starts one of several intakes, at a port and with a data folder of its own.
    pub async fn serve_intake(&self, port: u16) -> Program {
        let (name, folder) = (format!("trackersync-intake-{port}"), self.folder());
        Program::serve_from(&name, &folder, port, "intake", &folder.join(&name)).await
    }

    /// Where trackers post their events.
    pub fn receiver(&self) -> u16 {
        self.port
    }

    /// Our adapter of the local tracker, in this process.
    pub fn office(&self) -> Arc<dyn Tracker> {
        let text = std::fs::read_to_string(self.folder().join("trackersync.toml")).unwrap();
        let source = Arc::new(Source { name: "trackersync.toml".to_owned(), text });
        let config = load(&[source], &Environment::of_variables([]), &[]).config.unwrap();
        // One TLS provider for all clients, as the program does it; a second installation changes nothing.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        connect(&"office".into(), &config.trackers[&"office".into()], &Metrics::default()).unwrap()
    }

    /// `trackersync explain`.
    pub async fn explain(&self, pair: &Pair) -> serde_json::Value {
        program::told("explain", &self.folder(), &pair.remote).await
    }

    /// `trackersync sync`.
    pub async fn sync(&self, pair: &Pair) -> serde_json::Value {
        program::told("sync", &self.folder(), &pair.remote).await
    }

    /// Makes an issue in Jira and waits for its local one.
    pub async fn pair(&self, summary: &str) -> Pair {
        let (key, remote) = self.jira.create(summary).await;
        self.linked(key, remote).await
    }

    /// Waits for the local issue of a remote one.
    pub async fn linked(&self, key: String, remote: String) -> Pair {
        let local =
            until(&format!("{key} has a local issue"), LONG, async || self.roundup.linked_to(&remote).await.into_iter().next())
                .await;
        Pair { key, remote, local }
    }

    /// Waits until a summary has arrived in Jira.
    pub async fn until_summary(&self, pair: &Pair, summary: &str) {
        let what = format!("{} is \"{summary}\"", pair.key);
        until_so(&what, LONG, async || self.jira.summary(&pair.key).await == summary).await;
    }

    /// Waits until a title has arrived in Roundup.
    pub async fn until_title(&self, pair: &Pair, title: &str) {
        let what = format!("local issue {} is \"{title}\"", pair.local);
        until_so(&what, LONG, async || self.roundup.title(&pair.local).await == title).await;
    }

    /// The queues.
    pub fn queues(&self) -> Queues<'_> {
        match (&self.corner, &self.folder) {
            (Some(corner), _) => Queues::RabbitMq(corner),
            (None, _) => Queues::Embedded(self.folder().join("data")),
        }
    }

    /// Waits until every event has been delivered and none waits for a worker.
    pub async fn until_idle(&self) {
        until_so("all events are handled", LONG, async || {
            self.roundup.spooled() == 0 && self.jira.undelivered().await == 0 && self.queues().waiting().await == Some(0)
        })
        .await;
    }

    /// Waits until all is done that can be done, by ending workers in order: what they held is then settled or waits again.
    /// Ends with workers that have nothing left to do.
    pub async fn settle(&self, mut workers: Vec<Program>) {
        for _ in 0..10 {
            self.until_idle().await;
            let count = workers.len();
            for worker in workers.drain(..) {
                assert_eq!(worker.terminate().await, Some(0), "a worker ends in order");
            }
            let idle = self.roundup.spooled() == 0 && self.jira.undelivered().await == 0;
            if idle && self.queues().waiting().await == Some(0) {
                return;
            }
            for _ in 0..count {
                workers.push(self.serve("worker").await);
            }
        }
        panic!("there is always something left to do");
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
