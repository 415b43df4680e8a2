//! What people on both sides do while the program dies and lives on.

use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use trackersync::crash::CRASH_AT;

use super::{
    Death,
    oftp::Takes,
    package::{Issue, OWN_ROUTING, PEER_ROUTING, Package},
    site::{Arrived, SETTLES, Site},
};
use crate::{
    ledger::Figures,
    site::Running,
    support::wait::{LONG, until_so},
};

const PERSON: &str = "jane";
/// After so many runs everything is looked at once more.
const LOOK_AGAIN: u32 = 8;
/// Steps of the work in the Jira, each with what we are to say then.
const STEPS: [(&str, &str); 3] = [("In Progress", "ESTIMATED"), ("Done", "DELIVERED"), ("Open", "RECEIVED")];
const STATES: [&str; 4] = ["ANALYSIS", "IN_WORK", "SOLVED", "CLOSED"];

/// A site with two issues that are linked from the start, for edits of what exists.
pub struct Stage {
    site: Site,
    /// Numbers of an issue whose title and state change, and of one that is talked of.
    stated: u32,
    talked: u32,
    next_number: u32,
    next_package: u32,
    /// Comments that the next run rewrites and deletes: their ids and texts.
    comments: Option<[(String, String); 2]>,
    /// A package that is not for us, while it is refused.
    refused: Option<Package>,
    runs: u32,
    /// How many of those that went on died as well.
    pub second_deaths: u32,
}

/// An entry of an archive.
type Entry = (String, Vec<u8>);

impl Stage {
    pub async fn set(arrived: Arrived, takes: Takes) -> Self {
        let site = Site::start(arrived, takes).await;
        let mut stage = Self {
            site,
            stated: 4_711_001,
            talked: 4_711_002,
            next_number: 4_711_003,
            next_package: 0,
            comments: None,
            refused: None,
            runs: 0,
            second_deaths: 0,
        };
        let program = stage.site.serve(&[]).ready().await;
        let issues = [stage.stated, stage.talked].map(|number| stage.told(number, "made", "NEW"));
        let package = stage.package().with_issues(&issues);
        stage.site.oftp.receive(&package.files());
        stage.assert_settled("the first package").await;
        stage.set_out_comments();
        stage.assert_settled("the first comments").await;
        assert_eq!(program.terminate().await, Some(0));
        stage
    }

    /// A package that is newer than all before.
    fn package(&mut self) -> Package {
        let number = self.next_package;
        self.next_package += 1;
        Package::at(i8::try_from(number / 100).unwrap(), u8::try_from(number % 100).unwrap())
    }

    /// What the other side tells of an issue from now on.
    fn told(&mut self, number: u32, words: &str, state: &'static str) -> Issue {
        let issue = Issue::new(number, &format!("{number} {words}")).state(state);
        let expected = self.site.ledger.edit(number);
        expected.title.clone_from(&issue.title);
        state.clone_into(&mut expected.state);
        issue
    }

    /// The same with another attachment, and the entry that holds it.
    fn attaching(&mut self, issue: Issue, name: &str) -> (Issue, Entry) {
        let bytes = bytes_of(&format!("{}/{name}", issue.number));
        self.site.ledger.edit(issue.number).arrived.push(shown(name, &bytes));
        let entry = (format!("./{}/{name}", issue.number), bytes);
        (issue.attaching(name), entry)
    }

    /// The key in the Jira.
    fn key(&self, number: u32) -> String {
        let text = format!("PFIFF-{number}");
        let issues = self.site.jira().issues();
        let found = issues.into_iter().find(|issue| issue.custom.get("customfield_10050").is_some_and(|value| *value == *text));
        found.unwrap().key
    }

    /// A comment for the other side; its id and text.
    fn comment(&mut self, words: &str) -> (String, String) {
        let key = self.key(self.talked);
        let id = self.site.jira().add_comment(PERSON, &key, &format!("[TO OEM] {words}")).unwrap();
        self.site.ledger.edit(self.talked).annotations.push(words.to_owned());
        (id, words.to_owned())
    }

    fn set_out_comments(&mut self) {
        let run = self.runs;
        self.comments = Some(["rewritten", "deleted"].map(|what| self.comment(&format!("To be {what} after {run}."))));
    }

