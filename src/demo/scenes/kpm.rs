//! A problem arrives from a customer's KPM in a Jira of ours, is worked on there, and is answered.

use serde_json::{Value, json};

use super::{
    super::{
        running_worker::{RunningWorker, SWEPT},
        trackers::mailbox,
    },
    NotSeen, Stage,
};
use crate::standin::{
    jira::{IssueSnapshot, JiraState},
    kpm::{DocumentSpec, KpmState, ProblemSnapshot, StepKind, StepSpec, SupplierStatement},
};

const PROBLEM: i64 = 5_000_001;
const KEY: &str = "HOME-1";
const NOTICE: &str = "Since the update to 2.0.";
const COMMENT: &str = "Which cars have the update?";
const ANSWER: &str = "A filter was too slow. Fixed in 2.1.";

/// Plays the scene.
pub(super) async fn play(stage: Stage<'_>) -> Result<(), NotSeen> {
    stage.narrator.scene("A Jira (\"home\", ours) and a KPM (a customer's), which sends no events and is asked every second");
    let scene = Scene { stage, jira: stage.demo.trackers.home.state(), kpm: stage.demo.trackers.kpm.state() };
    let worker = RunningWorker::start(stage.demo);
    scene.problem_arrives().await?;
    scene.notice().await?;
    scene.work_begins().await?;
    scene.comment_for_the_customer().await?;
    let worker = scene.answer(worker).await?;
    scene.nothing_is_doubled().await?;
    worker.stop().await;
    Ok(())
}

struct Scene<'d> {
    stage: Stage<'d>,
    jira: &'d JiraState,
    kpm: &'d KpmState,
}

