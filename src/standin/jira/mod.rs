//! A stand-in Jira: an HTTP server with state that behaves on the wire like Jira Cloud or Jira Data Center.
//!
//! It listens on a port of its own and keeps everything in memory, so any number can run in one process. What it
//! imitates on purpose are the places where clients and receivers go wrong: wrong credentials that are answered
//! with an empty search, webhooks that do not name their issue, deliveries that come again, pages without totals.
//!
//! Below `/standin/`, from the same machine only, it can be looked into and told to fail:
//!
//! | Request | Effect |
//! | --- | --- |
//! | `POST /standin/faults` | orders a failure, see [`Fault`] |
//! | `GET`, `DELETE /standin/faults` | lists and cancels them |
//! | `GET`, `DELETE /standin/requests` | the last thousand requests |
//! | `GET`, `DELETE /standin/deliveries` | webhook deliveries |
//! | `PUT /standin/deliveries` | `{"hold": true}` holds deliveries back, `{"hold": false, "reversed": true}` sends them from the last to the first, `{"twice": true}` sends each twice |
//! | `POST /standin/deliveries/{id}/again` | sends one once more |
//! | `PUT /standin/latency` | `{"ms": 50}`: every answer takes longer |
//! | `PUT /standin/accounts/{name}` | `{"locked": true}` as after wrong passwords, `{"expired": true}` ends its secret |
//! | `GET /standin/issues`, `GET /standin/issues/{key}` | all keys; everything about one issue |
//! | `POST`, `DELETE /standin/permissions` | takes a permission away and gives it back, see [`Denial`] |
//! | `GET /standin/permissions` | all that was taken away |
//! | `DELETE /standin/projects/{key}` | ends a project with its issues |

mod accounts;
mod adf;
mod attachments;
mod bulk_fetch;
mod call;
mod catalogue;
mod changelog;
mod changes;
mod comments;
mod contributions;
mod control;
mod courier;
mod create_screens;
mod custom_fields;
mod custom_values;
mod edits;
mod events;
mod faults;
mod field_filter;
mod field_values;
mod followers;
mod handle;
mod instant;
mod issue_links;
mod issue_view;
mod issues;
mod journal;
mod jql;
mod jql_fields;
mod jql_match;
mod jql_words;
mod limits;
mod long_text;
mod media;
mod model;
mod moves;
mod options;
mod outbox;
mod parts;
mod people;
mod permissions;
mod projects;
mod properties;
mod remote_links;
mod reply;
mod routes;
mod screens;
mod search;
mod server;
mod sign_in;
mod site;
mod snapshot;
mod specs;
mod store;
mod stored_file;
mod switches;
mod upload;
mod view;
mod vocabulary;
mod webhooks;
mod workflow;
mod worklogs;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use actix_web::web;

pub use custom_fields::{CustomFieldKind, CustomFieldSpec};
pub use faults::{ErrorShape, Fault};
pub use handle::{JiraState, Refusal};
pub use journal::{DeliveryRecord, RequestRecord};
pub use options::{Dialect, JiraOptions};
pub use permissions::Denial;
pub use snapshot::{AttachmentSnapshot, CommentSnapshot, IssueSnapshot};
pub use specs::{
    LinkTypeSpec, ProjectSpec, ScreenSpec, StatusCategory, StatusSpec, TransitionField, TransitionSpec, UserSpec,
    WebhookTarget, WorkflowSpec,
};
pub use stored_file::StoredFile;

use super::serve::{self, Servers, reachable};
use courier::Courier;
use journal::Journal;
use site::Site;

/// A running stand-in Jira. Dropping it stops the server, without waiting for that.
#[derive(Debug)]
pub struct RunningJira {
    url: String,
    address: SocketAddr,
    state: JiraState,
    deliveries: Deliveries,
    servers: Servers,
}

/// Ends the deliveries when it is dropped.
struct Deliveries(Arc<Site>);

impl std::fmt::Debug for Deliveries {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Deliveries")
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        self.0.courier.stop();
    }
}

impl RunningJira {
    /// Base URL with context path, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Access from within this process.
    #[must_use]
    pub fn state(&self) -> &JiraState {
        &self.state
    }

    /// Stops the server at once, drops deliveries under way, and returns when the port is free.
    pub async fn stop(self) {
        drop(self.deliveries);
        self.servers.stop().await;
    }
}

/// The base URL that answers mention.
fn base_url(options: &JiraOptions, address: SocketAddr) -> String {
    let path = options.base_path.trim_end_matches('/');
    match &options.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}{path}", reachable(address)),
    }
}

/// Starts a stand-in Jira. Must be called on a tokio runtime, which then also carries its webhook deliveries.
///
/// # Errors
/// If the address cannot be listened on, or no HTTP client for the webhooks can be made.
pub async fn start(options: JiraOptions) -> std::io::Result<RunningJira> {
    let listen = options.listen.clone();
    let found = tokio::net::lookup_host(listen).await?;
    let listener = TcpListener::bind(found.collect::<Vec<_>>().as_slice())?;
    let address = listener.local_addr()?;
    let url = base_url(&options, address);
    let journal = Journal::default();
    let courier = Courier::new(&options, journal.clone())?;
    // The media store listens beside the site, at a port of its own, whose number the answers tell.
    let media_listener = TcpListener::bind(SocketAddr::new(address.ip(), 0))?;
    let media = media::base(&url, media_listener.local_addr()?);
    let site = Arc::new(Site::new(options, url.clone(), media, courier, journal));
    let media_server = serve::server(media_listener, &site, |config| {
        config.default_service(web::to(media::serve));
    })?;
    let server = serve::server(listener, &site, |config| {
        config.default_service(web::to(server::serve));
    })?;
    let (deliveries, servers) = (Deliveries(Arc::clone(&site)), Servers::start(vec![server, media_server]));
    Ok(RunningJira { url, address, state: JiraState::new(site), deliveries, servers })
}
