//! The event in the queue: `CloudEvents` 1.0 in JSON, one for each changed issue and sync.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{EventId, IssueId, SyncName, TrackerName},
    sync::issue::Side,
};

/// An event, as it stands in the queue. Unknown members are ignored, so that a newer program may add some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Always `1.0`.
    pub specversion: String,
    /// The sender's delivery id, else a UUID v7.
    pub id: EventId,
    /// `/trackers/NAME`.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// The issue, as people call it where that is known.
    pub subject: String,
    /// When the event was taken in.
    pub time: Timestamp,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Trace context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// What a worker has to know.
    pub data: JobData,
}

/// What a worker has to know. It says *that* an issue changed, never *what* to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobData {
    /// The sync.
    pub sync: SyncName,
    /// The side that the issue is on.
    pub side: Side,
    /// The issue's id in its tracker.
    pub issue: IssueId,
    /// `webhook`, `sweep`, `command`, `arrival`.
    pub cause: String,
    /// What happened, in a word, where the sender says so: `issue_updated`, `commented`. It is told to people; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// The sender's delivery id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
    /// Who changed the issue, where the sender says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// How often this issue was said to have changed, when the event was taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<String>,
    /// Attempts that failed so far.
    #[serde(default)]
    pub attempts: u32,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<JobError>,
}

impl JobData {
    /// That an issue changed, for `webhook`, `sweep`, `command` or `arrival`; nothing else is known of it, and nothing was tried.
    #[must_use]
    pub fn of(sync: SyncName, side: Side, issue: IssueId, cause: &str) -> Self {
        Self {
            sync,
            side,
            issue,
            cause: cause.to_owned(),
            change: None,
            delivery: None,
            actor: None,
            generation: None,
            attempts: 0,
            error: None,
        }
    }
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobError {
    /// `transient`, `refused`, `permanent`, `bug`, `undecodable`.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// When.
    pub at: Timestamp,
    /// The trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// The type of "this issue may have changed".
pub const ISSUE_CHANGED: &str = "dev.trackersync.issue.changed";
/// The type of "this issue is gone".
pub const ISSUE_DELETED: &str = "dev.trackersync.issue.deleted";
/// The type of "this package may have arrived": the issue is the package's reference.
pub const PACKAGE_ARRIVED: &str = "dev.trackersync.package.arrived";

/// Why a message is no job.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    /// Not our JSON.
    #[error("no event: {0}")]
    Json(#[from] serde_json::Error),
    /// A newer or foreign format.
    #[error("an event of version {0}, not 1.0")]
    Version(String),
    /// A type that this program does not know.
    #[error("an event of the unknown type {0}")]
    Type(String),
}

impl Job {
    /// A new job.
    #[must_use]
    pub fn new(id: EventId, tracker: &TrackerName, kind: &str, subject: String, time: Timestamp, data: JobData) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id,
            source: format!("/trackers/{tracker}"),
            kind: kind.to_owned(),
            subject,
            time,
            datacontenttype: "application/json".to_owned(),
            traceparent: None,
            data,
        }
    }

    /// Reads a message from the queue.
    ///
    /// # Errors
    /// It is none of ours.
    pub fn decode(body: &[u8]) -> Result<Self, Undecodable> {
        let job: Self = serde_json::from_slice(body)?;
        if job.specversion != "1.0" {
            return Err(Undecodable::Version(job.specversion));
        }
        match job.kind.as_str() {
            ISSUE_CHANGED | ISSUE_DELETED | PACKAGE_ARRIVED => Ok(job),
            _ => Err(Undecodable::Type(job.kind)),
        }
    }

    /// The message for the queue.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        // Strings, numbers and options: this cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn job() -> Job {
        let data = JobData {
            change: Some("commented".to_owned()),
            actor: Some("jane".to_owned()),
            attempts: 2,
            ..JobData::of("s".into(), Side::Remote, "10001".into(), "webhook")
        };
        Job::new(EventId::new("e"), &"up".into(), ISSUE_CHANGED, "UP-1".to_owned(), Timestamp::UNIX_EPOCH, data)
    }

    #[test]
    fn a_job_comes_back_as_it_went() {
        assert_eq!(Job::decode(&job().encode()).unwrap(), job());
    }

    #[test]
    fn unknown_members_are_ignored_and_unknown_types_are_not() {
        let mut json: serde_json::Value = serde_json::from_slice(&job().encode()).unwrap();
        json["later"] = 1.into();
        json["data"]["more"] = 2.into();
        assert_eq!(Job::decode(json.to_string().as_bytes()).unwrap(), job());
        json["type"] = "dev.trackersync.moon".into();
        assert!(matches!(Job::decode(json.to_string().as_bytes()), Err(Undecodable::Type(_))));
        json["specversion"] = "2.0".into();
        assert!(matches!(Job::decode(json.to_string().as_bytes()), Err(Undecodable::Version(_))));
    }

    #[test]
    fn a_job_of_an_older_program_does_not_say_what_happened() {
        let mut json: serde_json::Value = serde_json::from_slice(&job().encode()).unwrap();
        assert!(json["data"].as_object_mut().unwrap().remove("change").is_some());
        let old = Job::decode(json.to_string().as_bytes()).unwrap();
        assert_eq!((old.data.cause.as_str(), old.data.change), ("webhook", None));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Job::decode(&bytes);
        }
    }
}
