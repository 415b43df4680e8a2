//! Jira, Cloud and Data Center, over REST API v2 (v3 only where v2 has no equal), so that texts stay wiki texts on both.

mod answers;
mod attachments;
mod client;
mod comments;
mod convert;
mod creation;
mod external_id;
mod fields;
mod kinds;
mod places;
mod preflight;
mod reading;
mod schema;
mod search;
mod transitions;
pub mod webhooks;
mod workflow;
mod writing;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tracing::debug;

use self::{attachments::Limit, client::Client, external_id::ExternalIds, fields::Asked, transitions::Transitions};
use super::http::Http;
use crate::{
    config::{diagnostic::Diagnostic, tracker::TrackerConfig},
    ids::{IssueId, TrackerName},
    sync::{
        fault::{Fault, FaultKind},
        issue::{Attributes, CopyKind, Snapshot},
        plan::{MessageEdit, NewMessage},
        ports::{Claim, FileContent, Intent, Listing, Made, MirroredState, Query, Token, Tracker, WriteTerms},
        requirements::Requirements,
        rules::Needs,
        schema::Schema,
    },
};

/// A Jira.
pub struct Jira {
    name: TrackerName,
    client: Client,
    transitions: Transitions,
    limit: Limit,
    external_ids: ExternalIds,
    restricted_comments: bool,
}

/// Paths that are no fields and that every issue has.
const OWN_PATHS: [&str; 2] = ["id", "key"];

impl Jira {
    /// A tracker with its own client.
    #[must_use]
    pub fn new(name: TrackerName, config: &TrackerConfig, http: Http) -> Self {
        let transitions = Transitions::new(config.jira.via.clone());
        let client = Client::new(http, name.clone(), config);
        Self {
            limit: Limit::of(&client),
            client,
            name,
            transitions,
            external_ids: ExternalIds::new(config),
            restricted_comments: config.jira.restricted_comments,
        }
    }

    /// An issue as Jira tells it with the fields that were asked for.
    async fn snapshot(&self, issue: &Value, asked: &Asked, needs: &Needs) -> Result<Snapshot, Fault> {
        let Some(id) = issue["id"].as_str() else {
            return Err(Fault::transient(format!("{} tells an issue without its id", self.name)));
        };
        let fields = &issue["fields"];
        let messages = if needs.messages {
            comments::read(&self.client, id, &fields["comment"], self.restricted_comments).await?
        } else {
            Vec::new()
        };
        let attachments = fields["attachment"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        let myself = self.client.myself().await?;
        Ok(Snapshot {
            id: IssueId::new(id),
            key: issue["key"].as_str().unwrap_or(id).to_owned(),
            attributes: needs.paths.iter().map(|path| (path.clone(), asked.attribute(path, issue))).collect(),
            messages,
            files: attachments.iter().filter_map(convert::file).collect(),
            assigned_to_us: convert::same_user(&fields["assignee"], myself),
            revision: None,
            updated: fields["updated"].as_str().and_then(convert::parse_time),
            restricted: None,
            largest_file: if needs.files { self.limit.ask(&self.client).await? } else { None },
        })
    }

    /// Creates an issue. It begins in the first state of its workflow; from there it takes a transition.
    async fn make(&self, fields: &Attributes, token: &Token, state: Option<&MirroredState>) -> Result<Made, Fault> {
        let (mut body, left_out, paths) = fields::body(&self.client, fields).await?.of_a_new_issue();
        let said = match state {
            Some(state) => self.external_ids.add_to(&self.client, state, &mut body).await?,
            None => None,
        };
        let made = creation::create(&self.client, body, token, state).await;
        Ok(Made {
            id: made.map_err(|fault| external_id::explained(paths.in_words_of_the_rules(fault), said.as_deref()))?,
            left_out,
        })
    }
}

#[async_trait]
impl Tracker for Jira {
    fn name(&self) -> &TrackerName {
        &self.name
    }

