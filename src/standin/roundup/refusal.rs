//! The one error of the stand-in: a request that Roundup would refuse.

/// Why a request was refused, in Roundup's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {message}")]
pub struct Refusal {
    /// The HTTP status a REST client gets.
    pub status: u16,
    /// The text a REST client gets in `error.msg`.
    pub message: String,
    pub(super) allow: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None }
    }

    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, message)
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }

    pub(super) fn no_such_item(class: &str, id: &str) -> Self {
        Self::new(404, format!("no such {class} {id}"))
    }

    pub(super) fn no_such_class(class: &str) -> Self {
        Self::new(404, format!("Class {class} not found"))
    }

    pub(super) fn precondition() -> Self {
        let message = "If-Match is missing or does not match. Retrieve asset and retry modification if valid.";
        Self::new(412, message)
    }

    pub(super) fn method_not_allowed(method: &str, allowed: &'static str) -> Self {
        let message = format!("Method {method} not allowed. Allowed: {allowed}");
        Self { status: 405, message, allow: Some(allowed) }
    }

    /// Inside its PUT handlers Roundup reports everything that is missing as a conflict.
    pub(super) fn missing_is_conflict(mut self) -> Self {
        if self.status == 404 {
            self.status = 409;
        }
        self
    }
}