impl Scene<'_> {
    async fn problem_arrives(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        let trace: Vec<u8> = (0..=255_u8).cycle().take(50_000).collect();
        n.step("A problem arrives from KPM");
        n.action("KPM sends problem 5000001 \"Warning lamp stays on\" to our mailbox, with trace.bin (50,000 bytes)");
        let fields = json!({ "ShortText": "Warning lamp stays on", "Description": "After each cold start.", "Rating": "2" });
        let number = self.stage.done(self.kpm.create_problem(&mailbox(), &fields))?;
        n.verify("it has this number", number == PROBLEM)?;
        self.stage.done(self.kpm.add_document(PROBLEM, DocumentSpec::new("trace", "bin", trace.clone())))?;
        n.see("the next sweep makes HOME-1 of it in our Jira", || self.issue().is_some()).await?;
        let issue = self.issue().ok_or(NotSeen)?;
        n.verify("with its title and description", is_told(&issue))?;
        n.verify("with its rating 2 as priority High, and its number", issue.priority == "High" && has_number(&issue))?;
        n.see("Jira has trace.bin with the same bytes", || self.file("trace.bin").as_deref() == Some(&trace[..])).await
    }

    async fn notice(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("A notice (Aussage) in KPM");
        n.action("somebody notes there: \"Since the update to 2.0.\"");
        self.stage.done(self.kpm.add_step(PROBLEM, StepSpec::new(StepKind::Notice, "ex1", NOTICE)))?;
        n.see("it is a comment in Jira", || self.comments_with(NOTICE) == 1).await
    }

    async fn work_begins(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("Work begins in Jira");
        n.action("Jane Doe sets the status to In Progress");
        self.stage.done(self.jira.move_to_status("jane", KEY, "In Progress"))?;
        n.see("KPM has the supplier status 1, in work", || self.supplier_status() == "1").await?;
        n.verify("with our key HOME-1", self.statements() == [(String::new(), stated("1"))])
    }

    async fn comment_for_the_customer(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("A comment for the customer");
        n.action("Jane Doe comments in Jira: \"Ask the supplier first.\"");
        self.stage.done(self.jira.add_comment("jane", KEY, "Ask the supplier first."))?;
        n.action("Jane Doe comments in Jira: \"TO KPM: Which cars have the update?\"");
        self.stage.done(self.jira.add_comment("jane", KEY, &format!("TO KPM: {COMMENT}")))?;
        n.see("it is a notice in KPM", || self.notices() == [NOTICE, COMMENT]).await?;
        n.verify("the other comment has stayed internal", self.notices().len() == 2)
    }

    async fn answer(&self, worker: RunningWorker) -> Result<RunningWorker, NotSeen> {
        let n = self.stage.narrator;
        n.step("The answer");
        worker.stop().await;
        n.action("the worker is stopped; events wait in the queue");
        n.action("Jane Doe writes the answer into its field, and sets the status to Done");
        self.stage.done(self.jira.edit_fields("jane", KEY, json!({ "customfield_10052": ANSWER })))?;
        self.stage.done(self.jira.move_to_status("jane", KEY, "Done"))?;
        self.stage.explain(SWEPT, &PROBLEM.to_string().as_str().into()).await?;
        n.verify("KPM is as it was", self.statements().len() == 1 && self.supplier_status() == "1")?;
        n.action("the worker is started again");
        let worker = RunningWorker::start(self.stage.demo);
        n.see("KPM has the supplier status 5, solved", || self.supplier_status() == "5").await?;
        let said = [(String::new(), stated("1")), (ANSWER.to_owned(), stated("5"))];
        n.verify("said in one statement (Lieferantenaussage), with the answer as its text", self.statements() == said)?;
        Ok(worker)
    }

    /// Everything that was written can be seen there now, and is read again.
    async fn nothing_is_doubled(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("What came of it");
        let before = self.looks();
        n.see("later sweeps have read all of it twice more", || self.looks() >= before + 2).await?;
        n.verify("KPM has two notices and two statements", self.notices().len() == 2 && self.statements().len() == 2)?;
        n.verify("and the one document", self.problem().is_some_and(|problem| problem.documents.len() == 1))?;
        let issue = self.issue().ok_or(NotSeen)?;
        n.verify("Jira has three comments and one attachment", issue.comments.len() == 3 && issue.attachments.len() == 1)?;
        n.verify("the issue is Done, and there is no other", issue.status == "Done" && self.jira.issues().len() == 1)
    }

    fn issue(&self) -> Option<IssueSnapshot> {
        self.jira.issue(KEY)
    }

    fn comments_with(&self, text: &str) -> usize {
        let comments = self.issue().map(|issue| issue.comments).unwrap_or_default();
        comments.iter().filter(|comment| comment.body.contains(text)).count()
    }

    fn file(&self, name: &str) -> Option<Vec<u8>> {
        let files = self.issue()?.attachments;
        files.into_iter().find(|file| file.file_name == name).map(|file| file.content.to_vec())
    }

    fn problem(&self) -> Option<ProblemSnapshot> {
        self.kpm.problem(PROBLEM)
    }

    fn supplier_status(&self) -> String {
        let fields = self.problem().map(|problem| problem.fields).unwrap_or_default();
        fields["SupplierStatus"].as_str().unwrap_or_default().to_owned()
    }

    fn notices(&self) -> Vec<String> {
        let steps = self.problem().map(|problem| problem.steps).unwrap_or_default();
        steps.into_iter().filter(|step| step.kind == StepKind::Notice).map(|step| step.text).collect()
    }

    /// Text and statement of all that we said as the supplier.
    fn statements(&self) -> Vec<(String, SupplierStatement)> {
        let steps = self.problem().map(|problem| problem.steps).unwrap_or_default();
        steps.into_iter().filter_map(|step| Some((step.text, step.statement?))).collect()
    }

    /// How often the problem was read to its end.
    fn looks(&self) -> usize {
        self.kpm.request_counts().get("GetDocumentList").copied().unwrap_or_default()
    }
}

fn is_told(issue: &IssueSnapshot) -> bool {
    issue.summary == "Warning lamp stays on" && issue.description.as_deref() == Some("After each cold start.")
}

fn has_number(issue: &IssueSnapshot) -> bool {
    issue.custom.get("customfield_10051").and_then(Value::as_str) == Some("5000001")
}

fn stated(status: &str) -> SupplierStatement {
    SupplierStatement { status: status.to_owned(), error_number: Some(KEY.to_owned()), ..SupplierStatement::default() }
}
