//! Roundup 2.x over its REST interface.
//!
//! One request reads an issue with all attributes that the rules need (dotted paths included) and tells which messages changed.
//! What people see of the remote issue is kept in Roundup's own `ext_id`, `ext_tracker` and `ext_attributes`.

mod client;
mod convert;
mod files;
mod flags;
mod linked;
mod measured;
mod messages;
mod schema;
mod xmlrpc;

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use self::client::Client;
use super::http::Http;
use crate::{
    config::tracker::TrackerConfig,
    ids::{IssueId, TrackerName},
    sync::{
        fault::{Fault, FaultKind},
        issue::{Attributes, CopyKind, Message, Snapshot},
        plan::{MessageEdit, NewMessage},
        ports::{Claim, End, FileContent, Intent, Listing, Made, MirroredState, Pages, Query, Token, Tracker, WriteTerms},
        rules::Needs,
        schema::Schema,
    },
};

/// A Roundup tracker.
pub struct Roundup {
    name: TrackerName,
    client: Client,
    messages: messages::Cache,
    linked: linked::Classes,
    flags: flags::Flags,
    making_ext_tracker: Mutex<()>,
}

impl Roundup {
    /// A tracker with its own client.
    #[must_use]
    pub fn new(name: TrackerName, config: &TrackerConfig, http: Http) -> Self {
        Self {
            client: Client::new(http, name.clone(), config),
            name,
            messages: messages::Cache::default(),
            linked: linked::Classes::default(),
            flags: flags::Flags::default(),
            making_ext_tracker: Mutex::default(),
        }
    }

    async fn item(&self, id: &IssueId, fields: &str, verbose: &str) -> Result<Option<Value>, Fault> {
        self.client.get(&format!("data/issue/{id}"), &[("@fields", fields), ("@verbose", verbose)]).await
    }
}

/// What a read asks for.
struct Asked<'n> {
    /// Properties of the issue, with commas between them.
    fields: String,
    /// Attributes of the issue itself.
    own: Vec<&'n String>,
    /// Attributes in other classes.
    linked: Vec<&'n String>,
}

impl<'n> Asked<'n> {
    fn of(needs: &'n Needs) -> Self {
        let (linked, own): (Vec<&String>, Vec<&String>) = needs.paths.iter().partition(|path| linked::is_linked(path));
        let mut fields: BTreeSet<&str> = own.iter().map(|path| path.as_str()).collect();
        fields.insert("title");
        fields.extend(needs.updated.then_some("activity"));
        fields.extend(needs.messages.then_some("messages"));
        fields.extend(needs.files.then_some("files"));
        Self { fields: fields.into_iter().collect::<Vec<_>>().join(","), own, linked }
    }

    /// An issue as Roundup tells it, but for its messages and what other classes hold.
    fn snapshot(&self, id: &str, found: &Value) -> Result<Snapshot, Fault> {
        Ok(Snapshot {
            attributes: convert::attributes(found, self.own.iter().copied())?,
            files: convert::files(&found["files"]),
            updated: found["activity"].as_str().and_then(convert::parse_date),
            ..Snapshot::empty(IssueId::new(id), format!("issue{id}"))
        })
    }
}

#[async_trait]
impl Tracker for Roundup {
    fn name(&self) -> &TrackerName {
        &self.name
    }

    async fn read(&self, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
        let asked = Asked::of(needs);
        let Some(item) = self.item(id, &asked.fields, "2").await? else { return Ok(None) };
        let found = &item["attributes"];
        let mut snapshot = asked.snapshot(item["id"].as_str().unwrap_or(id.as_str()), found)?;
        snapshot.attributes.extend(self.linked.read(&self.client, id, &asked.linked, needs.counterpart.as_ref()).await?);
        self.flags.tell_apart(&self.client, &self.name, &mut snapshot.attributes).await?;
        snapshot.revision = item["@etag"].as_str().map(str::to_owned);
        if needs.messages {
            snapshot.messages = messages::read(&self.client, &self.messages, &found["messages"]).await?;
        }
        Ok(Some(snapshot))
    }

    async fn read_several(&self, ids: &[IssueId], needs: &Needs) -> Result<Option<Vec<Snapshot>>, Fault> {
        let asked = Asked::of(needs);
        if !asked.linked.is_empty() {
            // Each issue has its own items in other classes.
            return Ok(None);
        }
        let mut query = vec![("@fields", asked.fields.as_str()), ("@verbose", "2")];
        query.extend(ids.iter().map(|id| ("id", id.as_str())));
        let found = self.client.list("issue", &query).await?;
        let linked: Vec<&Value> = found.iter().map(|issue| &issue["messages"]).collect();
        let messages = messages::read_of_several(&self.client, &self.messages, &linked).await?;
        let messages: HashMap<&str, &Message> = messages.iter().map(|message| (message.id.as_str(), message)).collect();
        let mut snapshots = Vec::with_capacity(found.len());
        for issue in &found {
            // What we may not see of this one says nothing of the others.
            let Ok(mut snapshot) = asked.snapshot(issue["id"].as_str().unwrap_or_default(), issue) else { continue };
            self.flags.tell_apart(&self.client, &self.name, &mut snapshot.attributes).await?;
            let ids = convert::ids(&issue["messages"]);
            snapshot.messages = ids.iter().filter_map(|id| messages.get(id.as_str()).copied().cloned()).collect();
            messages::sort(&mut snapshot.messages);
            // One without its text is for a run of its own, which tells so.
            if !snapshot.messages.iter().any(|message| messages::is_lost(&message.text)) {
                snapshots.push(snapshot);
            }
        }
        Ok(Some(snapshots))
    }

