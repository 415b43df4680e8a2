//! The media store of Cloud: another server that knows nobody and opens its files to a token alone.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::{
    journal::RequestRecord,
    reply::{Answer, Reply},
    server::pairs,
    site::Site,
};

/// Where clients find the store: beside the site, at a port and under a name of its own.
pub(super) fn base(site: &str, address: SocketAddr) -> String {
    let mut url = url::Url::parse(site).ok();
    let other = match url.as_ref().and_then(url::Url::host_str) {
        Some("127.0.0.1") => Some("localhost"),
        Some("localhost") => Some("127.0.0.1"),
        _ => None,
    };
    if let Some(url) = &mut url {
        url.set_path("");
        // Neither can be refused: the address is one of HTTP.
        let _ = url.set_port(Some(address.port()));
        let _ = other.map(|other| url.set_host(Some(other)));
    }
    url.map_or_else(|| format!("http://{address}"), |url| url.as_str().trim_end_matches('/').to_owned())
}

/// Answers every request to the store.
pub(super) async fn serve(request: HttpRequest, site: web::Data<Arc<Site>>) -> HttpResponse {
    let shown = request.uri().path_and_query().map_or("/", |full| full.as_str()).to_owned();
    let method = request.method().as_str().to_owned();
    let fault = site.faults.take(|fault| fault.hits(&method, &shown));
    if let Some(fault) = &fault {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    }
    let ordered = fault.as_ref().and_then(super::faults::Fault::answer);
    let answer = ordered.unwrap_or_else(|| file(&request, &site).unwrap_or_else(|refusal| refusal));
    site.journal.request(RequestRecord { method, path: shown, status: answer.status, user: None, body: None });
    answer.into_http()
}

fn file(request: &HttpRequest, site: &Site) -> Reply {
    let segments: Vec<&str> = request.path().split('/').filter(|part| !part.is_empty()).collect();
    let ["file", media, "binary"] = segments.as_slice() else {
        return Err(Answer::empty(404));
    };
    if request.headers().contains_key("authorization") {
        let text = "Only one auth mechanism allowed";
        return Err(Answer::json(400, json!({"error": {"code": "BadRequest", "title": text}})));
    }
    let store = site.store();
    let mut all = store.issues.values().flat_map(|issue| &issue.attachments);
    let attachment = all.find(|file| file.media_id == *media).ok_or_else(|| Answer::empty(404))?;
    let query = pairs(request.query_string());
    if !query.iter().any(|(name, value)| name == "token" && *value == attachment.media_token) {
        return Err(Answer::empty(403));
    }
    Ok(Answer::file(&attachment.media_type, attachment.content.clone()))
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn the_store_is_another_host_and_port() {
        let address = "127.0.0.1:7".parse().unwrap();
        assert_eq!(base("http://127.0.0.1:5/jira", address), "http://localhost:7");
        assert_eq!(base("http://localhost:5", address), "http://127.0.0.1:7");
        assert_eq!(base("http://jira.example.org/jira", address), "http://jira.example.org:7");
    }
}
