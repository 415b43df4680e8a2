//! An effect that must happen once: the token that names it, and the intent that is written down before it is tried.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::LinkId,
    sync::issue::{CopyKind, Side},
};

/// A token that names one effect: the same intent always has the same token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// The token of a copy, from the link, what is copied, the direction and the original.
    #[must_use]
    pub fn of_copy(link: &LinkId, kind: CopyKind, to: Side, source: &str) -> Self {
        Self::derive(&[link.as_str(), "copy", kind.name(), to.name(), source])
    }

    /// The token of a text of our own: from the link, the text, and how many such texts were added before.
    #[must_use]
    pub fn of_text(link: &LinkId, to: Side, text: &str, before: usize) -> Self {
        Self::derive(&[link.as_str(), "text", to.name(), text, &before.to_string()])
    }

    fn derive(parts: &[&str]) -> Self {
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new();
        for part in parts {
            // The length keeps ("ab", "c") and ("a", "bc") apart.
            digest.update(part.len().to_be_bytes());
            digest.update(part.as_bytes());
        }
        Self(hex::encode(&digest.finalize()[..16]))
    }

    /// Takes a stored token.
    #[must_use]
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An effect that must happen once: written down before it is tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Its token.
    pub token: Token,
    /// The link it belongs to.
    pub link: LinkId,
    /// A message or a file.
    pub kind: CopyKind,
    /// The side that it is done on.
    pub to: Side,
    /// The original's id; empty for a text of our own.
    pub source: String,
    /// The message's text, or the file's name: what to look for where a tracker carries no token.
    pub content: String,
    /// The file's size, where known.
    pub size: Option<u64>,
    /// When it was first intended, by the clock of the records.
    pub since: Timestamp,
    /// The run that intends it: another run must not touch it while that one may still be at work. Empty once that is over.
    pub run: String,
}

/// What the journal says about an intent.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// Written down now, by this run: go ahead.
    Ours,
    /// Another run wrote it down; its outcome is not known.
    Theirs(Intent),
    /// It was done; the id of what it made.
    Done(String),
}

/// How long an intent of another run may still be in the making.
#[derive(Clone, Copy, Debug)]
pub struct RunLimits {
    /// No run lasts longer.
    pub deadline: Duration,
}
