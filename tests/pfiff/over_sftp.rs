//! The folders are on another host, and the line to it is cut again and again: each package is taken in once, each answer goes out once,
//! and the OFTP server never sees a file that is not whole.

#[path = "../kit/counting_proxy.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod counting_proxy;
#[path = "../kit/openssh.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod openssh;

use std::{
    collections::BTreeMap,
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use trackersync::{
    formats::{
        archive::{Archive, Limits},
        engdat::{Description, FileName, Mode},
    },
    sync::ports::ArrivalState,
};

use self::{
    counting_proxy::{CountingProxy, Then},
    openssh::OpenSsh,
};
use crate::{
    package::{Issue, Package, sample},
    site::{Site, until},
    steps::{AT_ONCE, number, pfiff},
};

/// Bytes of an attachment that arrives, and of those that go out.
const LARGE: usize = 200_000;
/// The line is cut after fewer bytes than it takes to bring such a file over.
const SHORT: u64 = 60_000;
/// In so many bytes before its end a package of ours is moved into the outbox.
const END: u64 = 3_000;
const CUTS: usize = 5;

/// A host that is reached over a line that can be cut.
struct Host {
    // Ends with this.
    _server: OpenSsh,
    line: CountingProxy,
    settings: Vec<String>,
}

impl Host {
    async fn start() -> Self {
        let server = OpenSsh::start("ed25519");
        let line = CountingProxy::start(server.port).await;
        let key = server.let_in("user_key", &["-t", "ed25519"], "unused").file;
        let known_hosts = server.known_hosts(&[line.port]);
        let ssh = [
            ("host", "127.0.0.1".to_owned()),
            ("port", line.port.to_string()),
            ("user", server.user.clone()),
            ("key", key.display().to_string()),
            ("known_hosts", known_hosts.display().to_string()),
        ];
        let settings = ssh.map(|(name, value)| format!("trackers.pfiff.ssh.{name}={value}")).into();
        Self { _server: server, line, settings }
    }

    fn cut_after(&self, bytes: u64) {
        eprintln!("a cut after {bytes} bytes");
        self.line.after(bytes, Then::Cut);
    }

    /// Cuts the line at these points, one after the other.
    async fn cut(&self, points: &[u64]) {
        for point in points {
            self.cut_after(*point);
            until("so much has passed", async || self.line.passed() >= *point).await;
        }
        self.line.count();
    }
}

/// Takes what is in the outbox, as an OFTP server does.
struct OftpServer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl OftpServer {
    fn start(outbox: PathBuf, taken: PathBuf) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                while !stop.load(Ordering::Relaxed) {
                    take_packages(&outbox, &taken);
                }
                take_packages(&outbox, &taken);
            }
        });
        Self { stop, thread }
    }

    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}

/// Looks at each file that is there, and moves those of complete packages away.
fn take_packages(outbox: &Path, taken: &Path) {
    let mut packages: BTreeMap<String, Vec<FileName>> = BTreeMap::new();
    for entry in fs::read_dir(outbox).unwrap() {
        let path = entry.unwrap().path();
        let name = FileName::parse(path.file_name().unwrap().to_str().unwrap()).unwrap();
        check_whole(&name, fs::read(&path).unwrap());
        packages.entry(name.reference().to_string()).or_default().push(name);
    }
    for name in packages.into_values().filter(|files| files.len() == usize::from(files[0].total())).flatten() {
        let to = taken.join(name.to_string());
        assert!(!to.exists(), "{name} came twice");
        fs::rename(outbox.join(name.to_string()), to).unwrap();
    }
}

