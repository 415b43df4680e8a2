//! Starting and stopping a stand-in.

use super::events::Outbox;
use super::options::{RoundupOptions, WebhookTarget};
use super::person::Person;
use super::server;
use super::tracker::Tracker;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// A stand-in that is up. Dropping it leaves the server running; [`stop`](Self::stop) ends it.
#[derive(Debug)]
pub struct RunningRoundup {
    tracker: Arc<Tracker>,
    server: actix_web::dev::ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

/// Starts a stand-in on the runtime it is called on.
///
/// Beside the tracker it takes orders under `/tracker/standin/`:
///
/// * `POST faults` with `{"method", "path_contains", "status", "count", "headers", "body", "after", "delay_ms"}`: the next
///   `count` requests (default 1) that fit are answered with `status`. Without a status the connection is dropped, or, if
///   there is only a delay, the request is answered late. `after` does what the request asks for first.
/// * `DELETE faults` forgets those that were not played.
/// * `GET requests` tells the last 1000 requests with method, path, query and status (0: dropped); `DELETE requests`
///   forgets them.
///
/// # Errors
///
/// When the address cannot be listened on, or the options contradict each other.
pub async fn start(options: RoundupOptions) -> io::Result<RunningRoundup> {
    let address = tokio::net::lookup_host(&options.listen).await?.next();
    let address = address.ok_or_else(|| io::Error::other(format!("no address behind {}", options.listen)))?;
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let origin = options.web.clone().unwrap_or_else(|| format!("http://{address}"));
    let outbox = Outbox::new(options.retry_delay).map_err(io::Error::other)?;
    let tracker = Arc::new(Tracker::new(&options, &origin, outbox).map_err(io::Error::other)?);
    let server = server::server(&tracker, listener, options.max_body)?;
    for target in options.webhooks {
        tracker.outbox.add(target);
    }
    let handle = server.handle();
    let task = tokio::spawn(server);
    Ok(RunningRoundup { tracker, server: handle, task })
}

impl RunningRoundup {
    /// The address of the tracker: `http://127.0.0.1:PORT/tracker/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.tracker.base
    }

    /// Lets a user work on the tracker without HTTP, as if in the web pages; what they do fires the same events. An
    /// unknown user is refused at the first thing they do.
    #[must_use]
    pub fn acting_as(&self, user: &str) -> Person {
        Person::new(Arc::clone(&self.tracker), user)
    }

    /// Tells somebody more about all changes from now on.
    pub fn add_webhook(&self, url: &str, secret: &str) {
        self.tracker.outbox.add(WebhookTarget { url: url.to_owned(), secret: secret.to_owned() });
    }

    /// Ends the server and all deliveries; events that were not taken yet are lost.
    pub async fn stop(self) {
        self.tracker.outbox.close();
        self.server.stop(false).await;
        if let Ok(Err(error)) = self.task.await {
            tracing::warn!(%error, "the stand-in ended with an error");
        }
    }
}
