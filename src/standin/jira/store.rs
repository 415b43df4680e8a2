//! The memory of one site.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    model::{Attachment, Comment, Issue, IssueLink},
    options::JiraOptions,
    reply::Answer,
    webhooks::Webhook,
};

/// Everything that changes while a site runs.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) issues: BTreeMap<u64, Issue>,
    pub(super) links: Vec<IssueLink>,
    pub(super) webhooks: Vec<Webhook>,
    keys: HashMap<String, u64>,
    /// Issues and their parts; also of those that are parts of another one by now.
    parts: BTreeSet<(u64, u64)>,
    last_number: HashMap<usize, u64>,
    last_id: u64,
}

impl Store {
    /// A number not used before, for whatever kind of thing; Jira's ids start above ten thousand.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        10_000 + self.last_id
    }

    /// The next issue key of a project.
    pub(super) fn next_key(&mut self, options: &JiraOptions, project: usize) -> String {
        let number = self.last_number.entry(project).or_insert(0);
        *number += 1;
        let prefix = options.projects.get(project).map_or("X", |spec| spec.key.as_str());
        format!("{prefix}-{number}")
    }

    pub(super) fn insert(&mut self, issue: Issue) {
        self.keys.insert(issue.key.to_uppercase(), issue.id);
        self.note_parent(issue.id, issue.fields.parent);
        self.issues.insert(issue.id, issue);
    }

    /// Notes which issue this one is a part of from now on.
    pub(super) fn note_parent(&mut self, part: u64, parent: Option<u64>) {
        self.parts.extend(parent.map(|parent| (parent, part)));
    }

    /// Gives an issue a project and the key that it has there, without what belongs to the other project; the new key.
    pub(super) fn rename(&mut self, options: &JiraOptions, id: u64, project: usize) -> String {
        let key = self.next_key(options, project);
        // The old key stays known.
        self.keys.insert(key.to_uppercase(), id);
        if let Some(issue) = self.issues.get_mut(&id) {
            (issue.project, issue.key) = (project, key.clone());
            issue.fields.components.clear();
            issue.fields.fix_versions.clear();
            issue.fields.versions.clear();
        }
        key
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Issue> {
        let issue = self.issues.remove(&id)?;
        self.keys.remove(&issue.key.to_uppercase());
        self.links.retain(|link| link.source != id && link.destination != id);
        Some(issue)
    }

    /// The issues that are parts of this one.
    pub(super) fn subtasks(&self, id: u64) -> impl Iterator<Item = &Issue> {
        let parts = self.parts.range((id, 0)..=(id, u64::MAX)).filter_map(|(_, part)| self.issues.get(part));
        parts.filter(move |issue| issue.fields.parent == Some(id))
    }

    /// The id of the issue that `id_or_key` names.
    pub(super) fn find(&self, id_or_key: &str) -> Option<u64> {
        match id_or_key.parse::<u64>() {
            Ok(id) => self.issues.contains_key(&id).then_some(id),
            Err(_) => self.keys.get(&id_or_key.to_uppercase()).copied(),
        }
    }

    pub(super) fn issue(&self, id_or_key: &str) -> Result<&Issue, Answer> {
        self.find(id_or_key).and_then(|id| self.issues.get(&id)).ok_or_else(Answer::no_issue)
    }

    pub(super) fn issue_mut(&mut self, id_or_key: &str) -> Result<&mut Issue, Answer> {
        let id = self.find(id_or_key).ok_or_else(Answer::no_issue)?;
        self.issues.get_mut(&id).ok_or_else(Answer::no_issue)
    }

    /// An attachment and its issue.
    pub(super) fn attachment(&self, id: u64) -> Option<(&Issue, &Attachment)> {
        self.issues.values().find_map(|issue| {
            let attachment = issue.attachments.iter().find(|attachment| attachment.id == id)?;
            Some((issue, attachment))
        })
    }

    /// A comment and its issue.
    pub(super) fn comment(&self, id: u64) -> Option<(&Issue, &Comment)> {
        self.issues.values().find_map(|issue| {
            let comment = issue.comments.iter().find(|comment| comment.id == id)?;
            Some((issue, comment))
        })
    }

    pub(super) fn comment_mut(&mut self, id: u64) -> Option<&mut Comment> {
        self.issues.values_mut().find_map(|issue| issue.comments.iter_mut().find(|comment| comment.id == id))
    }
}
