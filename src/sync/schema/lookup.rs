//! Finding the attribute that a path names.

use super::{Class, Field, ISSUE_LINK, Kind, Schema};

/// A name in an open class counts as misspelt when this few edits lead to a listed one ...
const NEAR: usize = 2;
/// ... and both are at least this long: short names are near to everything.
const LONG_ENOUGH: usize = 4;

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<'s> {
    /// An attribute.
    Found(Attribute<'s>),
    /// Nothing that the tracker has.
    Missing {
        /// The part of the path that does not exist.
        part: String,
        /// What it should be part of, for people.
        of: String,
        /// What could be meant.
        candidates: Vec<String>,
    },
    /// Several fields of the same display name, by their ids.
    Ambiguous {
        /// The name.
        part: String,
        /// The ids.
        ids: Vec<String>,
    },
    /// The tracker does not tell.
    Undecided,
}

/// An attribute that a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<'s> {
    /// The field that the path ends at.
    pub field: &'s Field,
    /// Whether the path gives a list.
    pub list: bool,
    /// Why it cannot be set, if so.
    pub read_only: Option<String>,
    /// All values that it can have; absent: any.
    pub vocabulary: Option<&'s [String]>,
}

/// One step of a path.
enum Step<'s> {
    Field(&'s str, &'s Field),
    Ends(Lookup<'s>),
}

impl Schema {
    /// Finds what a path names.
    #[must_use]
    pub fn lookup(&self, path: &str) -> Lookup<'_> {
        let Some(rest) = path.strip_prefix('/') else { return self.follow(&self.issue_class, path) };
        let (class, property) = rest.split_once('/').unwrap_or((rest, ""));
        if self.classes.get(class).is_some_and(|class| self.belongs_to_issue(class)) {
            return self.follow(class, property);
        }
        let linked = self.classes.iter().filter(|(_, class)| self.belongs_to_issue(class));
        Lookup::Missing {
            part: class.to_owned(),
            of: "the classes with a link `issue`".to_owned(),
            candidates: linked.map(|(name, _)| name.clone()).collect(),
        }
    }

    fn belongs_to_issue(&self, class: &Class) -> bool {
        let link = class.fields.get(ISSUE_LINK);
        link.is_some_and(|link| matches!(&link.kind, Kind::Link(target) if *target == self.issue_class))
    }

    fn follow(&self, class: &str, path: &str) -> Lookup<'_> {
        let mut class_name = class;
        let mut list = false;
        let mut read_only = None;
        let mut parts = path.split('.').enumerate().peekable();
        while let Some((depth, part)) = parts.next() {
            let Some(class) = self.classes.get(class_name) else { return Lookup::Undecided };
            let (name, field) = match step(class_name, class, part) {
                Step::Field(name, field) => (name, field),
                Step::Ends(lookup) => return lookup,
            };
            list |= field.list;
            read_only = read_only.or_else(|| why_read_only(depth, class_name, class, name, field));
            if parts.peek().is_none() {
                let vocabulary = self.vocabulary(field);
                return Lookup::Found(Attribute { field, list, read_only, vocabulary });
            }
            match &field.kind {
                Kind::Link(target) => class_name = target,
                Kind::Unknown => return Lookup::Undecided,
                kind => {
                    let rest = parts.map(|(_, part)| part).collect::<Vec<_>>().join(".");
                    let of = format!("`{name}`, which is a {} and has no parts", kind.words());
                    return Lookup::Missing { part: rest, of, candidates: Vec::new() };
                }
            }
        }
        Lookup::Undecided
    }
}

/// Finds a field by its name, else by its title; both as the adapters do it.
fn step<'s>(class_name: &str, class: &'s Class, part: &str) -> Step<'s> {
    if let Some((name, field)) = class.fields.get_key_value(part) {
        return Step::Field(name, field);
    }
    let titled = class.fields.iter().filter(|(_, field)| field.title.as_ref().is_some_and(|t| t.eq_ignore_ascii_case(part)));
    let titled: Vec<(&String, &Field)> = titled.collect();
    match titled.as_slice() {
        [(name, field)] => Step::Field(name, field),
        [] => Step::Ends(missing(class_name, class, part)),
        several => {
            let ids = several.iter().map(|(name, _)| (*name).clone()).collect();
            Step::Ends(Lookup::Ambiguous { part: part.to_owned(), ids })
        }
    }
}

fn missing<'s>(class_name: &str, class: &Class, part: &str) -> Lookup<'s> {
    let names = class.fields.iter().flat_map(|(name, field)| [Some(name), field.title.as_ref()]).flatten();
    let near = |name: &&String| part.len().min(name.len()) >= LONG_ENOUGH && strsim::damerau_levenshtein(part, name) <= NEAR;
    let candidates: Vec<String> = if class.open { names.filter(near).cloned().collect() } else { names.cloned().collect() };
    if class.open && candidates.is_empty() {
        return Lookup::Undecided;
    }
    Lookup::Missing { part: part.to_owned(), of: format!("`{class_name}`"), candidates }
}

/// Setting a path of two parts sets the link, to the item that the second part names; a longer one cannot be set. What stands in a
/// group is set as what stands in none.
fn why_read_only(depth: usize, class_name: &str, class: &Class, name: &str, field: &Field) -> Option<String> {
    match depth {
        _ if (depth == 0 || class.group) && field.writable => None,
        _ if depth == 0 || class.group => Some(format!("the tracker keeps `{name}` itself")),
        1 => {
            let keys = class.keys.as_ref()?;
            if keys.iter().any(|key| key == name) {
                return None;
            }
            let told = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ");
            Some(format!("a link to `{class_name}` is set by {told}, not by `{name}`"))
        }
        _ => Some("only an attribute, or what it links to by its key, can be set; this path leads further".to_owned()),
    }
}
