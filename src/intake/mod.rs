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
        secret::Secret,
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

/// What the deliveries of a sender look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Webhooks of a tracker.
    Webhooks(TrackerKind),
    /// Words of packages that arrived.
    Arrivals,
}

/// What intake knows of one tracker.
pub struct Sender {
    name: TrackerName,
    format: Format,
    proof: DeliveryProof,
    subscriptions: Vec<Subscription>,
    rate: DefaultDirectRateLimiter,
}

impl Sender {
    /// A tracker that may send deliveries.
    #[must_use]
    pub fn new(name: TrackerName, config: &TrackerConfig, subscriptions: Vec<Subscription>, server: &ServerConfig) -> Self {
        Self::of(name, Format::Webhooks(config.kind), config.proof.clone(), subscriptions, server)
    }

    /// A tracker of whose packages somebody may tell that they arrived: whoever signs with one of the secrets. One sync takes them in.
    #[must_use]
    pub fn of_arrivals(name: TrackerName, secrets: Vec<Secret>, sync: Option<Subscription>, server: &ServerConfig) -> Self {
        Self::of(name, Format::Arrivals, DeliveryProof::Secrets(secrets), sync.into_iter().collect(), server)
    }

    fn of(
        name: TrackerName,
        format: Format,
        proof: DeliveryProof,
        subscriptions: Vec<Subscription>,
        server: &ServerConfig,
    ) -> Self {
        let per_second = std::num::NonZeroU32::new(server.max_rate).unwrap_or(std::num::NonZeroU32::MIN);
        let rate = RateLimiter::direct(Quota::per_second(per_second));
        Self { name, format, proof, subscriptions, rate }
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
            .route("/events/oftp/{tracker}", web::post().to(receive::arrival))
            .route("/healthz", web::get().to(health::alive))
            .route("/readyz", web::get().to(health::ready))
            .route("/metrics", web::get().to(health::metrics))
            .default_service(web::to(reject::no_such_route))
    });
    // The lifecycle is ours: signals end intake, worker and queue in their order.
    Ok(server.disable_signals().workers(THREADS).max_connections(CONNECTIONS).shutdown_timeout(10).listen(listener)?.run())
}
