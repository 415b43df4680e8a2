//! One call, from its bytes to what goes back.

use super::{
    failure::Failure,
    faults::{FalseAnswer, Fault},
    journal::RequestRecord,
    multipart::Multipart,
    operations,
    service::Service,
    soap_answer::{self, Message},
    soap_request::{self, Request},
};

/// What goes back.
#[derive(Debug)]
pub(super) enum Reply {
    Answer(Multipart),
    /// The first half of an answer, then nothing more.
    CutShort(Multipart),
    /// A SOAP fault.
    Fault(String),
    /// A page of a gateway with this status.
    Page(u16),
    Empty,
    HangUp,
}

impl Reply {
    fn status(&self) -> u16 {
        match self {
            Self::Answer(_) | Self::CutShort(_) | Self::Empty => 200,
            Self::Fault(_) => 500,
            Self::Page(status) => *status,
            Self::HangUp => 0,
        }
    }
}

/// Answers a call whose `SOAPAction` is this one.
pub(super) async fn answer(service: &Service, soap_action: &str, body: &[u8]) -> Reply {
    let read = soap_request::read(&service.contract, body).and_then(|request| checked(service, soap_action, request));
    let fault = service.faults.take(|fault| fault.hits(read.as_ref().ok()));
    let delay = std::time::Duration::from_millis(fault.as_ref().map_or(0, |fault| fault.delay_ms));
    tokio::time::sleep(service.latency() + delay).await;
    let (reply, outcome) = match (&read, fault.as_ref().and_then(|fault| Some((fault, fault.answer.as_ref()?)))) {
        (Ok(request), Some((fault, answer))) => falsely(service, request, fault, answer),
        (Ok(request), None) => truly(service, request),
        (Err(_), Some((_, FalseAnswer::HangUp))) => (Reply::HangUp, ORDERED.to_owned()),
        (Err(_), Some((_, FalseAnswer::HttpStatus(status)))) => (Reply::Page(*status), ORDERED.to_owned()),
        (Err(failure), _) => failed(service, None, failure),
    };
    service.journal.note(record(&read, reply.status(), outcome));
    reply
}

/// How an answer that was ordered is noted.
const ORDERED: &str = "ordered";

/// What is not about the envelope's form: the action, and whether the header is complete.
fn checked(service: &Service, soap_action: &str, request: Request) -> Result<Request, Failure> {
    if !soap_action.trim_matches('"').is_empty() {
        return Err(Failure::Client(format!(
            "the SOAPAction {soap_action} is not that of {}, which is empty",
            request.operation
        )));
    }
    match request.addressing.missing().filter(|_| service.options.require_addressing) {
        Some(part) => Err(Failure::Client(format!("the header holds no {part} of WS-Addressing"))),
        None => Ok(request),
    }
}

fn truly(service: &Service, request: &Request) -> (Reply, String) {
    match operations::carry_out(service, request) {
        Ok(done) => answered(service, request, &Message::from(&done), &done),
        Err(failure) => failed(service, Some(request), &failure),
    }
}

fn falsely(service: &Service, request: &Request, fault: &Fault, answer: &FalseAnswer) -> (Reply, String) {
    let ordered = |reply| (reply, ORDERED.to_owned());
    let must_do = matches!(answer, FalseAnswer::CutShort | FalseAnswer::Warning(_));
    let done = (fault.after || must_do).then(|| operations::carry_out(service, request));
    match (answer, done) {
        (FalseAnswer::HttpStatus(status), _) => ordered(Reply::Page(*status)),
        (FalseAnswer::HangUp, _) => ordered(Reply::HangUp),
        (FalseAnswer::Empty, _) => ordered(Reply::Empty),
        (FalseAnswer::KpmFault(code), _) => {
            let failure = Failure::Kpm { code: code.clone(), message: "This failure was ordered".to_owned() };
            failed(service, Some(request), &failure)
        }
        (FalseAnswer::MtFault(code), _) => {
            let failure = Failure::Refused { code: code.clone(), text: "This failure was ordered".to_owned() };
            failed(service, Some(request), &failure)
        }
        (FalseAnswer::Warning(code), Some(Ok(done))) => answered(service, request, &Message::warning(code), &done),
        (FalseAnswer::CutShort, Some(Ok(done))) => match answered(service, request, &Message::from(&done), &done) {
            (Reply::Answer(multipart), _) => ordered(Reply::CutShort(multipart)),
            other => other,
        },
        (_, Some(Err(failure))) => failed(service, Some(request), &failure),
        (_, None) => ordered(Reply::HangUp),
    }
}

fn answered(service: &Service, request: &Request, message: &Message, done: &operations::Done) -> (Reply, String) {
    let envelope = soap_answer::answer(&service.contract, request, message, &done.payload);
    (Reply::Answer(Multipart::of(envelope)), message.id.clone())
}

fn failed(service: &Service, request: Option<&Request>, failure: &Failure) -> (Reply, String) {
    let outcome = failure.code().to_owned();
    if let (Failure::Refused { code, text }, Some(request)) = (failure, request) {
        let envelope = soap_answer::answer(&service.contract, request, &Message::refusal(code, text), &[]);
        return (Reply::Answer(Multipart::of(envelope)), outcome);
    }
    (soap_answer::fault(failure).map_or(Reply::Empty, Reply::Fault), outcome)
}

fn record(read: &Result<Request, Failure>, status: u16, outcome: String) -> RequestRecord {
    let request = read.as_ref().ok();
    let complaint = match read {
        Err(Failure::Client(said)) => Some(said.clone()),
        _ => None,
    };
    RequestRecord {
        operation: request.map(|request| request.operation.clone()).unwrap_or_default(),
        problem: request.and_then(Request::problem),
        user: request.map(|request| request.user().to_owned()).unwrap_or_default(),
        status,
        outcome,
        complaint,
    }
}
