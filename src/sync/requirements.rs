//! What a sync asks of one of its trackers: what it is to write there, told before it runs, so that the tracker can say what it
//! lacks for it. Pure data, made of the configuration alone.

use super::issue::Side;
use crate::{
    config::place::Place,
    ids::{IssueId, TrackerName},
};

/// What a sync asks of the tracker on one of its sides.
#[derive(Clone, Debug)]
pub struct Requirements {
    /// The side that the tracker is on.
    pub side: Side,
    /// The tracker on the other side.
    pub counterpart: TrackerName,
    /// Where the sync is configured.
    pub place: Place,
    /// Which issues there are the sync's, in the tracker's query language, where the sync says so.
    pub filter: Option<String>,
    /// Some of the issues there that are linked, where they are at hand.
    pub linked: Vec<IssueId>,
    /// Whether the sync creates issues there.
    pub creates: bool,
    /// Attributes that rules write, in the order of the rules.
    pub fields: Vec<FieldWrite>,
    /// What rules do to messages and files, in the order of the rules.
    pub contents: Vec<(ContentWrite, Cause)>,
}

/// An attribute that a rule writes.
#[derive(Clone, Debug)]
pub struct FieldWrite {
    /// Its path.
    pub path: String,
    /// The rule; its place is where the path is named.
    pub cause: Cause,
    /// Whether a new issue may get a value from this rule.
    pub on_creation: bool,
    /// Whether an issue that exists may get one.
    pub on_update: bool,
    /// Whether an issue that exists gets one only while it has none.
    pub only_if_unset: bool,
    /// The values that the configuration gives for it: of maps and defaults.
    pub constants: Vec<Constant>,
}

/// A value that is written in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The value.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// The rule that asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Kind and attributes, for people: `two_way title <-> summary`.
    pub rule: String,
    /// Where to look.
    pub place: Place,
}

/// What is done to the messages and files of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContentWrite {
    /// A message is added.
    AddMessage,
    /// A message of ours gets another text.
    EditMessage,
    /// A message of ours is taken away.
    RemoveMessage,
    /// A file is added.
    AddFile,
}