fn check_whole(name: &FileName, bytes: Vec<u8>) {
    if name.is_description() {
        Description::read(&bytes, Mode::Strict).unwrap_or_else(|error| panic!("{name}: {error}"));
        return;
    }
    let mut archive = Archive::open(Cursor::new(bytes), &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
    for index in 0..archive.entries().len() {
        std::io::copy(&mut archive.read(index).unwrap(), &mut std::io::sink())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

fn noise(seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; LARGE];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

/// A package with a large attachment.
fn large() -> Package {
    let issue = Issue::new(4_711_900, "with a large file").attaching("large.bin");
    let document = crate::package::document(&[issue]);
    Package::at(1, 0).with("D0.xml", document).with("4711900/large.bin", noise(1))
}

fn receive_all(site: &Site) {
    site.receive_files(&sample("1-good"));
    site.receive_files(&sample("2-two-zips"));
    site.receive_package(&large());
}

/// What Jira has of each issue.
fn told(site: &Site) -> BTreeMap<String, String> {
    let issues = site.jira().issues().into_iter().map(|mut issue| {
        issue.labels.sort();
        let mut files: Vec<String> =
            issue.attachments.into_iter().map(|file| format!("{} {}", file.file_name, file.sha256)).collect();
        files.sort();
        let number = issue.custom["customfield_12600"].to_string();
        let texts = (issue.summary, issue.description, issue.priority, issue.versions, issue.components, issue.comments.len());
        (number, format!("{texts:?} {:?} {files:?}", issue.labels))
    });
    let all: Vec<_> = issues.collect();
    let count = all.len();
    let by_number: BTreeMap<String, String> = all.into_iter().collect();
    assert_eq!(by_number.len(), count, "each issue is there once");
    by_number
}

/// Sends what is due, over a line that may be cut; how many packages, and how often it failed.
async fn send_at_last(site: &Site) -> (usize, usize) {
    let (mut sent, mut faults) = (0, 0);
    loop {
        match site.packages().dispatch().await {
            Ok(None) => return (sent, faults),
            Ok(Some(_)) => sent += 1,
            Err(fault) => {
                faults += 1;
                assert!(fault.is_transient() && faults < 20, "{fault}");
            }
        }
    }
}

/// Somebody adds a file to an issue in Jira, which is an answer.
async fn attach(site: &Site, seed: u64) -> Vec<u8> {
    let content = noise(seed);
    let key = site.issue(4_711_001).unwrap().key;
    let name = format!("{seed}.bin");
    site.jira().add_attachment("jane", &key, &name, "application/octet-stream", content.clone()).unwrap();
    site.settle(&number(4_711_001)).await;
    content
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_ten_times_neither_loses_nor_repeats_anything() {
    let expected = Site::with(&AT_ONCE).await;
    receive_all(&expected);
    expected.turn().await;

    let seed: u64 = rand::random();
    eprintln!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut points = |count| (0..count).map(|_| random.random_range(1..SHORT)).collect::<Vec<u64>>();
    let host = Host::start().await;
    let further = ["trackers.pfiff.pack.every=0ms", "worker.backoff=100ms", "worker.max_backoff=100ms"];
    let settings: Vec<&str> = host.settings.iter().map(String::as_str).chain(further).collect();
    let site = Site::with(&settings).await;
    fs::create_dir(site.folder("taken")).unwrap();
    let server = OftpServer::start(site.folder("outbox"), site.folder("taken"));

    // Packages arrive.
    let first = points(CUTS);
    let working = [site.watch(), site.consume()];
    tokio::join!(host.cut(&first), async { receive_all(&site) });
    until("all of it is in Jira", async || told(&site).len() == 5).await;
    until("no event waits", async || site.waiting("live").await + site.waiting("bulk").await == 0).await;
    for part in working {
        part.end().await;
    }
    site.settle_all().await;
    assert_eq!(told(&site), told(&expected));
    let arrived = site.records().arrived_packages(&pfiff(), 10).await.unwrap();
    assert_eq!(arrived.len(), 3);
    assert!(
        arrived.iter().all(|package| package.state == ArrivalState::Ingested && package.findings.is_empty()),
        "{arrived:?}"
    );
    assert_eq!(site.waiting("dead").await, 0);

    // They are answered.
    assert_eq!(send_at_last(&site).await, (1, 0));
    let mut contents = vec![attach(&site, 2).await];
    let mut faults = 0;
    let middle = points(CUTS - 2);
    let (cut, sent) = tokio::join!(host.cut(&middle), send_at_last(&site));
    let () = cut;
    assert_eq!(sent.0, 1);
    faults += sent.1;
    contents.push(attach(&site, 3).await);
    host.line.count();
    assert_eq!(send_at_last(&site).await, (1, 0));
    let whole = host.line.passed();
    assert!(whole > LARGE as u64);
    for seed in [4, 5] {
        contents.push(attach(&site, seed).await);
        host.cut_after(random.random_range(whole - END..whole));
        let (sent, cut) = send_at_last(&site).await;
        assert_eq!(sent, 1);
        faults += cut;
        host.line.count();
    }
    assert!(faults >= CUTS - 2, "only {faults} calls failed: the cuts came too late");
    server.end();
    check_sent(&site, &expected, &contents);
}

/// All that the OFTP server took: an answer to each issue, and one for each file that was added since.
fn check_sent(site: &Site, expected: &Site, contents: &[Vec<u8>]) {
    for folder in ["outbox", "staging"] {
        assert_eq!(site.names_in(folder), [""; 0], "{folder}");
    }
    for name in site.names_in("taken") {
        fs::rename(site.folder("taken").join(&name), site.folder("outbox").join(&name)).unwrap();
    }
    let sent = site.sent();
    assert_eq!(sent.len(), 1 + contents.len());
    let told = |answer: &crate::outgoing::Answer| {
        (answer.number.clone(), answer.state.clone(), answer.comments.clone(), answer.echo.clone(), answer.objects.clone())
    };
    let sorted = |answers: &[crate::outgoing::Answer]| {
        let mut told: Vec<_> = answers.iter().map(told).collect();
        told.sort();
        told
    };
    assert_eq!(sorted(&sent[0].answers), sorted(&expected.sent()[0].answers));
    for (package, content) in sent[1..].iter().zip(contents) {
        let [answer] = package.answers.as_slice() else { panic!("{package:?}") };
        assert_eq!(answer.number, "4711001");
        assert_eq!(answer.attachments.values().collect::<Vec<_>>(), [content]);
    }
}
