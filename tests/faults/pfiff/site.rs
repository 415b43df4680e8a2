//! A Jira in this process, the folders of an OFTP server, and the program between them in processes that die.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection};
use trackersync::standin::jira::{self, Dialect, JiraOptions, JiraState, ProjectSpec, RunningJira};

use super::{
    ledger::Ledger,
    oftp::{Oftp, Takes},
    package::{OWN_ROUTING, PEER_ROUTING},
};
use crate::{
    ledger::Figures,
    site::Running,
    support::{
        jira::SECRET,
        process::free_port,
        queues::Queues,
        services::{Corner, Own},
        wait::until,
    },
};

/// How long everything may take to be in line again.
pub const SETTLES: Duration = Duration::from_secs(90);
const ROLES: &str = "intake,worker,scheduler";
/// The pause before a delivery that was not taken is tried again: the receiver dies often here, and is soon back.
const RETRY: Duration = Duration::from_millis(100);

/// What becomes of the files of a package that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    Archived,
    Removed,
    Kept,
}

impl Arrived {
    fn setting(self) -> &'static str {
        match self {
            Self::Archived => "archive = \"archive\"",
            Self::Removed => "keep_arrived = false",
            Self::Kept => "keep_arrived = true",
        }
    }
}

pub struct Site {
    pub oftp: Oftp,
    pub ledger: Ledger,
    pub arrived: Arrived,
    jira: RunningJira,
    corner: Corner,
    port: u16,
    folder: Option<tempfile::TempDir>,
}

impl Site {
    pub async fn start(arrived: Arrived, takes: Takes) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // One after the other: many that connect at the same moment take each other's time.
        static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let corner = {
            let _alone = MAKING.lock().await;
            Corner::make(Own::default()).await
        };
        let port = free_port();
        let options = JiraOptions {
            // Data Center delivers once; what it could not deliver is for the sweep to find, and not for these tests.
            dialect: Dialect::Cloud,
            projects: vec![ProjectSpec::new(10_000, "HOME", "HOME")],
            webhooks: vec![jira::WebhookTarget {
                url: format!("http://127.0.0.1:{port}/webhooks/home"),
                secret: Some(SECRET.to_owned()),
            }],
            retry_delay: RETRY,
            retries: 100_000,
            ..JiraOptions::default()
        };
        let jira = jira::start(options).await.unwrap();
        let oftp = Oftp::start(folder.path(), takes);
        let site = Self { oftp, ledger: Ledger::default(), arrived, jira, corner, port, folder: Some(folder) };
        std::fs::write(site.folder().join("trackersync.toml"), site.configuration()).unwrap();
        site
    }

    pub fn folder(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    pub fn jira(&self) -> &JiraState {
        self.jira.state()
    }

    fn configuration(&self) -> String {
        let Self { corner, port, .. } = self;
        let (name, rules) = (&corner.name, include_str!("../pfiff.toml"));
        format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\ndata_dir = \"data\"\n\n\
             [queue]\nurl = \"{}\"\nprefix = \"{name}\"\n\n[store]\nurl = \"{}\"\nmax_connections = 8\n\n\
             [coordination]\nurl = \"{}\"\nprefix = \"{name}\"\n\n\
             [worker]\ndeadline = \"2s\"\nlease = \"1s\"\nmax_backoff = \"1s\"\nmax_attempts = 10000\n\n\
             [trackers.home]\nkind = \"jira\"\nurl = \"{}\"\nusername = \"sync\"\npassword = \"sync-secret\"\n\
             timeout = \"2s\"\nwebhook_secret = \"{SECRET}\"\n\n\
             [trackers.away]\nkind = \"pfiff\"\ncompany = \"TestPrj Zulieferer\"\ncompany_short = \"TPZ\"\n\
             filename_code = \"PAG\"\ninbox = \"inbox\"\noutbox = \"outbox\"\nstaging = \"staging\"\n\
             poll = \"1s\"\nsettle = \"100ms\"\npack = {{ every = \"100ms\" }}\n{}\n\
             own = {{ id = \"O0013008888SUPP\", routing = \"{OWN_ROUTING}\" }}\n\
             peer = {{ id = \"O0013009999PEER\", routing = \"{PEER_ROUTING}\" }}\n\n{rules}",
            corner.rabbitmq,
            corner.database(),
            corner.redis,
            self.jira.url(),
            self.arrived.setting(),
        )
    }

    /// Starts the program, and does not wait for it.
    pub fn serve(&self, variables: &[(&str, &str)]) -> Running {
        Running::start(self.folder(), ROLES, self.port, variables)
    }

    /// Starts another process beside it, which takes nothing in.
    pub fn serve_beside(&self) -> Running {
        Running::start(self.folder(), "worker,scheduler", free_port(), &[])
    }

    /// Runs a command of the program; what it wrote.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
        command.current_dir(self.folder()).args(["-c", "trackersync.toml", "--no-color"]).args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    pub fn queues(&self) -> Queues<'_> {
        Queues::RabbitMq(&self.corner)
    }

    /// What became of all that people did.
    pub fn check(&self) -> Figures {
        let mut figures = self.ledger.check(&self.jira().issues(), &self.oftp);
        if self.arrived != Arrived::Kept {
            let left = self.oftp.names_in("inbox");
            figures.unexpected.extend(left.into_iter().map(|name| format!("{name} is still in the inbox")));
        }
        let left = self.oftp.names_in("staging").into_iter().chain(self.oftp.names_in("outbox"));
        figures.unexpected.extend(left.map(|name| format!("{name} was left beside the outbox, or in it")));
        figures
    }

    /// Events that wait, issues whose event was not made, answers and packages that have not gone out. None if it cannot be told.
    pub async fn waiting(&self) -> Option<u64> {
        const UNDONE: &str = "SELECT (SELECT count(*) FROM mirror_issues WHERE dirty_since IS NOT NULL OR due IS NOT NULL) \
            + (SELECT count(*) FROM packages_out WHERE state <> 'sent')";
        let mut database = PgConnection::connect(&self.corner.database()).await.ok()?;
        let undone: i64 = sqlx::query_scalar(UNDONE).fetch_one(&mut database).await.ok()?;
        Some(self.queues().waiting().await? + u64::try_from(undone).unwrap())
    }

    /// Waits until all is where it belongs and nothing waits; what became of it, also where that takes too long.
    pub async fn settle(&self) -> Figures {
        let started = Instant::now();
        let mut quiet = 0;
        while started.elapsed() < SETTLES && quiet < 2 {
            let settled = self.check().are_clean() && self.waiting().await == Some(0);
            quiet = if settled { quiet + 1 } else { 0 };
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut figures = self.check();
        if quiet < 2 {
            figures.unexpected.push(format!("{:?} events or answers wait still", self.waiting().await));
        }
        figures
    }

    /// Looks at everything once more: nothing may change here, and nothing more may go out.
    pub async fn look_again(&self) {
        let told = self.run(&["sync", "--all", "--json"]).await;
        let outcomes: Vec<serde_json::Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(outcomes.len(), self.ledger.issues.len(), "{told}");
        let changed = outcomes.iter().find(|outcome| outcome["outcome"] != "unchanged");
        assert_eq!(changed, None, "a last look changes something");
        // The broker or the database may have no connection to spare just now.
        let waiting = until("what waits can be told", SETTLES, async || self.waiting().await).await;
        assert_eq!(waiting, 0, "a last look has something to send");
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
