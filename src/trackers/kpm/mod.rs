//! KPM, the problem management of the Volkswagen group: SOAP with a certificate of ours, as the WSDL of the site describes it.
//!
//! It is a remote tracker only. It sends no events: sweeps ask for what changed. Of a problem that exists, only what we say as the
//! supplier can be set ([`statement`]); talk goes into process steps ([`talk`]); nothing in it can carry a token of ours, so what was
//! made is found again by its content.

mod client;
mod convert;
mod creation;
mod documents;
mod failure;
mod identity;
mod mailbox;
mod preflight;
mod reading;
mod rights;
mod schema;
mod statement;
mod steps;
mod talk;
mod times;

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, tz::TimeZone};
use serde_json::json;

use self::{
    client::{Client, Service},
    mailbox::Mailbox,
    rights::{ADD_DOCUMENT, Rights},
};
use super::{gate::Gate, http::Http};
use crate::{
    config::{diagnostic::Diagnostic, partner::KpmConfig},
    ids::{IssueId, TrackerName},
    sync::{
        fault::Fault,
        issue::{Attributes, Snapshot},
        plan::{MessageEdit, NewMessage},
        ports::{Claim, FileContent, Intent, Listing, Made, MirroredState, Query, Token, Tracker, WriteTerms},
        requirements::Requirements,
        rules::Needs,
        schema::Schema,
        value::Equality,
    },
    telemetry::metrics::Metrics,
};

/// After this time a new step, document or problem is seen by whoever asks for it; observed was about a second.
const READ_BACK: Duration = Duration::from_secs(2);

/// A KPM.
pub struct Kpm {
    name: TrackerName,
    client: Client,
    mailbox: Mailbox,
    user_id: String,
    /// That of the times which KPM tells without one.
    zone: TimeZone,
    max_attachment: u64,
}

impl Kpm {
    /// A KPM with a client of its own, which shows our certificate.
    ///
    /// # Errors
    /// A WSDL that cannot be read or lacks an operation, a certificate or key that cannot be read, an unknown time zone.
    pub fn connect(name: TrackerName, config: &KpmConfig, metrics: Metrics, gate: Gate) -> Result<Self, Fault> {
        let named = |fault: Fault| fault.while_doing(format!("[trackers.{name}]"));
        let service = Service::read(config).map_err(named)?;
        let identity = if service.is_secure() {
            Some(identity::read(&config.identity).map_err(named)?)
        } else {
            tracing::warn!(tracker = %name, "the address is plain http, where no certificate is shown");
            None
        };
        let http = Http::with_identity(name.clone(), config.timeout, metrics, gate, identity.as_ref())?;
        let zone = TimeZone::get(&config.timezone).map_err(|error| named(Fault::permanent(error.to_string())))?;
        Ok(Self {
            client: Client::new(http, service, config),
            mailbox: Mailbox::new(config),
            user_id: config.user_id.clone(),
            zone,
            max_attachment: config.max_attachment,
            name,
        })
    }

    fn only_remote(&self) -> Fault {
        Fault::permanent(format!("`{}` is a KPM, which can be the remote tracker of a sync and not the local one", self.name))
    }
}

#[async_trait]
impl Tracker for Kpm {
    fn name(&self) -> &TrackerName {
        &self.name
    }

    fn equality(&self) -> Equality {
        Equality::Kpm
    }

    async fn read(&self, id: &IssueId, needs: &Needs) -> Result<Option<Snapshot>, Fault> {
        if id.as_str().parse::<u64>().is_err() {
            return Err(Fault::permanent(format!("`{id}` is no number of a problem in KPM")));
        }
        reading::snapshot(self, id, needs).await
    }

    async fn matches(&self, id: &IssueId, filter: &str) -> Result<bool, Fault> {
        check_filter(filter)?;
        self.mailbox.lists(&self.client, id.as_str()).await
    }

