//! Jira, Cloud and Data Center, over REST API v2 (v3 only where v2 has no equal), so that texts stay wiki texts on both.

mod client;
mod comments;
mod convert;
mod creation;
mod fields;
mod schema;
mod search;
mod transitions;

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;

use self::{client::Client, fields::Body};
use super::http::Http;
use crate::{
    config::tracker::TrackerConfig,
    ids::{IssueId, TrackerName},
    sync::{
        fault::Fault,
        issue::{Attributes, CopyKind, Snapshot},
        plan::{MessageEdit, NewMessage},
        ports::{Claim, FileContent, Intent, Made, MirroredState, Query, Token, Tracker, WriteTerms},
        rules::Needs,
        schema::Schema,
    },
};

/// A Jira.
pub struct Jira {
    name: TrackerName,
    client: Client,
}

/// Paths that are no fields and that every issue has.
const OWN_PATHS: [&str; 2] = ["id", "key"];

impl Jira {
    /// A tracker with its own client.
    #[must_use]
    pub fn new(name: TrackerName, config: &TrackerConfig, http: Http) -> Self {
        Self { client: Client::new(http, name.clone(), config), name }
    }

    fn local_role() -> Fault {
        Fault::permanent("Jira as the local tracker is not supported by this version")
    }
}

#[async_trait]
impl Tracker for Jira {
    fn name(&self) -> &TrackerName {
        &self.name
    }

    async fn read(&self, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
        let ids = fields::ids(&self.client, &needs.paths).await?;
        let mut fields: BTreeSet<&str> = ids.values().map(String::as_str).collect();
        fields.insert("assignee");
        fields.extend(needs.updated.then_some("updated"));
        fields.extend(needs.messages.then_some("comment"));
        fields.extend(needs.files.then_some("attachment"));
        let fields = fields.into_iter().collect::<Vec<_>>().join(",");
        let issue = self.client.get(&format!("rest/api/2/issue/{id}"), &[("fields", fields.as_str())]).await?;
        let Some(issue) = issue else { return Ok(None) };
        let own_id = issue["id"].as_str().unwrap_or(id.as_str());
        let messages =
            if needs.messages { comments::read(&self.client, own_id, &issue["fields"]["comment"]).await? } else { Vec::new() };
        let attachments = issue["fields"]["attachment"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        let myself = self.client.myself().await?;
        Ok(Some(Snapshot {
            id: IssueId::new(own_id),
            key: issue["key"].as_str().unwrap_or(own_id).to_owned(),
            attributes: needs.paths.iter().map(|path| (path.clone(), fields::attribute(path, &issue, &ids))).collect(),
            messages,
            files: attachments.iter().filter_map(convert::file).collect(),
            assigned_to_us: convert::same_user(&issue["fields"]["assignee"], myself),
            revision: None,
            updated: issue["fields"]["updated"].as_str().and_then(convert::parse_time),
            restricted: None,
        }))
    }

    async fn matches(&self, id: &IssueId, filter: &str) -> Result<bool, Fault> {
        search::matches(&self.client, id, filter).await
    }

    async fn list(&self, query: &Query) -> Result<Vec<IssueId>, Fault> {
        let minutes = query.changed_since.map(|since| Timestamp::now().duration_since(since).as_mins() + 1);
        search::list(&self.client, &search::jql(query.filter.as_deref(), minutes)).await
    }

    async fn find_linked(&self, _tracker: &TrackerName, _remote: &[&str]) -> Result<Vec<IssueId>, Fault> {
        Err(Self::local_role())
    }

    async fn linked_remote(&self, _id: &IssueId, _tracker: &TrackerName) -> Result<Claim, Fault> {
        Err(Self::local_role())
    }

    async fn mirrored_attributes(&self, _id: &IssueId) -> Result<Option<Attributes>, Fault> {
        Err(Self::local_role())
    }

    async fn create(&self, _fields: &Attributes, _state: &MirroredState) -> Result<Made, Fault> {
        Err(Self::local_role())
    }

    async fn create_marked(&self, fields: &Attributes, token: &Token) -> Result<Made, Fault> {
        // An issue begins in the first state of its workflow; from there it takes a transition.
        let Body { fields: body, status, paths } = fields::body(&self.client, fields).await?;
        let id = creation::create(&self.client, body, token).await.map_err(|fault| paths.in_words_of_the_rules(fault))?;
        Ok(Made { id, left_out: status.into_iter().map(|(path, _)| path).collect() })
    }

    async fn find_marked(&self, token: &Token, since: Timestamp) -> Result<Option<IssueId>, Fault> {
        creation::find(&self.client, token, since).await
    }

    async fn creation_token(&self, id: &IssueId) -> Result<Option<Token>, Fault> {
        creation::token_of(&self.client, id).await
    }

    async fn set_fields(&self, id: &IssueId, fields: &Attributes, _terms: WriteTerms<'_>) -> Result<(), Fault> {
        let Body { fields: body, status, paths } = fields::body(&self.client, fields).await?;
        if !body.is_empty() {
            let body = convert::object("fields", Value::Object(body));
            let sent = self.client.send(Method::PUT, &format!("rest/api/2/issue/{id}"), &body).await;
            sent.map_err(|fault| paths.in_words_of_the_rules(fault))?;
        }
        match status {
            Some((_, status)) => transitions::go_to(&self.client, id, &status).await,
            None => Ok(()),
        }
    }

    async fn add_message(&self, id: &IssueId, message: &NewMessage, token: &Token) -> Result<String, Fault> {
        comments::add(&self.client, id, &super::text::with_author(message), token).await
    }

    async fn edit_message(&self, id: &IssueId, edit: &MessageEdit) -> Result<(), Fault> {
        comments::edit(&self.client, id, edit).await
    }

    async fn remove_message(&self, id: &IssueId, message: &str) -> Result<(), Fault> {
        comments::remove(&self.client, id, message).await
    }

    async fn open_file(&self, _id: &IssueId, file: &str) -> Result<FileContent, Fault> {
        self.client.download(file).await
    }

    async fn add_file(&self, id: &IssueId, name: &str, content: FileContent, _token: &Token) -> Result<String, Fault> {
        let made = self.client.upload(id.as_str(), name, content).await?;
        let file = made.as_array().and_then(|made| made.first()).and_then(convert::file);
        file.map(|file| file.id).ok_or_else(|| Fault::bug("Jira took an attachment and did not say its id"))
    }

    async fn find_effect(&self, id: &IssueId, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
        match intent.kind {
            CopyKind::Message => comments::find(&self.client, id, intent, known).await,
            CopyKind::File => comments::find_attachment(&self.client, id, intent, known).await,
            CopyKind::Issue => Ok(None),
        }
    }

    async fn mirror(&self, _id: &IssueId, _state: &MirroredState) -> Result<(), Fault> {
        Err(Self::local_role())
    }

    async fn who_am_i(&self) -> Result<String, Fault> {
        self.client.prove_credentials().await?;
        let myself = self.client.myself().await?;
        let name = ["displayName", "name", "accountId"].into_iter().find_map(|key| myself[key].as_str());
        Ok(name.unwrap_or("unknown").to_owned())
    }

    async fn schema(&self) -> Result<Schema, Fault> {
        schema::read(&self.client, &self.name).await
    }
}
