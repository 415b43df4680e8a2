//! Two stand-in trackers in this process, the services, and the program between them in processes that can be killed.

use std::{path::Path, process::Command, time::Duration};

use trackersync::{crash::CRASH_AT, sync::issue::Side};

use super::{
    kpm,
    ledger::{Contents, Figures, Ledger, What},
    proxy::Proxy,
    tracker::Tracker,
};
use crate::support::{
    jira::SECRET as JIRA_SECRET,
    process::{Process, free_port},
    queues::Queues,
    roundup_home::SECRET as ROUNDUP_SECRET,
    services::{Corner, Own},
    wait::{LONG, until_so},
};

/// Which trackers: the local one and the remote one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    TwoJiras,
    RoundupAndJira,
    JiraAndKpm,
}

impl Pairing {
    /// `[worker]`, as short as the trackers allow it. A run that makes a statement in KPM lasts until that is shown, and so long its lease
    /// has to live.
    fn worker(self) -> &'static str {
        match self {
            Self::TwoJiras | Self::RoundupAndJira => "deadline = \"2s\"\nlease = \"1s\"",
            Self::JiraAndKpm => "deadline = \"6s\"\nlease = \"3s\"",
        }
    }
}

/// What the program talks to over proxies, if it does.
pub struct Proxies {
    /// By name: `rabbitmq`, `redis`, `postgres`, `home`, `away`.
    pub all: Vec<(&'static str, Proxy)>,
}

/// A site.
pub struct Site {
    pub local: Tracker,
    pub remote: Tracker,
    pub corner: Corner,
    pub proxies: Option<Proxies>,
    pub ledger: Ledger,
    /// Whether trackers do what people ask for and their answers are lost.
    pub loses_answers: bool,
    port: u16,
    folder: Option<tempfile::TempDir>,
}

/// A pair of issues: ids on both sides.
#[derive(Clone, Debug)]
pub struct Pair {
    pub tag: String,
    pub local: String,
    pub remote: String,
}

impl Site {
    /// Starts trackers; with proxies before everything if so wanted.
    pub async fn start(pairing: Pairing, own: Own, proxied: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // One after the other: many that connect at the same moment take each other's time.
        static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let corner = {
            let _alone = MAKING.lock().await;
            Corner::make(own).await
        };
        let (port, ports) = (free_port(), [free_port(), free_port()]);
        let fronts = if proxied { Some([Proxy::start(ports[0]).await, Proxy::start(ports[1]).await]) } else { None };
        let address = |at: usize| fronts.as_ref().map(|fronts| format!("http://127.0.0.1:{}", fronts[at].port));
        let receiver = |tracker: &str| format!("http://127.0.0.1:{port}/webhooks/{tracker}");
        let local = match pairing {
            Pairing::TwoJiras | Pairing::JiraAndKpm => {
                Tracker::jira("HOME", "[public]", &receiver("home"), ports[0], address(0)).await
            }
            Pairing::RoundupAndJira => Tracker::roundup(&receiver("home"), ports[0], address(0)).await,
        };
        let remote = match pairing {
            Pairing::TwoJiras | Pairing::RoundupAndJira => {
                Tracker::jira("UP", "", &receiver("away"), ports[1], address(1)).await
            }
            Pairing::JiraAndKpm => Tracker::kpm(ports[1], address(1)).await,
        };
        let proxies = match fronts {
            None => None,
            Some([home, away]) => {
                let mut all = vec![("home", home), ("away", away)];
                for (name, url) in services(&corner) {
                    all.push((name, Proxy::start(port_of(&url)).await));
                }
                Some(Proxies { all })
            }
        };
        let site = Self {
            local,
            remote,
            corner,
            proxies,
            ledger: Ledger::default(),
            loses_answers: false,
            port,
            folder: Some(folder),
        };
        std::fs::write(site.folder().join("trackersync.toml"), site.configuration(pairing)).unwrap();
        std::fs::write(site.folder().join("kpm.wsdl"), kpm::WSDL).unwrap();
        site
    }