    /// Everything that people do: a package comes, and in the Jira there is work.
    fn play(&mut self, refusing: bool) {
        self.runs += 1;
        self.receive();
        if refusing {
            self.receive_what_is_not_for_us();
        }
        self.work();
    }

    /// New issues, and news of old ones.
    fn receive(&mut self) {
        let run = self.runs;
        let fresh = [self.next_number, self.next_number + 1].map(|number| self.told(number, "made", "NEW"));
        self.next_number += 2;
        let [one, other] = fresh;
        let (one, report) = self.attaching(one, &format!("Prüfbericht Größe {run}.pdf"));
        let (other, trace) = self.attaching(other, "trace.asc");
        let stated = self.told(self.stated, &format!("told {run}"), STATES[run as usize % STATES.len()]);
        let talked = self.told(self.talked, "made", "NEW");
        // What came before is named again, and every other time it comes again.
        let known: Vec<String> = self.site.ledger.issues[&self.talked].arrived.iter().map(|(name, _)| name.clone()).collect();
        let (mut talked, log) = self.attaching(talked, &format!("log {run}.txt"));
        talked.attachments.extend(known.iter().cloned());
        let again = known.last().filter(|_| run.is_multiple_of(2)).map(|name| {
            let name = format!("{}/{name}", self.talked);
            (format!("./{name}"), bytes_of(&name))
        });
        let mut package = self.package();
        let add = |package: Package, entries: Vec<Entry>| {
            entries.into_iter().fold(package, |package, (name, bytes)| package.with(&name, bytes))
        };
        package = add(package.with_document(&[one, stated]), vec![report]);
        if run.is_multiple_of(3) {
            package = package.and_another();
        }
        package = add(package.with_document(&[other, talked]), [trace, log].into_iter().chain(again).collect());
        let mut files = package.files();
        if run % 4 < 2 {
            files.reverse();
        }
        self.site.oftp.receive(&files);
    }

    /// A package of another route, which is refused until somebody mends it.
    fn receive_what_is_not_for_us(&mut self) {
        let number = self.next_number;
        self.next_number += 1;
        // It counts once it is mended.
        let package = self.package().with_issues(&[Issue::new(number, &format!("{number} mended")).state("NEW")]);
        let mut files = package.files();
        let text = String::from_utf8(files[0].1.clone()).unwrap();
        files[0].1 = text.replace(PEER_ROUTING, &PEER_ROUTING.replace("PFIFF", "OTHER")).into_bytes();
        assert!(text.contains(OWN_ROUTING) && files[0].1 != text.as_bytes());
        self.site.oftp.receive(&files);
        self.refused = Some(package);
    }

    fn work(&mut self) {
        let run = self.runs;
        let (stated, talked) = (self.key(self.stated), self.key(self.talked));
        let (step, answer) = STEPS[(run as usize - 1) % STEPS.len()];
        self.site.jira().move_to_status(PERSON, &stated, step).unwrap();
        self.site.ledger.edit(self.stated).answer = answer;
        let name = format!("Größe {run}.bin");
        let bytes = bytes_of(&name);
        let own = shown(&name, &bytes);
        self.site.jira().add_attachment(PERSON, &stated, &name, "application/octet-stream", bytes).unwrap();
        self.site.ledger.edit(self.stated).own.push(own);
        self.comment(&format!("Said in {run}."));
        self.site.jira().add_comment(PERSON, &talked, &format!("For us only, in {run}.")).unwrap();
        let [(edited, before), (deleted, gone)] = self.comments.take().unwrap();
        let after = format!("Rewritten in {run}.");
        self.site.jira().edit_comment(PERSON, &talked, &edited, &format!("[TO OEM] {after}")).unwrap();
        self.site.jira().delete_comment(PERSON, &talked, &deleted).unwrap();
        let annotations = &mut self.site.ledger.edit(self.talked).annotations;
        annotations.retain(|text| *text != before && *text != gone);
        annotations.push(after);
        self.site.ledger.edits += 1;
        self.set_out_comments();
    }

