//! The records of packages and the folders of an OFTP server, with a point before and after each call that writes.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;

use super::step;
use crate::{
    ids::{IssueId, TrackerName},
    sync::{
        fault::Fault,
        issue::Attributes,
        ports::{
            Annotation, ArrivedPackage, Ingest, MirroredFile, MirroredIssue, OutgoingAnswer, OutgoingPackage, PackageRecords,
            Packed, Unanswered,
        },
    },
    trackers::pfiff::folders::{Arrived, Delivered, Folders, Probe},
};

pub(super) struct PointedRecords(pub Arc<dyn PackageRecords>);

const PORT: &str = "packages";

#[async_trait]
impl PackageRecords for PointedRecords {
    async fn now(&self) -> Result<Timestamp, Fault> {
        self.0.now().await
    }

    async fn arrived_package(&self, tracker: &TrackerName, reference: &str) -> Result<Option<ArrivedPackage>, Fault> {
        self.0.arrived_package(tracker, reference).await
    }

    async fn arrived_packages(&self, tracker: &TrackerName, most: u32) -> Result<Vec<ArrivedPackage>, Fault> {
        self.0.arrived_packages(tracker, most).await
    }

    async fn ingest(&self, package: &Ingest) -> Result<bool, Fault> {
        step(PORT, "ingest", self.0.ingest(package)).await
    }

    async fn refuse(&self, tracker: &TrackerName, reference: &str, at: Timestamp, findings: &[String]) -> Result<(), Fault> {
        step(PORT, "refuse", self.0.refuse(tracker, reference, at, findings)).await
    }

    async fn unannounced(&self, tracker: &TrackerName, most: u32) -> Result<Vec<(IssueId, String)>, Fault> {
        self.0.unannounced(tracker, most).await
    }

    async fn announced(&self, tracker: &TrackerName, issues: &[(IssueId, String)]) -> Result<(), Fault> {
        step(PORT, "announced", self.0.announced(tracker, issues)).await
    }

    async fn mirrored(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Option<MirroredIssue>, Fault> {
        self.0.mirrored(tracker, issue).await
    }

    async fn mirrored_files(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Vec<MirroredFile>, Fault> {
        self.0.mirrored_files(tracker, issue).await
    }

    async fn annotations(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Vec<Annotation>, Fault> {
        self.0.annotations(tracker, issue).await
    }

    async fn mirrored_issues(&self, tracker: &TrackerName, since: Option<Timestamp>) -> Result<Vec<IssueId>, Fault> {
        self.0.mirrored_issues(tracker, since).await
    }

    async fn set_own(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        version: i64,
        own: &Attributes,
        at: Timestamp,
    ) -> Result<bool, Fault> {
        step(PORT, "set_own", self.0.set_own(tracker, issue, version, own, at)).await
    }

    async fn add_annotation(&self, tracker: &TrackerName, issue: &IssueId, annotation: &Annotation) -> Result<(), Fault> {
        step(PORT, "add_annotation", self.0.add_annotation(tracker, issue, annotation)).await
    }

    async fn edit_annotation(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        id: &str,
        text: &str,
        at: Timestamp,
    ) -> Result<(), Fault> {
        step(PORT, "edit_annotation", self.0.edit_annotation(tracker, issue, id, text, at)).await
    }

    async fn remove_annotation(&self, tracker: &TrackerName, issue: &IssueId, id: &str, at: Timestamp) -> Result<(), Fault> {
        step(PORT, "remove_annotation", self.0.remove_annotation(tracker, issue, id, at)).await
    }

    async fn add_own_file(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        file: &MirroredFile,
        at: Timestamp,
    ) -> Result<(), Fault> {
        step(PORT, "add_own_file", self.0.add_own_file(tracker, issue, file, at)).await
    }

    async fn unanswered(&self, tracker: &TrackerName, most: u32) -> Result<Vec<Unanswered>, Fault> {
        self.0.unanswered(tracker, most).await
    }

    async fn open_package(&self, tracker: &TrackerName) -> Result<Option<OutgoingPackage>, Fault> {
        self.0.open_package(tracker).await
    }

    async fn pack(
        &self,
        tracker: &TrackerName,
        reference: &str,
        made: Timestamp,
        answers: &[OutgoingAnswer],
    ) -> Result<Packed, Fault> {
        step(PORT, "pack", self.0.pack(tracker, reference, made, answers)).await
    }

    async fn answers(&self, reference: &str) -> Result<Vec<OutgoingAnswer>, Fault> {
        self.0.answers(reference).await
    }

    async fn begin_staging(&self, reference: &str) -> Result<u32, Fault> {
        step(PORT, "begin_staging", self.0.begin_staging(reference)).await
    }

    async fn note_staged(&self, reference: &str, attempt: u32) -> Result<bool, Fault> {
        step(PORT, "note_staged", self.0.note_staged(reference, attempt)).await
    }

    async fn note_sent(&self, tracker: &TrackerName, reference: &str, at: Timestamp) -> Result<(), Fault> {
        step(PORT, "note_sent", self.0.note_sent(tracker, reference, at)).await
    }

    async fn outgoing_packages(&self, tracker: &TrackerName, most: u32) -> Result<Vec<OutgoingPackage>, Fault> {
        self.0.outgoing_packages(tracker, most).await
    }
}

pub(super) struct PointedFolders(pub Arc<dyn Folders>);

const FOLDERS: &str = "folders";

#[async_trait]
impl Folders for PointedFolders {
    async fn arrived(&self) -> Result<Vec<Arrived>, Fault> {
        self.0.arrived().await
    }

    async fn fetch(&self, name: &str, into: &Path, limit: u64) -> Result<u64, Fault> {
        step(FOLDERS, "fetch", self.0.fetch(name, into, limit)).await
    }

    async fn archive(&self, name: &str, folder: &Path) -> Result<(), Fault> {
        step(FOLDERS, "archive", self.0.archive(name, folder)).await
    }

    async fn remove(&self, name: &str) -> Result<(), Fault> {
        step(FOLDERS, "remove", self.0.remove(name)).await
    }

    async fn stage(&self, name: &str, local: &Path) -> Result<(), Fault> {
        step(FOLDERS, "stage", self.0.stage(name, local)).await
    }

    async fn staged(&self, name: &str) -> Result<Option<u64>, Fault> {
        self.0.staged(name).await
    }

    async fn in_outbox(&self, name: &str) -> Result<Option<u64>, Fault> {
        self.0.in_outbox(name).await
    }

    async fn deliver(&self, staged: &str, name: &str) -> Result<Delivered, Fault> {
        step(FOLDERS, "deliver", self.0.deliver(staged, name)).await
    }

    async fn unstage(&self, name: &str) -> Result<(), Fault> {
        step(FOLDERS, "unstage", self.0.unstage(name)).await
    }

    async fn probe(&self) -> Vec<Probe> {
        self.0.probe().await
    }

    async fn changed(&self) {
        self.0.changed().await;
    }
}
