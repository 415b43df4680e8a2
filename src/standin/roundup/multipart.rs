//! A small, strict reader of `multipart/form-data` bodies that are already in memory.

use bytes::Bytes;

/// More parts than any client of a tracker sends.
const MAX_PARTS: usize = 64;
/// Longest block of headers of one part.
const MAX_HEADERS: usize = 8 * 1024;
/// Longest boundary, as RFC 2046 has it.
const MAX_BOUNDARY: usize = 70;

/// One part of a form.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) name: String,
    /// Present when the part came as a file; its content is then kept byte for byte.
    pub(super) filename: Option<String>,
    pub(super) content: Bytes,
}

/// Reads all parts; the error says what is wrong with the body.
pub(super) fn parse(content_type: &str, body: &Bytes) -> Result<Vec<Part>, String> {
    let boundary = parameter(content_type, "boundary").ok_or("multipart without a boundary")?;
    if boundary.is_empty() || boundary.len() > MAX_BOUNDARY {
        return Err("multipart boundary of a forbidden length".into());
    }
    let opening = format!("--{boundary}");
    let delimiter = format!("\r\n--{boundary}");
    if !body.starts_with(opening.as_bytes()) {
        return Err("multipart body does not start with its boundary".into());
    }
    let mut rest = body.slice(opening.len()..);
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        if parts.len() == MAX_PARTS {
            return Err("too many parts".into());
        }
        if !rest.starts_with(b"\r\n") {
            return Err("multipart boundary is not followed by a line end".into());
        }
        rest = rest.slice(2..);
        let end = find(&rest, delimiter.as_bytes()).ok_or("multipart body ends inside a part")?;
        parts.push(part(&rest.slice(..end))?);
        rest = rest.slice(end + delimiter.len()..);
    }
    Ok(parts)
}

fn part(bytes: &Bytes) -> Result<Part, String> {
    let end = find(&bytes[..bytes.len().min(MAX_HEADERS)], b"\r\n\r\n").ok_or("a part has no end of its headers")?;
    let headers = std::str::from_utf8(&bytes[..end]).map_err(|_| "headers of a part are not UTF-8")?;
    let disposition = headers
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
        .map(|(_, value)| value)
        .ok_or("a part has no Content-Disposition")?;
    let name = parameter(disposition, "name").ok_or("a part has no name")?;
    Ok(Part { name, filename: parameter(disposition, "filename"), content: bytes.slice(end + 4..) })
}

/// A parameter of a header value: `form-data; name="x"` holds `x` for `name`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (text, left) = if let Some(quoted) = after.strip_prefix('"') {
            quoted_text(quoted)?
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text);
        }
        rest = left.trim_start().strip_prefix(';')?;
    }
}

/// Text up to the closing quote, and what follows it.
fn quoted_text(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            _ if escaped => {
                text.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((text, &quoted[at + 1..])),
            _ => text.push(c),
        }
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    // Looking for the first byte alone first keeps this fast for files of many megabytes.
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(offset) = haystack.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + offset;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "multipart/form-data; boundary=b";

    #[test]
    fn file_parts_keep_their_bytes() {
        let body = Bytes::from_static(
            b"--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\na\r\n\
              --b\r\nContent-Disposition: form-data; name=\"content\"; filename=\"a \\\"x\\\"; b\"\r\n\r\n \x00\r\n--\xff \r\n--b--\r\n",
        );
        let parts = parse(FORM, &body).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].name.as_str(), &parts[0].filename, &parts[0].content[..]), ("name", &None, &b"a"[..]));
        assert_eq!(parts[1].filename.as_deref(), Some("a \"x\"; b"));
        assert_eq!(&parts[1].content[..], b" \x00\r\n--\xff ");
    }

    #[test]
    fn broken_bodies_are_told_apart() {
        let cases: [(&str, &'static [u8], &str); 5] = [
            ("multipart/form-data", b"", "without a boundary"),
            (FORM, b"x", "does not start"),
            (FORM, b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", "ends inside"),
            (FORM, b"--b\r\nX: y\r\n\r\nx\r\n--b--", "no Content-Disposition"),
            (FORM, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", "no name"),
        ];
        for (content_type, body, expected) in cases {
            let error = parse(content_type, &Bytes::from_static(body)).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