    /// Where the processes write.
    pub fn folder(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    fn configuration(&self, pairing: Pairing) -> String {
        let service = |name: &str, url: &str| {
            let proxy = self.proxies.iter().flat_map(|proxies| &proxies.all).find(|(one, _)| *one == name);
            proxy.map_or_else(
                || url.to_owned(),
                |(_, proxy)| url.replace(&format!(":{}", port_of(url)), &format!(":{}", proxy.port)),
            )
        };
        let [queue, coordination, store] = services(&self.corner).map(|(name, url)| service(name, &url));
        let prefix = &self.corner.name;
        let tracker = |name: &str, kind: &str, url: &str, secret: &str| {
            format!(
                "[trackers.{name}]\nkind = \"{kind}\"\nurl = \"{url}\"\nusername = \"sync\"\npassword = \"sync-secret\"\n\
                 timeout = \"2s\"\nwebhook_secret = \"{secret}\"\n\n"
            )
        };
        let (home, away) = (self.local.url(), self.remote.url());
        let upstream = || tracker("away", "jira", away, JIRA_SECRET);
        let (home, away, rules) = match pairing {
            Pairing::TwoJiras => (tracker("home", "jira", home, JIRA_SECRET), upstream(), include_str!("jira.toml")),
            Pairing::RoundupAndJira => {
                (tracker("home", "roundup", home, ROUNDUP_SECRET), upstream(), include_str!("roundup.toml"))
            }
            Pairing::JiraAndKpm => {
                (tracker("home", "jira", home, JIRA_SECRET), kpm::section("away", away), include_str!("kpm.toml"))
            }
        };
        format!(
            "[server]\nlisten = \"127.0.0.1:{}\"\ndata_dir = \"data\"\n\n\
             [queue]\nurl = \"{queue}\"\nprefix = \"{prefix}\"\n\n[store]\nurl = \"{store}\"\nmax_connections = 8\n\n\
             [coordination]\nurl = \"{coordination}\"\nprefix = \"{prefix}\"\n\n\
             [worker]\n{}\nmax_backoff = \"1s\"\nmax_attempts = 10000\n\n{home}{away}{rules}",
            self.port,
            pairing.worker(),
        )
    }

    /// Starts the program in some roles, and does not wait for it.
    pub fn serve(&self, roles: &str, variables: &[(&str, &str)]) -> Running {
        let port = if roles.contains("intake") { self.port } else { free_port() };
        Running::start(self.folder(), roles, port, variables)
    }

    /// The tracker of a side.
    pub fn tracker(&self, side: Side) -> &Tracker {
        match side {
            Side::Local => &self.local,
            Side::Remote => &self.remote,
        }
    }

    /// Makes an issue whose title begins with a word of its own; its id.
    pub fn create(&mut self, side: Side, tag: &str) -> String {
        let title = format!("{tag} made");
        let edit = self.ledger.attempt(tag, What::Issue, &title, side);
        let id = self.tracker(side).create(&title, side == Side::Local);
        self.answered(edit);
        id
    }

    /// Sets a title.
    pub fn set_title(&mut self, side: Side, pair: &Pair, words: &str) -> usize {
        let title = format!("{} {words}", pair.tag);
        let edit = self.ledger.attempt(&pair.tag, What::Title, &title, side);
        self.tracker(side).set_title(pair.on(side), &title);
        self.answered(edit);
        edit
    }

    /// Comments; the number of the edit and the comment's id.
    pub fn comment(&mut self, side: Side, tag: &str, id: &str, text: &str) -> (usize, String) {
        let edit = self.ledger.attempt(tag, What::Comment, text, side);
        let comment = self.tracker(side).comment(id, text);
        self.answered(edit);
        (edit, comment)
    }

    /// Says what the supplier answers, in a field of the local issue; it is told there as a comment is.
    pub fn answer(&mut self, pair: &Pair, text: &str) {
        let edit = self.ledger.attempt(&pair.tag, What::Comment, text, Side::Local);
        self.local.answer(&pair.local, text);
        self.answered(edit);
    }

    /// Attaches a file.
    pub fn attach(&mut self, side: Side, tag: &str, id: &str, name: &str) -> usize {
        let text = self.tracker(side).attach(id, name);
        let edit = self.ledger.attempt(tag, What::File, &text, side);
        self.answered(edit);
        edit
    }

    fn answered(&mut self, edit: usize) {
        if !self.loses_answers {
            self.ledger.acknowledge(edit);
        }
    }

    /// What became of all edits so far.
    pub fn check(&self) -> Figures {
        let contents =
            |side| self.tracker(side).contents().into_iter().map(|(_, contents)| contents).collect::<Vec<Contents>>();
        self.ledger.check(&contents(Side::Local), &contents(Side::Remote))
    }

    /// The queues.
    pub fn queues(&self) -> Queues<'_> {
        Queues::RabbitMq(&self.corner)
    }