    async fn list(&self, query: &Query) -> Result<Listing, Fault> {
        query.filter.as_deref().map_or(Ok(()), check_filter)?;
        match query.changed_since {
            // Also those that left the mailbox, or were never in it because we made them: they may be linked.
            Some(since) => self.mailbox.changed(&self.client, since, &self.zone).await,
            None => self.mailbox.listing(&self.client).await,
        }
    }

    async fn find_linked(&self, _tracker: &TrackerName, _remote: &[&str]) -> Result<Vec<IssueId>, Fault> {
        Err(self.only_remote())
    }

    async fn linked_remote(&self, _id: &IssueId, _tracker: &TrackerName) -> Result<Claim, Fault> {
        Err(self.only_remote())
    }

    async fn mirrored_attributes(&self, _id: &IssueId) -> Result<Option<Attributes>, Fault> {
        Err(self.only_remote())
    }

    async fn create(&self, _fields: &Attributes, _state: &MirroredState, _token: &Token) -> Result<Made, Fault> {
        Err(self.only_remote())
    }

    async fn create_marked(&self, fields: &Attributes, _token: &Token) -> Result<Made, Fault> {
        creation::create(self, fields).await
    }

    async fn find_marked(&self, intent: &Intent, age: SignedDuration) -> Result<Option<IssueId>, Fault> {
        creation::find(self, intent, age).await
    }

    async fn creation_token(&self, _id: &IssueId) -> Result<Option<Token>, Fault> {
        // No problem carries one.
        Ok(None)
    }

    async fn came_of_one(&self, id: &IssueId, open: &[Intent]) -> Result<bool, Fault> {
        creation::came_of_one(self, id, open).await
    }

    async fn set_fields(&self, id: &IssueId, fields: &Attributes, _terms: WriteTerms<'_>) -> Result<(), Fault> {
        statement::set(self, id.as_str(), fields).await
    }

    async fn add_message(&self, id: &IssueId, message: &NewMessage, _token: &Token) -> Result<String, Fault> {
        talk::add(self, id.as_str(), message).await
    }

    async fn edit_message(&self, _id: &IssueId, edit: &MessageEdit) -> Result<(), Fault> {
        Err(Fault::refused(format!("process step {}: KPM lets nobody change it", edit.id)))
    }

    async fn remove_message(&self, _id: &IssueId, message: &str) -> Result<(), Fault> {
        Err(Fault::refused(format!("process step {message}: KPM lets nobody take it away")))
    }

    async fn open_file(&self, id: &IssueId, file: &str) -> Result<FileContent, Fault> {
        documents::open(&self.client, id.as_str(), file).await
    }

    async fn add_file(&self, id: &IssueId, name: &str, content: FileContent, _token: &Token) -> Result<String, Fault> {
        Rights::of(&self.client, id.as_str()).await?.demand(id.as_str(), ADD_DOCUMENT)?;
        documents::add(&self.client, id.as_str(), name, content, self.max_attachment).await
    }

    async fn find_effect(&self, id: &IssueId, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
        talk::find(self, id.as_str(), intent, known).await
    }

    async fn mirror(&self, _id: &IssueId, _state: &MirroredState) -> Result<(), Fault> {
        Err(self.only_remote())
    }

    async fn who_am_i(&self) -> Result<String, Fault> {
        self.client.call("GetServiceInfo", json!({})).await?;
        Ok(format!("{}, mailbox {}", self.user_id, self.mailbox.name()))
    }

    async fn is_us(&self, actor: &str) -> Result<bool, Fault> {
        Ok(self.user_id.eq_ignore_ascii_case(actor))
    }

    async fn schema(&self) -> Result<Schema, Fault> {
        schema::read(self)
    }

    async fn preflight(&self, asked: &Requirements) -> Result<Vec<Diagnostic>, Fault> {
        Ok(preflight::find(asked))
    }
}

/// Anything else is an error, and never an empty list.
fn check_filter(filter: &str) -> Result<(), Fault> {
    if filter == KpmConfig::FILTER {
        return Ok(());
    }
    Err(Fault::permanent(format!("KPM knows no filter `{filter}`"))
        .hint("leave `remote_filter` out: its problems are those in the mailbox"))
}
