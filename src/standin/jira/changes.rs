//! Everything that changes an issue. REST requests and the in-process handle come through here alike, so that each
//! change leaves the same traces and is told to the same webhooks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    changelog,
    edits::{Editor, Screen},
    events::Teller,
    instant::SiteClock,
    limits,
    model::{Change, Fields, History, Issue},
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

pub(super) fn map<'m>(body: &'m Map<String, Value>, name: &str) -> Result<&'m Map<String, Value>, Answer> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    match body.get(name) {
        None | Some(Value::Null) => Ok(&NONE),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(Answer::message(400, &format!("'{name}' must be an object."))),
    }
}

/// The markers that can be born with an issue or a comment.
pub(super) fn properties(body: &Map<String, Value>) -> Result<BTreeMap<String, Value>, Answer> {
    let Some(list) = body.get("properties").filter(|list| !list.is_null()) else {
        return Ok(BTreeMap::new());
    };
    let pair = |entry: &Value| {
        let key = entry.get("key")?.as_str()?;
        (key.len() <= 255).then(|| (key.to_owned(), entry.get("value").cloned().unwrap_or(Value::Null)))
    };
    let pairs: Option<BTreeMap<String, Value>> = list.as_array().and_then(|list| list.iter().map(pair).collect());
    pairs.ok_or_else(|| Answer::message(400, "Properties must be a list of keys with values."))
}

