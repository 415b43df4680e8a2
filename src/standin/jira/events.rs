//! Bodies of webhook deliveries. The two products tell the same change differently.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    courier::Flow,
    instant::SiteClock,
    jql_fields::Matcher,
    model::{Attachment, Change, Comment, Issue, IssueLink, Worklog},
    options::Dialect,
    site::Site,
    store::Store,
    view::{Api, View},
    webhooks::Webhook,
};

/// What happened to a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommentEvent {
    Created,
    Updated,
    Deleted,
}

impl CommentEvent {
    fn name(self) -> &'static str {
        match self {
            Self::Created => "comment_created",
            Self::Updated => "comment_updated",
            Self::Deleted => "comment_deleted",
        }
    }

    fn issue_event_type(self) -> &'static str {
        match self {
            Self::Created => "issue_commented",
            Self::Updated => "issue_comment_edited",
            Self::Deleted => "issue_comment_deleted",
        }
    }
}

/// Tells the webhooks of one change after the other.
pub(super) struct Teller<'a> {
    site: &'a Site,
    store: &'a Store,
    actor: &'a str,
}

impl<'a> Teller<'a> {
    pub(super) fn new(site: &'a Site, store: &'a Store, actor: &'a str) -> Self {
        Self { site, store, actor }
    }

