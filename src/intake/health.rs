//! `/healthz`, `/readyz`, `/metrics`.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::warn;

use super::Intake;
use crate::{
    queue::{
        spool::{Refusal, SpoolState, Spooling},
        sync_of_dead_queue,
    },
    sync::fault::Fault,
};

/// Whoever asks for readiness wants to know soon.
const PATIENCE: Duration = Duration::from_secs(3);

/// The process lives. Says nothing of anything else, so that a slow service does not get it restarted.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Events can be made durable, store and coordination can be reached, and this process is not about to end. With the queue away,
/// a spool that takes events stands in for it.
pub(super) async fn ready(intake: web::Data<Intake>) -> HttpResponse {
    let draining = intake.lifecycle.is_draining();
    let (queue, store, coordination) = (Arc::clone(&intake.queue), intake.store.clone(), Arc::clone(&intake.coordination));
    let spool = intake.spool.clone();
    let checks = intake.runtime.spawn(async move {
        let store = async { store.ping().await.map_err(Fault::from) };
        let spool = async { in_time(state_of(spool)).await };
        tokio::join!(in_time(queue.ping()), in_time(store), in_time(coordination.ping()), spool)
    });
    let Ok((queue, store, coordination, spool)) = checks.await else {
        return HttpResponse::ServiceUnavailable().json(json!({ "ready": false }));
    };
    let spools = matches!(&spool, Ok(Some(state)) if state.refusal.is_none());
    let ready = !draining && (queue.is_ok() || spools) && store.is_ok() && coordination.is_ok();
    let mut body = json!({
        "ready": ready,
        "draining": draining,
        "queue": entry("queue", &queue, spools),
        "store": entry("store", &store, false),
        "coordination": entry("coordination", &coordination, false),
    });
    if let Some(entry) = spool_entry(&spool, intake.clock.now()) {
        body["spool"] = entry;
    }
    if ready { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}

/// All figures; the depths of queues are asked for now.
pub(super) async fn metrics(intake: web::Data<Intake>) -> HttpResponse {
    let queue = Arc::clone(&intake.queue);
    let asked = intake.runtime.spawn(async move { in_time(queue.depths()).await });
    if let Ok(Ok(depths)) = asked.await {
        for (name, depth) in depths {
            intake.metrics.queue_depth(&name, depth);
            if let Some(sync) = sync_of_dead_queue(&name) {
                intake.metrics.dead_events(sync, depth);
            }
        }
    }
    let spool = intake.spool.clone();
    if let Ok(Ok(Some(state))) = intake.runtime.spawn(async move { in_time(state_of(spool)).await }).await {
        let oldest = state.oldest.map(|oldest| age(oldest, intake.clock.now())).unwrap_or_default();
        intake.metrics.spool(state.events, oldest);
    }
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    HttpResponse::Ok().content_type(content_type).body(intake.metrics.to_text())
}

async fn in_time<T>(check: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(PATIENCE, check).await.unwrap_or_else(|_| Err(Fault::transient("no answer in time")))
}

/// What is wrong stands in the log; here only that it is, for whoever may ask. Where something stands in, it was told already.
fn entry(service: &str, outcome: &Result<(), Fault>, stood_in: bool) -> Value {
    match outcome {
        Ok(()) => json!({ "ok": true }),
        Err(fault) => {
            if !stood_in {
                warn!(service, %fault, "not ready");
            }
            json!({ "ok": false, "error": "unreachable" })
        }
    }
}

async fn state_of(spool: Option<Arc<Spooling>>) -> Result<Option<SpoolState>, Fault> {
    match spool {
        Some(spool) => Ok(Some(spool.state().await)),
        None => Ok(None),
    }
}

/// What waits in the spool, where there is one.
fn spool_entry(spool: &Result<Option<SpoolState>, Fault>, now: Timestamp) -> Option<Value> {
    let state = match spool {
        Ok(state) => state.as_ref()?,
        Err(fault) => return Some(entry("spool", &Err(fault.clone()), false)),
    };
    let error = match &state.refusal {
        None => None,
        Some(Refusal::Full) => Some("full"),
        Some(Refusal::Unusable(fault)) => {
            warn!(service = "spool", %fault, "not ready");
            Some("unusable")
        }
    };
    let oldest = state.oldest.map(|oldest| age(oldest, now).as_secs());
    let mut entry = json!({ "ok": error.is_none(), "events": state.events, "oldest_seconds": oldest });
    if let Some(error) = error {
        entry["error"] = json!(error);
    }
    Some(entry)
}

fn age(at: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(at).try_into().unwrap_or_default()
}
