//! Everything that changes an issue. REST requests and the in-process handle come through here alike, so that each
//! change leaves the same traces and is told to the same webhooks.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    changelog,
    edits::{Editor, Screen},
    events::{CommentEvent, Teller},
    instant::SiteClock,
    limits,
    model::{Attachment, Change, Comment, Fields, History, Issue},
    options::StatusCategory,
    reply::Answer,
    site::Site,
    store::Store,
    view::Api,
};

/// Somebody about to change something.
#[derive(Clone, Copy)]
pub(super) struct Actor<'a> {
    pub(super) site: &'a Site,
    pub(super) name: &'a str,
    pub(super) api: Api,
}

fn map<'m>(body: &'m Map<String, Value>, name: &str) -> Result<&'m Map<String, Value>, Answer> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    match body.get(name) {
        None | Some(Value::Null) => Ok(&NONE),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(Answer::message(
            400,
            &format!("'{name}' must be an object."),
        )),
    }
}

/// The markers that can be born with an issue or a comment.
fn properties(body: &Map<String, Value>) -> Result<BTreeMap<String, Value>, Answer> {
    let Some(list) = body.get("properties").filter(|list| !list.is_null()) else {
        return Ok(BTreeMap::new());
    };
    let pair = |entry: &Value| {
        let key = entry.get("key")?.as_str()?;
        (key.len() <= 255).then(|| {
            (
                key.to_owned(),
                entry.get("value").cloned().unwrap_or(Value::Null),
            )
        })
    };
    let pairs: Option<BTreeMap<String, Value>> = list
        .as_array()
        .and_then(|list| list.iter().map(pair).collect());
    pairs.ok_or_else(|| Answer::message(400, "Properties must be a list of keys with values."))
}