    async fn read(&self, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
        let asked = Asked::of(&self.client, needs).await?;
        let query = [("fields", asked.ids().join(","))];
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        let issue = self.client.get(&format!("rest/api/2/issue/{id}"), &query).await?;
        match issue {
            Some(issue) => self.snapshot(&issue, &asked, needs).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read_several(&self, ids: &[IssueId], needs: &Needs) -> Result<Option<Vec<Snapshot>>, Fault> {
        let asked = Asked::of(&self.client, needs).await?;
        let mut snapshots = Vec::with_capacity(ids.len());
        for issue in search::several(&self.client, ids, &asked.ids()).await? {
            match self.snapshot(&issue, &asked, needs).await {
                Ok(snapshot) => snapshots.push(snapshot),
                Err(fault) if fault.may_concern_one_issue() => debug!(issue = %issue["id"], %fault, "left out"),
                Err(fault) => return Err(fault),
            }
        }
        Ok(Some(snapshots))
    }

    async fn matches(&self, id: &IssueId, filter: &str) -> Result<bool, Fault> {
        search::matches(&self.client, id, filter).await
    }

    async fn list(&self, query: &Query) -> Result<Listing, Fault> {
        let minutes = query.changed_since.map(|since| Timestamp::now().duration_since(since).as_mins() + 1);
        search::list(&self.client, &search::jql(query.filter.as_deref(), minutes)).await
    }

    async fn find_linked(&self, tracker: &TrackerName, remote: &[&str]) -> Result<Vec<IssueId>, Fault> {
        // No query finds an issue by its property: without a field for it, only the store knows which issues are linked.
        self.external_ids.find(&self.client, tracker, remote).await
    }

    async fn linked_remote(&self, id: &IssueId, tracker: &TrackerName) -> Result<Claim, Fault> {
        match creation::claim(&self.client, id, tracker).await? {
            Claim::Nothing => {
                let said = self.external_ids.said_by(&self.client, id, tracker).await?;
                Ok(said.map_or(Claim::Nothing, Claim::Ours))
            }
            claim => Ok(claim),
        }
    }

    async fn mirrored_attributes(&self, _id: &IssueId) -> Result<Option<Attributes>, Fault> {
        Ok(None)
    }

    async fn create(&self, fields: &Attributes, state: &MirroredState, token: &Token) -> Result<Made, Fault> {
        self.make(fields, token, Some(state)).await
    }

    async fn create_marked(&self, fields: &Attributes, token: &Token) -> Result<Made, Fault> {
        self.make(fields, token, None).await
    }

    async fn find_marked(&self, intent: &Intent, age: SignedDuration) -> Result<Option<IssueId>, Fault> {
        creation::find(&self.client, &intent.token, age).await
    }

    async fn creation_token(&self, id: &IssueId) -> Result<Option<Token>, Fault> {
        creation::token_of(&self.client, id).await
    }

    async fn set_fields(&self, id: &IssueId, fields: &Attributes, _terms: WriteTerms<'_>) -> Result<(), Fault> {
        let body = fields::body_for(&self.client, id, fields).await?;
        match &body.status {
            Some(_) => self.transitions.carry_out(&self.client, id, body).await,
            None => fields::put(&self.client, id, &body.fields, &body.paths).await,
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
        self.limit.check(&self.client, name, content.size).await?;
        let made = self.client.upload(id.as_str(), name, content).await;
        if made.as_ref().is_err_and(|fault| fault.kind == FaultKind::Refused) {
            self.limit.was_wrong().await;
        }
        let made = made?;
        let file = made.as_array().and_then(|made| made.first()).and_then(convert::file);
        file.map(|file| file.id).ok_or_else(|| Fault::bug("Jira took an attachment and did not say its id"))
    }

    async fn find_effect(&self, id: &IssueId, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
        match intent.kind {
            CopyKind::Message => comments::find(&self.client, id, intent, known).await,
            CopyKind::File => attachments::find(&self.client, id, intent, known).await,
            CopyKind::Issue => Ok(None),
        }
    }

    async fn mirror(&self, _id: &IssueId, _state: &MirroredState) -> Result<(), Fault> {
        // Jira has no place for it that people would look at; what they are to see, a rule writes into a field.
        Ok(())
    }

    async fn mark_linked(&self, id: &IssueId, state: &MirroredState) -> Result<(), Fault> {
        creation::mark(&self.client, id, state).await?;
        self.external_ids.set(&self.client, id, state).await
    }

    async fn who_am_i(&self) -> Result<String, Fault> {
        self.client.prove_credentials().await?;
        let myself = self.client.myself().await?;
        let name = ["displayName", "name", "accountId"].into_iter().find_map(|key| myself[key].as_str());
        Ok(name.unwrap_or("unknown").to_owned())
    }

    async fn is_us(&self, actor: &str) -> Result<bool, Fault> {
        Ok(convert::is_user(self.client.myself().await?, actor))
    }

    async fn schema(&self) -> Result<Schema, Fault> {
        schema::read(&self.client, &self.name).await
    }

    fn place(&self) -> Option<&'static str> {
        Some(places::PLACE)
    }

    async fn values_in(&self, place: &str, paths: &BTreeSet<String>) -> Result<BTreeMap<String, BTreeSet<String>>, Fault> {
        places::values(&self.client, place, paths).await
    }

    async fn preflight(&self, asked: &Requirements) -> Result<Vec<Diagnostic>, Fault> {
        let (asked, lacks) = match self.external_ids.required(&self.client, asked).await {
            Ok(asked) => (asked, None),
            Err(lacks) => (asked.clone(), Some(lacks)),
        };
        let mut findings = preflight::find(&self.client, &self.name, &asked).await?;
        findings.extend(lacks);
        Ok(findings)
    }
}