impl Actor<'_> {
    pub(super) fn limit_write(&self, issue: u64) -> Result<(), Answer> {
        let dialect = self.site.options.dialect;
        let refused = |(limit, wait)| limits::refusal(dialect, limit, wait, "jira-per-issue-on-write");
        self.site.limits.count_write(issue).map_err(refused)
    }

    /// The issue, if the actor may see it.
    pub(super) fn issue<'s>(&self, store: &'s Store, id: &str) -> Result<&'s Issue, Answer> {
        self.site.visible(store, self.name, id)
    }

    pub(super) fn editor<'e>(&'e self, store: &'e Store, at: usize, screen: Screen<'e>) -> Result<Editor<'e>, Answer> {
        let project = self.site.options.projects.get(at).ok_or_else(Answer::no_issue)?;
        Ok(Editor { site: self.site, store, api: self.api, screen, at, project, name: self.name })
    }

    fn project_of(&self, fields: &Map<String, Value>) -> Result<usize, Answer> {
        let given = fields.get("project");
        let key = given.and_then(|project| project.get("key")).and_then(Value::as_str);
        let id = given.and_then(|project| project.get("id"));
        let id = id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let found = self.site.projects().find(|(_, project)| {
            key.is_some_and(|key| key.eq_ignore_ascii_case(&project.key)) || id == Some(project.id.to_string())
        });
        let found = found.map(|(index, _)| index).filter(|index| self.may("BROWSE_PROJECTS", *index));
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
            security: None,
            parent: None,
            custom: BTreeMap::new(),
        }
    }

    /// Creates an issue from a request body; returns its id.
    pub(super) fn create(&self, store: &mut Store, body: &Map<String, Value>) -> Result<u64, Answer> {
        let given = map(body, "fields")?;
        let project = self.project_of(given)?;
        self.need("CREATE_ISSUES", project, (403, 400), "create issues in this project")?;
        let editor = self.editor(store, project, Screen::Create)?;
        let mut fields = self.blank();
        let mut errors = editor.apply(&mut fields, given);
        errors.extend(editor.update(&mut fields, map(body, "update")?));
        errors.extend(editor.missing(&fields, given));
        if !given.contains_key("summary") {
            errors.push(("summary".to_owned(), "You must specify a summary of the issue.".to_owned()));
        }
        if !given.contains_key("issuetype") {
            errors.push(("issuetype".to_owned(), "Specify an issue type".to_owned()));
        }
        if !errors.is_empty() {
            return Err(Answer::fields(errors));
        }
        let changes = changelog::creation(self.site, editor.project, &fields);
        let links = self.links_to_add(store, body)?;
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
            worklogs: Vec::new(),
            // Whoever creates an issue watches it.
            watchers: BTreeSet::from([self.name.to_owned()]),
            votes: BTreeSet::new(),
            history: Vec::new(),
        };
        let id = issue.id;
        let key = store.next_key(&self.site.options, project);
        store.insert(Issue { key, ..issue });
        let changelog_id = store.next_id();
        if let Some(issue) = store.issues.get(&id) {
            Teller::new(self.site, store, self.name).issue_created(issue, changelog_id, &changes);
        }
        self.add_links(store, id, &links);
        self.added_comments(store, &id.to_string(), body)?;
        Ok(id)
    }

    /// Edits an issue by a request body with `fields`, `update` and `properties`.
    pub(super) fn edit(&self, store: &mut Store, issue: &str, body: &Map<String, Value>) -> Result<(), Answer> {
        let found = self.issue(store, issue)?;
        self.need("EDIT_ISSUES", found.project, (403, 403), "edit issues in this project")?;
        let editor = self.editor(store, found.project, Screen::Edit)?;
        let mut fields = found.fields.clone();
        let id = found.id;
        let given = map(body, "fields")?;
        let mut errors = editor.apply(&mut fields, given);
        errors.extend(editor.update(&mut fields, map(body, "update")?));
        errors.extend(editor.missing(&fields, given));
        if !errors.is_empty() {
            return Err(Answer::fields(errors));
        }
        let properties = properties(body)?;
        let links = self.links_to_add(store, body)?;
        self.limit_write(id)?;
        if let Some(issue) = store.issues.get_mut(&id) {
            issue.properties.extend(properties);
        }
        self.commit(store, id, fields, None);
        self.add_links(store, id, &links);
        self.added_comments(store, issue, body)
    }

    /// Makes new fields an issue's own, notes and tells what differs.
    pub(super) fn commit(&self, store: &mut Store, id: u64, fields: Fields, kind: Option<&str>) {
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
        let parent = fields.parent;
        issue.fields = fields;
        store.note_parent(id, parent);
        let only_assignee = changes.iter().all(|change| change.field == "assignee");
        let kind = kind.unwrap_or(if only_assignee { "issue_assigned" } else { "issue_updated" });
        self.note(store, id, kind, changes);
    }

    /// Writes changes into an issue's history and tells them.
    pub(super) fn note(&self, store: &mut Store, id: u64, kind: &str, changes: Vec<Change>) {
        let now = SiteClock::now();
        let changelog_id = store.next_id();
        let Some(issue) = store.issues.get_mut(&id) else {
            return;
        };
        issue.updated = now;
        issue.history.push(History { id: changelog_id, author: self.name.to_owned(), at: now, changes });
        let issue = store.issues.get(&id);
        if let Some((issue, noted)) = issue.and_then(|issue| Some((issue, issue.history.last()?))) {
            let teller = Teller::new(self.site, store, self.name);
            teller.issue_updated(issue, kind, changelog_id, &noted.changes);
        }
    }

    /// Comments that came along with an edit or a transition.
    pub(super) fn added_comments(&self, store: &mut Store, issue: &str, body: &Map<String, Value>) -> Result<(), Answer> {
        let verbs = map(body, "update")?.get("comment").and_then(Value::as_array).cloned().unwrap_or_default();
        for added in verbs.iter().filter_map(|verb| verb.get("add")).filter_map(Value::as_object) {
            self.comment(store, issue, added)?;
        }
        Ok(())
    }

    /// Deletes an issue.
    pub(super) fn delete(&self, store: &mut Store, issue: &str, with_subtasks: bool) -> Result<(), Answer> {
        let found = self.issue(store, issue)?;
        let (id, key) = (found.id, found.key.clone());
        self.need("DELETE_ISSUES", found.project, (403, 403), "delete issues in this project")?;
        let parts: Vec<String> = store.subtasks(id).map(|part| part.key.clone()).collect();
        if !parts.is_empty() && !with_subtasks {
            let text = format!(
                "The issue '{key}' has subtasks. You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks."
            );
            return Err(Answer::message(400, &text));
        }
        for part in parts {
            self.delete(store, &part, true)?;
        }
        if let Some(issue) = store.remove(id) {
            Teller::new(self.site, store, self.name).issue_deleted(&issue);
        }
        Ok(())
    }
}
