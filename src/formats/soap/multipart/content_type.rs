//! `Content-Type` with its parameters (RFC 2045, section 5.1), and the headers of a part.

/// A media type and its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::formats::soap) struct ContentType {
    /// `text/xml`, in small letters.
    pub media_type: String,
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads one; what makes no sense in it is passed over.
    pub fn parse(text: &str) -> Self {
        let (media_type, mut rest) = text.split_once(';').unwrap_or((text, ""));
        let mut parameters = Vec::new();
        while let Some((name, after)) = rest.split_once('=') {
            let (value, after) = value(after.trim_start());
            parameters.push((name.trim().to_ascii_lowercase(), value));
            rest = after;
        }
        Self { media_type: media_type.trim().to_ascii_lowercase(), parameters }
    }

    /// A parameter; the first, should it be there twice.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A value, quoted or not, and what follows behind its `;`.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return (value.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let rest = quoted.get(at + 1..).unwrap_or_default();
                return (value, rest.split_once(';').map_or("", |(_, rest)| rest));
            }
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (value, "")
}

/// The headers of a part that mean something here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::formats::soap) struct PartHeaders {
    /// `Content-ID`, without its angle brackets.
    pub id: Option<String>,
    /// `Content-Type`.
    pub content_type: String,
    /// `Content-Transfer-Encoding`, in small letters.
    pub encoding: String,
}

impl PartHeaders {
    /// Reads the lines before the empty one.
    pub fn parse(bytes: &[u8]) -> Self {
        // A line that begins with a blank goes on with the one before.
        let text = String::from_utf8_lossy(bytes).replace("\r\n ", " ").replace("\r\n\t", " ");
        let mut headers = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "content-id" => headers.id = Some(without_brackets(value).to_owned()),
                "content-type" => value.clone_into(&mut headers.content_type),
                "content-transfer-encoding" => headers.encoding = value.to_ascii_lowercase(),
                _ => {}
            }
        }
        headers
    }
}

/// `<a@b>` as `a@b`.
pub(in crate::formats::soap) fn without_brackets(id: &str) -> &str {
    id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_may_be_quoted_and_in_any_order() {
        let text =
            r#"Multipart/Related; type="application/xop+xml"; boundary="uuid:1;\"2"; START=<a@b> ; start-info="text/xml""#;
        let read = ContentType::parse(text);
        assert_eq!(read.media_type, "multipart/related");
        assert_eq!(read.parameter("boundary"), Some("uuid:1;\"2"));
        assert_eq!(read.parameter("start"), Some("<a@b>"));
        assert_eq!(read.parameter("start-info"), Some("text/xml"));
        assert_eq!(read.parameter("charset"), None);
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        for text in ["", ";", "a/b;", "a/b;=", "a/b; x", "a/b; x=\"", "a/b; x=\"\\", "a/b;;x=1;=\"\"y"] {
            let _ = ContentType::parse(text);
        }
        assert_eq!(ContentType::parse("text/xml;charset=utf-8").parameter("charset"), Some("utf-8"));
    }

    #[test]
    fn headers_are_read_whatever_their_case_and_folding() {
        let headers = PartHeaders::parse(b"content-ID: <a@b>\r\nContent-Type: text/xml;\r\n charset=utf-8\r\nX: y\r\nno colon");
        assert_eq!(headers.id.as_deref(), Some("a@b"));
        assert_eq!(headers.content_type, "text/xml; charset=utf-8");
    }
}
