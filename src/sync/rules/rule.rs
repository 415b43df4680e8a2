//! What a rule is: what it reads and writes, which side it writes to, and how it decides.

use std::{collections::BTreeSet, fmt::Debug};

use super::{
    super::{issue::Side, requirements::ContentWrite},
    evaluation::{Evaluation, Verdict},
};
use crate::ids::TrackerName;

/// What rules have to know of an issue on one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Attribute paths.
    pub paths: BTreeSet<String>,
    /// Comments or messages.
    pub messages: bool,
    /// Attachments or files.
    pub files: bool,
    /// When the issue was last changed.
    pub updated: bool,
    /// The tracker on the other side: a local tracker may keep attributes for each of several.
    pub counterpart: Option<TrackerName>,
}

/// What a rule reads and writes, known before it runs.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Read on the local side.
    pub local: Needs,
    /// Read on the remote side.
    pub remote: Needs,
    /// Attribute paths that may be written: side and path.
    pub writes: BTreeSet<(Side, String)>,
    /// What may be done to messages and files, by side.
    pub contents: BTreeSet<(Side, ContentWrite)>,
    /// Local attributes whose possible values it has to know.
    pub vocabularies: BTreeSet<String>,
    /// Whether it decides by what both sides were like after the last sync.
    pub uses_base: bool,
}

impl Access {
    /// To the messages of both sides, and nothing else; `contents` is what it does to them.
    pub(super) fn to_messages(contents: impl IntoIterator<Item = (Side, ContentWrite)>) -> Self {
        let messages = || Needs { messages: true, ..Needs::default() };
        Self { local: messages(), remote: messages(), contents: contents.into_iter().collect(), ..Self::default() }
    }
}

/// Which side a kind of rule writes to, and so in which phase it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the local side only.
    ToLocal,
    /// To the remote side only.
    ToRemote,
    /// To either side.
    Both,
    /// It decides whether the issue is synced at all.
    Check,
}

/// A compiled rule.
pub trait Rule: Debug + Send + Sync {
    /// What it reads and may write.
    fn access(&self) -> Access;

    /// Which side it writes to.
    fn direction(&self) -> Direction;

    /// Decides. Effects are put into the evaluation, the verdict says what was decided and why.
    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict;
}
