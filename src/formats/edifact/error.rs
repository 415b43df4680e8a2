//! Where something is wrong, and what.

use std::fmt;

/// The tag of a segment: three capital letters or digits, such as `UNB`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag([u8; 3]);

impl Tag {
    /// A tag; `None` if these are not three capital letters or digits.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let tag: [u8; 3] = bytes.try_into().ok()?;
        tag.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).then_some(Self(tag))
    }

    /// The three characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // They are ASCII, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in an interchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Bytes before it.
    pub offset: usize,
    /// The segment, from 1; the service string advice is not counted. 0 where no segment is meant.
    pub segment: usize,
    /// The tag of the segment, once it is known.
    pub tag: Option<Tag>,
    /// The element, from 1; 0 where the tag or the whole segment is meant.
    pub element: usize,
    /// The component, from 1; 0 where the whole element is meant.
    pub component: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}", self.offset)?;
        if self.segment > 0 {
            write!(f, ", segment {}", self.segment)?;
        }
        if let Some(tag) = self.tag {
            write!(f, " ({tag})")?;
        }
        if self.element > 0 {
            write!(f, ", element {}", self.element)?;
            if self.component > 0 {
                write!(f, ", component {}", self.component)?;
            }
        }
        Ok(())
    }
}

/// Why bytes are no EDIFACT. No message tells any of the content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct EdifactError {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: Problem,
}

/// What is wrong with bytes that are no EDIFACT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The limits do not allow it.
    #[error("more {what} than {limit}, which is the limit")]
    TooLarge {
        /// `segments`, for example.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// `UNA` is not followed by six characters.
    #[error("the service string advice (UNA) is cut off: it has six characters")]
    UnaCutOff,
    /// A character of the service string advice cannot separate anything.
    #[error(
        "{0:#04x} in the service string advice (UNA) cannot be the {1}: letters, digits, spaces and other than ASCII are text"
    )]
    UnaText(u8, &'static str),
    /// Two characters of the service string advice are the same.
    #[error("the service string advice (UNA) names {0:#04x} for two purposes")]
    UnaTwice(u8),
    /// A segment does not begin with a tag.
    #[error("a segment begins with a tag of three capital letters or digits, and this is none")]
    Tag,
    /// `UNA` stands elsewhere than at the beginning.
    #[error("the service string advice (UNA) is no segment: it stands at the very beginning or nowhere")]
    UnaElsewhere,
    /// A control character in a text.
    #[error("the control character {0:#04x} is not allowed in a segment")]
    Control(u8),
    /// The bytes end after a release character.
    #[error("the file ends after a release character: it was cut off")]
    ReleasedEnd,
}
