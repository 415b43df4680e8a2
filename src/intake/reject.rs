//! What a sender is told when a delivery is not taken: problem documents after RFC 9457.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde_json::json;

/// Why a delivery is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// The body is not what this sender's deliveries look like.
    #[error("the body cannot be understood: {0}")]
    NotUnderstood(String),
    /// The signature is missing or wrong; which of the two is not told.
    #[error("the delivery is not signed with a secret of this tracker")]
    NotSigned,
    /// There is no such tracker.
    #[error("no tracker of this name is configured")]
    UnknownTracker,
    /// There is nothing at this path.
    #[error("there is nothing here")]
    NoSuchRoute,
    /// The body is too large.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The body did not come in time.
    #[error("the body did not come in time")]
    TooSlow,
    /// The sender exceeds its rate.
    #[error("too many deliveries")]
    TooMany,
    /// It could not be made durable.
    #[error("the delivery could not be stored; send it again")]
    Unavailable,
}

impl Rejection {
    fn slug(&self) -> &'static str {
        match self {
            Self::NotUnderstood(_) => "not-understood",
            Self::NotSigned => "not-signed",
            Self::UnknownTracker => "unknown-tracker",
            Self::NoSuchRoute => "no-such-route",
            Self::TooLarge(_) => "too-large",
            Self::TooSlow => "too-slow",
            Self::TooMany => "too-many",
            Self::Unavailable => "unavailable",
        }
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotUnderstood(_) => StatusCode::BAD_REQUEST,
            Self::NotSigned => StatusCode::UNAUTHORIZED,
            Self::UnknownTracker | Self::NoSuchRoute => StatusCode::NOT_FOUND,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        if matches!(self, Self::TooMany | Self::Unavailable) {
            response.insert_header(("Retry-After", "5"));
        }
        if matches!(self, Self::TooLarge(_) | Self::TooSlow) {
            // The rest of the body is not read, so the connection cannot be used again.
            response.force_close();
        }
        let document = json!({
            "type": format!("urn:trackersync:problem:{}", self.slug()),
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.to_string(),
        });
        response.content_type("application/problem+json").body(document.to_string())
    }
}

pub(super) async fn no_such_route() -> Result<HttpResponse, Rejection> {
    Err(Rejection::NoSuchRoute)
}
