//! One component: its bytes, and the text that they are.

use std::borrow::Cow;

use super::error::Place;

/// A component of an element, as it stands in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component<'a> {
    /// Its bytes, release characters included.
    pub raw: &'a [u8],
    /// Where it begins; where it would, if it is not there.
    pub place: Place,
    /// The release character, if one is in it.
    pub(super) release: Option<u8>,
}

/// How the bytes of a text were understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// ISO 8859-1 (`UNOC`), of which ASCII is a part.
    Latin1,
    /// UTF-8: there are bytes that are not ASCII, and all of them together make sense as UTF-8. Text of ISO 8859-1 does that only where
    /// letters such as `Ã` stand before a sign such as `¼`.
    Utf8,
    /// Neither: there are control characters of ISO 8859-1, as texts of Windows-1252 have them. They are U+FFFD in the text.
    Neither,
}

/// The text of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text, without release characters.
    pub value: Cow<'a, str>,
    /// How its bytes were understood.
    pub charset: Charset,
}

impl<'a> Component<'a> {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Its bytes without release characters.
    #[must_use]
    pub fn bytes(&self) -> Cow<'a, [u8]> {
        let Some(release) = self.release else { return Cow::Borrowed(self.raw) };
        let mut bytes = Vec::with_capacity(self.raw.len());
        let mut rest = self.raw.iter();
        while let Some(byte) = rest.next() {
            // The one after a release character is text, whatever it is.
            bytes.extend(if *byte == release { rest.next() } else { Some(byte) });
        }
        Cow::Owned(bytes)
    }

    /// Its text: ISO 8859-1, or UTF-8 if it can only be that.
    #[inline]
    #[must_use]
    pub fn text(&self) -> Text<'a> {
        match std::str::from_utf8(self.raw) {
            Ok(text) if self.release.is_none() && text.is_ascii() => {
                Text { value: Cow::Borrowed(text), charset: Charset::Latin1 }
            }
            _ => self.rarer_text(),
        }
    }

    /// Text with release characters or with others than ASCII.
    fn rarer_text(&self) -> Text<'a> {
        match self.bytes() {
            Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Text { value: Cow::Borrowed(text), charset: charset_of_utf8(bytes) },
                Err(_) => latin1(bytes),
            },
            Cow::Owned(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Text { charset: charset_of_utf8(text.as_bytes()), value: Cow::Owned(text) },
                Err(error) => latin1(error.as_bytes()),
            },
        }
    }
}

fn charset_of_utf8(bytes: &[u8]) -> Charset {
    if bytes.is_ascii() { Charset::Latin1 } else { Charset::Utf8 }
}

fn latin1(bytes: &[u8]) -> Text<'static> {
    let mut charset = Charset::Latin1;
    let mut letter = |byte: &u8| match byte {
        0x80..=0x9F => {
            charset = Charset::Neither;
            char::REPLACEMENT_CHARACTER
        }
        byte => char::from(*byte),
    };
    let value = bytes.iter().map(&mut letter).collect();
    Text { value: Cow::Owned(value), charset }
}
