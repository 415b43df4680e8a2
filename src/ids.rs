//! Names and identifiers, each a type of its own so that none can stand in for another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

name_type! {
    /// A tracker's name in the configuration: the `office` of `[trackers.office]`.
    TrackerName
}
name_type! {
    /// A sync's name in the configuration: `name` of a `[[sync]]`.
    SyncName
}
name_type! {
    /// The immutable id of an issue in its tracker. Never the key that people see: that one may change.
    IssueId
}
name_type! {
    /// The id of one link between a local and a remote issue: a UUID of ours.
    LinkId
}
name_type! {
    /// The id of an event: the sender's delivery id where it has one, else a UUID v7.
    EventId
}

impl IssueId {
    /// An id or key from outside, if it may stand in a URL: letters, digits, `-` and `_`, at most 64.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let safe =
            !text.is_empty() && text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        safe.then(|| Self::new(text))
    }
}

impl EventId {
    /// A new id for an event whose sender gave none.
    #[must_use]
    pub fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }
}

impl LinkId {
    /// The id of the link of one remote issue in one sync. It follows from the two, so that whoever makes the link first,
    /// and however often, means the same link.
    #[must_use]
    pub fn derive(sync: &SyncName, remote: &IssueId) -> Self {
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new();
        digest.update(sync.as_str().as_bytes());
        digest.update([0]);
        digest.update(remote.as_str().as_bytes());
        Self(hex::encode(&digest.finalize()[..16]))
    }
}

/// Whether a name may be used for a tracker or a sync: it becomes part of routing keys, URLs and file names.
#[must_use]
pub fn is_valid_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_break_a_routing_key_or_a_path_are_refused() {
        for good in ["a", "office-vw", "T_1", "9"] {
            assert!(is_valid_name(good), "{good}");
        }
        for bad in ["", "a.b", "a/b", "-a", "a b", "ä", "#", &"x".repeat(65)] {
            assert!(!is_valid_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_link_id_keeps_sync_and_remote_apart() {
        let id = |sync: &str, remote: &str| LinkId::derive(&sync.into(), &remote.into());
        assert_eq!(id("a", "1"), id("a", "1"));
        assert_ne!(id("a", "11"), id("a1", "1"));
    }
}
