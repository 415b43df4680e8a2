//! Packages that are malformed, or made to do harm, all of them at one site: each is refused for a reason that a person understands, or
//! what is good in it is taken in. Nothing else on the machine changes, and memory and time are bounded. The tables are in `hostile/`.

#[path = "hostile/archives.rs"]
mod archives;
#[path = "../../src/formats/archive/tests/bytes.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod bytes;
#[path = "hostile/descriptions.rs"]
mod descriptions;
#[path = "hostile/documents.rs"]
mod documents;
#[path = "hostile/row.rs"]
mod row;
#[path = "hostile/surroundings.rs"]
mod surroundings;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use trackersync::sync::ports::{ArrivalState, ArrivedPackage};

use self::{
    row::{Base, Outcome, Row},
    surroundings::{list, long_until, memory, watched},
};
use crate::{
    package::sample,
    site::{Site, until},
    steps::{number, pfiff},
};

/// The name of the test below, and what tells a process that it is the one for it.
const NAME: &str = "hostile::each_is_refused_for_a_reason_or_harmless";
const ALONE: &str = "TRACKERSYNC_TEST_HOSTILE";
/// All of them together may take no longer, on a machine that is busy with other tests.
const DEADLINE: Duration = Duration::from_secs(240);
/// By so many kB the memory of the process may grow.
const MOST_MEMORY: u64 = 100 << 10;
/// The most findings of a package, with the one that tells of more, and the most characters of one.
const MOST_FINDINGS: usize = 201;
const LONGEST_FINDING: usize = 510;
const LONGEST_REFUSAL: usize = 4_200;
/// What a good package brings after all the others.
const LATE: Base = Base(99);

fn rows() -> Vec<(Base, Row)> {
    let rows = [descriptions::rows(), archives::rows(), documents::rows()].into_iter().flatten();
    (0..).map(Base).zip(rows).collect()
}

/// Runs in a process of its own: other tests must not count for its memory, nor write where it looks.
#[test]
fn each_is_refused_for_a_reason_or_harmless() {
    match std::env::var_os(ALONE) {
        Some(folder) => tokio::runtime::Runtime::new().unwrap().block_on(take_all(Path::new(&folder))),
        None => start_alone(),
    }
}

fn start_alone() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["packages", "temporary", "current"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    // Made here, so that it is not that process which has them in its memory.
    for (base, row) in rows() {
        for (name, content) in (row.make)(&base) {
            fs::write(folder.path().join("packages").join(name), content).unwrap();
        }
    }
    let mut alone = Command::new(std::env::current_exe().unwrap())
        .args([NAME, "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, folder.path())
        .env("TMPDIR", folder.path().join("temporary"))
        .current_dir(folder.path().join("current"))
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = alone.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > DEADLINE {
            alone.kill().unwrap();
            alone.wait().unwrap();
            panic!("{} packages take longer than {DEADLINE:?}", rows().len());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
}

async fn take_all(folder: &Path) {
    let site = Site::start().await;
    let rows = rows();
    assert!(rows.len() >= 40);
    for entry in fs::read_dir(folder.join("packages")).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), site.folder("inbox").join(entry.file_name())).unwrap();
    }
    put_what_is_to_stay(&site);
    // The data folder is ours, and so is what Jira keeps.
    let data = site.folder("data");
    let is_ours = |path: &Path| path.starts_with(&data) || path.to_string_lossy().contains("/standin-jira-");
    let before = (list(folder, &is_ours), watched());

    let (started, (memory_before, _)) = (Instant::now(), memory());
    let working = [site.watch(), site.consume()];
    long_until("each package was taken in or refused", DEADLINE, async || site.is_settled(&rows).await).await;
    long_until("no event waits", DEADLINE, async || site.waiting("live").await + site.waiting("bulk").await == 0).await;
    let rise = memory().1.saturating_sub(memory_before);
    eprintln!("{} packages: {:?}, and {rise} kB of memory above {memory_before} kB", rows.len(), started.elapsed());
    assert!(list(folder, &is_ours) == before.0 && watched() == before.1, "something was written where it must not");
    let of_hostile_names = list(&data, &|path: &Path| path.components().any(|part| part.as_os_str() == "evil"));
    assert!(of_hostile_names.keys().all(|path| !path.to_string_lossy().contains("evil")), "{of_hostile_names:?}");
    assert_eq!(fs::read_dir(data.join("packages/work")).unwrap().count(), 0, "what was worked on is gone");

    let wrong: Vec<String> = site.what_is_wrong(&rows).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rise < MOST_MEMORY, "{rise} kB");
    site.check_parked(&rows).await;
    site.check_number_that_is_a_query();
    site.replay(&rows).await;
    site.receive_package(&LATE.good());
    site.receive_files(&sample("1-good"));
    let reference = LATE.package().reference().to_owned();
    until("the good ones are in Jira", async || {
        site.issue(LATE.number(0)).is_some() && ["4711001", "4711002", "4711003"].iter().all(|it| site.has(it))
    })
    .await;
    let known = site.arrived(&reference).await.unwrap();
    assert_eq!((known.state, known.findings), (ArrivalState::Ingested, Vec::new()));
    for part in working {
        part.end().await;
    }
}

