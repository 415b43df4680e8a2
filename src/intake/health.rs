//! `/healthz`, `/readyz`, `/metrics`.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpResponse, web};
use serde_json::json;
use tracing::warn;

use super::Intake;
use crate::{queue::sync_of_dead_queue, sync::fault::Fault};

/// Whoever asks for readiness wants to know soon.
const PATIENCE: Duration = Duration::from_secs(3);

/// The process lives. Says nothing of anything else, so that a slow service does not get it restarted.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Queue, store and coordination can be reached, and this process is not about to end.
pub(super) async fn ready(intake: web::Data<Intake>) -> HttpResponse {
    let draining = intake.lifecycle.is_draining();
    let (queue, store, coordination) = (Arc::clone(&intake.queue), intake.store.clone(), Arc::clone(&intake.coordination));
    let checks = intake.runtime.spawn(async move {
        let store = async { store.ping().await.map_err(Fault::from) };
        tokio::join!(in_time(queue.ping()), in_time(store), in_time(coordination.ping()))
    });
    let Ok((queue, store, coordination)) = checks.await else {
        return HttpResponse::ServiceUnavailable().json(json!({ "ready": false }));
    };
    let ready = !draining && queue.is_ok() && store.is_ok() && coordination.is_ok();
    let body = json!({
        "ready": ready,
        "draining": draining,
        "queue": entry("queue", &queue),
        "store": entry("store", &store),
        "coordination": entry("coordination", &coordination),
    });
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
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    HttpResponse::Ok().content_type(content_type).body(intake.metrics.to_text())
}

async fn in_time<T>(check: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(PATIENCE, check).await.unwrap_or_else(|_| Err(Fault::transient("no answer in time")))
}

/// What is wrong stands in the log; here only that it is, for whoever may ask.
fn entry(service: &str, outcome: &Result<(), Fault>) -> serde_json::Value {
    match outcome {
        Ok(()) => json!({ "ok": true }),
        Err(fault) => {
            warn!(service, %fault, "not ready");
            json!({ "ok": false, "error": "unreachable" })
        }
    }
}
