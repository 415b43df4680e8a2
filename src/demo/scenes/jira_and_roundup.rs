//! A Jira of a customer and a Roundup of ours: changes, messages and files each way, a conflict, a crash.

use serde_json::json;

use super::{super::running_worker::RunningWorker, NotSeen, Stage};
use crate::standin::{
    jira::{Fault, JiraState},
    roundup::Person,
};

const SYNC: &str = "upstream";
const KEY: &str = "UP-1";
const ISSUE: &str = "1";

/// Plays the scene.
pub(super) async fn play(stage: Stage<'_>) -> Result<(), NotSeen> {
    stage.narrator.scene("A Roundup (\"office\", ours) and a Jira (\"upstream\", a customer's)");
    let scene = Scene { jane: stage.demo.trackers.roundup.acting_as("jane"), stage };
    scene.all().await
}

struct Scene<'d> {
    stage: Stage<'d>,
    jane: Person,
}

impl Scene<'_> {
    async fn all(&self) -> Result<(), NotSeen> {
        let worker = RunningWorker::start(self.stage.demo);
        self.new_issue().await?;
        self.title_each_way().await?;
        self.comment_each_way().await?;
        self.file_each_way().await?;
        let worker = self.conflict(worker).await?;
        let worker = self.crash(worker).await?;
        worker.stop().await;
        Ok(())
    }

    async fn new_issue(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("A new issue in Jira");
        n.action("Jane Doe creates UP-1 \"Brake light flickers\" in Jira");
        self.stage.done(self.jira().create_issue("jane", json!({ "summary": "Brake light flickers" })))?;
        n.see("Roundup has issue1 \"Brake light flickers\"", || self.title() == "Brake light flickers").await?;
        n.see("which shows the status of the remote issue in ext_status: Open", || self.property("ext_status") == "Open").await
    }

    async fn title_each_way(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("A change on each side");
        n.action("jane sets title to \"Brake light flickers when cold\" in Roundup");
        self.stage.done(self.jane.set(ISSUE, "title", "Brake light flickers when cold"))?;
        n.see("Jira's summary follows", || self.summary() == "Brake light flickers when cold").await?;
        n.action("Jane Doe sets summary to \"Brake light flickers below 0 °C\" in Jira");
        self.edit_summary("Brake light flickers below 0 °C")?;
        n.see("Roundup's title follows", || self.title() == "Brake light flickers below 0 °C").await
    }

    async fn comment_each_way(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        n.step("A comment each way");
        n.action("Jane Doe comments in Jira: \"Seen on three cars.\"");
        self.stage.done(self.jira().add_comment("jane", KEY, "Seen on three cars."))?;
        n.see("it is a message in Roundup", || self.messages_with("Seen on three cars.") == 1).await?;
        n.action("jane writes \"We can reproduce it.\" in Roundup, with the keyword customer");
        self.stage.done(self.jane.add_message(ISSUE, "We can reproduce it.", &["customer"]))?;
        n.see("it is a comment in Jira", || self.comments_with("We can reproduce it.") == 1).await?;
        n.action("jane writes \"Ask the supplier first.\" in Roundup, without the keyword");
        self.stage.done(self.jane.add_message(ISSUE, "Ask the supplier first.", &[]))?;
        self.edit_summary("Brake light flickers below 0 °C (3 cars)")?;
        n.see("a later change of Jira has arrived", || self.title().ends_with("(3 cars)")).await?;
        n.verify("that message has stayed internal", self.comments_with("Ask the supplier first.") == 0)
    }

    async fn file_each_way(&self) -> Result<(), NotSeen> {
        let n = self.stage.narrator;
        let bytes: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
        n.step("An attachment each way, byte for byte");
        n.action("Jane Doe attaches trace.bin (100,000 bytes) in Jira");
        self.stage.done(self.jira().add_attachment("jane", KEY, "trace.bin", "application/octet-stream", bytes.clone()))?;
        n.see("Roundup has trace.bin with the same bytes", || self.local_file("trace.bin").as_deref() == Some(&bytes[..]))
            .await?;
        let report: Vec<u8> = bytes.iter().rev().copied().collect();
        n.action("jane attaches report.bin in Roundup");
        self.stage.done(self.jane.attach(ISSUE, "report.bin", "application/octet-stream", report.clone()))?;
        n.see("Jira has report.bin with the same bytes", || self.remote_file("report.bin").as_deref() == Some(&report[..]))
            .await
    }

    async fn conflict(&self, worker: RunningWorker) -> Result<RunningWorker, NotSeen> {
        let n = self.stage.narrator;
        n.step("A conflict: both sides change between two syncs");
        worker.stop().await;
        n.action("the worker is stopped; events wait in the queue");
        n.action("jane sets title to \"ours\" in Roundup, Jane Doe sets summary to \"theirs\" in Jira");
        self.stage.done(self.jane.set(ISSUE, "title", "ours"))?;
        self.edit_summary("theirs")?;
        let remote = self.jira().issue(KEY).ok_or(NotSeen)?.id.as_str().into();
        let explained = self.stage.explain(SYNC, &remote).await?;
        n.verify("both sides are as they were", self.title() == "ours" && self.summary() == "theirs")?;
        n.verify("the rule says that the remote side wins", explained.contains("\"ours\" -> \"theirs\" (both sides changed"))?;
        n.action("the worker is started again");
        let worker = RunningWorker::start(self.stage.demo);
        n.see("Roundup's title is \"theirs\", as explained", || self.title() == "theirs").await?;
        n.verify("and so is Jira's summary", self.summary() == "theirs")?;
        Ok(worker)
    }

    async fn crash(&self, worker: RunningWorker) -> Result<RunningWorker, NotSeen> {
        let n = self.stage.narrator;
        n.step("A crash between a request and its answer");
        n.action("Jira will take the next comment and lose the answer on the way");
        let lost =
            Fault { method: Some("POST".to_owned()), path_contains: "/comment".to_owned(), after: true, ..Fault::default() };
        self.jira().add_fault(lost);
        n.action("jane writes \"Fixed in 2.1.\" in Roundup, with the keyword customer");
        self.stage.done(self.jane.add_message(ISSUE, "Fixed in 2.1.", &["customer"]))?;
        n.see("Jira has the comment, and we do not know", || self.comments_with("Fixed in 2.1.") == 1).await?;
        worker.crash().await;
        n.action("the worker dies at this very moment, and another one starts");
        let worker = RunningWorker::start(self.stage.demo);
        self.stage.done(self.jane.set(ISSUE, "title", "Brake light: fixed in 2.1"))?;
        n.see("the issue goes on: Jira has the next change", || self.summary() == "Brake light: fixed in 2.1").await?;
        n.see("the comment was found by its token and is known now", || self.is_settled()).await?;
        n.verify("it is in Jira once", self.comments_with("Fixed in 2.1.") == 1)?;
        n.verify("and has not come back as a message", self.messages_with("Fixed in 2.1.") == 1)?;
        Ok(worker)
    }

    /// Whether the token of the lost comment was looked up: recovery asks for all comments.
    fn is_settled(&self) -> bool {
        let requests = self.jira().requests();
        let lost = requests.iter().rposition(|request| request.method == "POST" && request.path.contains("/comment"));
        lost.is_some_and(|at| requests[at..].iter().any(|request| request.method == "GET" && request.path.contains("/comment")))
    }

    fn edit_summary(&self, summary: &str) -> Result<(), NotSeen> {
        self.stage.done(self.jira().edit_fields("jane", KEY, json!({ "summary": summary })))
    }

    fn jira(&self) -> &JiraState {
        self.stage.demo.trackers.upstream.state()
    }

    fn title(&self) -> String {
        self.property("title")
    }

    fn property(&self, name: &str) -> String {
        let issue = self.jane.issue(ISSUE).unwrap_or_default();
        let attributes = if issue["attributes"].is_object() { &issue["attributes"] } else { &issue };
        attributes[name].as_str().unwrap_or_default().to_owned()
    }

    fn summary(&self) -> String {
        self.jira().issue(KEY).map(|issue| issue.summary).unwrap_or_default()
    }

    fn messages_with(&self, text: &str) -> usize {
        let messages = self.jane.messages(ISSUE).unwrap_or_default();
        messages.iter().filter(|message| message.content.contains(text)).count()
    }

    fn comments_with(&self, text: &str) -> usize {
        let comments = self.jira().issue(KEY).map(|issue| issue.comments).unwrap_or_default();
        comments.iter().filter(|comment| comment.body.contains(text)).count()
    }

    fn local_file(&self, name: &str) -> Option<Vec<u8>> {
        let files = self.jane.files(ISSUE).ok()?;
        files.into_iter().find(|file| file.name == name).map(|file| file.bytes.to_vec())
    }

    fn remote_file(&self, name: &str) -> Option<Vec<u8>> {
        let issue = self.jira().issue(KEY)?;
        issue.attachments.into_iter().find(|file| file.file_name == name).map(|file| file.content.to_vec())
    }
}
