//! What no KPM has: looking inside, playing KPM's part and ordering failures over HTTP.

use std::{sync::Arc, time::Duration};

use actix_web::HttpResponse;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    document::READABLE,
    faults::Fault,
    mailbox::Mailbox,
    rights::Right,
    service::Service,
    state::{DocumentSpec, KpmState, Refusal, StepSpec},
};

/// Everything below `/standin/`.
pub(super) fn route(service: &Arc<Service>, method: &str, order: &str, body: &[u8]) -> HttpResponse {
    let state = KpmState::new(Arc::clone(service));
    let parts: Vec<&str> = order.split('/').filter(|part| !part.is_empty()).collect();
    match (method, parts.as_slice()) {
        ("GET", ["faults"]) => told(&state.faults()),
        ("POST", ["faults"]) => read(body, |fault: Fault| {
            state.add_fault(fault);
            done()
        }),
        ("DELETE", ["faults"]) => {
            state.clear_faults();
            done()
        }
        ("GET", ["requests"]) => told(&state.requests()),
        ("DELETE", ["requests"]) => {
            state.forget_requests();
            done()
        }
        ("PUT", ["latency"]) => read(body, |Span { ms }| {
            state.set_latency(Duration::from_millis(ms));
            done()
        }),
        ("PUT", ["read-back-delay"]) => read(body, |Span { ms }| {
            state.set_read_back_delay(Duration::from_millis(ms));
            done()
        }),
        ("GET", ["problems"]) => told(&state.problems()),
        ("POST", ["problems"]) => read(body, |NewProblem { mailbox, fields }| {
            result(state.create_problem(&mailbox, &fields).map(|number| json!({"number": number})))
        }),
        (_, ["problems", number, rest @ ..]) => match number.parse() {
            Ok(number) if state.problem(number).is_some() => problem(&state, number, method, rest, body),
            _ => HttpResponse::NotFound().finish(),
        },
        _ => HttpResponse::NotFound().finish(),
    }
}

/// Everything about one problem.
fn problem(state: &KpmState, number: i64, method: &str, rest: &[&str], body: &[u8]) -> HttpResponse {
    match (method, rest) {
        ("GET", []) => told(&state.problem(number)),
        ("PATCH", []) => read(body, |fields: Value| result(state.change(number, &fields))),
        ("POST", ["steps"]) => read(body, |step: StepSpec| result(state.add_step(number, step).map(|id| json!({"id": id})))),
        ("POST", ["documents"]) => read(body, |document: NewDocument| {
            result(document.spec().and_then(|spec| state.add_document(number, spec)).map(|id| json!({"id": id})))
        }),
        ("GET", ["documents", id]) => match state.document(number, id) {
            Some(data) => HttpResponse::Ok().content_type("application/octet-stream").body(data),
            None => HttpResponse::NotFound().finish(),
        },
        ("PUT", ["mailbox"]) => read(body, |mailbox: Mailbox| result(state.assign(number, &mailbox))),
        ("DELETE", ["mailbox"]) => result(state.remove_from_mailbox(number)),
        ("PUT", ["rights"]) => read(body, |rights: Option<Vec<Right>>| result(state.set_rights(number, rights.as_deref()))),
        ("POST", ["reopened"]) => result(state.reopen(number)),
        _ => HttpResponse::NotFound().finish(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewProblem {
    mailbox: Mailbox,
    fields: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDocument {
    name: String,
    #[serde(default)]
    suffix: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    access_right: Option<String>,
    base64: String,
}

impl NewDocument {
    fn spec(self) -> Result<DocumentSpec, Refusal> {
        let data = BASE64.decode(&self.base64).map_err(|error| Refusal::new(format!("base64: {error}")))?;
        Ok(DocumentSpec {
            name: self.name,
            suffix: self.suffix,
            description: self.description,
            access_right: self.access_right.unwrap_or_else(|| READABLE.to_owned()),
            data: data.into(),
        })
    }
}

/// Carries out what a body asks for.
fn read<T: DeserializeOwned>(body: &[u8], act: impl FnOnce(T) -> HttpResponse) -> HttpResponse {
    serde_json::from_slice(body).map_or_else(|error| refused(&error.to_string()), act)
}

fn told(value: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(value)
}

/// An order that cannot fail.
fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

fn result(outcome: Result<impl Serialize, Refusal>) -> HttpResponse {
    match outcome {
        Ok(value) => told(&value),
        Err(refusal) => refused(&refusal.to_string()),
    }
}

fn refused(said: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({"error": said}))
}
