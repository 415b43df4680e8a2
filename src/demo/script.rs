//! The scripted sequence. Each step acts as a person would on one side and waits until the other side shows it.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::task::JoinHandle;

use super::{
    Demo,
    scene::{Narrator, NotSeen},
};
use crate::{
    lifecycle::Lifecycle,
    standin::{jira::Fault, roundup::Person},
    sync::{engine::RunOptions, outcome::Outcome},
    worker::Worker,
};

/// A worker that can be stopped apart from intake.
struct RunningWorker {
    lifecycle: Lifecycle,
    task: JoinHandle<()>,
}

impl RunningWorker {
    fn start(demo: &Demo) -> Self {
        let lifecycle = Lifecycle::default();
        let worker = Worker { lifecycle: lifecycle.clone(), ..demo.app.worker() };
        Self { lifecycle, task: tokio::spawn(Arc::new(worker).run(Duration::from_secs(5))) }
    }

    /// Finishes what it holds.
    async fn stop(self) {
        self.lifecycle.drain();
        let _ = self.task.await;
    }

    /// Drops everything where it is.
    async fn crash(self) {
        self.lifecycle.abort();
        let _ = self.task.await;
    }
}

/// Plays all steps; `false` at the first that cannot be verified.
pub(super) async fn play(demo: &Demo, narrator: &Narrator) -> bool {
    let stage = Stage { demo, narrator, jane: demo.roundup.acting_as("jane") };
    narrator.tell("Tracker Sync between a Roundup (\"office\", ours) and a Jira (\"upstream\", the customer's).");
    narrator.tell("Both are stand-ins within this program; queue, store and coordination are embedded.");
    if let Ok(()) = stage.all().await {
        narrator.tell("\nAll steps were verified on both sides.\n");
        true
    } else {
        narrator.tell("\nThe demo failed at the step above.\n");
        false
    }
}

struct Stage<'d> {
    demo: &'d Demo,
    narrator: &'d Narrator,
    jane: Person,
}

const KEY: &str = "UP-1";
const ISSUE: &str = "1";