impl Actor<'_> {
    fn limit_write(&self, issue: u64) -> Result<(), Answer> {
        let dialect = self.site.options.dialect;
        self.site
            .limits
            .count_write(issue)
            .map_err(|wait| limits::refusal(dialect, 20, wait, "jira-per-issue-on-write"))
    }

    fn editor(&self, project: usize, screen: Screen) -> Result<Editor<'_>, Answer> {
        let project = self
            .site
            .options
            .projects
            .get(project)
            .ok_or_else(Answer::no_issue)?;
        Ok(Editor {
            site: self.site,
            api: self.api,
            screen,
            project,
        })
    }

    fn project_of(&self, fields: &Map<String, Value>) -> Result<usize, Answer> {
        let given = fields.get("project");
        let key = given
            .and_then(|project| project.get("key"))
            .and_then(Value::as_str);
        let id = given.and_then(|project| project.get("id"));
        let id = id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let projects = &self.site.options.projects;
        let found = projects.iter().position(|project| {
            key.is_some_and(|key| key.eq_ignore_ascii_case(&project.key))
                || id == Some(project.id.to_string())
        });
        found.ok_or_else(|| match given {
            None => Answer::field("project", "Specify a valid project ID or key"),
            Some(_) => Answer::field("project", "valid project is required"),
        })
    }

    fn blank(&self) -> Fields {
        Fields {
            summary: String::new(),
            description: None,
            environment: None,
            issue_type: 0,
            priority: self.site.options.priorities.len() / 2,
            status: 0,
            resolution: None,
            labels: Vec::new(),
            components: Vec::new(),
            fix_versions: Vec::new(),
            versions: Vec::new(),
            assignee: None,
            reporter: Some(self.name.to_owned()),
            due: None,
            custom: BTreeMap::new(),
        }
    }

    /// Creates an issue from a request body; returns its id.
    pub(super) fn create(
        &self,
        store: &mut Store,
        body: &Map<String, Value>,
    ) -> Result<u64, Answer> {
        let given = map(body, "fields")?;
        let project = self.project_of(given)?;
        let editor = self.editor(project, Screen::Create)?;
        let mut fields = self.blank();
        let mut errors = editor.apply(&mut fields, given);
        errors.extend(editor.update(&mut fields, map(body, "update")?));
        if !given.contains_key("summary") {
            errors.push((
                "summary".to_owned(),
                "You must specify a summary of the issue.".to_owned(),
            ));
        }
        if !given.contains_key("issuetype") {
            errors.push(("issuetype".to_owned(), "Specify an issue type".to_owned()));
        }
        if !errors.is_empty() {
            return Err(Answer::fields(errors));
        }
        let changes = changelog::creation(self.site, editor.project, &fields);
        let now = SiteClock::now();
        let issue = Issue {
            id: store.next_id(),
            key: String::new(),
            project,
            creator: self.name.to_owned(),
            created: now,
            updated: now,
            status_changed: now,
            resolved: None,
            fields,
            comments: Vec::new(),
            attachments: Vec::new(),
            properties: properties(body)?,
            remote_links: Vec::new(),
            history: Vec::new(),
        };
        let id = issue.id;
        let key = store.next_key(&self.site.options, project);
        store.insert(Issue { key, ..issue });
        let changelog_id = store.next_id();
        if let Some(issue) = store.issues.get(&id) {
            Teller::new(self.site, store, self.name).issue_created(issue, changelog_id, &changes);
        }
        Ok(id)
    }

    /// Edits an issue by a request body with `fields`, `update` and `properties`.
    pub(super) fn edit(
        &self,
        store: &mut Store,
        issue: &str,
        body: &Map<String, Value>,
    ) -> Result<(), Answer> {
        let found = store.issue(issue)?;
        let editor = self.editor(found.project, Screen::Edit)?;
        let mut fields = found.fields.clone();
        let id = found.id;
        let mut errors = editor.apply(&mut fields, map(body, "fields")?);
        errors.extend(editor.update(&mut fields, map(body, "update")?));
        if !errors.is_empty() {
            return Err(Answer::fields(errors));
        }
        let properties = properties(body)?;
        self.limit_write(id)?;
        if let Some(issue) = store.issues.get_mut(&id) {
            issue.properties.extend(properties);
        }
        self.commit(store, id, fields, None);
        self.added_comments(store, issue, body)
    }

    /// Makes new fields an issue's own, notes and tells what differs.
    fn commit(&self, store: &mut Store, id: u64, fields: Fields, kind: Option<&str>) {
        let Some(issue) = store.issues.get_mut(&id) else {
            return;
        };
        let Some(project) = self.site.options.projects.get(issue.project) else {
            return;
        };
        let changes = changelog::difference(self.site, project, &issue.fields, &fields);
        if changes.is_empty() {
            return;
        }
        let now = SiteClock::now();
        if issue.fields.status != fields.status {
            issue.status_changed = now;
        }
        if issue.fields.resolution.is_some() != fields.resolution.is_some() {
            issue.resolved = fields.resolution.map(|_| now);
        }
        issue.fields = fields;
        let only_assignee = changes.iter().all(|change| change.field == "assignee");
        let kind = kind.unwrap_or(if only_assignee {
            "issue_assigned"
        } else {
            "issue_updated"
        });
        self.note(store, id, kind, changes);
    }

    /// Writes changes into an issue's history and tells them.
    fn note(&self, store: &mut Store, id: u64, kind: &str, changes: Vec<Change>) {
        let now = SiteClock::now();
        let changelog_id = store.next_id();
        let Some(issue) = store.issues.get_mut(&id) else {
            return;
        };
        issue.updated = now;
        let history = History {
            id: changelog_id,
            author: self.name.to_owned(),
            at: now,
            changes: changes.clone(),
        };
        issue.history.push(history);
        if let Some(issue) = store.issues.get(&id) {
            Teller::new(self.site, store, self.name).issue_updated(
                issue,
                kind,
                changelog_id,
                &changes,
            );
        }
    }

    /// Moves an issue along the transition with this id.
    pub(super) fn transition(
        &self,
        store: &mut Store,
        issue: &str,
        id: &str,
        body: &Map<String, Value>,
    ) -> Result<(), Answer> {
        let options = &self.site.options;
        let found = store.issue(issue)?;
        let issue_id = found.id;
        let status = options
            .statuses
            .get(found.fields.status)
            .map(|status| status.name.as_str())
            .unwrap_or_default();
        let spec = options.transitions.iter().find(|spec| {
            spec.id.to_string() == id
                && spec
                    .from
                    .iter()
                    .any(|from| from.eq_ignore_ascii_case(status))
        });
        let target = spec.and_then(|spec| {
            options
                .statuses
                .iter()
                .position(|status| status.name == spec.to)
        });
        let Some(target) = target else {
            return Err(self.no_transition(id));
        };
        let editor = self.editor(found.project, Screen::Transition)?;
        let mut fields = found.fields.clone();
        fields.status = target;
        let done = options.statuses[target].category == StatusCategory::Done;
        fields.resolution = if done {
            fields.resolution.or(Some(0))
        } else {
            None
        };
        let mut errors = editor.apply(&mut fields, map(body, "fields")?);
        errors.extend(editor.update(&mut fields, map(body, "update")?));
        if !errors.is_empty() {
            return Err(Answer::fields(errors));
        }
        self.limit_write(issue_id)?;
        let kind = self.transition_kind(&store.issue(issue)?.fields, target);
        self.commit(store, issue_id, fields, Some(kind));
        self.added_comments(store, issue, body)
    }

    /// Data Center has no status of its own for this mistake.
    fn no_transition(&self, id: &str) -> Answer {
        let text = format!("Transition id '{id}' is not valid for this issue.");
        let cloud = self.site.options.dialect == super::options::Dialect::Cloud;
        Answer::message(if cloud { 400 } else { 500 }, &text)
    }

    fn transition_kind(&self, before: &Fields, target: usize) -> &'static str {
        if self.site.options.dialect == super::options::Dialect::Cloud {
            return "issue_generic";
        }
        let category = |index: usize| {
            self.site
                .options
                .statuses
                .get(index)
                .map(|status| status.category)
        };
        match (category(before.status), category(target)) {
            (_, Some(StatusCategory::Done)) => "issue_resolved",
            (Some(StatusCategory::Done), _) => "issue_reopened",
            (_, Some(StatusCategory::InProgress)) => "issue_work_started",
            _ => "issue_work_stopped",
        }
    }

    /// Comments that came along with an edit or a transition.
    fn added_comments(
        &self,
        store: &mut Store,
        issue: &str,
        body: &Map<String, Value>,
    ) -> Result<(), Answer> {
        let verbs = map(body, "update")?
            .get("comment")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for added in verbs
            .iter()
            .filter_map(|verb| verb.get("add"))
            .filter_map(Value::as_object)
        {
            self.comment(store, issue, added)?;
        }
        Ok(())
    }

    /// Deletes an issue.
    pub(super) fn delete(&self, store: &mut Store, issue: &str) -> Result<(), Answer> {
        let id = store.issue(issue)?.id;
        if let Some(issue) = store.remove(id) {
            Teller::new(self.site, store, self.name).issue_deleted(&issue);
        }
        Ok(())
    }

    fn comment_text(&self, project: usize, body: &Map<String, Value>) -> Result<String, Answer> {
        let editor = self.editor(project, Screen::Edit)?;
        let given = body.get("body").unwrap_or(&Value::Null);
        if self.api == Api::V3 && given.is_string() {
            return Err(Answer::field("comment", "Comment body is not valid!"));
        }
        match editor.text("comment", given) {
            Ok(Some(text)) if !text.trim().is_empty() => Ok(text),
            Ok(_) if self.api == Api::V3 => {
                Err(Answer::field("comment", "Comment body is not valid!"))
            }
            Ok(_) => Err(Answer::field("comment", "Comment body can not be empty!")),
            Err(text) => Err(Answer::field("comment", &text)),
        }
    }

    /// Adds a comment from a request body; returns its id.
    pub(super) fn comment(
        &self,
        store: &mut Store,
        issue: &str,
        body: &Map<String, Value>,
    ) -> Result<u64, Answer> {
        let found = store.issue(issue)?;
        let (issue_id, text) = (found.id, self.comment_text(found.project, body)?);
        let properties = properties(body)?;
        self.limit_write(issue_id)?;
        let now = SiteClock::now();
        let comment = Comment {
            id: store.next_id(),
            author: self.name.to_owned(),
            update_author: self.name.to_owned(),
            body: text,
            created: now,
            updated: now,
            visibility: body
                .get("visibility")
                .filter(|value| !value.is_null())
                .cloned(),
            properties,
        };
        let id = comment.id;
        let issue = store.issue_mut(issue)?;
        issue.updated = now;
        issue.comments.push(comment);
        self.tell_comment(store, CommentEvent::Created, id);
        Ok(id)
    }

    fn tell_comment(&self, store: &Store, event: CommentEvent, id: u64) {
        if let Some((issue, comment)) = store.comment(id) {
            Teller::new(self.site, store, self.name).comment(event, issue, comment);
        }
    }

    /// Rewrites a comment.
    pub(super) fn edit_comment(
        &self,
        store: &mut Store,
        issue: &str,
        id: u64,
        body: &Map<String, Value>,
    ) -> Result<(), Answer> {
        let found = store.issue(issue)?;
        let (issue_id, text) = (found.id, self.comment_text(found.project, body)?);
        let properties = properties(body)?;
        let now = SiteClock::now();
        let on_issue = found.comments.iter().any(|comment| comment.id == id);
        let comment = store
            .comment_mut(id)
            .filter(|_| on_issue)
            .ok_or_else(|| no_comment(id))?;
        self.limit_write(issue_id)?;
        comment.body = text;
        comment.updated = now;
        self.name.clone_into(&mut comment.update_author);
        comment.properties.extend(properties);
        if let Some(visibility) = body.get("visibility") {
            comment.visibility = Some(visibility.clone()).filter(|value| !value.is_null());
        }
        store.issue_mut(issue)?.updated = now;
        self.tell_comment(store, CommentEvent::Updated, id);
        Ok(())
    }

    /// Removes a comment.
    pub(super) fn delete_comment(
        &self,
        store: &mut Store,
        issue: &str,
        id: u64,
    ) -> Result<(), Answer> {
        let issue = store.issue_mut(issue)?;
        let at = issue
            .comments
            .iter()
            .position(|comment| comment.id == id)
            .ok_or_else(|| no_comment(id))?;
        let comment = issue.comments.remove(at);
        issue.updated = SiteClock::now();
        let issue_id = issue.id;
        if let Some(issue) = store.issues.get(&issue_id) {
            Teller::new(self.site, store, self.name).comment(
                CommentEvent::Deleted,
                issue,
                &comment,
            );
        }
        Ok(())
    }

    /// Attaches a file; returns its id. The same name twice gives two attachments.
    pub(super) fn attach(
        &self,
        store: &mut Store,
        issue: &str,
        name: &str,
        media_type: &str,
        content: bytes::Bytes,
    ) -> Result<u64, Answer> {
        let issue_id = store.issue(issue)?.id;
        self.limit_write(issue_id)?;
        let attachment = Attachment {
            id: store.next_id(),
            file_name: name.to_owned(),
            author: self.name.to_owned(),
            created: SiteClock::now(),
            media_type: media_type.to_owned(),
            content,
            media_id: Uuid::new_v4().to_string(),
            media_token: Uuid::new_v4().simple().to_string(),
        };
        let id = attachment.id;
        store.issue_mut(issue)?.attachments.push(attachment.clone());
        Teller::new(self.site, store, self.name).attachment_created(&attachment);
        self.note(
            store,
            issue_id,
            "issue_updated",
            vec![changelog::attachment(id, name, true)],
        );
        Ok(id)
    }

    /// Removes an attachment.
    pub(super) fn detach(&self, store: &mut Store, id: u64) -> Result<(), Answer> {
        let issue_id = store
            .attachment(id)
            .map(|(issue, _)| issue.id)
            .ok_or_else(|| no_attachment(id))?;
        let Some(issue) = store.issues.get_mut(&issue_id) else {
            return Err(no_attachment(id));
        };
        let Some(at) = issue.attachments.iter().position(|file| file.id == id) else {
            return Err(no_attachment(id));
        };
        let removed = issue.attachments.remove(at);
        Teller::new(self.site, store, self.name).attachment_deleted(&removed);
        self.note(
            store,
            issue_id,
            "issue_updated",
            vec![changelog::attachment(id, &removed.file_name, false)],
        );
        Ok(())
    }
}

pub(super) fn no_comment(id: impl std::fmt::Display) -> Answer {
    Answer::message(404, &format!("Can not find a comment for the id: {id}."))
}

pub(super) fn no_attachment(id: impl std::fmt::Display) -> Answer {
    Answer::message(
        404,
        &format!("The attachment with id '{id}' does not exist"),
    )
}
