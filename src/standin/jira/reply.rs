//! Answers of the server, and the shapes its refusals have.

use actix_web::{HttpResponse, HttpResponseBuilder, body::SizedStream, http::StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;

use super::stored_file::StoredFile;

/// What an answer carries.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Nothing at all.
    Nothing,
    /// A JSON document.
    Json(Value),
    /// A page for people.
    Html(String),
    /// A text or some bytes: media type and content.
    Raw(String, Bytes),
    /// A file on the disk, with its media type.
    File(String, StoredFile),
}

/// One answer before it goes out.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
}

/// An answer, where the error side is a refusal.
pub(super) type Reply = Result<Answer, Answer>;

impl Answer {
    fn new(status: u16, content: Content) -> Self {
        Self { status, headers: Vec::new(), content }
    }

    pub(super) fn json(status: u16, body: Value) -> Self {
        Self::new(status, Content::Json(body))
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// Success without content. Jira labels even that as a page.
    pub(super) fn no_content() -> Self {
        Self::new(204, Content::Nothing).with("Content-Type", "text/html;charset=UTF-8")
    }

    pub(super) fn empty(status: u16) -> Self {
        Self::new(status, Content::Nothing)
    }

    pub(super) fn html(status: u16, text: &str) -> Self {
        Self::new(status, Content::Html(format!("<html><body><h1>{text}</h1></body></html>")))
    }

    pub(super) fn file(media_type: &str, file: StoredFile) -> Self {
        Self::new(200, Content::File(media_type.to_owned(), file))
    }

    /// A refusal with one sentence that concerns no single field.
    pub(super) fn message(status: u16, text: &str) -> Self {
        Self::json(status, json!({"errorMessages": [text], "errors": {}}))
    }

    /// A refusal that concerns one field.
    pub(super) fn field(field: &str, text: &str) -> Self {
        Self::json(400, json!({"errorMessages": [], "errors": {field: text}}))
    }

    /// A refusal that concerns several fields.
    pub(super) fn fields(errors: Vec<(String, String)>) -> Self {
        let errors: serde_json::Map<String, Value> =
            errors.into_iter().map(|(field, text)| (field, Value::from(text))).collect();
        Self::json(400, json!({"errorMessages": [], "errors": errors}))
    }

    pub(super) fn no_issue() -> Self {
        Self::message(404, "Issue does not exist or you do not have permission to see it.")
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The JSON it carries.
    pub(super) fn body(&self) -> Value {
        match &self.content {
            Content::Json(body) => body.clone(),
            _ => Value::Null,
        }
    }

    /// The answer as it goes onto the wire.
    pub(super) fn into_http(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut builder = HttpResponse::build(status);
        let names_type = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !names_type && let Some(kind) = self.content.media_type() {
            builder.insert_header(("Content-Type", kind));
        }
        for (name, value) in self.headers {
            // Values that no header can carry are left out by actix when the answer is built.
            builder.append_header((name, value));
        }
        self.content.finish(&mut builder)
    }
}

impl Content {
    fn media_type(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Json(_) => Some("application/json;charset=UTF-8".to_owned()),
            Self::Html(_) => Some("text/html;charset=UTF-8".to_owned()),
            Self::Raw(kind, _) | Self::File(kind, _) => Some(kind.clone()),
        }
    }

    fn finish(self, builder: &mut HttpResponseBuilder) -> HttpResponse {
        match self {
            Self::Nothing => builder.finish(),
            Self::Json(value) => builder.body(value.to_string()),
            Self::Html(text) => builder.body(text),
            Self::Raw(_, bytes) => builder.body(bytes),
            Self::File(_, file) => match file.open() {
                Ok(opened) => {
                    let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(opened), 64 << 10);
                    builder.body(SizedStream::new(file.len(), pieces))
                }
                Err(_) => HttpResponse::InternalServerError().finish(),
            },
        }
    }
}
