//! An issue as the sync engine sees it, whatever tracker it comes from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(test)]
use super::value;
use crate::ids::IssueId;

/// Attribute paths and their values. An unset attribute is JSON null or absent; a list is a JSON array.
pub type Attributes = BTreeMap<String, Value>;

/// What an issue looked like when it was read: exactly what the rules asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The immutable id.
    pub id: IssueId,
    /// What people call it: `PROJ-17`, `issue17`.
    pub key: String,
    /// The attributes that were asked for.
    #[serde(default)]
    pub attributes: Attributes,
    /// Comments or messages, oldest first; empty unless asked for.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// Attachments or files; empty unless asked for.
    #[serde(default)]
    pub files: Vec<File>,
    /// Whether the issue is assigned to us.
    #[serde(default)]
    pub assigned_to_us: bool,
    /// What the tracker calls this state of the issue, where it lets us write only on top of it.
    #[serde(default)]
    pub revision: Option<String>,
    /// When the issue was last changed; absent unless asked for.
    #[serde(default)]
    pub updated: Option<Timestamp>,
    /// The only attributes that the tracker shows us of this issue (a cancelled one: its state); absent: it shows all.
    #[serde(default)]
    pub restricted: Option<BTreeSet<String>>,
    /// The largest file that the tracker takes for it, in bytes; 0: it takes none; absent: it does not say, or was not asked.
    #[serde(default)]
    pub largest_file: Option<u64>,
}

/// The attribute by which a tracker says that we may not read an issue: false then.
pub const READABLE: &str = "__readable__";

impl Snapshot {
    /// An issue of which nothing is known but what it is called.
    #[must_use]
    pub fn empty(id: IssueId, key: impl Into<String>) -> Self {
        Self {
            id,
            key: key.into(),
            attributes: Attributes::new(),
            messages: Vec::new(),
            files: Vec::new(),
            assigned_to_us: false,
            revision: None,
            updated: None,
            restricted: None,
            largest_file: None,
        }
    }

    /// Whether we may read the issue; one that we may not still says that it is there.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.attributes.get(READABLE) != Some(&Value::Bool(false))
    }
}

/// A comment (Jira) or message (Roundup).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id in its tracker.
    pub id: String,
    /// The author's name, for people.
    pub author: String,
    /// When it was written.
    pub date: Timestamp,
    /// The text.
    pub text: String,
    /// Keywords on it, where the tracker has such.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// What sort of message it is, where the tracker tells several apart (KPM: the description of the process step).
    #[serde(default)]
    pub kind: Option<String>,
}

/// An attachment (Jira) or file (Roundup).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its id in its tracker.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// Bytes, where the tracker tells.
    #[serde(default)]
    pub size: Option<u64>,
    /// Whether the tracker names the file and does not have its bytes for us (PFIFF sends new files only).
    #[serde(default)]
    pub withheld: bool,
}

/// One of the two sides of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Our own tracker.
    Local,
    /// The tracker of the customer or partner.
    Remote,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Local => Self::Remote,
            Self::Remote => Self::Local,
        }
    }

    /// `local` or `remote`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Remote => "remote",
        }
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What both sides looked like when they were last brought in line, and what was copied between them since the beginning.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// Attributes of the remote issue.
    #[serde(default)]
    pub remote: Attributes,
    /// Attributes of the local issue.
    #[serde(default)]
    pub local: Attributes,
    /// Messages and files that were copied.
    #[serde(default)]
    pub copies: Vec<Copied>,
}

/// What can be copied from one side to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CopyKind {
    /// The issue itself.
    Issue,
    /// A message or comment.
    Message,
    /// A file or attachment.
    File,
}

impl CopyKind {
    /// One word, as it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Message => "message",
            Self::File => "file",
        }
    }
}

/// One copy that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// Of what.
    pub kind: CopyKind,
    /// The side that the copy was made on.
    pub to: Side,
    /// The id of the original on the other side; empty for a text of our own.
    pub source: String,
    /// The id of the copy.
    pub copy: String,
    /// The original's text as it was copied, of messages only: tells whether it was edited since.
    #[serde(default)]
    pub text: Option<String>,
}

impl Base {
    /// Attributes of one side.
    #[must_use]
    pub fn side(&self, side: Side) -> &Attributes {
        match side {
            Side::Local => &self.local,
            Side::Remote => &self.remote,
        }
    }

    /// Moves the attributes of one side on to what they are now, but for the paths that are still open.
    pub fn advance(&mut self, side: Side, now: Attributes, open: &BTreeSet<String>) {
        let attributes = match side {
            Side::Local => &mut self.local,
            Side::Remote => &mut self.remote,
        };
        let before = std::mem::replace(attributes, now);
        for path in open {
            match before.get(path) {
                Some(value) => attributes.insert(path.clone(), value.clone()),
                None => attributes.remove(path),
            };
        }
    }
}

/// What each side held besides its attributes when a run had left nothing open, as digests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// On the local side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<String>,
    /// On the remote side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
}

impl Seen {
    /// Of one side.
    #[must_use]
    pub fn side(&self, side: Side) -> Option<&str> {
        match side {
            Side::Local => self.local.as_deref(),
            Side::Remote => self.remote.as_deref(),
        }
    }
}

/// Stands between the id of an original and the number of its copy.
const COPY_NUMBER: char = '#';

impl Copied {
    /// The source by which a copy of an item is known: the item's id, with a number from the second copy on.
    #[must_use]
    pub fn source_of_copy(id: &str, number: usize) -> String {
        if number > 1 { format!("{id}{COPY_NUMBER}{number}") } else { id.to_owned() }
    }

    /// The id of the original. Messages are edited and copied again; files never change, and their ids may hold anything.
    #[must_use]
    pub fn original(&self) -> &str {
        #[cfg(test)]
        value::work::count(0);
        match self.source.split_once(COPY_NUMBER) {
            Some((id, _)) if self.kind == CopyKind::Message => id,
            _ => &self.source,
        }
    }
}
