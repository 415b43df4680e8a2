//! Ending a connection without an answer.

use actix_web::HttpResponse;
use bytes::Bytes;

/// Hangs up: a body that breaks before its first byte keeps even the head from being sent.
pub(super) fn hang_up() -> HttpResponse {
    let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("answer withheld")) });
    HttpResponse::Ok().streaming(broken)
}
