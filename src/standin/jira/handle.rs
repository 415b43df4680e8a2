//! A site seen from the same process: changing issues as its people would, and looking at the outcome.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    changes::Actor,
    journal::{DeliveryRecord, RequestRecord},
    reply::Answer,
    site::Site,
    snapshot::{self, IssueSnapshot},
    stored_file::StoredFile,
    view::Api,
};

/// A change the site refuses, as a REST client would have been told.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Body of the answer.
    pub body: Value,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "refused with status {}: {}", self.status, self.body)
    }
}

impl std::error::Error for Refusal {}

impl From<Answer> for Refusal {
    fn from(answer: Answer) -> Self {
        Self { status: answer.status, body: answer.body() }
    }
}

/// Access to a running site. Every change made through it is told to the webhooks like one made over REST.
#[derive(Clone)]
pub struct JiraState {
    pub(super) site: Arc<Site>,
}

impl fmt::Debug for JiraState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JiraState").field("base", &self.site.base).finish_non_exhaustive()
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn number(id: &str) -> u64 {
    // No id is zero, so a text that is no number names nothing.
    id.parse().unwrap_or_default()
}

impl JiraState {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    fn actor<'a>(&'a self, user: &'a str) -> Result<Actor<'a>, Refusal> {
        let refusal = || Refusal { status: 401, body: json!({"message": format!("there is no user '{user}'")}) };
        self.site.user(user).ok_or_else(refusal)?;
        Ok(Actor { site: &self.site, name: user, api: Api::V2 })
    }

    /// Creates an issue and returns its key. `fields` are those of a REST request of version 2; what they leave
    /// out of project and issue type is the first the site has.
    ///
    /// # Errors
    /// The refusal a REST client would get, also for an unknown user.
    pub fn create_issue(&self, user: &str, fields: Value) -> Result<String, Refusal> {
        let actor = self.actor(user)?;
        let mut fields = object(fields);
        let options = &self.site.options;
        if let Some(project) = options.projects.first() {
            fields.entry("project").or_insert_with(|| json!({"key": project.key}));
        }
        if let Some(name) = options.issue_types.first() {
            fields.entry("issuetype").or_insert_with(|| json!({"name": name}));
        }
        let mut store = self.site.store();
        let id = actor.create(&mut store, &object(json!({"fields": fields})))?;
        Ok(store.issues.get(&id).map(|issue| issue.key.clone()).unwrap_or_default())
    }

    /// Sets fields of an issue, given as in a REST request of version 2.
    ///
    /// # Errors
    /// The refusal a REST client would get.
    pub fn edit_fields(&self, user: &str, issue: &str, fields: Value) -> Result<(), Refusal> {
        let body = Map::from_iter([("fields".to_owned(), fields)]);
        Ok(self.actor(user)?.edit(&mut self.site.store(), issue, &body)?)
    }

    /// Moves an issue to a status, along whichever transition leads there.
    ///
    /// # Errors
    /// The refusal a REST client would get; a status out of reach is an invalid transition.
    pub fn move_to_status(&self, user: &str, issue: &str, status: &str) -> Result<(), Refusal> {
        let actor = self.actor(user)?;
        let mut store = self.site.store();
        let options = &self.site.options;
        let found = store.issue(issue)?;
        let index = found.fields.status;
        let transitions = self.site.transitions(found.project, found.fields.issue_type);
        let present = options.statuses.get(index).map(|spec| spec.name.as_str()).unwrap_or_default();
        let mut open = transitions.iter();
        let way = open.find(|spec| spec.to.eq_ignore_ascii_case(status) && spec.from.iter().any(|from| from == present));
        let id = way.map(|spec| spec.id.to_string()).unwrap_or_default();
        Ok(actor.transition(&mut store, issue, &id, &Map::new())?)
    }

    /// Moves an issue to the project of this key; its new key.
    ///
    /// # Errors
    /// The refusal that people would get: no such project, or no such issue for this user.
    pub fn move_to_project(&self, user: &str, issue: &str, project: &str) -> Result<String, Refusal> {
        Ok(self.actor(user)?.move_to(&mut self.site.store(), issue, project)?)
    }

