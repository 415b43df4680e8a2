//! The boundary between parts (RFC 2046, section 5.1.1): a line of its own that begins with two dashes.

/// The most blanks behind a boundary that are passed over.
const MOST_BLANKS: usize = 128;

/// What stands between parts: a line end, two dashes and the boundary.
#[derive(Debug)]
pub(super) struct Delimiter {
    bytes: Vec<u8>,
}

/// What a buffer begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// So many bytes that belong to no boundary.
    Content(usize),
    /// A boundary.
    Delimiter {
        /// With its line end, or its closing dashes.
        length: usize,
        /// Whether no part follows.
        is_last: bool,
    },
    /// What may become a boundary; more bytes will tell.
    Incomplete,
}

impl Delimiter {
    /// From the parameter of the content type.
    pub fn new(boundary: &str) -> Self {
        Self { bytes: format!("\r\n--{boundary}").into_bytes() }
    }

    /// Looks at the beginning of a buffer.
    pub fn find(&self, buffer: &[u8]) -> Found {
        let mut from = 0;
        while let Some(at) = position(buffer, from) {
            match self.at(buffer.get(at..).unwrap_or_default()) {
                None => from = at + 1,
                Some(found) if at == 0 => return found,
                Some(_) => return Found::Content(at),
            }
        }
        if buffer.is_empty() { Found::Incomplete } else { Found::Content(buffer.len()) }
    }

    /// Whether a boundary begins here; `None` when it does not.
    fn at(&self, bytes: &[u8]) -> Option<Found> {
        let common = bytes.len().min(self.bytes.len());
        if bytes.get(..common) != self.bytes.get(..common) {
            return None;
        }
        let Some(rest) = bytes.get(self.bytes.len()..) else { return Some(Found::Incomplete) };
        if rest.starts_with(b"--") {
            return Some(Found::Delimiter { length: self.bytes.len() + 2, is_last: true });
        }
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match rest.get(blanks..).unwrap_or_default() {
            [b'\r', b'\n', ..] if blanks <= MOST_BLANKS => {
                Some(Found::Delimiter { length: self.bytes.len() + blanks + 2, is_last: false })
            }
            [] | [b'\r'] if blanks <= MOST_BLANKS => Some(Found::Incomplete),
            [b'-'] if blanks == 0 => Some(Found::Incomplete),
            // A longer line, which only begins like a boundary.
            _ => None,
        }
    }
}

fn position(buffer: &[u8], from: usize) -> Option<usize> {
    buffer.get(from..)?.iter().position(|byte| *byte == b'\r').map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_told_from_what_resembles_them() {
        let delimiter = Delimiter::new("b");
        let between = |length| Found::Delimiter { length, is_last: false };
        for (bytes, expected) in [
            (&b"\r\n--b\r\nx"[..], between(7)),
            (b"\r\n--b \t\r\n", between(9)),
            (b"\r\n--b--", Found::Delimiter { length: 7, is_last: true }),
            (b"\r\n--b", Found::Incomplete),
            (b"\r\n--b-", Found::Incomplete),
            (b"\r\n--b \r", Found::Incomplete),
            (b"\r", Found::Incomplete),
            (b"", Found::Incomplete),
            (b"\r\n--bc\r\n", Found::Content(6)),
            (b"\r\n--b-x", Found::Content(7)),
            (b"a\r\n--", Found::Content(1)),
            (b"\r\r\n--b\r\n", Found::Content(1)),
            (b"abc", Found::Content(3)),
        ] {
            assert_eq!(delimiter.find(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