    async fn matches(&self, _id: &IssueId, _filter: &str) -> Result<bool, Fault> {
        Err(Fault::permanent("Roundup as the remote tracker is not supported by this version"))
    }

    async fn list(&self, query: &Query) -> Result<Listing, Fault> {
        let since = query.changed_since.map(|since| format!("from {}", convert::format_date(since)));
        let mut filter = vec![("@fields", "id"), ("@verbose", "0")];
        filter.extend(since.as_deref().map(|since| ("activity", since)));
        let mut pages = Pages::default();
        for index in 1.. {
            let page = self.client.page("issue", &filter, index).await?;
            pages.add(page.items.iter().filter_map(|item| item["id"].as_str()).map(IssueId::new));
            // Where Roundup cuts a listing short itself, it tells no number.
            if let Some(in_all) = page.in_all {
                pages.in_all(in_all)?;
            }
            if page.is_last {
                break;
            }
        }
        pages.end(End::Said)
    }

    async fn find_linked(&self, tracker: &TrackerName, remote: &[&str]) -> Result<Vec<IssueId>, Fault> {
        let mut issues: Vec<IssueId> = Vec::new();
        for remote in remote {
            let query = [("ext_id:", *remote), ("ext_tracker", tracker.as_str()), ("@fields", "id")];
            let found = match self.client.list("issue", &query).await {
                // The tracker has no ext_tracker of that name yet, so nothing can be linked to it.
                Err(fault) if fault.kind == FaultKind::Refused && fault.message.contains("ext_tracker") => Vec::new(),
                outcome => outcome?,
            };
            for id in found.iter().filter_map(|item| item["id"].as_str()).map(IssueId::new) {
                if !issues.contains(&id) {
                    issues.push(id);
                }
            }
        }
        Ok(issues)
    }

    async fn linked_remote(&self, id: &IssueId, tracker: &TrackerName) -> Result<Claim, Fault> {
        let item = self.item(id, "ext_id,ext_tracker", "2").await?;
        let Some(found) = item.map(|mut item| item["attributes"].take()) else { return Ok(Claim::Nothing) };
        let claimed = found["ext_id"].as_str().filter(|id| !id.is_empty());
        Ok(match (found["ext_tracker"]["name"].as_str(), claimed) {
            (Some(name), Some(claimed)) if name == tracker.as_str() => Claim::Ours(claimed.to_owned()),
            (Some(name), _) if name != tracker.as_str() => Claim::AnotherTrackers(name.to_owned()),
            _ => Claim::Nothing,
        })
    }

    async fn mirrored_attributes(&self, id: &IssueId) -> Result<Option<Attributes>, Fault> {
        let item = self.item(id, "ext_attributes", "0").await?;
        let message = item.as_ref().and_then(|item| item["attributes"]["ext_attributes"].as_str()).map(str::to_owned);
        let Some(message) = message else { return Ok(None) };
        let query = [("@fields", "content"), ("@verbose", "3")];
        let item = self.client.get(&format!("data/msg/{message}"), &query).await?;
        // What cannot be read is as good as none: the first sync then takes the remote values, as for a new issue.
        Ok(item.and_then(|item| serde_json::from_str(item["attributes"]["content"].as_str()?).ok()))
    }

    async fn create(&self, fields: &Attributes, state: &MirroredState, _token: &Token) -> Result<Made, Fault> {
        self.ensure_ext_tracker(&state.tracker).await?;
        let (linked, own) = linked::split(fields);
        let mut body = convert::body(&own)?;
        // Roundup answers an empty list or text on creation with an error of its own.
        body.retain(|_, value| !crate::sync::value::is_unset(value));
        body.insert("ext_id".to_owned(), json!(state.remote));
        body.insert("ext_tracker".to_owned(), json!(state.tracker));
        // Items of other classes link to the issue, so that it has to be there.
        let id = IssueId::new(self.client.create("issue", &Value::Object(body)).await?);
        Ok(Made { id, left_out: linked.into_keys().collect() })
    }

    async fn create_marked(&self, _fields: &Attributes, _token: &Token) -> Result<Made, Fault> {
        Err(Fault::permanent("Roundup as the remote tracker is not supported by this version"))
    }

    async fn find_marked(&self, _intent: &Intent, _age: jiff::SignedDuration) -> Result<Option<IssueId>, Fault> {
        // No issue here carries one: what it stands for is written in its own attributes by the request that creates it.
        Ok(None)
    }

    async fn creation_token(&self, _id: &IssueId) -> Result<Option<Token>, Fault> {
        Ok(None)
    }