impl Stage<'_> {
    async fn all(&self) -> Result<(), NotSeen> {
        let worker = RunningWorker::start(self.demo);
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
        let n = self.narrator;
        n.step("A new issue in Jira");
        n.action("Jane Doe creates UP-1 \"Brake light flickers\" in Jira");
        self.done(self.demo.jira.state().create_issue("jane", json!({ "summary": "Brake light flickers" })))?;
        n.see("Roundup has issue1 \"Brake light flickers\"", || self.title() == "Brake light flickers").await?;
        n.see("which shows the status of the remote issue in ext_status: Open", || self.property("ext_status") == "Open").await
    }

    async fn title_each_way(&self) -> Result<(), NotSeen> {
        let n = self.narrator;
        n.step("A change on each side");
        n.action("jane sets title to \"Brake light flickers when cold\" in Roundup");
        self.done(self.jane.set(ISSUE, "title", "Brake light flickers when cold"))?;
        n.see("Jira's summary follows", || self.summary() == "Brake light flickers when cold").await?;
        n.action("Jane Doe sets summary to \"Brake light flickers below 0 °C\" in Jira");
        self.edit_summary("Brake light flickers below 0 °C")?;
        n.see("Roundup's title follows", || self.title() == "Brake light flickers below 0 °C").await
    }

    async fn comment_each_way(&self) -> Result<(), NotSeen> {
        let n = self.narrator;
        n.step("A comment each way");
        n.action("Jane Doe comments in Jira: \"Seen on three cars.\"");
        self.done(self.demo.jira.state().add_comment("jane", KEY, "Seen on three cars."))?;
        n.see("it is a message in Roundup", || self.messages_with("Seen on three cars.") == 1).await?;
        n.action("jane writes \"We can reproduce it.\" in Roundup, with the keyword customer");
        self.done(self.jane.add_message(ISSUE, "We can reproduce it.", &["customer"]))?;
        n.see("it is a comment in Jira", || self.comments_with("We can reproduce it.") == 1).await?;
        n.action("jane writes \"Ask the supplier first.\" in Roundup, without the keyword");
        self.done(self.jane.add_message(ISSUE, "Ask the supplier first.", &[]))?;
        self.edit_summary("Brake light flickers below 0 °C (3 cars)")?;
        n.see("a later change of Jira has arrived", || self.title().ends_with("(3 cars)")).await?;
        n.verify("that message has stayed internal", self.comments_with("Ask the supplier first.") == 0)
    }

    async fn file_each_way(&self) -> Result<(), NotSeen> {
        let n = self.narrator;
        let bytes: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
        n.step("An attachment each way, byte for byte");
        n.action("Jane Doe attaches trace.bin (100,000 bytes) in Jira");
        self.done(self.demo.jira.state().add_attachment("jane", KEY, "trace.bin", "application/octet-stream", bytes.clone()))?;
        n.see("Roundup has trace.bin with the same bytes", || self.local_file("trace.bin").as_deref() == Some(&bytes[..]))
            .await?;
        let report: Vec<u8> = bytes.iter().rev().copied().collect();
        n.action("jane attaches report.bin in Roundup");
        self.done(self.jane.attach(ISSUE, "report.bin", "application/octet-stream", report.clone()))?;
        n.see("Jira has report.bin with the same bytes", || self.remote_file("report.bin").as_deref() == Some(&report[..]))
            .await
    }

    async fn conflict(&self, worker: RunningWorker) -> Result<RunningWorker, NotSeen> {
        let n = self.narrator;
        n.step("A conflict: both sides change between two syncs");
        worker.stop().await;
        n.action("the worker is stopped; events wait in the queue");
        n.action("jane sets title to \"ours\" in Roundup, Jane Doe sets summary to \"theirs\" in Jira");
        self.done(self.jane.set(ISSUE, "title", "ours"))?;
        self.edit_summary("theirs")?;
        let explained = self.explain().await.ok_or(NotSeen)?;
        n.tell("     `trackersync explain` says, and writes nothing:");
        n.detail(&explained);
        n.verify("both sides are as they were", self.title() == "ours" && self.summary() == "theirs")?;
        n.verify("the rule says that the remote side wins", explained.contains("\"ours\" -> \"theirs\" (both sides changed"))?;
        n.action("the worker is started again");
        let worker = RunningWorker::start(self.demo);
        n.see("Roundup's title is \"theirs\", as explained", || self.title() == "theirs").await?;
        n.verify("and so is Jira's summary", self.summary() == "theirs")?;
        Ok(worker)
    }

    async fn crash(&self, worker: RunningWorker) -> Result<RunningWorker, NotSeen> {
        let n = self.narrator;
        n.step("A crash between a request and its answer");
        n.action("Jira will take the next comment and lose the answer on the way");
        let lost =
            Fault { method: Some("POST".to_owned()), path_contains: "/comment".to_owned(), after: true, ..Fault::default() };
        self.demo.jira.state().add_fault(lost);
        n.action("jane writes \"Fixed in 2.1.\" in Roundup, with the keyword customer");
        self.done(self.jane.add_message(ISSUE, "Fixed in 2.1.", &["customer"]))?;
        n.see("Jira has the comment, and we do not know", || self.comments_with("Fixed in 2.1.") == 1).await?;
        worker.crash().await;
        n.action("the worker dies at this very moment, and another one starts");
        let worker = RunningWorker::start(self.demo);
        self.done(self.jane.set(ISSUE, "title", "Brake light: fixed in 2.1"))?;
        n.see("the issue goes on: Jira has the next change", || self.summary() == "Brake light: fixed in 2.1").await?;
        n.see("the comment was found by its token and is known now", || self.is_settled()).await?;
        n.verify("it is in Jira once", self.comments_with("Fixed in 2.1.") == 1)?;
        n.verify("and has not come back as a message", self.messages_with("Fixed in 2.1.") == 1)?;
        Ok(worker)
    }

    /// Whether the token of the lost comment was looked up: recovery asks for all comments.
    fn is_settled(&self) -> bool {
        let requests = self.demo.jira.state().requests();
        let lost = requests.iter().rposition(|request| request.method == "POST" && request.path.contains("/comment"));
        lost.is_some_and(|at| requests[at..].iter().any(|request| request.method == "GET" && request.path.contains("/comment")))
    }

    async fn explain(&self) -> Option<String> {
        let engine = self.demo.app.engines.values().next()?;
        let remote = self.demo.jira.state().issue(KEY)?.id.as_str().into();
        let options = RunOptions { dry_run: true, ..RunOptions::default() };
        match engine.run(&remote, &options).await.ok()? {
            Outcome::Ignored(_) => None,
            outcome => outcome.report().map(|report| report.plan.in_words()),
        }
    }

    fn edit_summary(&self, summary: &str) -> Result<(), NotSeen> {
        self.done(self.demo.jira.state().edit_fields("jane", KEY, json!({ "summary": summary })))
    }

    fn done<T, E: std::fmt::Debug>(&self, outcome: Result<T, E>) -> Result<(), NotSeen> {
        match outcome {
            Ok(_) => Ok(()),
            Err(error) => self.narrator.verify(&format!("the edit was refused: {error:?}"), false),
        }
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
        self.demo.jira.state().issue(KEY).map(|issue| issue.summary).unwrap_or_default()
    }

    fn messages_with(&self, text: &str) -> usize {
        let messages = self.jane.messages(ISSUE).unwrap_or_default();
        messages.iter().filter(|message| message.content.contains(text)).count()
    }

    fn comments_with(&self, text: &str) -> usize {
        let comments = self.demo.jira.state().issue(KEY).map(|issue| issue.comments).unwrap_or_default();
        comments.iter().filter(|comment| comment.body.contains(text)).count()
    }

    fn local_file(&self, name: &str) -> Option<Vec<u8>> {
        let files = self.jane.files(ISSUE).ok()?;
        files.into_iter().find(|file| file.name == name).map(|file| file.bytes.to_vec())
    }

    fn remote_file(&self, name: &str) -> Option<Vec<u8>> {
        let issue = self.demo.jira.state().issue(KEY)?;
        issue.attachments.into_iter().find(|file| file.file_name == name).map(|file| file.content.to_vec())
    }
}
