//! Packages: those that arrived, the newest known state of their issues, and those that carry our answers.

mod arrivals;
mod mirror;
mod outgoing;

use async_trait::async_trait;
use jiff::Timestamp;

use super::Store;
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
};

#[async_trait]
impl PackageRecords for Store {
    async fn now(&self) -> Result<Timestamp, Fault> {
        Ok(self.pool.now(&self.clock).await?)
    }

    async fn arrived_package(&self, tracker: &TrackerName, reference: &str) -> Result<Option<ArrivedPackage>, Fault> {
        Ok(arrivals::one(&self.pool, tracker, reference).await?)
    }

    async fn arrived_packages(&self, tracker: &TrackerName, most: u32) -> Result<Vec<ArrivedPackage>, Fault> {
        Ok(arrivals::newest(&self.pool, tracker, most).await?)
    }

    async fn ingest(&self, package: &Ingest) -> Result<bool, Fault> {
        Ok(arrivals::ingest(&self.pool, package).await?)
    }

    async fn refuse(&self, tracker: &TrackerName, reference: &str, at: Timestamp, findings: &[String]) -> Result<(), Fault> {
        Ok(arrivals::refuse(&self.pool, tracker, reference, at, findings).await?)
    }

    async fn unannounced(&self, tracker: &TrackerName, most: u32) -> Result<Vec<(IssueId, String)>, Fault> {
        Ok(mirror::due(&self.pool, tracker, most).await?)
    }

    async fn announced(&self, tracker: &TrackerName, issues: &[(IssueId, String)]) -> Result<(), Fault> {
        Ok(mirror::not_due(&self.pool, tracker, issues).await?)
    }

    async fn mirrored(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Option<MirroredIssue>, Fault> {
        Ok(mirror::issue(&self.pool, tracker, issue).await?)
    }

    async fn mirrored_files(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Vec<MirroredFile>, Fault> {
        Ok(mirror::files(&self.pool, tracker, issue).await?)
    }

    async fn annotations(&self, tracker: &TrackerName, issue: &IssueId) -> Result<Vec<Annotation>, Fault> {
        Ok(mirror::annotations(&self.pool, tracker, issue).await?)
    }

    async fn mirrored_issues(&self, tracker: &TrackerName, since: Option<Timestamp>) -> Result<Vec<IssueId>, Fault> {
        Ok(mirror::list(&self.pool, tracker, since).await?)
    }

    async fn set_own(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        version: i64,
        own: &Attributes,
        at: Timestamp,
    ) -> Result<bool, Fault> {
        Ok(mirror::set_own(&self.pool, (tracker, issue), version, own, at).await?)
    }

    async fn add_annotation(&self, tracker: &TrackerName, issue: &IssueId, annotation: &Annotation) -> Result<(), Fault> {
        // When it was written says nothing of when it came: an old one waits no less for others, and one of a clock that is ahead no more.
        let now = self.pool.now(&self.clock).await?;
        Ok(mirror::add_annotation(&self.pool, (tracker, issue), annotation, now).await?)
    }

    async fn edit_annotation(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        id: &str,
        text: &str,
        at: Timestamp,
    ) -> Result<(), Fault> {
        Ok(mirror::edit_annotation(&self.pool, (tracker, issue), id, text, at).await?)
    }

    async fn remove_annotation(&self, tracker: &TrackerName, issue: &IssueId, id: &str, at: Timestamp) -> Result<(), Fault> {
        Ok(mirror::remove_annotation(&self.pool, (tracker, issue), id, at).await?)
    }

    async fn add_own_file(
        &self,
        tracker: &TrackerName,
        issue: &IssueId,
        file: &MirroredFile,
        at: Timestamp,
    ) -> Result<(), Fault> {
        Ok(mirror::add_own_file(&self.pool, (tracker, issue), file, at).await?)
    }

    async fn unanswered(&self, tracker: &TrackerName, most: u32) -> Result<Vec<Unanswered>, Fault> {
        Ok(outgoing::unanswered(&self.pool, tracker, most).await?)
    }

    async fn open_package(&self, tracker: &TrackerName) -> Result<Option<OutgoingPackage>, Fault> {
        Ok(outgoing::open(&self.pool, tracker).await?)
    }

    async fn pack(
        &self,
        tracker: &TrackerName,
        reference: &str,
        made: Timestamp,
        answers: &[OutgoingAnswer],
    ) -> Result<Packed, Fault> {
        Ok(outgoing::pack(&self.pool, tracker, reference, made, answers).await?)
    }

    async fn answers(&self, reference: &str) -> Result<Vec<OutgoingAnswer>, Fault> {
        Ok(outgoing::answers(&self.pool, reference).await?)
    }

    async fn begin_staging(&self, reference: &str) -> Result<u32, Fault> {
        Ok(outgoing::begin_staging(&self.pool, reference).await?)
    }

    async fn note_staged(&self, reference: &str, attempt: u32) -> Result<bool, Fault> {
        Ok(outgoing::note_staged(&self.pool, reference, attempt).await?)
    }

    async fn note_sent(&self, tracker: &TrackerName, reference: &str, at: Timestamp) -> Result<(), Fault> {
        Ok(outgoing::note_sent(&self.pool, tracker, reference, at).await?)
    }

    async fn outgoing_packages(&self, tracker: &TrackerName, most: u32) -> Result<Vec<OutgoingPackage>, Fault> {
        Ok(outgoing::newest(&self.pool, tracker, most).await?)
    }
}
