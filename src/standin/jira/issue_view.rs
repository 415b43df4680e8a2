//! How issues and everything on them look in answers and webhooks.

use serde_json::{Map, Value, json};

use super::{
    catalogue::Choice,
    model::{Attachment, Change, Comment, History, Issue, RemoteLink},
    projects::PartKind,
    store::Store,
    view::{View, encoded},
};

impl View<'_> {
    /// All fields of an issue.
    pub(super) fn fields(&self, store: &Store, issue: &Issue) -> Map<String, Value> {
        let fields = &issue.fields;
        let time = |at| json!(self.site.clock.write(at));
        let mut shown = unused_fields();
        let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
        put("summary", json!(fields.summary));
        put("description", self.text(fields.description.as_deref()));
        put("environment", self.text(fields.environment.as_deref()));
        put("issuetype", self.choice(Choice::IssueType, fields.issue_type));
        put("priority", self.choice(Choice::Priority, fields.priority));
        put("status", self.choice(Choice::Status, fields.status));
        put("resolution", fields.resolution.map_or(Value::Null, |index| self.choice(Choice::Resolution, index)));
        put("resolutiondate", issue.resolved.map_or(Value::Null, time));
        put("project", self.project_at(issue.project));
        put("labels", json!(fields.labels));
        put("assignee", self.user(fields.assignee.as_deref()));
        put("reporter", self.user(fields.reporter.as_deref()));
        put("creator", self.user(Some(&issue.creator)));
        put("created", time(issue.created));
        put("updated", time(issue.updated));
        put("duedate", json!(fields.due));
        if let Some(project) = self.site.options.projects.get(issue.project) {
            put("components", self.parts(PartKind::Component, project, Some(&fields.components)));
            put("fixVersions", self.parts(PartKind::Version, project, Some(&fields.fix_versions)));
            put("versions", self.parts(PartKind::Version, project, Some(&fields.versions)));
            put("security", self.security(project, fields.security.as_deref()));
        }
        put("comment", self.comment_container(issue));
        put("attachment", Value::Array(issue.attachments.iter().map(|file| self.attachment(file)).collect()));
        if self.cloud() {
            put("statuscategorychangedate", time(issue.status_changed));
            put("statusCategory", self.category(fields.status));
        }
        put("worklog", self.worklogs(issue, 20));
        let (votes, watches) = (format!("issue/{}/votes", issue.key), format!("issue/{}/watchers", issue.key));
        put("votes", json!({"self": self.link(&votes), "votes": issue.votes.len(), "hasVoted": false}));
        put("watches", json!({"self": self.link(&watches), "watchCount": issue.watchers.len(), "isWatching": true}));
        put("issuelinks", self.issue_links(store, issue.id));
        put("subtasks", store.subtasks(issue.id).map(|part| self.mentioned(part)).collect());
        if let Some(parent) = fields.parent.and_then(|parent| store.issues.get(&parent)) {
            put("parent", self.mentioned(parent));
        }
        for spec in &self.site.options.custom_fields {
            put(&spec.id(), self.custom(spec, issue));
        }
        shown
    }

    fn comment_container(&self, issue: &Issue) -> Value {
        let comments: Vec<Value> = issue.comments.iter().map(|comment| self.comment(issue.id, comment)).collect();
        let total = comments.len();
        let mut shown = json!({"comments": comments, "maxResults": total, "total": total, "startAt": 0});
        if self.cloud() {
            shown["self"] = json!(self.link(&format!("issue/{}/comment", issue.id)));
        }
        shown
    }

    pub(super) fn comment(&self, issue: u64, comment: &Comment) -> Value {
        let mut shown = json!({
            "self": self.link(&format!("issue/{issue}/comment/{}", comment.id)),
            "id": comment.id.to_string(),
            "author": self.user(Some(&comment.author)),
            "body": self.text(Some(&comment.body)),
            "updateAuthor": self.user(Some(&comment.update_author)),
            "created": self.site.clock.write(comment.created),
            "updated": self.site.clock.write(comment.updated),
        });
        if self.cloud() {
            shown["jsdPublic"] = json!(true);
        }
        if let Some(visibility) = &comment.visibility {
            shown["visibility"] = visibility.clone();
        }
        shown
    }

    pub(super) fn attachment(&self, attachment: &Attachment) -> Value {
        let id = attachment.id;
        let content = if self.cloud() {
            self.link(&format!("attachment/content/{id}"))
        } else {
            format!("{}/secure/attachment/{id}/{}", self.site.base, encoded(&attachment.file_name))
        };
        json!({
            "self": self.link(&format!("attachment/{id}")),
            "id": id.to_string(),
            "filename": attachment.file_name,
            "author": self.user(Some(&attachment.author)),
            "created": self.site.clock.write(attachment.created),
            "size": attachment.content.len(),
            "mimeType": attachment.media_type,
            "content": content,
        })
    }

    pub(super) fn remote_link(&self, issue: &Issue, link: &RemoteLink) -> Value {
        let mut shown = json!({
            "id": link.id,
            "self": self.link(&format!("issue/{}/remotelink/{}", issue.key, link.id)),
            "application": link.application,
            "object": link.object,
        });
        if let Some(global_id) = &link.global_id {
            shown["globalId"] = json!(global_id);
        }
        if let Some(relationship) = &link.relationship {
            shown["relationship"] = json!(relationship);
        }
        shown
    }

    /// The items of a changelog. Older Data Center leaves `fieldId` out, so it is a Cloud matter here.
    pub(super) fn changes(&self, changes: &[Change]) -> Value {
        let item = |change: &Change| {
            let mut item = json!({
                "field": change.field,
                "fieldtype": if change.custom { "custom" } else { "jira" },
                "from": change.from, "fromString": change.from_text,
                "to": change.to, "toString": change.to_text,
            });
            if self.cloud() {
                item["fieldId"] = json!(change.field_id);
            }
            item
        };
        Value::Array(changes.iter().map(item).collect())
    }

    /// The history of an issue; the newest comes first on Cloud and last on Data Center.
    pub(super) fn changelog(&self, histories: &[History]) -> Value {
        let mut shown: Vec<Value> = histories
            .iter()
            .map(|history| {
                json!({
                    "id": history.id.to_string(),
                    "author": self.user(Some(&history.author)),
                    "created": self.site.clock.write(history.at),
                    "items": self.changes(&history.changes),
                })
            })
            .collect();
        if self.cloud() {
            shown.reverse();
        }
        json!({"startAt": 0, "maxResults": shown.len(), "total": shown.len(), "histories": shown})
    }
}

/// Fields every real issue has and this server never fills.
fn unused_fields() -> Map<String, Value> {
    let progress = json!({"progress": 0, "total": 0});
    let shown = json!({
        "timespent": null, "timeestimate": null, "timeoriginalestimate": null, "aggregatetimespent": null,
        "aggregatetimeestimate": null, "aggregatetimeoriginalestimate": null, "timetracking": {},
        "workratio": -1, "lastViewed": null, "progress": progress, "aggregateprogress": progress,
    });
    match shown {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
