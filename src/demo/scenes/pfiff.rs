//! A package arrives from PFIFF, its issue is worked on in a Jira of ours, and is answered with a package.

use super::{
    super::{
        partner::{Answer, PfiffPartner, document},
        running_worker::RunningWorker,
    },
    NotSeen, Stage,
};
use crate::standin::jira::{IssueSnapshot, JiraState};

const NUMBER: u32 = 4_711_001;
const KEY: &str = "SPORT-1";
const TITLE: &str = "Display flickers";
const REPORT: &str = "Prüfbericht.pdf";

/// Plays the scene.
pub(super) async fn play(stage: Stage<'_>) -> Result<(), NotSeen> {
    stage.narrator.scene("A Jira (\"home\", ours) and PFIFF (a customer's), which sends packages over OFTP");
    let scene = Scene { stage, jira: stage.demo.trackers.home.state(), partner: &stage.demo.partner };
    let worker = RunningWorker::start(stage.demo);
    scene.package_arrives().await?;
    scene.work().await?;
    scene.later_and_earlier_packages().await?;
    scene.nothing_is_doubled()?;
    worker.stop().await;
    Ok(())
}

struct Scene<'d> {
    stage: Stage<'d>,
    jira: &'d JiraState,
    partner: &'d PfiffPartner,
}

impl Scene<'_> {
    async fn package_arrives(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("A package arrives from PFIFF");
        n.action("the OFTP server puts an archive and its ENGDAT description into the inbox: issue 4711001, with a report");
        let report = report();
        let told = document(NUMBER, TITLE, "NEW", Some(REPORT));
        let attachment = (format!("./{NUMBER}/{REPORT}"), report.as_slice());
        let sent = self.partner.send(0, &told, Some((&attachment.0, attachment.1)), "_0001");
        n.verify("its files are there", sent.is_some())?;
        n.see("SPORT-1 is made of it in our Jira", || self.issue().is_some_and(|issue| issue.summary == TITLE)).await?;
        n.see("with the report, byte for byte", || self.file(REPORT).as_deref() == Some(&report[..])).await?;
        n.see("and the label PFIFF-NEW", || self.has_label("PFIFF-NEW")).await?;
        n.see("a package goes out: the issue is received, under our key", || {
            self.last().is_some_and(|answer| says(&answer, "RECEIVED"))
        })
        .await?;
        n.verify("its description is as the standard says", self.last().is_some_and(|answer| answer.is_strict))
    }

    async fn work(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("Work in Jira");
        n.action("Jane Doe sets the status to In Progress, attaches log.txt, and comments: \"[TO OEM] Which variant?\"");
        self.stage.done(self.jira.move_to_status("jane", KEY, "In Progress"))?;
        self.stage.done(self.jira.add_attachment("jane", KEY, "log.txt", "text/plain", &b"no fault found yet"[..]))?;
        self.stage.done(self.jira.add_comment("jane", KEY, "Internal: ask Joe."))?;
        self.stage.done(self.jira.add_comment("jane", KEY, "[TO OEM] Which variant?"))?;
        n.see("a package goes out: estimated, with the comment as an annotation", || {
            self.last().is_some_and(|answer| says(&answer, "ESTIMATED") && answer.document.contains("<P>Which variant?</P>"))
        })
        .await?;
        n.see("log.txt went with it or before it, once", || self.files_sent("log.txt") == 1).await?;
        let internal = self.partner.received().iter().any(|answer| answer.document.contains("Internal"));
        n.verify(
            "the other comment has stayed internal, and the report did not go back",
            !internal && self.files_sent(REPORT) == 0,
        )
    }

    async fn later_and_earlier_packages(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("A newer package, and an older one after it");
        n.action("a package comes in which the issue is in analysis");
        let newer = document(NUMBER, TITLE, "IN_ANALYSIS", Some(REPORT));
        n.verify("its files are there", self.partner.send(2, &newer, None, "").is_some())?;
        n.see("the label is PFIFF-IN_ANALYSIS", || self.has_label("PFIFF-IN_ANALYSIS")).await?;
        n.action("one that was made before it comes late, and the first one comes once more");
        let older = document(NUMBER, "Display flickers badly", "NEW", None);
        n.verify("their files are there", self.partner.send(1, &older, None, "").is_some())?;
        let first = document(NUMBER, TITLE, "NEW", None);
        n.verify("all of them", self.partner.send(0, &first, None, "_0002").is_some())?;
        n.see("the late one is taken in", || self.stage.demo.packages_taken_in() == 3).await
    }

    fn nothing_is_doubled(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("What came of it");
        let issue = self.issue().ok_or(NotSeen)?;
        n.verify("the issue has the newest title and state", issue.summary == TITLE && self.has_label("PFIFF-IN_ANALYSIS"))?;
        n.verify("two comments and two attachments", issue.comments.len() == 2 && issue.attachments.len() == 2)?;
        let ours = self.jira.issues().into_iter().filter(|issue| issue.key.starts_with("SPORT-")).count();
        n.verify("and there is no other", ours == 1)
    }

    fn issue(&self) -> Option<IssueSnapshot> {
        self.jira.issue(KEY)
    }

    fn file(&self, name: &str) -> Option<Vec<u8>> {
        let files = self.issue()?.attachments;
        files.into_iter().find(|file| file.file_name == name).map(|file| file.content.to_vec())
    }

    fn has_label(&self, label: &str) -> bool {
        self.issue().is_some_and(|issue| issue.labels == [label])
    }

    /// The newest answer.
    fn last(&self) -> Option<Answer> {
        self.partner.received().pop()
    }

    fn files_sent(&self, name: &str) -> usize {
        let all = self.partner.received();
        all.iter().flat_map(|answer| &answer.files).filter(|file| file.ends_with(name)).count()
    }
}

fn says(answer: &Answer, state: &str) -> bool {
    let document = &answer.document;
    document.contains(&format!("<ISSUE-STATE>{state}</ISSUE-STATE>"))
        && document.contains(&format!("<ISSUE-ID>{KEY}</ISSUE-ID>"))
}

fn report() -> Vec<u8> {
    (0..=255_u8).cycle().take(30_000).collect()
}
