//! Where a rule's names and values stand in the configuration, for findings that need more than the configuration.
//!
//! Gathered from the rule's table by the names of its parameters, alike for all kinds.

use crate::{
    config::{
        node::{Node, NodeValue, Table},
        place::Place,
    },
    sync::issue::Side,
};

/// Parameters that hold one path or several.
const NAMES: [(&str, Side); 5] = [
    ("local_name", Side::Local),
    ("roundup_name", Side::Local),
    ("local_names", Side::Local),
    ("remote_name", Side::Remote),
    ("remote_names", Side::Remote),
];

/// Parameters under which a rule writes only now and then.
const NARROWING: [&str; 5] = ["only_create", "l_only_create", "l_only_update", "only_assigned", "after_create"];

/// How a rule uses a value that is written in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is set.
    Set,
    /// It is compared with what is there.
    Compared,
}

/// A value that the configuration gives for one side.
#[derive(Clone, Debug)]
pub(super) struct Mentioned {
    pub side: Side,
    pub text: String,
    pub place: Place,
    pub usage: Use,
}

/// Where a rule and its parts stand.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The rule itself.
    pub place: Place,
    /// Whether the rule writes only now and then: on creation, say.
    pub narrowed: bool,
    names: Vec<(Side, String, Place)>,
    /// Values of maps, defaults and comparisons.
    pub values: Vec<Mentioned>,
}

impl Origin {
    pub(super) fn read(table: &Table) -> Self {
        let mut names = Vec::new();
        for (key, side) in NAMES {
            let found = table.get(key).into_iter().flat_map(texts);
            names.extend(found.map(|(text, place)| (side, text, place)));
        }
        let narrowed = NARROWING.iter().any(|key| table.get(key).is_some_and(|n| n.value == NodeValue::Boolean(true)));
        let values = Values::of(table, &names).gather();
        Self { place: table.place.clone(), narrowed, names, values }
    }

    /// Where a path is named; a path that is named nowhere belongs to the rule as a whole.
    pub(super) fn place_of(&self, side: Side, path: &str) -> &Place {
        let named = self.names.iter().find(|(named, text, _)| *named == side && text == path);
        named.map_or(&self.place, |(_, _, place)| place)
    }

    /// The one path that the values of a side belong to, if it is one.
    pub(super) fn path(&self, side: Side) -> Option<&str> {
        let mut paths = self.names.iter().filter(|(named, ..)| *named == side).map(|(_, path, _)| path.as_str());
        paths.next().filter(|_| paths.next().is_none())
    }
}

/// The values of one rule.
struct Values<'t> {
    table: &'t Table,
    /// Whether values are changed on their way to or from the configuration's form, by side: then they cannot be compared.
    dressed: [bool; 2],
    has_local: bool,
    found: Vec<Mentioned>,
}

impl<'t> Values<'t> {
    fn of(table: &'t Table, names: &[(Side, String, Place)]) -> Self {
        let given = |key: &str| table.get(key).is_some_and(|node| !matches!(&node.value, NodeValue::Boolean(false)));
        let local = ["prefix", "local_prefix", "allowed_chars", "join_multilink"].into_iter().any(given);
        let has_local = names.iter().any(|(side, ..)| *side == Side::Local);
        Self { table, dressed: [local, given("strip_prefix")], has_local, found: Vec::new() }
    }

    fn gather(mut self) -> Vec<Mentioned> {
        let (map, imap) = (self.table.get("map"), self.table.get("imap"));
        // The one that is missing is the inverse of the other, so that its keys are set as well.
        let back = |present: bool| if present { Use::Compared } else { Use::Set };
        self.map(map, Side::Local, back(imap.is_some()));
        self.map(imap, Side::Remote, back(map.is_some()));
        self.patterns();
        self.plain("l_default", Side::Remote, Use::Set);
        self.plain("r_default", Side::Local, Use::Set);
        self.plain("default", Side::Local, Use::Set);
        self.plain("local_unset", Side::Local, Use::Compared);
        self.plain("value", if self.has_local { Side::Local } else { Side::Remote }, Use::Compared);
        self.found
    }

    /// The keys belong to one side, the values are set on the other.
    fn map(&mut self, node: Option<&Node>, keys: Side, usage_of_keys: Use) {
        let Some(NodeValue::Table(map)) = node.map(|node| &node.value) else { return };
        for entry in &map.entries {
            self.add(keys, entry.key.clone(), entry.place.clone(), usage_of_keys);
            for (text, place) in texts(&entry.value) {
                self.add(keys.other(), text, place, Use::Set);
            }
        }
    }

    /// What patterns of local values give.
    fn patterns(&mut self) {
        let Some(NodeValue::Array(patterns)) = self.table.get("patterns").map(|node| &node.value) else { return };
        for pattern in patterns {
            let NodeValue::Table(pattern) = &pattern.value else { continue };
            for (text, place) in pattern.get("value").into_iter().flat_map(texts) {
                self.add(Side::Remote, text, place, Use::Set);
            }
        }
    }

    fn plain(&mut self, key: &str, side: Side, usage: Use) {
        for (text, place) in self.table.get(key).into_iter().flat_map(texts) {
            self.add(side, text, place, usage);
        }
    }

    fn add(&mut self, side: Side, text: String, place: Place, usage: Use) {
        let dressed = self.dressed[usize::from(side == Side::Remote)];
        if !dressed && !text.is_empty() {
            self.found.push(Mentioned { side, text, place, usage });
        }
    }
}

/// A text, or each text of a list, with its place. Numbers and flags have no vocabulary.
fn texts(node: &Node) -> Vec<(String, Place)> {
    match &node.value {
        NodeValue::String(text) => vec![(text.clone(), node.place.clone())],
        NodeValue::Array(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
