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
//! | `GET /standin/issues`, `GET /standin/issues/{key}` | all keys; everything about one issue |

mod adf;
mod attachments;
mod call;
mod catalogue;
mod changelog;
mod changes;
mod comments;
mod contributions;
mod control;
mod courier;
mod create_screens;
mod edits;
mod events;
mod faults;
mod field_filter;
mod field_values;
mod handle;
mod instant;
mod issue_view;
mod issues;
mod journal;
mod jql;
mod jql_fields;
mod jql_match;
mod jql_words;
mod limits;
mod model;
mod multipart;
mod options;
mod people;
mod properties;
mod remote_links;
mod reply;
mod routes;
mod search;
mod server;
mod sign_in;
mod site;
mod snapshot;
mod store;
mod view;
mod vocabulary;
mod webhook_admin;
mod webhooks;
mod workflow;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{App, HttpServer, dev::ServerHandle, web};

pub use faults::Fault;
pub use handle::{JiraState, Refusal};
pub use journal::{DeliveryRecord, RequestRecord};
pub use options::{
    CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec, StatusCategory, StatusSpec, TransitionSpec, UserSpec,
    WebhookTarget,
};

pub use snapshot::{AttachmentSnapshot, CommentSnapshot, IssueSnapshot};

use courier::Courier;
use journal::Journal;
use site::Site;

/// A running stand-in Jira. Dropping it stops the server, without waiting for that.
#[derive(Debug)]
pub struct RunningJira {
    url: String,
    address: SocketAddr,
    state: JiraState,
    stopper: Stopper,
}

struct Stopper {
    server: ServerHandle,
    site: Arc<Site>,
}

impl std::fmt::Debug for Stopper {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Stopper")
    }
}

impl Drop for Stopper {
    fn drop(&mut self) {
        self.site.courier.stop();
        // The order to stop is given by the call itself; the future only waits for its execution.
        drop(self.server.stop(false));
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
        self.stopper.site.courier.stop();
        self.stopper.server.stop(false).await;
    }
}

/// The base URL that answers mention.
fn base_url(options: &JiraOptions, address: SocketAddr) -> String {
    let path = options.base_path.trim_end_matches('/');
    match &options.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None if address.ip().is_unspecified() => {
            format!("http://{}{path}", SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()))
        }
        None => format!("http://{address}{path}"),
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
    let site = Arc::new(Site::new(options, url.clone(), courier, journal));
    let shared = web::Data::new(Arc::clone(&site));
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).default_service(web::to(server::serve)))
        .workers(1)
        .disable_signals()
        // Large uploads and ordered delays must not run into a limit of the server's own.
        .client_request_timeout(Duration::from_mins(1))
        .shutdown_timeout(1)
        .listen(listener)?
        .run();
    let stopper = Stopper { server: server.handle(), site: Arc::clone(&site) };
    tokio::spawn(server);
    Ok(RunningJira { url, address, state: JiraState::new(site), stopper })
}
