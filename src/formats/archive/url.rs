//! The texts by which documents name entries: `./4711001/trace.asc`.

use encoding_rs::WINDOWS_1252;

use super::{
    code_page,
    name::{NameFault, normalise},
};

/// The longest scheme that an error shows.
const LONGEST_SHOWN: usize = 20;

/// A text that names an entry of the archive in which it stands, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryUrl {
    /// The name as it stands there, and the one that is meant if percent signs are escapes.
    readings: Vec<String>,
}

/// Why a text names no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// It begins with a scheme: it is about another place.
    #[error("`{0}:` leads elsewhere, and only entries of the archive can be named")]
    Scheme(String),
    /// It leads out of the archive, or is no name at all.
    #[error("it names no entry of the archive: {0}")]
    Name(#[from] NameFault),
}

impl EntryUrl {
    /// Reads the text of a document. Blanks around it do not count; backslashes are slashes; `%` with two digits may be an escape or not.
    ///
    /// # Errors
    /// If it leads out of the archive, however it is read.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let mut readings = vec![read(text)?];
        match unescaped(text).as_deref().map(read) {
            Some(Ok(reading)) => readings.push(reading),
            // Then percent signs are no escapes.
            None | Some(Err(UrlError::Name(NameFault::Control | NameFault::Empty))) => {}
            Some(Err(error)) => return Err(error),
        }
        Ok(Self { readings })
    }

    /// All names that an entry may have that is meant, the likeliest first.
    pub(super) fn spellings(&self) -> impl Iterator<Item = String> {
        self.readings.iter().flat_map(|reading| code_page::spellings(reading))
    }
}

fn read(text: &str) -> Result<String, UrlError> {
    if let Some(scheme) = scheme(text) {
        return Err(UrlError::Scheme(scheme.chars().take(LONGEST_SHOWN).collect()));
    }
    Ok(normalise(text)?)
}

/// The scheme that a text begins with (RFC 3986). One letter is a drive, and found as such.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let is_scheme = bytes.next()?.is_ascii_alphabetic()
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (is_scheme && scheme.len() > 1).then_some(scheme)
}

/// The text without escapes; `None` if there are none. What they make is UTF-8, or Windows-1252 if it cannot be that.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = match (first, after) {
            (b'%', [high, low, after @ ..]) => digit(*high).zip(digit(*low)).map(|(high, low)| (high << 4 | low, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    if bytes.len() == text.len() {
        return None;
    }
    let text = String::from_utf8(bytes);
    Some(text.unwrap_or_else(|error| WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned()))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
