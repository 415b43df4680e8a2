//! From the socket to the calls and back.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::{
    call::{self, Reply},
    contract, control,
    service::Service,
};
use crate::standin::hang_up::hang_up;

/// The path of the service.
pub(super) const PATH: &str = "/services";
/// Most bytes that are read and thrown away so that the sender gets its answer.
const DRAIN_LIMIT: usize = 256 * 1024 * 1024;

/// Answers every request to the service.
pub(super) async fn serve(request: HttpRequest, payload: web::Payload, service: web::Data<Arc<Service>>) -> HttpResponse {
    match (request.method().as_str(), request.path().trim_end_matches('/')) {
        ("GET", PATH) if request.query_string().eq_ignore_ascii_case("wsdl") => {
            HttpResponse::Ok().content_type("text/xml; charset=UTF-8").body(contract::wsdl_at(&service.address))
        }
        ("POST", PATH) => soap(&request, payload, &service).await,
        (_, PATH) => HttpResponse::MethodNotAllowed().finish(),
        _ => page(404),
    }
}

/// Answers what no KPM takes, below `/standin`, and everything else like [`serve`].
pub(super) async fn serve_with_control(
    request: HttpRequest,
    payload: web::Payload,
    service: web::Data<Arc<Service>>,
) -> HttpResponse {
    let path = request.path().to_owned();
    let Some(order) = path.strip_prefix("/standin/") else { return serve(request, payload, service).await };
    if !request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
        return HttpResponse::Forbidden().finish();
    }
    match read(payload, service.options.request_limit).await {
        Ok(body) => control::route(&service, request.method().as_str(), order, &body),
        Err(refusal) => refusal,
    }
}

async fn soap(request: &HttpRequest, payload: web::Payload, service: &Service) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_soap(header("Content-Type")) {
        return page(415);
    }
    match read(payload, service.options.request_limit).await {
        Ok(body) => respond(call::answer(service, header("SOAPAction"), &body).await),
        Err(refusal) => refusal,
    }
}

/// `text/xml`, in UTF-8 if a charset is told.
fn is_soap(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("text/xml"));
    kind && parts.all(|part| {
        let charset = part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
        charset.is_none_or(|(_, value)| value.trim_matches('"').eq_ignore_ascii_case("utf-8"))
    })
}

async fn read(mut payload: web::Payload, limit: usize) -> Result<Bytes, HttpResponse> {
    let (mut body, mut seen) = (BytesMut::new(), 0_usize);
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| hang_up())?;
        seen = seen.saturating_add(piece.len());
        if seen > DRAIN_LIMIT.max(limit) {
            return Err(hang_up());
        }
        if seen <= limit {
            body.extend_from_slice(&piece);
        }
    }
    if seen > limit { Err(page(413)) } else { Ok(body.freeze()) }
}

fn respond(reply: Reply) -> HttpResponse {
    match reply {
        Reply::Answer(multipart) => {
            let kind = multipart.content_type.clone();
            let pieces = multipart.pieces(false).into_iter().map(Ok::<_, std::io::Error>);
            HttpResponse::Ok().insert_header((header::CONTENT_TYPE, kind)).streaming(futures_util::stream::iter(pieces))
        }
        Reply::CutShort(multipart) => {
            let kind = multipart.content_type.clone();
            let end = Err(std::io::Error::other("answer cut short"));
            let pieces = multipart.pieces(true).into_iter().map(Ok).chain([end]);
            HttpResponse::Ok().insert_header((header::CONTENT_TYPE, kind)).streaming(futures_util::stream::iter(pieces))
        }
        Reply::Fault(xml) => HttpResponse::InternalServerError().content_type("text/xml;charset=UTF-8").body(xml),
        Reply::Page(status) => page(status),
        Reply::Empty => HttpResponse::Ok().finish(),
        Reply::HangUp => hang_up(),
    }
}

/// What a gateway shows.
fn page(status: u16) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = format!("<html><body><h1>{status}</h1></body></html>");
    HttpResponse::build(status).content_type("text/html").body(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_xml_in_utf_8_is_taken() {
        for (kind, taken) in [
            ("text/xml; charset=utf-8", true),
            ("text/xml", true),
            ("TEXT/XML; charset=\"UTF-8\"", true),
            ("text/xml; charset=iso-8859-1", false),
            ("application/soap+xml", false),
            ("multipart/related; type=\"application/xop+xml\"", false),
            ("", false),
        ] {
            assert_eq!(is_soap(kind), taken, "{kind}");
        }
    }
}
