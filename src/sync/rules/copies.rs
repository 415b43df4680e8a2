//! The copies of a base, found by what they are of: one look at each copy, whatever number of messages and files there is to ask for.

use std::collections::{HashMap, HashSet};

use crate::sync::issue::{Base, Copied, CopyKind, Side};

/// The copies that were made between both sides since the beginning.
#[derive(Debug, Default)]
pub(super) struct Copies<'b> {
    /// Side and id of each copy.
    made: HashSet<(CopyKind, Side, &'b str)>,
    /// Side and id of those that have an original: the others are texts of our own.
    of_an_original: HashSet<(CopyKind, Side, &'b str)>,
    /// The copies of an original, by its side and id; oldest first.
    of: HashMap<(CopyKind, Side, &'b str), Vec<&'b Copied>>,
}

impl<'b> Copies<'b> {
    pub(super) fn of(base: &'b Base) -> Self {
        let mut copies = Self::default();
        for copied in &base.copies {
            copies.made.insert((copied.kind, copied.to, &copied.copy));
            if !copied.source.is_empty() {
                copies.of_an_original.insert((copied.kind, copied.to, &copied.copy));
            }
            copies.of.entry((copied.kind, copied.to.other(), copied.original())).or_default().push(copied);
        }
        copies
    }

    /// Whether this item of one side is accounted for: copied from there, or itself a copy.
    pub(super) fn know(&self, kind: CopyKind, side: Side, id: &str) -> bool {
        self.hold(kind, side, id) || self.of.contains_key(&(kind, side, id))
    }

    /// Whether this item of one side was made by us as a copy.
    pub(super) fn hold(&self, kind: CopyKind, side: Side, id: &str) -> bool {
        self.made.contains(&(kind, side, id))
    }

    /// Whether this item of one side repeats one of the other side.
    pub(super) fn repeat(&self, kind: CopyKind, side: Side, id: &str) -> bool {
        self.of_an_original.contains(&(kind, side, id))
    }

    /// The copies that were made of this item of one side, oldest first.
    pub(super) fn of_item<'s>(&'s self, kind: CopyKind, side: Side, id: &'s str) -> &'s [&'b Copied] {
        self.of.get(&(kind, side, id)).map_or(&[], Vec::as_slice)
    }

    /// The source by which the next copy of this item is known.
    pub(super) fn next_source(&self, kind: CopyKind, side: Side, id: &str) -> String {
        Copied::source_of_copy(id, self.of_item(kind, side, id).len() + 1)
    }
}
