//! A Plan: what one evaluation decided, and why. Data only: it is printed, tested, stored and carried out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::issue::{Attributes, Side};

/// What is to be done to bring one issue in line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Whether the local issue is to be created.
    pub creates_local: bool,
    /// Whether the remote issue is to be created.
    #[serde(default)]
    pub creates_remote: bool,
    /// One report for each rule, in the order of the configuration.
    pub rules: Vec<RuleReport>,
    /// Changes of the local issue.
    pub local: Changes,
    /// Changes of the remote issue.
    pub remote: Changes,
}

/// What one rule decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleReport {
    /// The rule's kind: `two_way`.
    pub kind: String,
    /// The attributes it joins, for people: `title <-> summary`.
    pub subject: String,
    /// Where it stands: `sync.toml:31`.
    pub place: String,
    /// The decision.
    pub outcome: RuleOutcome,
    /// Why, in words.
    pub reason: String,
    /// What somebody should know of all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// What the rule itself set; a later rule may have set it otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Write>,
}

/// One attribute that a rule set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// On which side.
    pub side: Side,
    /// Its path.
    pub path: String,
    /// What the rule found there.
    pub old: Value,
    /// What it set.
    pub new: Value,
}

/// The decisions that a rule can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// Something is to be written.
    Change,
    /// Both sides are in line.
    Unchanged,
    /// The rule does not apply now.
    Skipped,
    /// A conflict that the rule is told to leave alone.
    Held,
    /// This rule stopped the sync of this issue.
    Stopped,
    /// Not looked at, because an earlier rule stopped the sync.
    NotReached,
    /// The rule cannot be carried out with these values.
    Failed,
}

impl RuleOutcome {
    /// Whether the rule leaves nothing to be done or decided once its changes are written.
    #[must_use]
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Change | Self::Unchanged | Self::Skipped)
    }

    /// One word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Held => "held",
            Self::Stopped => "stopped",
            Self::NotReached => "not reached",
            Self::Failed => "failed",
        }
    }
}

/// Everything to be written on one side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Attributes, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldChange>,
    /// New messages, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<NewMessage>,
    /// Messages whose text is to be replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<MessageEdit>,
    /// Messages that are to be taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removals: Vec<MessageRemoval>,
    /// Files to be copied from the other side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileCopy>,
}

impl Changes {
    /// Whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { fields, messages, edits, removals, files } = self;
        fields.is_empty() && messages.is_empty() && edits.is_empty() && removals.is_empty() && files.is_empty()
    }

    /// Only these of the attributes, and nothing else.
    #[must_use]
    pub fn only_fields(&self, paths: &BTreeSet<String>) -> Self {
        let fields = self.fields.iter().filter(|(path, _)| paths.contains(*path));
        Self { fields: fields.map(|(path, change)| (path.clone(), change.clone())).collect(), ..Self::default() }
    }

    /// The new values alone.
    #[must_use]
    pub fn new_values(&self) -> Attributes {
        self.fields.iter().map(|(path, change)| (path.clone(), change.new.clone())).collect()
    }
}

/// A new value for an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The value that was read.
    pub old: Value,
    /// The value to be written.
    pub new: Value,
    /// Index of the rule that decided it last.
    pub rule: usize,
}

/// A message to be added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewMessage {
    /// The text.
    pub text: String,
    /// Who wrote the original; absent for texts of our own, and for those that go to a remote tracker under our account alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When the original was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    /// Id of the original on the other side; empty for a text of our own. A new copy of an edited original has a `#` and a digest
    /// of its text behind the id.
    #[serde(default)]
    pub source: String,
    /// What sort of message it is to be, where the tracker tells several apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Index of the rule.
    pub rule: usize,
}

/// A new text for a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageEdit {
    /// The message on the side that is changed.
    pub id: String,
    /// Its new text.
    pub text: String,
    /// Who wrote the original, where that stands in the text of copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Id of the original on the other side.
    pub source: String,
    /// Index of the rule.
    pub rule: usize,
}

/// A message that is to be taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageRemoval {
    /// The message.
    pub id: String,
    /// Index of the rule.
    pub rule: usize,
}

/// A file to be copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileCopy {
    /// Id of the original on the other side.
    pub source: String,
    /// The file's name.
    pub name: String,
    /// Bytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Index of the rule.
    pub rule: usize,
}

impl Plan {
    /// Whether nothing is to be written on either side.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.creates_local && !self.creates_remote && self.local.is_empty() && self.remote.is_empty()
    }

    /// Leaves messages and files for a later run.
    pub fn put_off_copies(&mut self) {
        for changes in [&mut self.local, &mut self.remote] {
            changes.messages.clear();
            changes.edits.clear();
            changes.removals.clear();
            changes.files.clear();
        }
    }

    /// The changes of one side.
    #[must_use]
    pub fn side(&self, side: Side) -> &Changes {
        match side {
            Side::Local => &self.local,
            Side::Remote => &self.remote,
        }
    }

    /// Whether the rules were looked at to the end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped_by().is_some()
    }

    /// The report of the rule that stopped the sync, if one did.
    #[must_use]
    pub fn stopped_by(&self) -> Option<&RuleReport> {
        self.rules.iter().find(|report| report.outcome == RuleOutcome::Stopped)
    }
}