/// Files in the folders of the OFTP server that nobody may touch.
fn put_what_is_to_stay(site: &Site) {
    for folder in ["outbox", "staging", "archive"] {
        fs::write(site.folder(folder).join("ENG26112012000000PAG002001"), "not ours").unwrap();
        fs::write(site.folder(folder).join("canary"), "not ours").unwrap();
    }
    let inbox = site.folder("inbox");
    for name in
        ["README", "ENG26112012009900PAG002003", "ENG2611201200990", "eng26112012009900PAG002001", "ENG26112012009900PAG00A001"]
    {
        fs::write(inbox.join(name), "not ours").unwrap();
    }
    fs::write(inbox.join("ENG26112012009900PAG001001\nevil"), "not ours").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", inbox.join("ENG26112012009900PAG001001")).unwrap();
    fs::create_dir(inbox.join("ENG26112012009901PAG001001")).unwrap();
}

impl Site {
    async fn arrived(&self, reference: &str) -> Option<ArrivedPackage> {
        self.records().arrived_package(&pfiff(), reference).await.unwrap()
    }

    async fn is_settled(&self, rows: &[(Base, Row)]) -> bool {
        for (base, _) in rows {
            if self.arrived(base.package().reference()).await.is_none() {
                return false;
            }
        }
        true
    }

    /// Whether an issue of a number of the other side is in Jira.
    fn has(&self, number: &str) -> bool {
        let number = json!(format!("PFIFF-{number}"));
        self.jira().issues().into_iter().any(|issue| issue.custom.get("customfield_12600") == Some(&number))
    }

    async fn what_is_wrong(&self, rows: &[(Base, Row)]) -> Vec<String> {
        let mut wrong = Vec::new();
        for (base, row) in rows {
            let known = self.arrived(base.package().reference()).await.unwrap();
            let expected = match row.outcome {
                Outcome::Refused => ArrivalState::Refused,
                Outcome::Taken => ArrivalState::Ingested,
            };
            if known.state != expected || !is_told(row, &known.findings) {
                wrong.push(format!(
                    "{}: {:?}, {} issues, {:?}",
                    row.name,
                    known.state,
                    known.issues,
                    shortened(&known.findings)
                ));
            }
            let there: Vec<u32> = (0..3).filter(|issue| self.issue(base.number(*issue)).is_some()).collect();
            if there != row.issues {
                wrong.push(format!("{}: the issues {there:?} are in Jira, and not {:?}", row.name, row.issues));
            }
            let files = self.files_of(base).await;
            if files != row.files {
                wrong.push(format!("{}: its attachments are {files:?}", row.name));
            }
        }
        wrong
    }

    /// The attachments of the first issue of a row, with their contents. Those that are only named are none.
    async fn files_of(&self, base: &Base) -> Vec<String> {
        let mirrored = self.records().mirrored_files(&pfiff(), &number(base.number(0))).await.unwrap();
        let attachments = self.issue(base.number(0)).map(|issue| issue.attachments).unwrap_or_default();
        assert_eq!(mirrored.iter().filter(|file| file.stored.is_some()).count(), attachments.len());
        let shown = |content: Vec<u8>| String::from_utf8_lossy(&content).into_owned();
        attachments.into_iter().map(|file| format!("{}={}", file.file_name, shown(file.content.to_vec()))).collect()
    }

