//! Names of entries: the one form in which they are compared, and why a name is none.

use super::{code_page, limits::Limits};

/// The most characters of a refused name that are shown.
const LONGEST_SHOWN: usize = 200;

/// Why a text is no name of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// `/x`, `C:\x` or `\\server\x`.
    #[error("the name is absolute: it begins at a root, a drive or a server")]
    Absolute,
    /// A part of it is `..`, even where that would lead nowhere else.
    #[error("the name leads upwards by `..`")]
    Upwards,
    /// Control characters, line breaks and what turns the direction of a line around.
    #[error("the name has control characters")]
    Control,
    /// There is nothing but dots and slashes.
    #[error("the name is empty")]
    Empty,
    /// It is longer than the limit.
    #[error("the name has {found} bytes, and at most {limit} are taken")]
    TooLong {
        /// Its length in bytes.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// It has more folders than the limit.
    #[error("the name has {found} folders within each other, and at most {limit} are taken")]
    TooDeep {
        /// How many there are.
        found: usize,
        /// The limit.
        limit: usize,
    },
}

/// The form in which names are compared: slashes between the parts, and no part that is empty or `.`; nothing that leads elsewhere.
/// Backslashes are those of Windows, and separate parts too.
pub(super) fn normalise(text: &str) -> Result<String, NameFault> {
    if text.chars().any(is_control) {
        return Err(NameFault::Control);
    }
    if text.starts_with(['/', '\\']) {
        return Err(NameFault::Absolute);
    }
    let mut name = String::with_capacity(text.len());
    for part in text.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            return Err(NameFault::Upwards);
        }
        if name.is_empty() && begins_with_drive(part) {
            return Err(NameFault::Absolute);
        }
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(part);
    }
    if name.is_empty() { Err(NameFault::Empty) } else { Ok(name) }
}

/// The same for a name within limits.
pub(super) fn normalise_within(text: &str, limits: &Limits) -> Result<String, NameFault> {
    if text.len() > limits.name_bytes {
        return Err(NameFault::TooLong { found: text.len(), limit: limits.name_bytes });
    }
    let name = normalise(text)?;
    let folders = name.matches('/').count();
    if folders > limits.depth {
        return Err(NameFault::TooDeep { found: folders, limit: limits.depth });
    }
    Ok(name)
}

/// The name that people gave: with the double encoding undone where there is no doubt about it.
pub(super) fn for_people(normalised: &str) -> String {
    // Bytes of ASCII are no part of it, so slashes stay where they are.
    let undone = code_page::undo(normalised).filter(|undone| !undone.chars().any(is_control));
    undone.unwrap_or_else(|| normalised.to_owned())
}

/// A refused name as it can be shown: on one line, not too long, and with slashes as in the others.
pub(super) fn shown(text: &str) -> String {
    let shown = |c| match c {
        '\\' => '/',
        c if is_control(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let mut name: String = text.chars().take(LONGEST_SHOWN).map(shown).collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        name.push('…');
    }
    name
}

fn begins_with_drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// Characters that do something to the line on which a name is shown.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
