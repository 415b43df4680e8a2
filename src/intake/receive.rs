//! `POST /webhooks/{tracker}` and `POST /events/oftp/{tracker}`.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::json;
use tracing::{Instrument, Span, field::Empty, info, info_span};

use super::{
    Format, Intake, Sender,
    authenticate::{Form, Unverified, Verified},
    decode::{self, Decoded},
    fan_out::Taken,
    reject::Rejection,
};
use crate::{config::tracker::TrackerKind, ids::TrackerName, telemetry::propagation::continue_from};

/// How long a sender may take for its body; a sender that stops halfway must not hold its connection for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes one delivery of a tracker in.
pub(super) async fn webhook(
    intake: web::Data<Intake>,
    tracker: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Rejection> {
    take(intake, tracker.into_inner(), request, payload, |format| matches!(format, Format::Webhooks(_))).await
}

/// Takes one word of files in that arrived.
pub(super) async fn arrival(
    intake: web::Data<Intake>,
    tracker: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Rejection> {
    take(intake, tracker.into_inner(), request, payload, |format| matches!(format, Format::Arrivals)).await
}

async fn take(
    intake: web::Data<Intake>,
    tracker: String,
    request: HttpRequest,
    payload: web::Payload,
    belongs_here: fn(Format) -> bool,
) -> Result<HttpResponse, Rejection> {
    if intake.senders.is_empty() {
        // This process has another role. A sender that reached it by mistake must come again: Jira never does after a 404.
        return Err(Rejection::Unavailable);
    }
    let name = TrackerName::new(tracker);
    let sender = intake.senders.get(&name).filter(|sender| belongs_here(sender.format)).ok_or(Rejection::UnknownTracker)?;
    let span = info_span!("intake", tracker = %name, event = Empty, issue = Empty);
    continue_from(&span, header(&request, "traceparent"));
    let outcome = receive(&intake, sender, &request, payload).instrument(span).await;
    intake.metrics.event(sender.name.as_str(), word(&outcome));
    if let Ok(Taken::Unwanted(reason)) = outcome {
        intake.metrics.ignored(sender.name.as_str(), reason);
    }
    Ok(match outcome? {
        Taken::Accepted(id) => HttpResponse::Accepted().json(json!({ "event_id": id })),
        Taken::Duplicate => HttpResponse::Ok().json(json!({ "duplicate": true })),
        Taken::Unwanted(_) => HttpResponse::NoContent().finish(),
    })
}

fn word(outcome: &Result<Taken, Rejection>) -> &'static str {
    match outcome {
        Ok(Taken::Accepted(_)) => "accepted",
        Ok(Taken::Duplicate) => "duplicate",
        Ok(Taken::Unwanted(_)) => "ignored",
        Err(Rejection::Unavailable) => "unavailable",
        Err(_) => "rejected",
    }
}

async fn receive(
    intake: &web::Data<Intake>,
    sender: &Sender,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Taken, Rejection> {
    let announced = header(request, "content-length").and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > intake.max_body) {
        return Err(Rejection::TooLarge(intake.max_body));
    }
    let body = tokio::time::timeout(PATIENCE, read_body(payload, intake.max_body)).await.map_err(|_| Rejection::TooSlow)??;
    let unverified = Unverified::new(body, |name| header(request, name));
    let verified = unverified.verify(&sender.proof, intake.clock.now()).map_err(|_| {
        info!("a delivery was refused: its signature is missing or wrong");
        Rejection::NotSigned
    })?;
    // Only what is verified counts: else anybody could use up the rate of a tracker.
    if sender.rate.check().is_err() {
        return Err(Rejection::TooMany);
    }
    let changes = match decode(sender.format, &verified, request.query_string())? {
        Decoded::Changes(changes) => changes,
        Decoded::Nothing(reason) => {
            info!(%reason, "a delivery was ignored");
            return Ok(Taken::Unwanted(reason.word()));
        }
    };
    let subjects: Vec<&str> = changes.iter().map(|change| change.subject.as_str()).collect();
    let change = changes.first().map(|change| change.cause.word());
    Span::current().record("issue", subjects.join(","));
    Span::current().record("event", verified.delivery.as_deref());
    let (shared, name, delivery) = (Arc::clone(intake), sender.name.clone(), verified.delivery);
    let taking = async move {
        let sender = shared.senders.get(&name).ok_or(Rejection::UnknownTracker)?;
        shared.take_in(sender, delivery, &changes).await
    };
    let taken = intake.runtime.spawn(taking.in_current_span()).await.map_err(|error| {
        tracing::error!(%error, "taking a delivery in ended unexpectedly");
        Rejection::Unavailable
    })??;
    if let Taken::Accepted(id) = &taken {
        // Cloud counts how often it sends the same delivery again.
        info!(event = %id, change, retry = header(request, "x-atlassian-webhook-retry"), "accepted");
    }
    Ok(taken)
}

fn decode(format: Format, delivery: &Verified, query: &str) -> Result<Decoded, Rejection> {
    let decoded = match (delivery.form, format) {
        (_, Format::Arrivals) => decode::arrival::decode(&delivery.body),
        (Form::Standard, _) | (Form::Native, Format::Webhooks(TrackerKind::Roundup)) => {
            decode::standard::decode(&delivery.body)
        }
        (Form::Native, Format::Webhooks(TrackerKind::Jira)) => decode::jira::decode(&delivery.body, query),
    };
    decoded.map_err(|malformed| Rejection::NotUnderstood(malformed.to_string()))
}

async fn read_body(mut payload: web::Payload, limit: usize) -> Result<Bytes, Rejection> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Rejection::NotUnderstood("the body ended before its end".to_owned()))?;
        if body.len() + chunk.len() > limit {
            return Err(Rejection::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}