    /// Webhooks speak the second API version on both products.
    fn view(&self) -> View<'a> {
        View { site: self.site, api: Api::V2 }
    }

    fn cloud(&self) -> bool {
        self.site.options.dialect == Dialect::Cloud
    }

    fn publish(&self, event: &str, issue: Option<&Issue>, flow: Flow, parts: Vec<(&str, Value)>) {
        self.publish_about(issue, event, issue, flow, parts);
    }

    /// Publishes what is about an issue, whether the delivery names it or not.
    fn publish_about(&self, about: Option<&Issue>, event: &str, named: Option<&Issue>, flow: Flow, parts: Vec<(&str, Value)>) {
        let mut body = Map::new();
        body.insert("timestamp".to_owned(), json!(SiteClock::now().as_millisecond()));
        body.insert("webhookEvent".to_owned(), json!(event));
        body.extend(parts.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let body = Bytes::from(Value::Object(body).to_string());
        let key = named.map(|issue| issue.key.as_str());
        let wanted = |webhook: &&Webhook| webhook.wants(event) && about.is_none_or(|issue| self.passes(webhook, issue));
        for webhook in self.store.webhooks.iter().filter(wanted) {
            let body = if webhook.terms.exclude_body { Bytes::new() } else { body.clone() };
            webhook.queue.send(event, key, body, flow);
        }
    }

    /// Whether an issue passes the filter of a webhook, which sees what its owner sees.
    fn passes(&self, webhook: &Webhook, issue: &Issue) -> bool {
        let caller = webhook.updated_by.as_deref().unwrap_or(self.actor);
        let matcher = Matcher { site: self.site, store: self.store, caller };
        webhook.query.as_ref().is_none_or(|query| matcher.matches(query, issue))
    }

    fn actor_shown(&self) -> Value {
        self.view().user(Some(self.actor))
    }

    /// The issue with all its fields; Cloud shows its comments only when it is gone.
    fn issue(&self, issue: &Issue, with_comments: bool) -> Value {
        let mut fields = self.view().fields(self.store, issue);
        if self.cloud() && !with_comments {
            fields.remove("comment");
            fields.remove("worklog");
        }
        json!({
            "id": issue.id.to_string(),
            "self": self.view().link(&format!("issue/{}", issue.id)),
            "key": issue.key,
            "fields": fields,
        })
    }

    /// The short form beside a comment on Cloud; its `self` lacks a part of the path, as observed.
    fn short_issue(&self, issue: &Issue) -> Value {
        let mut fields = self.view().fields(self.store, issue);
        let shown = ["summary", "issuetype", "project", "assignee", "priority", "status"];
        fields.retain(|name, _| shown.contains(&name.as_str()));
        json!({
            "id": issue.id.to_string(),
            "self": self.view().link(&issue.id.to_string()),
            "key": issue.key,
            "fields": fields,
        })
    }

    fn changelog(&self, id: u64, changes: &[Change]) -> Value {
        json!({"id": id.to_string(), "items": self.view().changes(changes)})
    }

    pub(super) fn issue_created(&self, issue: &Issue, changelog_id: u64, changes: &[Change]) {
        let mut parts = vec![
            ("issue_event_type_name", json!("issue_created")),
            ("user", self.actor_shown()),
            ("issue", self.issue(issue, false)),
        ];
        if self.cloud() {
            parts.push(("changelog", self.changelog(changelog_id, changes)));
        }
        self.publish("jira:issue_created", Some(issue), Flow::Primary, parts);
    }

    pub(super) fn issue_updated(&self, issue: &Issue, kind: &str, changelog_id: u64, changes: &[Change]) {
        let parts = vec![
            ("issue_event_type_name", json!(kind)),
            ("user", self.actor_shown()),
            ("issue", self.issue(issue, false)),
            ("changelog", self.changelog(changelog_id, changes)),
        ];
        self.publish("jira:issue_updated", Some(issue), Flow::Primary, parts);
    }

    /// The end of an issue, followed by that of everything on it.
    pub(super) fn issue_deleted(&self, issue: &Issue) {
        let parts = vec![("user", self.actor_shown()), ("issue", self.issue(issue, true))];
        self.publish("jira:issue_deleted", Some(issue), Flow::Primary, parts);
        if !self.cloud() {
            return;
        }
        for comment in &issue.comments {
            let parts = vec![("comment", self.view().comment(issue.id, comment)), ("issue", self.short_issue(issue))];
            self.publish("comment_deleted", Some(issue), Flow::Secondary, parts);
        }
        for attachment in &issue.attachments {
            let parts = vec![("attachment", self.view().attachment(attachment))];
            self.publish("attachment_deleted", None, Flow::Secondary, parts);
        }
    }

    /// One delivery on Cloud; on Data Center two, of which only the second names the issue.
    pub(super) fn comment(&self, event: CommentEvent, issue: &Issue, comment: &Comment) {
        let shown = self.view().comment(issue.id, comment);
        if self.cloud() {
            let parts = vec![("comment", shown), ("issue", self.short_issue(issue))];
            self.publish(event.name(), Some(issue), Flow::Primary, parts);
            return;
        }
        let mut parts = vec![("comment", shown.clone())];
        if event != CommentEvent::Created {
            parts.push(("user", self.actor_shown()));
        }
        self.publish_about(Some(issue), event.name(), None, Flow::Primary, parts);
        let mut parts = vec![
            ("issue_event_type_name", json!(event.issue_event_type())),
            ("user", self.actor_shown()),
            ("issue", self.issue(issue, false)),
        ];
        if event != CommentEvent::Deleted {
            parts.push(("comment", shown));
        }
        self.publish("jira:issue_updated", Some(issue), Flow::Primary, parts);
    }

    /// Noted work. Its delivery names the issue by nothing but a number inside of it.
    pub(super) fn worklog(&self, issue: u64, worklog: &Worklog) {
        self.publish("worklog_created", None, Flow::Primary, vec![("worklog", self.view().worklog(issue, worklog))]);
    }

    /// A link that came or went: numbers of two issues, no keys, and nobody who did it.
    pub(super) fn issue_link(&self, event: &str, link: &IssueLink) {
        let kind = self.site.options.link_types.get(link.kind).map(|spec| {
            json!({
                "id": 10_000 + link.kind, "name": spec.name, "outwardName": spec.outward, "inwardName": spec.inward,
                "isSubTaskLinkType": false, "isSystemLinkType": false,
            })
        });
        let shown = json!({
            "id": link.id, "sourceIssueId": link.source, "destinationIssueId": link.destination,
            "issueLinkType": kind, "systemLink": false, "sequence": null,
        });
        self.publish(event, None, Flow::Primary, vec![("issueLink", shown)]);
    }

    /// A new file. Nothing in this delivery says which issue has it.
    pub(super) fn attachment_created(&self, attachment: &Attachment) {
        let parts = vec![("attachment", self.view().attachment(attachment))];
        self.publish("attachment_created", None, Flow::Primary, parts);
    }

    /// A removed file, just as silent about its issue.
    pub(super) fn attachment_deleted(&self, attachment: &Attachment) {
        let parts = vec![("attachment", self.view().attachment(attachment))];
        self.publish("attachment_deleted", None, Flow::Primary, parts);
    }
}
