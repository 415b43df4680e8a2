//! The rules of a sync: compiled once from the configuration, then evaluated for each issue without any I/O.
//!
//! Each kind is one file: its documentation, its compile step, what it decides, and its tests. A new kind is a new file and a
//! line in [`KINDS`].

pub mod check;
pub mod check_remote;
pub mod common;
mod compiled;
mod copies;
mod decide;
pub mod default_message;
pub mod diagnose;
pub mod documentation;
pub mod evaluation;
pub mod examples;
pub mod files;
pub mod kpm_message;
pub mod mapping;
pub mod message;
pub mod messages;
pub mod multi_to_remote;
mod origin;
pub mod pfiff_messages;
mod quarrel;
pub mod rehearsal;
mod requirements;
mod rule;
mod rule_set;
pub mod to_local;
pub mod to_local_concatenate;
pub mod to_local_default;
pub mod to_local_multilink;
pub mod to_local_multistring;
pub mod to_remote;
pub mod to_remote_default;
pub mod to_remote_if_dirty;
pub mod two_way;
mod users;

use std::collections::{BTreeMap, BTreeSet};

pub use self::{
    decide::{evaluate, evaluate_after_create},
    evaluation::Phase,
    rule::{Access, Direction, Needs, Rule},
    rule_set::RuleSet,
};
use super::value::Equality;
use crate::config::section::Section;

/// Compiles one kind from its section; `None` after a finding was reported.
type Compile = fn(&Section<'_>) -> Option<Box<dyn Rule>>;

/// The kinds by their names in the configuration.
const KINDS: [(&str, Compile); 20] = [
    ("to_local", to_local::compile),
    ("to_local_default", to_local_default::compile),
    ("to_local_concatenate", to_local_concatenate::compile),
    ("to_local_multilink", to_local_multilink::compile),
    ("to_local_multilink_default", to_local_multilink::compile_default),
    ("to_local_multistring", to_local_multistring::compile),
    ("to_local_multistring_default", to_local_multistring::compile_default),
    ("to_remote", to_remote::compile),
    ("to_remote_default", to_remote_default::compile),
    ("to_remote_if_dirty", to_remote_if_dirty::compile),
    ("multi_to_remote", multi_to_remote::compile),
    ("two_way", two_way::compile),
    ("check", check::compile),
    ("check_remote", check_remote::compile),
    ("files", files::compile),
    ("messages", messages::compile),
    ("message", message::compile),
    ("default_message", default_message::compile),
    ("kpm_message", kpm_message::compile),
    ("pfiff_messages", pfiff_messages::compile),
];

/// What the caller of one evaluation wants.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Take the remote value for changed, whatever the base says (`--remote-change`).
    pub remote_change: bool,
    /// How the remote tracker compares values.
    pub equality: Equality,
    /// The values that local attributes may have, by path, where they are known and few.
    pub local_vocabularies: BTreeMap<String, BTreeSet<String>>,
    /// The same, of values that depend on where the issue belongs.
    pub local_places: Places,
}

/// Values that attributes may have in each of some places.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The attribute that says where an issue belongs.
    pub by: String,
    /// By place, and then by path.
    pub values: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod tests;
