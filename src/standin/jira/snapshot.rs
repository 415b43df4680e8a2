//! Issues as they are at one moment.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    catalogue::Choice,
    model::Issue,
    site::Site,
    stored_file::StoredFile,
    view::{Api, View},
};

/// A comment at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommentSnapshot {
    /// Id.
    pub id: String,
    /// Login name of the author.
    pub author: String,
    /// Text.
    pub body: String,
    /// When it was written.
    pub created: String,
    /// When it was last rewritten.
    pub updated: String,
    /// Hidden properties.
    pub properties: BTreeMap<String, Value>,
}

/// An attachment at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttachmentSnapshot {
    /// Id.
    pub id: String,
    /// Name of the file.
    pub file_name: String,
    /// Login name of whoever attached it.
    pub author: String,
    /// Media type.
    pub media_type: String,
    /// Digest of the content in hexadecimal.
    pub sha256: String,
    /// The content.
    #[serde(skip)]
    pub content: StoredFile,
}

/// An issue at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssueSnapshot {
    /// Id.
    pub id: String,
    /// Key.
    pub key: String,
    /// Summary.
    pub summary: String,
    /// Description in plain text.
    pub description: Option<String>,
    /// Name of the issue type.
    pub issue_type: String,
    /// Name of the priority.
    pub priority: String,
    /// Name of the status.
    pub status: String,
    /// Name of the resolution, if there is one.
    pub resolution: Option<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// Names of the components.
    pub components: Vec<String>,
    /// Names of the versions it is fixed in.
    pub fix_versions: Vec<String>,
    /// Names of the versions it affects.
    pub versions: Vec<String>,
    /// Environment in plain text.
    pub environment: Option<String>,
    /// The day it is due, `2030-01-02`.
    pub due: Option<String>,
    /// Name of the security level.
    pub security: Option<String>,
    /// Id of the issue it is a part of.
    pub parent: Option<String>,
    /// Login name of the assignee.
    pub assignee: Option<String>,
    /// Login name of the reporter.
    pub reporter: Option<String>,
    /// Custom fields that have a value, by field id.
    pub custom: BTreeMap<String, Value>,
    /// When it was created.
    pub created: String,
    /// When it last changed.
    pub updated: String,
    /// Comments from the oldest.
    pub comments: Vec<CommentSnapshot>,
    /// Attachments from the oldest.
    pub attachments: Vec<AttachmentSnapshot>,
    /// Hidden properties.
    pub properties: BTreeMap<String, Value>,
    /// Remote links as REST shows them.
    pub remote_links: Vec<Value>,
}

fn name(site: &Site, choice: Choice, index: usize) -> String {
    choice.names(&site.options).get(index).map(|name| (*name).to_owned()).unwrap_or_default()
}

/// Takes a snapshot.
pub(super) fn take(site: &Site, issue: &Issue) -> IssueSnapshot {
    let fields = &issue.fields;
    let view = View { site, api: Api::V2 };
    let time = |at| site.clock.write(at);
    let custom = fields.custom.iter().map(|(number, value)| (format!("customfield_{number}"), value.clone()));
    let comments = issue.comments.iter().map(|comment| CommentSnapshot {
        id: comment.id.to_string(),
        author: comment.author.clone(),
        body: comment.body.clone(),
        created: time(comment.created),
        updated: time(comment.updated),
        properties: comment.properties.clone(),
    });
    let attachments = issue.attachments.iter().map(|file| AttachmentSnapshot {
        id: file.id.to_string(),
        file_name: file.file_name.clone(),
        author: file.author.clone(),
        media_type: file.media_type.clone(),
        sha256: file.content.sha256().to_owned(),
        content: file.content.clone(),
    });
    IssueSnapshot {
        id: issue.id.to_string(),
        key: issue.key.clone(),
        summary: fields.summary.clone(),
        description: fields.description.clone(),
        issue_type: name(site, Choice::IssueType, fields.issue_type),
        priority: name(site, Choice::Priority, fields.priority),
        status: name(site, Choice::Status, fields.status),
        resolution: fields.resolution.map(|index| name(site, Choice::Resolution, index)),
        labels: fields.labels.clone(),
        components: fields.components.clone(),
        fix_versions: fields.fix_versions.clone(),
        versions: fields.versions.clone(),
        environment: fields.environment.clone(),
        due: fields.due.clone(),
        security: fields.security.clone(),
        parent: fields.parent.map(|id| id.to_string()),
        assignee: fields.assignee.clone(),
        reporter: fields.reporter.clone(),
        custom: custom.collect(),
        created: time(issue.created),
        updated: time(issue.updated),
        comments: comments.collect(),
        attachments: attachments.collect(),
        properties: issue.properties.clone(),
        remote_links: issue.remote_links.iter().map(|link| view.remote_link(issue, link)).collect(),
    }
}
