//! Binary data in an answer: in the envelope as base64, or in a part that follows.

use serde_json::Value;

use super::super::schema::decode_base64;

/// Where the binary data of an element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binary<'v> {
    /// In the part of this id, which [`Answer::next_part`](super::Answer::next_part) comes to.
    Part(&'v str),
    /// Here: it was in the envelope.
    Inline(Vec<u8>),
}

/// A value is no binary data, or too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBinary {
    /// It is neither text nor a reference to a part.
    #[error("there is no binary data")]
    Absent,
    /// It is no base64.
    #[error("the binary data is not base64")]
    NotBase64,
    /// It is more than the caller wants.
    #[error("the binary data has more than {0} bytes")]
    TooLarge(usize),
}

impl<'v> Binary<'v> {
    /// The binary data of an element of the type `base64Binary`.
    ///
    /// # Errors
    /// What is none, or more than `most_bytes`.
    pub fn of(value: &'v Value, most_bytes: usize) -> Result<Self, NotBinary> {
        let reference = value.get("$cid").and_then(Value::as_str);
        if let Some(cid) = reference {
            return Ok(Self::Part(cid));
        }
        let text = value.get("#text").unwrap_or(value).as_str().ok_or(NotBinary::Absent)?;
        // Three bytes are four characters; blanks between them are counted before they are dropped.
        if text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count() > most_bytes.saturating_add(3) / 3 * 4 {
            return Err(NotBinary::TooLarge(most_bytes));
        }
        let bytes = decode_base64(text).ok_or(NotBinary::NotBase64)?;
        if bytes.len() > most_bytes { Err(NotBinary::TooLarge(most_bytes)) } else { Ok(Self::Inline(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn data_is_in_a_part_or_inline_and_bounded() {
        assert_eq!(Binary::of(&json!({ "$cid": "a" }), 0), Ok(Binary::Part("a")));
        assert_eq!(Binary::of(&json!("YW\nJj"), 3), Ok(Binary::Inline(b"abc".to_vec())));
        assert_eq!(Binary::of(&json!({ "#text": "YWI=", "@x": "" }), 2), Ok(Binary::Inline(b"ab".to_vec())));
        assert_eq!(Binary::of(&json!("YWJj"), 2), Err(NotBinary::TooLarge(2)));
        assert_eq!(Binary::of(&json!("A".repeat(400)), 2), Err(NotBinary::TooLarge(2)));
        assert_eq!(Binary::of(&json!("*"), 2), Err(NotBinary::NotBase64));
        assert_eq!(Binary::of(&json!(null), 2), Err(NotBinary::Absent));
    }
}