    /// Dies once and lives on; whether the point was met.
    pub async fn die(&mut self, death: &Death) -> bool {
        let at = format!("{}:{}", death.point, death.passage);
        let what = format!("{death:?}");
        let company = (death.in_company && !death.needs_attempts()).then(|| self.site.serve_beside());
        if death.needs_attempts() {
            // Something has to be left of an attempt to make the files of a package.
            let mut program = self.site.serve(&[(CRASH_AT, "packages.note_staged.before")]);
            self.play(false);
            until_so("the program dies with files that are completed", LONG, async || program.has_ended()).await;
        }
        let mut program = self.site.serve(&[(CRASH_AT, &at)]);
        if !death.needs_attempts() {
            self.play(death.needs_refusal());
        }
        let mut deaths = u32::from(self.until_dead_or_done(&mut program).await);
        if deaths > 0 {
            let then: Vec<(&str, &str)> = death.then.iter().map(|then| (CRASH_AT, then.as_str())).collect();
            program = self.site.serve(&then);
        }
        // It dies once more if it is to, or comes to the point only now, or when all is done.
        if self.until_dead_or_done(&mut program).await {
            deaths += 1;
            program = self.site.serve(&[]).ready().await;
        }
        if self.mend(&what, deaths).await && self.until_dead_or_done(&mut program).await {
            deaths += 1;
            program = self.site.serve(&[]).ready().await;
        }
        self.assert_settled(&what).await;
        let mut code = program.terminate().await;
        if code.is_none() {
            deaths += 1;
            program = self.site.serve(&[]).ready().await;
            self.assert_settled(&what).await;
            code = program.terminate().await;
        }
        assert_eq!(code, Some(0), "after {what}");
        if let Some(company) = company {
            assert_eq!(company.terminate().await, Some(0), "after {what}");
        }
        let figures = self.site.check();
        assert!(figures.are_clean(), "after {what}: {figures}");
        assert_eq!(self.site.queues().dead().await, Vec::<serde_json::Value>::new(), "after {what}");
        if self.runs.is_multiple_of(LOOK_AGAIN) {
            self.site.look_again().await;
        }
        self.second_deaths += deaths.saturating_sub(1);
        deaths > 0
    }

    /// The event of a package that was refused is parked. A death may bring it again, and whoever looks before it is noted to be refused
    /// makes another one. The other side sends the package once more as it should be, and somebody gives the events to the workers again.
    /// `false` if there was none.
    async fn mend(&mut self, what: &str, deaths: u32) -> bool {
        let Some(package) = self.refused.take() else { return false };
        until_so("the event is parked", LONG, async || !self.site.queues().dead().await.is_empty()).await;
        until_so("no other waits", LONG, async || self.site.queues().waiting().await == Some(0)).await;
        let parked = self.site.queues().dead().await;
        let is_it = |event: &serde_json::Value| {
            event["data"]["issue"] == package.reference() && event["data"]["error"]["kind"] == "permanent"
        };
        assert!(parked.len() <= 2 * (deaths as usize + 2) && parked.iter().all(is_it), "after {what}: {parked:?}");
        let number = self.next_number - 1;
        self.told(number, "mended", "NEW");
        self.site.oftp.receive(&package.files()[..1]);
        self.site.run(&["dead", "replay", "--all"]).await;
        true
    }

    async fn assert_settled(&self, what: &str) {
        let figures = self.site.settle().await;
        assert!(figures.are_clean(), "after {what}: {figures}");
    }

    /// `true` when the process has died, `false` when it has done everything and lives.
    async fn until_dead_or_done(&self, program: &mut Running) -> bool {
        let started = Instant::now();
        loop {
            if program.has_ended() {
                return true;
            }
            let is_refused = self.refused.is_none() || !self.site.queues().dead().await.is_empty();
            if is_refused && self.is_done().await {
                // What comes last is the acknowledgement of an echo.
                tokio::time::sleep(Duration::from_millis(300)).await;
                if !program.has_ended() {
                    return false;
                }
            }
            assert!(started.elapsed() < SETTLES, "neither dead nor done: {}", self.site.check());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    async fn is_done(&self) -> bool {
        // The files of a package that is refused stay where they are.
        let figures = self.site.check();
        let is_clean = figures.are_clean() || self.refused.is_some() && figures.lost.is_empty();
        is_clean && self.site.waiting().await == Some(0)
    }

    /// Looks at everything a last time.
    pub async fn end(self) -> Figures {
        self.site.look_again().await;
        self.site.check()
    }
}

/// Bytes that no other name has.
fn bytes_of(name: &str) -> Vec<u8> {
    Sha256::digest(name).repeat(100)
}

fn shown(name: &str, bytes: &[u8]) -> (String, String) {
    (name.to_owned(), hex::encode(Sha256::digest(bytes)))
}
