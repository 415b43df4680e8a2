//! What people add to an issue: comments and attachments.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    changelog,
    changes::{Actor, properties},
    events::{CommentEvent, Teller},
    instant::SiteClock,
    long_text,
    model::{Attachment, Comment},
    reply::Answer,
    store::Store,
    stored_file::StoredFile,
    view::Api,
};

impl Actor<'_> {
    fn comment_text(&self, body: &Map<String, Value>) -> Result<String, Answer> {
        let given = body.get("body").unwrap_or(&Value::Null);
        if self.api == Api::V3 && given.is_string() {
            return Err(Answer::field("comment", "Comment body is not valid!"));
        }
        match long_text::read(self.site, self.api, given) {
            Ok(Some(text)) if !text.trim().is_empty() => Ok(text),
            Ok(_) if self.api == Api::V3 => Err(Answer::field("comment", "Comment body is not valid!")),
            Ok(_) => Err(Answer::field("comment", "Comment body can not be empty!")),
            Err(text) => Err(Answer::field("comment", &text)),
        }
    }

    /// Adds a comment from a request body; returns its id.
    pub(super) fn comment(&self, store: &mut Store, issue: &str, body: &Map<String, Value>) -> Result<u64, Answer> {
        let found = self.issue(store, issue)?;
        let issue_id = found.id;
        self.need("ADD_COMMENTS", found.project, (400, 400), "comment on this issue")?;
        let text = self.comment_text(body)?;
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
            visibility: body.get("visibility").filter(|value| !value.is_null()).cloned(),
            properties,
        };
        let id = comment.id;
        let issue = store.issue_mut(issue)?;
        issue.updated = now;
        issue.comments.push(comment);
        self.tell_comment(store, CommentEvent::Created, issue_id, id);
        Ok(id)
    }

    fn tell_comment(&self, store: &Store, event: CommentEvent, issue: u64, id: u64) {
        let issue = store.issues.get(&issue);
        let found = issue.and_then(|issue| Some((issue, issue.comments.iter().find(|comment| comment.id == id)?)));
        if let Some((issue, comment)) = found {
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
        let found = self.issue(store, issue)?;
        let (issue_id, project) = (found.id, found.project);
        let own = found.comments.iter().find(|comment| comment.id == id).ok_or_else(|| no_comment(id))?.author == self.name;
        self.need_for(("EDIT_ALL_COMMENTS", "EDIT_OWN_COMMENTS"), project, own, 400, "edit this comment")?;
        let text = self.comment_text(body)?;
        let properties = properties(body)?;
        let now = SiteClock::now();
        let issue = store.issue_mut(issue)?;
        let comment = issue.comments.iter_mut().find(|comment| comment.id == id);
        let comment = comment.ok_or_else(|| no_comment(id))?;
        self.limit_write(issue_id)?;
        comment.body = text;
        comment.updated = now;
        self.name.clone_into(&mut comment.update_author);
        comment.properties.extend(properties);
        if let Some(visibility) = body.get("visibility") {
            comment.visibility = Some(visibility.clone()).filter(|value| !value.is_null());
        }
        issue.updated = now;
        self.tell_comment(store, CommentEvent::Updated, issue_id, id);
        Ok(())
    }

    /// Removes a comment.
    pub(super) fn delete_comment(&self, store: &mut Store, issue: &str, id: u64) -> Result<(), Answer> {
        let project = self.issue(store, issue)?.project;
        let issue = store.issue_mut(issue)?;
        let found = issue.comments.iter().enumerate().find(|(_, comment)| comment.id == id);
        let (at, own) = found.map(|(at, comment)| (at, comment.author == self.name)).ok_or_else(|| no_comment(id))?;
        self.need_for(("DELETE_ALL_COMMENTS", "DELETE_OWN_COMMENTS"), project, own, 400, "delete this comment")?;
        let comment = issue.comments.remove(at);
        issue.updated = SiteClock::now();
        let issue_id = issue.id;
        if let Some(issue) = store.issues.get(&issue_id) {
            Teller::new(self.site, store, self.name).comment(CommentEvent::Deleted, issue, &comment);
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
        content: StoredFile,
    ) -> Result<u64, Answer> {
        let found = self.issue(store, issue)?;
        let issue_id = found.id;
        self.need("CREATE_ATTACHMENTS", found.project, (403, 403), "create attachments for this issue")?;
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
        self.note(store, issue_id, "issue_updated", vec![changelog::attachment(id, name, true)]);
        Ok(id)
    }

    /// Removes an attachment.
    pub(super) fn detach(&self, store: &mut Store, id: u64) -> Result<(), Answer> {
        let found = store.attachment(id).filter(|(issue, _)| self.site.sees(self.name, issue));
        let (issue, file) = found.ok_or_else(|| no_attachment(id))?;
        let issue_id = issue.id;
        let own = file.author == self.name;
        let what = ("DELETE_ALL_ATTACHMENTS", "DELETE_OWN_ATTACHMENTS");
        self.need_for(what, issue.project, own, 403, "delete this attachment")?;
        let Some(issue) = store.issues.get_mut(&issue_id) else {
            return Err(no_attachment(id));
        };
        let Some(at) = issue.attachments.iter().position(|file| file.id == id) else {
            return Err(no_attachment(id));
        };
        let removed = issue.attachments.remove(at);
        Teller::new(self.site, store, self.name).attachment_deleted(&removed);
        self.note(store, issue_id, "issue_updated", vec![changelog::attachment(id, &removed.file_name, false)]);
        Ok(())
    }
}

pub(super) fn no_comment(id: impl std::fmt::Display) -> Answer {
    Answer::message(404, &format!("Can not find a comment for the id: {id}."))
}

pub(super) fn no_attachment(id: impl std::fmt::Display) -> Answer {
    Answer::message(404, &format!("The attachment with id '{id}' does not exist"))
}
