//! A request and its answer, free of the server framework.

use super::refusal::Refusal;
use actix_web::http::header::HeaderMap;
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value as Json, json};

/// A request.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into() }
    }

    /// Indented by four, as Roundup does unless told otherwise.
    pub(super) fn json(status: u16, value: &Json) -> Self {
        let mut body = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut body, formatter));
        if let Err(error) = written {
            return Self::new(500, "text/plain", error.to_string());
        }
        body.push(b'\n');
        Self::new(status, "application/json", body)
    }

    pub(super) fn data(status: u16, value: &Json) -> Self {
        Self::json(status, &json!({ "data": value }))
    }

    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let body = json!({"error": {"status": refusal.status, "msg": refusal.message}});
        let answer = Self::json(refusal.status, &body);
        match refusal.allow {
            Some(allow) => answer.with("Allow", allow),
            None => answer,
        }
    }
}
