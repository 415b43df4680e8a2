//! What a Jira site keeps: issues and everything that hangs on them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::stored_file::StoredFile;

/// The part of an issue that people edit. An edit is made on a copy, and the changelog is the difference.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    pub(super) summary: String,
    pub(super) description: Option<String>,
    pub(super) environment: Option<String>,
    /// Index into the site's issue types.
    pub(super) issue_type: usize,
    /// Index into the site's priorities.
    pub(super) priority: usize,
    /// Index into the site's statuses.
    pub(super) status: usize,
    /// Index into the site's resolutions.
    pub(super) resolution: Option<usize>,
    pub(super) labels: Vec<String>,
    pub(super) components: Vec<String>,
    pub(super) fix_versions: Vec<String>,
    pub(super) versions: Vec<String>,
    /// Login name.
    pub(super) assignee: Option<String>,
    /// Login name.
    pub(super) reporter: Option<String>,
    pub(super) due: Option<String>,
    /// Name of the security level.
    pub(super) security: Option<String>,
    /// Id of the issue this one is a part of.
    pub(super) parent: Option<u64>,
    /// By the number of the custom field.
    pub(super) custom: BTreeMap<u64, Value>,
}

/// One field's change as the changelog tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Name in the changelog.
    pub(super) field: String,
    /// Id of the field.
    pub(super) field_id: String,
    pub(super) custom: bool,
    pub(super) from: Option<String>,
    pub(super) from_text: Option<String>,
    pub(super) to: Option<String>,
    pub(super) to_text: Option<String>,
}

/// All changes of one edit.
#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) at: Timestamp,
    pub(super) changes: Vec<Change>,
}

/// A comment.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) update_author: String,
    pub(super) body: String,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) visibility: Option<Value>,
    pub(super) properties: BTreeMap<String, Value>,
}

/// An attached file.
#[derive(Debug, Clone)]
pub(super) struct Attachment {
    pub(super) id: u64,
    pub(super) file_name: String,
    pub(super) author: String,
    pub(super) created: Timestamp,
    pub(super) media_type: String,
    pub(super) content: StoredFile,
    /// Id in the media store that Cloud redirects to.
    pub(super) media_id: String,
    /// What opens it there.
    pub(super) media_token: String,
}

/// A link to something outside.
#[derive(Debug, Clone)]
pub(super) struct RemoteLink {
    pub(super) id: u64,
    pub(super) global_id: Option<String>,
    pub(super) relationship: Option<String>,
    pub(super) application: Value,
    pub(super) object: Value,
}

/// Work that somebody did.
#[derive(Debug, Clone)]
pub(super) struct Worklog {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) comment: Option<String>,
    pub(super) started: Timestamp,
    pub(super) seconds: u64,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
}

/// An issue.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) id: u64,
    pub(super) key: String,
    /// Index into the site's projects.
    pub(super) project: usize,
    pub(super) creator: String,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) status_changed: Timestamp,
    pub(super) resolved: Option<Timestamp>,
    pub(super) fields: Fields,
    pub(super) comments: Vec<Comment>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) properties: BTreeMap<String, Value>,
    pub(super) remote_links: Vec<RemoteLink>,
    pub(super) worklogs: Vec<Worklog>,
    /// Login names.
    pub(super) watchers: BTreeSet<String>,
    /// Login names.
    pub(super) votes: BTreeSet<String>,
    pub(super) history: Vec<History>,
}

/// A link between two issues of the site.
#[derive(Debug, Clone)]
pub(super) struct IssueLink {
    pub(super) id: u64,
    /// Index into the site's link types.
    pub(super) kind: usize,
    /// The issue that links: "blocks".
    pub(super) source: u64,
    /// The issue that is linked to: "is blocked by".
    pub(super) destination: u64,
}
