//! Intake: a delivery is verified, understood, made durable, and answered; nothing else happens within the request.

pub mod authenticate;
pub mod decode;
mod draining;
mod fan_out;
mod health;
mod receive;
pub mod reject;

use std::{collections::BTreeMap, sync::Arc};

use actix_web::{App, HttpServer, dev::Server, middleware, web};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::{
    clock::SharedClock,
    config::{
        server::ServerConfig,
        tracker::{DeliveryProof, TrackerConfig, TrackerKind},
    },
    coordination::Coordination,
    ids::{SyncName, TrackerName},
    lifecycle::Lifecycle,
    queue::{Queue, spool::Spooling},
    store::Store,
    sync::issue::Side,
    telemetry::metrics::Metrics,
};

/// Who wants to know of a tracker's events.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The sync.
    pub sync: SyncName,
    /// The side that the tracker is on.
    pub side: Side,
}

/// What intake knows of one tracker.
pub struct Sender {
    name: TrackerName,
    kind: TrackerKind,
    proof: DeliveryProof,
    subscriptions: Vec<Subscription>,
    rate: DefaultDirectRateLimiter,
}

impl Sender {
    /// A tracker that may send deliveries.
    #[must_use]
    pub fn new(name: TrackerName, config: &TrackerConfig, subscriptions: Vec<Subscription>, server: &ServerConfig) -> Self {
        let per_second = std::num::NonZeroU32::new(server.max_rate).unwrap_or(std::num::NonZeroU32::MIN);
        let rate = RateLimiter::direct(Quota::per_second(per_second));
        Self { name, kind: config.kind, proof: config.proof.clone(), subscriptions, rate }
    }
}

/// Everything that intake works with.
pub struct Intake {
    /// The trackers that may send.
    pub senders: BTreeMap<TrackerName, Sender>,
    /// Where events go.
    pub queue: Arc<dyn Queue>,
    /// What is before the queue, if anything: the same as [`Intake::queue`]. Looked at by readiness and figures only.
    pub spool: Option<Arc<Spooling>>,
    /// Seen deliveries and generations.
    pub coordination: Arc<dyn Coordination>,
    /// Looked at by readiness only.
    pub store: Store,
    /// The figures.
    pub metrics: Metrics,
    /// The time.
    pub clock: SharedClock,
    /// Readiness is red while draining.
    pub lifecycle: Lifecycle,
    /// Largest accepted body, in bytes.
    pub max_body: usize,
    /// Where connections to the services live: requests come and go on threads of the HTTP server.
    pub runtime: tokio::runtime::Handle,
}

/// Threads that take deliveries in; each waits for the queue without blocking the others.
const THREADS: usize = 2;
/// Connections of each thread: with the largest body, what they can hold in memory before a signature is checked.
const CONNECTIONS: usize = 256;

/// Starts the HTTP server on a bound socket. It runs while its future is polled.
///
/// # Errors
/// The socket cannot be used.
pub fn serve(intake: Arc<Intake>, listener: std::net::TcpListener) -> std::io::Result<Server> {
    let state = web::Data::from(intake);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .wrap(middleware::from_fn(draining::close_connections))
            .route("/webhooks/{tracker}", web::post().to(receive::webhook))
            .route("/healthz", web::get().to(health::alive))
            .route("/readyz", web::get().to(health::ready))
            .route("/metrics", web::get().to(health::metrics))
            .default_service(web::to(reject::no_such_route))
    });
    // The lifecycle is ours: signals end intake, worker and queue in their order.
    Ok(server.disable_signals().workers(THREADS).max_connections(CONNECTIONS).shutdown_timeout(10).listen(listener)?.run())
}
