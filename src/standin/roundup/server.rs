//! The HTTP server: from the wire to the parts that answer, and back.

use super::control::Fault;
use super::exchange::{Answer, Call};
use super::tracker::Tracker;
use super::{login_page, rest, xmlrpc};
use crate::standin::hang_up::hang_up;
use actix_web::http::{StatusCode, header::TRANSFER_ENCODING};
use actix_web::web::{Bytes, Data, PayloadConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev, web};
use std::net::TcpListener;
use std::sync::Arc;

/// A server on the listener; it runs once it is polled.
pub(super) fn server(tracker: &Arc<Tracker>, listener: TcpListener, max_body: usize) -> std::io::Result<dev::Server> {
    let tracker = Data::from(Arc::clone(tracker));
    let app =
        move || App::new().app_data(tracker.clone()).app_data(PayloadConfig::new(max_body)).default_service(web::to(handle));
    // Signals belong to the program that holds the stand-in.
    Ok(HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run())
}

async fn handle(tracker: Data<Tracker>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let call = Call {
        method: request.method().as_str().to_owned(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        headers: request.headers().clone(),
        // A WSGI server reads as much as the length tells, which a body in chunks has none of.
        body: if request.headers().contains_key(TRANSFER_ENCODING) { Bytes::new() } else { body },
    };
    if let Some(order) = call.path.strip_prefix("/tracker/standin/") {
        return respond(tracker.control.answer(&call, order));
    }
    let answer = match tracker.control.fault_for(&call) {
        None => Some(answer(&tracker, &call)),
        Some(fault) => play(&fault, &tracker, &call).await,
    };
    tracker.control.remember(&call, answer.as_ref().map_or(0, |answer| answer.status));
    answer.map_or_else(hang_up, respond)
}

async fn play(fault: &Fault, tracker: &Tracker, call: &Call) -> Option<Answer> {
    tokio::time::sleep(fault.delay()).await;
    if fault.only_delays() {
        return Some(answer(tracker, call));
    }
    if fault.after {
        answer(tracker, call);
    }
    fault.answer()
}

fn answer(tracker: &Tracker, call: &Call) -> Answer {
    let Some(path) = call.path.strip_prefix("/tracker/") else {
        return Answer::new(404, "text/html; charset=utf-8", "Not found");
    };
    match (call.method.as_str(), path.trim_end_matches('/')) {
        ("POST", "") => login_page::submit(tracker, call),
        (_, "") => login_page::start_page(tracker),
        (_, "xmlrpc") => xmlrpc::answer(tracker, call),
        (_, "rest") => rest::answer(tracker, call, ""),
        (_, path) if path.starts_with("rest/") => rest::answer(tracker, call, &path["rest".len()..]),
        (_, path) => login_page::content(tracker, path.split('/').next().unwrap_or_default()),
    }
}

fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers {
        response.append_header((name, value));
    }
    response.body(answer.body)
}