    /// What was refused waits for a person, who is told why.
    async fn check_parked(&self, rows: &[(Base, Row)]) {
        let listed = self.dead(&["list"]);
        let refused: Vec<&(Base, Row)> = rows.iter().filter(|(_, row)| row.outcome == Outcome::Refused).collect();
        assert_eq!(listed.lines().count(), refused.len(), "{listed}");
        assert_eq!(self.waiting("dead").await, refused.len() as u64);
        for (base, row) in refused {
            let package = base.package();
            let line = listed.lines().find(|line| line.contains(&format!("package {} is refused", package.reference())));
            let line = line.unwrap_or_else(|| panic!("{}: {listed}", row.name));
            assert!(row.words.iter().all(|word| line.contains(word)), "{}: {line}", row.name);
        }
    }

    /// Runs `trackersync dead` beside the service.
    fn dead(&self, arguments: &[&str]) -> String {
        let configuration = Path::new(env!("CARGO_MANIFEST_DIR")).join("config-example/jira-pfiff.toml");
        let secrets = ["LOCAL_PASSWORD", "LOCAL_WEBHOOK_SECRET", "PFIFF_SSH_PASSPHRASE", "PFIFF_WEBHOOK_SECRET"];
        let output = Command::new(env!("CARGO_BIN_EXE_trackersync"))
            .arg("-c")
            .arg(configuration)
            .arg("--set")
            .arg(format!("server.data_dir={}", self.folder("data").display()))
            .arg("dead")
            .args(arguments)
            .envs(secrets.map(|name| (name, "unused")))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// It names one issue, however it is asked for.
    fn check_number_that_is_a_query(&self) {
        assert!(self.has("1\" OR project = \"SPORT"));
        let numbers: Vec<_> =
            self.jira().issues().into_iter().map(|issue| issue.custom["customfield_12600"].to_string()).collect();
        let mut once = numbers.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), numbers.len(), "each issue is there once");
    }

    /// The other side sends a better file, and a person lets it be tried again.
    async fn replay(&self, rows: &[(Base, Row)]) {
        for name in ["no archive", "an empty description", "an entity bomb alone"] {
            let (base, _) = rows.iter().find(|(_, row)| row.name == name).unwrap();
            self.receive_package(&base.good());
            let replayed = self.dead(&["replay", "--issue", base.package().reference()]);
            assert!(replayed.starts_with("replayed  "), "{replayed}");
            until(name, async || self.issue(base.number(0)).is_some()).await;
            let known = self.arrived(base.package().reference()).await.unwrap();
            assert_eq!((known.state, known.findings), (ArrivalState::Ingested, Vec::new()));
        }
        let left = rows.iter().filter(|(_, row)| row.outcome == Outcome::Refused).count() - 3;
        until("they are parked no more", async || self.waiting("dead").await == left as u64).await;
    }
}

/// Whether the findings are those of a row, and such that a record and a log can hold them.
fn is_told(row: &Row, findings: &[String]) -> bool {
    let longest = if row.outcome == Outcome::Refused { LONGEST_REFUSAL } else { LONGEST_FINDING };
    let has_all = |finding: &String| row.words.iter().all(|word| finding.contains(word));
    let is_harmless = |finding: &String| finding.chars().count() <= longest && !finding.contains(char::is_control);
    let names_a_file = |finding: &String| ["ENG2611201200", "002: ", "issue "].iter().any(|name| finding.contains(name));
    let told = if row.words.is_empty() {
        findings.is_empty()
    } else {
        findings.iter().any(|finding| has_all(finding) && names_a_file(finding))
    };
    told && findings.len() <= MOST_FINDINGS && findings.iter().all(is_harmless)
}

fn shortened(findings: &[String]) -> Vec<String> {
    findings.iter().take(5).map(|finding| finding.chars().take(300).collect()).collect()
}