    /// Waits until all edits are in both trackers and no event waits; what became of them, also where that takes too long.
    pub async fn settle(&self, limit: Duration) -> Figures {
        let started = std::time::Instant::now();
        let mut quiet = 0;
        while started.elapsed() < limit && quiet < 2 {
            let settled = self.check().are_clean() && self.queues().waiting().await == Some(0);
            quiet = if settled { quiet + 1 } else { 0 };
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.check()
    }

    /// Finds the pair whose titles begin with a word.
    pub fn pair(&self, tag: &str) -> Option<Pair> {
        let on = |side| {
            let all = self.tracker(side).contents();
            all.into_iter().find(|(_, contents)| contents.tag() == tag).map(|(id, _)| id)
        };
        Some(Pair { tag: tag.to_owned(), local: on(Side::Local)?, remote: on(Side::Remote)? })
    }
}

impl Pair {
    /// The id on a side.
    pub fn on(&self, side: Side) -> &str {
        match side {
            Side::Local => &self.local,
            Side::Remote => &self.remote,
        }
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

fn services(corner: &Corner) -> [(&'static str, String); 3] {
    [("rabbitmq", corner.rabbitmq.clone()), ("redis", corner.redis.clone()), ("postgres", corner.database())]
}

fn port_of(url: &str) -> u16 {
    url::Url::parse(url).unwrap().port().expect("a service with a port")
}

/// A process of the program.
pub struct Running {
    process: Process,
    address: String,
}

impl Running {
    /// Starts the program with the configuration in a folder, and does not wait for it.
    pub fn start(folder: &Path, roles: &str, port: u16, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trackersync"));
        command.current_dir(folder).args(["-c", "trackersync.toml", "--no-color"]);
        command.args(["serve", "--role", roles, "--set", &format!("server.listen=127.0.0.1:{port}")]);
        command.env_remove(CRASH_AT).envs(variables.iter().copied());
        let name = format!("trackersync-{}", roles.replace(',', "-"));
        Self { process: Process::start(&name, folder, &mut command), address: format!("http://127.0.0.1:{port}") }
    }

    /// Waits until it is ready.
    pub async fn ready(mut self) -> Self {
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        until_so("the program is ready", LONG, async || {
            self.process.assert_running();
            let answer = http.get(format!("{}/readyz", self.address)).send().await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
        self
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.process.has_ended()
    }

    /// `kill -9`.
    pub fn kill(self) {
        self.process.kill();
    }

    /// `kill -9`, where the next one is to have its port.
    pub fn kill_in_place(&mut self) {
        self.process.end();
    }

    /// SIGTERM, and waits for the end.
    pub async fn terminate(self) -> Option<i32> {
        self.process.terminate().await.code()
    }
}