    /// Deletes an issue.
    ///
    /// # Errors
    /// The refusal a REST client would get.
    pub fn delete_issue(&self, user: &str, issue: &str) -> Result<(), Refusal> {
        Ok(self.actor(user)?.delete(&mut self.site.store(), issue, true)?)
    }

    /// Adds a comment and returns its id.
    ///
    /// # Errors
    /// The refusal a REST client would get.
    pub fn add_comment(&self, user: &str, issue: &str, body: &str) -> Result<String, Refusal> {
        let id = self.actor(user)?.comment(&mut self.site.store(), issue, &object(json!({"body": body})))?;
        Ok(id.to_string())
    }

    /// Rewrites a comment.
    ///
    /// # Errors
    /// The refusal a REST client would get.
    pub fn edit_comment(&self, user: &str, issue: &str, comment: &str, body: &str) -> Result<(), Refusal> {
        let body = object(json!({"body": body}));
        Ok(self.actor(user)?.edit_comment(&mut self.site.store(), issue, number(comment), &body)?)
    }

    /// Removes a comment.
    ///
    /// # Errors
    /// The refusal a REST client would get.
    pub fn delete_comment(&self, user: &str, issue: &str, comment: &str) -> Result<(), Refusal> {
        Ok(self.actor(user)?.delete_comment(&mut self.site.store(), issue, number(comment))?)
    }

    /// Attaches a file and returns the attachment's id.
    ///
    /// # Errors
    /// The refusal a REST client would get.
    pub fn add_attachment(
        &self,
        user: &str,
        issue: &str,
        file_name: &str,
        media_type: &str,
        content: impl Into<Bytes>,
    ) -> Result<String, Refusal> {
        let actor = self.actor(user)?;
        let full = |error: std::io::Error| Refusal { status: 500, body: json!({"message": error.to_string()}) };
        let content = StoredFile::of(&content.into()).map_err(full)?;
        let id = actor.attach(&mut self.site.store(), issue, file_name, media_type, content)?;
        Ok(id.to_string())
    }

    /// Removes an attachment.
    ///
    /// # Errors
    /// The refusal a REST client would get.
    pub fn delete_attachment(&self, user: &str, attachment: &str) -> Result<(), Refusal> {
        Ok(self.actor(user)?.detach(&mut self.site.store(), number(attachment))?)
    }

    /// Adds a webhook that gets every kind of event, and returns its id.
    #[must_use = "the id is what removes the webhook again"]
    pub fn add_webhook(&self, url: &str, secret: Option<&str>) -> u64 {
        self.site.add_webhook("in-process", url, secret)
    }

    /// Removes a webhook; what it was already sent is still delivered.
    pub fn remove_webhook(&self, id: u64) {
        self.site.store().webhooks.retain(|webhook| webhook.id != id);
    }

    /// Links two issues: `source` tells the outward words of the type, `destination` the inward ones. Returns the link's id.
    ///
    /// # Errors
    /// The refusal a REST client would get.
    pub fn link_issues(&self, user: &str, kind: &str, source: &str, destination: &str) -> Result<String, Refusal> {
        let body = json!({"type": {"name": kind}, "inwardIssue": {"key": source}, "outwardIssue": {"key": destination}});
        Ok(self.actor(user)?.link(&mut self.site.store(), &object(body))?.to_string())
    }

    /// An issue by id or key.
    #[must_use]
    pub fn issue(&self, id_or_key: &str) -> Option<IssueSnapshot> {
        let store = self.site.store();
        let issue = store.issue(id_or_key).ok()?;
        Some(snapshot::take(&self.site, issue))
    }

    /// All issues from the oldest.
    #[must_use]
    pub fn issues(&self) -> Vec<IssueSnapshot> {
        self.site.store().issues.values().map(|issue| snapshot::take(&self.site, issue)).collect()
    }

    /// The last requests.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.site.journal.requests()
    }

    /// Forgets the requests until now.
    pub fn forget_requests(&self) {
        self.site.journal.forget_requests();
    }

    /// The last webhook deliveries.
    #[must_use]
    pub fn deliveries(&self) -> Vec<DeliveryRecord> {
        self.site.journal.deliveries()
    }
}
