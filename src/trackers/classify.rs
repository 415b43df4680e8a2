//! From an HTTP status to what it means for the event: one table for all trackers.

use std::time::Duration;

use reqwest::{StatusCode, header::HeaderMap};

use crate::sync::fault::{Fault, FaultKind};

/// Longest wait that a tracker may ask of us; some ask for centuries when a quota is zero.
const LONGEST_WAIT: u64 = 3_600;

/// The fault of an answer that is no success. `words` are the tracker's own.
pub(super) fn fault_of(status: StatusCode, headers: &HeaderMap, words: &str) -> Fault {
    let message = if words.is_empty() { format!("{status}") } else { format!("{status}: {words}") };
    match status.as_u16() {
        401 => Fault::credentials(message).hint("the credentials are not accepted: look at username and password (or token)"),
        403 => Fault::permanent(message).hint("our account lacks a permission"),
        408 | 409 | 412 | 423 | 425 => Fault::transient(message),
        429 => Fault { kind: FaultKind::Transient { retry_after: retry_after(headers) }, ..Fault::transient(message) },
        // A gateway that gave up does not mean that what stands behind it did.
        500..=599 => {
            let kind = FaultKind::Transient { retry_after: retry_after(headers) };
            Fault { kind, lingering: true, ..Fault::transient(message) }
        }
        400 | 413 | 415 | 422 => Fault::refused(message),
        300..=399 => Fault::permanent(message).hint("the tracker sends us elsewhere: look at its url"),
        _ => Fault::permanent(message),
    }
}

pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.clamp(1, LONGEST_WAIT)))
}

/// The fault of a request without an answer. The error is told without its URL, whose query may hold what nobody should read.
pub(super) fn fault_of_transport(error: reqwest::Error) -> Fault {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        words = format!("{words}: {inner}");
        source = inner.source();
    }
    if error.is_builder() {
        return Fault::bug(words);
    }
    // Only a connection that was never made is certain to have carried nothing.
    Fault { lingering: !error.is_connect(), ..Fault::transient(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_capped_and_never_zero() {
        let wait = |value: &'static str| {
            let headers =
                HeaderMap::from_iter([(reqwest::header::RETRY_AFTER, reqwest::header::HeaderValue::from_static(value))]);
            retry_after(&headers)
        };
        assert_eq!(wait("0"), Some(Duration::from_secs(1)));
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("9223372036854775807"), Some(Duration::from_hours(1)));
        assert_eq!(wait("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }

    #[test]
    fn each_status_has_its_kind() {
        let kind = |status: u16| fault_of(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), "").word();
        for (status, word) in [
            (400, "refused"),
            (401, "credentials"),
            (403, "permanent"),
            (404, "permanent"),
            (409, "transient"),
            (412, "transient"),
            (413, "refused"),
            (429, "transient"),
            (500, "transient"),
            (503, "transient"),
            (302, "permanent"),
            (418, "permanent"),
        ] {
            assert_eq!(kind(status), word, "{status}");
        }
    }
}
