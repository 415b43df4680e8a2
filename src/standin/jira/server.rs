//! From the socket to the handlers and back: reading, failing to order, signing in, limiting, noting.

use std::{cell::RefCell, sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse, http::header::HeaderMap, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::{
    call::Call,
    control,
    journal::RequestRecord,
    limits,
    options::Dialect,
    reply::Answer,
    routes,
    sign_in::{self, Caller},
    site::Site,
    upload::{self, Broken, Upload},
    view::Api,
};
use crate::standin::hang_up::hang_up;

/// Most bytes of a body that is not an upload.
const BODY_LIMIT: u64 = 4 * 1024 * 1024;
/// Most bytes that are read and thrown away so that the sender gets its answer.
const DRAIN_LIMIT: u64 = 256 * 1024 * 1024;
/// Larger bodies are not remembered.
const REMEMBERED_BODY: usize = 64 << 10;

/// Answers every request.
pub(super) async fn serve(request: HttpRequest, payload: web::Payload, site: web::Data<Arc<Site>>) -> HttpResponse {
    let path = request.uri().path().to_owned();
    let shown = request.uri().path_and_query().map_or(path.as_str(), |full| full.as_str()).to_owned();
    let method = request.method().as_str().to_owned();
    let local = path.strip_prefix(site.options.base_path.trim_end_matches('/'));
    let Some(segments) = local.and_then(segments) else {
        return Answer::html(404, "Not Found").into_http();
    };
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let query = pairs(request.query_string());
    let Ok(sent) = Sent::read(&request, payload, &site, &segments).await else {
        return hang_up();
    };
    if let ["standin", rest @ ..] = segments.as_slice() {
        let near = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
        let answer = if near { control::route(&site, &method, rest, &sent.body) } else { Answer::empty(403) };
        return answer.into_http();
    }
    let fault = site.faults.take(|fault| fault.hits(&method, &shown));
    let extra = fault.as_ref().map_or(0, |fault| fault.delay_ms);
    tokio::time::sleep(site.latency() + Duration::from_millis(extra)).await;
    let told = (sent.body.len() <= REMEMBERED_BODY).then(|| serde_json::from_slice(&sent.body).ok()).flatten();
    let arrived = Arrived { method: &method, segments: &segments, query, headers: request.headers(), sent };
    let ordered = fault.as_ref().filter(|fault| !fault.after).and_then(super::faults::Fault::answer);
    let (answer, caller) = match ordered {
        Some(answer) => (answer, Caller::Anonymous { failed: false }),
        None => arrived.answer(&site),
    };
    let lost = fault.is_some_and(|fault| fault.after);
    let status = if lost { 0 } else { answer.status };
    let user = caller.name().map(str::to_owned);
    site.journal.request(RequestRecord { method, path: shown, status, user, body: told });
    if lost { hang_up() } else { answer.into_http() }
}

/// The parts of a path; `None` if one is not text.
fn segments(path: &str) -> Option<Vec<String>> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    // The query decoder also turns plus signs into blanks, which a path must keep.
    let decoded = parts.map(|part| pairs(&format!("p={}", part.replace('+', "%2B").replace('&', "%26"))));
    decoded.map(|mut pairs| pairs.pop().map(|(_, value)| value)).collect()
}

pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// What came after the head of a request.
struct Sent {
    body: Bytes,
    /// Something was left out of the body.
    truncated: bool,
    upload: Option<Upload>,
}

impl Sent {
    async fn read(request: &HttpRequest, payload: web::Payload, site: &Site, segments: &[&str]) -> Result<Self, Broken> {
        if request.method() == "POST" && segments.last() == Some(&"attachments") {
            let upload = upload::read(request.headers(), payload, site.options.attachment_limit).await?;
            return Ok(Self { body: Bytes::new(), truncated: false, upload: Some(upload) });
        }
        let (body, truncated) = read(payload).await?;
        Ok(Self { body, truncated, upload: None })
    }
}

/// Reads a body to its end and keeps its beginning; the flag says whether something was left out.
async fn read(mut payload: web::Payload) -> Result<(Bytes, bool), Broken> {
    let mut body = BytesMut::new();
    let mut seen: u64 = 0;
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Broken)?;
        seen = seen.saturating_add(piece.len() as u64);
        if seen > DRAIN_LIMIT {
            return Err(Broken);
        }
        if seen <= BODY_LIMIT {
            body.extend_from_slice(&piece);
        }
    }
    Ok((body.freeze(), seen > BODY_LIMIT))
}

/// A request that has been read.
struct Arrived<'a> {
    method: &'a str,
    segments: &'a [&'a str],
    query: Vec<(String, String)>,
    headers: &'a HeaderMap,
    sent: Sent,
}

impl Arrived<'_> {
    fn answer(self, site: &Site) -> (Answer, Caller) {
        let caller = match sign_in::identify(site, self.headers) {
            Ok(caller) => caller,
            Err(refusal) => return (refusal, Caller::Anonymous { failed: true }),
        };
        let allowance = site.limits.count_call(caller.name().unwrap_or_default());
        let answer = match allowance {
            Some(left) if left.exceeded => limits::refusal(site.options.dialect, left.limit, 1, "jira-burst-based"),
            _ => self.route(site, &caller),
        };
        let answer = match allowance {
            Some(left) if !left.exceeded => limits::told(site.options.dialect, left, answer),
            _ => answer,
        };
        (sign_in::mark(site, &caller, answer), caller)
    }

    fn route(self, site: &Site, caller: &Caller) -> Answer {
        let Some((api, rest)) = api(site.options.dialect, self.segments) else {
            return Answer::html(404, "Not Found");
        };
        let call = Call {
            site,
            method: self.method,
            api,
            query: self.query,
            headers: self.headers,
            body: &self.sent.body,
            truncated: self.sent.truncated,
            upload: RefCell::new(self.sent.upload),
            caller,
        };
        routes::route(&call, rest).unwrap_or_else(|refusal| refusal)
    }
}

/// The API version a path is about, and what follows. Only Cloud has the third version.
fn api<'a>(dialect: Dialect, segments: &'a [&'a str]) -> Option<(Api, &'a [&'a str])> {
    match segments {
        ["rest", "api", "2" | "latest", rest @ ..] => Some((Api::V2, rest)),
        ["rest", "api", "3", rest @ ..] if dialect == Dialect::Cloud => Some((Api::V3, rest)),
        ["rest", "webhooks" | "jira-webhook", "1.0", ..] => Some((Api::V2, &segments[1..])),
        ["secure", "attachment", ..] => Some((Api::V2, segments)),
        _ => None,
    }
}