    async fn set_fields(&self, id: &IssueId, fields: &Attributes, terms: WriteTerms<'_>) -> Result<(), Fault> {
        let (linked, own) = linked::split(fields);
        let (body, path) = (convert::body(&own)?, format!("data/issue/{id}"));
        if !body.is_empty() {
            let body = Value::Object(body);
            match terms.revision {
                Some(etag) => self.client.change_as_read(Method::PUT, &path, &body, etag).await?,
                None => self.client.change(Method::PUT, &path, &body).await?,
            };
        }
        self.linked.write(&self.client, id, &linked, terms.counterpart).await
    }

    async fn add_message(&self, id: &IssueId, message: &NewMessage, token: &Token) -> Result<String, Fault> {
        messages::add(&self.client, id, message, token).await
    }

    async fn edit_message(&self, _id: &IssueId, edit: &MessageEdit) -> Result<(), Fault> {
        messages::edit(&self.client, edit).await
    }

    async fn remove_message(&self, id: &IssueId, message: &str) -> Result<(), Fault> {
        messages::remove(&self.client, id, message).await
    }

    async fn open_file(&self, _id: &IssueId, file: &str) -> Result<FileContent, Fault> {
        self.client.download(file).await
    }

    async fn add_file(&self, id: &IssueId, name: &str, content: FileContent, _token: &Token) -> Result<String, Fault> {
        files::add(&self.client, id, name, content).await
    }

    async fn find_effect(&self, id: &IssueId, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
        match intent.kind {
            CopyKind::Message => messages::find_linked(&self.client, id, &intent.token).await,
            CopyKind::File => files::find_linked(&self.client, id, intent, known).await,
            CopyKind::Issue => Ok(None),
        }
    }

    async fn mirror(&self, id: &IssueId, state: &MirroredState) -> Result<(), Fault> {
        let content = serde_json::to_string_pretty(&state.attributes).map_err(|error| Fault::bug(error.to_string()))?;
        let item = self.item(id, "ext_id,ext_tracker,ext_attributes", "2").await?;
        let Some(found) = item.map(|mut item| item["attributes"].take()) else { return Ok(()) };
        let mut fields = serde_json::Map::new();
        if let Some(message) = found["ext_attributes"]["id"].as_str() {
            let body = json!({ "content": content });
            self.client.change(Method::PUT, &format!("data/msg/{message}"), &body).await?;
        } else {
            let now = convert::format_date(jiff::Timestamp::now());
            let body = json!({ "content": content, "author": self.client.username(), "date": now });
            fields.insert("ext_attributes".to_owned(), json!(self.client.create("msg", &body).await?));
        }
        if found["ext_id"].as_str() != Some(state.remote.as_str()) {
            fields.insert("ext_id".to_owned(), json!(state.remote));
        }
        if found["ext_tracker"]["name"].as_str() != Some(state.tracker.as_str()) {
            self.ensure_ext_tracker(&state.tracker).await?;
            fields.insert("ext_tracker".to_owned(), json!(state.tracker));
        }
        if fields.is_empty() {
            return Ok(());
        }
        self.client.change(Method::PUT, &format!("data/issue/{id}"), &Value::Object(fields)).await.map(|_| ())
    }

    async fn who_am_i(&self) -> Result<String, Fault> {
        let name = self.client.username();
        let found = self.client.list("user", &[("username:", name), ("@fields", "username")]).await?;
        let own = found.first().and_then(|user| user["username"].as_str());
        own.map(str::to_owned).ok_or_else(|| Fault::permanent(format!("{} does not show us our own account {name}", self.name)))
    }

    async fn is_us(&self, actor: &str) -> Result<bool, Fault> {
        Ok(self.client.username() == actor)
    }

    async fn schema(&self) -> Result<Schema, Fault> {
        schema::read(&self.client, &self.name).await
    }
}

impl Roundup {
    /// Makes the `ext_tracker` item of the remote tracker, if the tracker has none of that name.
    async fn ensure_ext_tracker(&self, tracker: &TrackerName) -> Result<(), Fault> {
        // The runs of this process do not get into each other's way: a Roundup 2.6 on SQLite that has refused a second item of a name
        // keeps its database locked, until its memory is tidied up by chance.
        let _making = self.making_ext_tracker.lock().await;
        if self.has_ext_tracker(tracker).await? {
            return Ok(());
        }
        match self.client.create("ext_tracker", &json!({ "name": tracker })).await {
            // Another process may have made it at the same time.
            Err(fault) if fault.kind == FaultKind::Refused && self.has_ext_tracker(tracker).await? => Ok(()),
            Err(fault) => Err(fault.hint(format!("add an ext_tracker of the name `{tracker}` to Roundup by hand"))),
            Ok(_) => Ok(()),
        }
    }

    async fn has_ext_tracker(&self, tracker: &TrackerName) -> Result<bool, Fault> {
        let known = self.client.list("ext_tracker", &[("name:", tracker.as_str()), ("@fields", "id")]).await?;
        Ok(!known.is_empty())
    }
}
