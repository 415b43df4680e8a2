//! A strict reader of `multipart/form-data` bodies (RFC 7578).

use bytes::Bytes;

/// Most parts one body may have.
const PART_LIMIT: usize = 100;
/// Most bytes the header lines of one part may take.
const HEADER_LIMIT: usize = 8 * 1024;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Name of the form field.
    pub(super) name: String,
    /// File name as sent.
    pub(super) file_name: Option<String>,
    /// Whether the file name came in the extended notation (`filename*=`), which old Jira servers choke on.
    pub(super) extended_name: bool,
    /// Media type as sent.
    pub(super) media_type: Option<String>,
    /// The content.
    pub(super) content: Bytes,
}

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    /// The content type is not `multipart/form-data` with a boundary.
    ContentType,
    /// The delimiters are not where they must be, or the end is missing.
    Framing,
    /// A part's header lines cannot be read.
    Header,
    /// More parts than allowed.
    TooManyParts,
}

/// The parts of `body`, whose boundary is in `content_type`.
pub(super) fn read(content_type: &str, body: &Bytes) -> Result<Vec<Part>, Malformed> {
    let delimiter = [b"--", boundary(content_type)?.as_bytes()].concat();
    let between = [b"\r\n", delimiter.as_slice()].concat();
    let mut at = if body.starts_with(&delimiter) {
        delimiter.len()
    } else {
        find(body, &between, 0).ok_or(Malformed::Framing)? + between.len()
    };
    let mut parts = Vec::new();
    loop {
        if body[at..].starts_with(b"--") {
            return Ok(parts);
        }
        if parts.len() == PART_LIMIT {
            return Err(Malformed::TooManyParts);
        }
        if !body[at..].starts_with(b"\r\n") {
            return Err(Malformed::Framing);
        }
        let headers_from = at + 2;
        let end = find(body, &between, at).ok_or(Malformed::Framing)?;
        let headers_to = find(&body[..end], b"\r\n\r\n", headers_from).ok_or(Malformed::Header)?;
        if headers_to - headers_from > HEADER_LIMIT {
            return Err(Malformed::Header);
        }
        parts.push(part(&body[headers_from..headers_to], body.slice(headers_to + 4..end))?);
        at = end + between.len();
    }
}

fn boundary(content_type: &str) -> Result<String, Malformed> {
    let (kind, parameters) = content_type.split_once(';').ok_or(Malformed::ContentType)?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err(Malformed::ContentType);
    }
    let boundary = parameter(parameters, "boundary").ok_or(Malformed::ContentType)?;
    if boundary.is_empty() || boundary.len() > 70 || !boundary.is_ascii() {
        return Err(Malformed::ContentType);
    }
    Ok(boundary)
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = from;
    while at + needle.len() <= haystack.len() {
        let offset = haystack[at..].iter().position(|byte| *byte == first)?;
        at += offset;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn part(headers: &[u8], content: Bytes) -> Result<Part, Malformed> {
    let headers = std::str::from_utf8(headers).map_err(|_| Malformed::Header)?;
    let mut disposition = None;
    let mut media_type = None;
    for line in headers.split("\r\n") {
        let (name, value) = line.split_once(':').ok_or(Malformed::Header)?;
        if name.eq_ignore_ascii_case("content-disposition") {
            disposition = Some(value.trim());
        } else if name.eq_ignore_ascii_case("content-type") {
            media_type = Some(value.trim().to_owned());
        }
    }
    let (kind, parameters) = disposition.and_then(|text| text.split_once(';')).ok_or(Malformed::Header)?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return Err(Malformed::Header);
    }
    let extended = parameter(parameters, "filename*").map(|text| percent_decoded(&text));
    Ok(Part {
        name: parameter(parameters, "name").ok_or(Malformed::Header)?,
        extended_name: extended.is_some(),
        file_name: extended.or_else(|| parameter(parameters, "filename")),
        media_type,
        content,
    })
}

/// The value of one `name=value` parameter; quoted values may hold semicolons and escaped quotes.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, tail) = value_of(after)?;
        if name.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = tail;
    }
}

fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, letter) in quoted.char_indices() {
        match letter {
            _ if escaped => {
                // Only a quote or a backslash can be escaped; anything else after a backslash is a plain backslash.
                if letter != '"' && letter != '\\' {
                    value.push('\\');
                }
                value.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((value, &quoted[at + 1..])),
            _ => value.push(letter),
        }
    }
    None
}

/// The text of an extended parameter value, `utf-8''na%C3%AFve.txt`.
fn percent_decoded(text: &str) -> String {
    let coded = text.splitn(3, '\'').nth(2).unwrap_or(text);
    url::form_urlencoded::parse(format!("n={}", coded.replace('+', "%2B").replace('&', "%26")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=XX";

    fn body(text: &str) -> Bytes {
        Bytes::from(text.replace('\n', "\r\n"))
    }

    #[test]
    fn files_are_read_with_name_and_type() {
        let form = body(
            "--XX\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b \\\"c\\\".txt\"\nContent-Type: text/plain\n\none\n--X\ntwo\n--XX\ncontent-disposition: form-data; name=file; filename*=utf-8''na%C3%AFve.txt\n\n\n--XX--\n",
        );
        let parts = read(TYPE, &form).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].file_name.as_deref(), Some("a;b \"c\".txt"));
        assert_eq!(parts[0].media_type.as_deref(), Some("text/plain"));
        assert_eq!(&parts[0].content[..], b"one\r\n--X\r\ntwo");
        assert_eq!(parts[1].file_name.as_deref(), Some("naïve.txt"));
        assert!(parts[1].extended_name && parts[1].content.is_empty());
    }

    #[test]
    fn broken_bodies_are_refused() {
        assert_eq!(read("text/plain", &body("")), Err(Malformed::ContentType));
        assert_eq!(read("multipart/form-data; boundary=", &body("")), Err(Malformed::ContentType));
        assert_eq!(read(TYPE, &body("")), Err(Malformed::Framing));
        assert_eq!(read(TYPE, &body("--XX\nContent-Disposition: form-data; name=a\n\ncut")), Err(Malformed::Framing));
        assert_eq!(read(TYPE, &body("--XX\nno header\n\nx\n--XX--")), Err(Malformed::Header));
        assert_eq!(read(TYPE, &body("--XX\nContent-Disposition: form-data\n\nx\n--XX--")), Err(Malformed::Header));
        let many = "--XX\nContent-Disposition: form-data; name=a\n\nx\n".repeat(PART_LIMIT + 1);
        assert_eq!(read(TYPE, &body(&format!("{many}--XX--"))), Err(Malformed::TooManyParts));
    }
}
