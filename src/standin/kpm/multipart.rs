//! An answer as `multipart/related`: the envelope, then the bytes that it refers to. It always is, also with nothing attached.

use bytes::Bytes;
use uuid::Uuid;

use super::soap_answer::Envelope;

/// The id of the part with the envelope.
const ROOT: &str = "root.message@cxf.apache.org";
/// The answer goes out in pieces of this size, so that clients meet chunks that end anywhere.
const PIECE: usize = 16 * 1024;

/// A body with its type.
#[derive(Debug)]
pub(super) struct Multipart {
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

impl Multipart {
    pub(super) fn of(envelope: Envelope) -> Self {
        let boundary = format!("uuid:{}", Uuid::new_v4());
        let mut body = Vec::new();
        let kind = "application/xop+xml; charset=UTF-8; type=\"text/xml\"";
        push(&mut body, &boundary, kind, ROOT, envelope.xml.as_bytes());
        for (id, bytes) in envelope.attached {
            push(&mut body, &boundary, "application/octet-stream", &id, &bytes);
        }
        body.extend_from_slice(format!("\r\n--{boundary}--").as_bytes());
        let content_type = format!(
            "multipart/related; type=\"application/xop+xml\"; boundary=\"{boundary}\"; start=\"<{ROOT}>\"; start-info=\"text/xml\""
        );
        Self { content_type, body }
    }

    /// The body in pieces; with `cut_short` only the first half of it.
    pub(super) fn pieces(self, cut_short: bool) -> Vec<Bytes> {
        let mut body = Bytes::from(self.body);
        if cut_short {
            body.truncate(body.len() / 2);
        }
        let mut pieces = Vec::new();
        while body.len() > PIECE {
            pieces.push(body.split_to(PIECE));
        }
        pieces.push(body);
        pieces
    }
}

fn push(body: &mut Vec<u8>, boundary: &str, kind: &str, id: &str, bytes: &[u8]) {
    let head =
        format!("\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{id}>\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_the_whole() {
        let attached = vec![("a@b".to_owned(), Bytes::from(vec![7; 3 * PIECE]))];
        let multipart = Multipart::of(Envelope { xml: "<a/>".to_owned(), attached });
        let body = multipart.body.clone();
        let pieces = multipart.pieces(false);
        assert_eq!((pieces.len(), pieces.concat()), (4, body));
    }

    #[test]
    fn there_is_always_a_root_part() {
        let multipart = Multipart::of(Envelope { xml: "<a/>".to_owned(), attached: Vec::new() });
        let body = String::from_utf8(multipart.body).unwrap();
        let boundary = multipart.content_type.split('"').nth(3).unwrap();
        assert!(boundary.starts_with("uuid:"));
        assert!(
            body.starts_with(&format!("\r\n--{boundary}\r\n")) && body.ends_with(&format!("<a/>\r\n--{boundary}--")),
            "{body}"
        );
        assert!(body.contains("Content-ID: <root.message@cxf.apache.org>\r\n"));
    }
}
