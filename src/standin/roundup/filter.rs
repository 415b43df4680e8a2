//! Searching a class: which items match, and in which order.

use super::date::{self, Range};
use super::raw;
use super::refusal::Refusal;
use super::schema::{self, Class, Kind};
use super::store::{self, Item, Store};
use super::value::Value;
use std::cmp::Ordering;

/// One condition of a search; all of them must hold.
#[derive(Debug)]
pub(super) struct Condition {
    path: Vec<&'static str>,
    test: Test,
}

#[derive(Debug)]
enum Test {
    /// Any of these ids; `-1` stands for an unset property.
    AnyOf(Vec<String>),
    Contains(String),
    Equals(String),
    /// One of these ids of the item itself.
    Id(Vec<String>),
    Number(Vec<f64>),
    Flag(Vec<bool>),
    During(Range),
}

impl Condition {
    /// Reads `name=value`; a colon at the end of the name asks for the whole text instead of a part of it.
    pub(super) fn parse(store: &Store, class: &Class, name: &str, value: &str) -> Result<Self, Refusal> {
        let exact = name.ends_with(':');
        let name = name.trim_end_matches([':', '~']);
        let first = name.split('.').next().unwrap_or(name);
        if class.property(first).is_none() {
            return Err(Refusal::usage(format!("Field {first} is not valid for {} class.", class.name)));
        }
        let (path, kind) = resolve(class, name)?;
        let test = match kind {
            Kind::Link(target) | Kind::Multilink(target) => Test::AnyOf(ids(store, target, value)?),
            Kind::Date => Test::During(date::parse_range(value, store::now())),
            Kind::Number => Test::Number(value.split(',').filter_map(|number| number.parse().ok()).collect()),
            Kind::Boolean => Test::Flag(value.split(',').map(raw::flag).collect()),
            _ if name == "id" => Test::Id(vec![value.to_owned()]),
            _ if exact => Test::Equals(value.to_owned()),
            _ => Test::Contains(value.to_lowercase()),
        };
        Ok(Self { path, test })
    }

    /// Adds a condition to others: an id or link that is asked for several times means any of them, every other property all.
    pub(super) fn add_to(self, conditions: &mut Vec<Self>) {
        let same = conditions.iter_mut().find(|known| known.path == self.path);
        match (same.map(|known| &mut known.test), self.test) {
            (Some(Test::Id(known)), Test::Id(more)) | (Some(Test::AnyOf(known)), Test::AnyOf(more)) => known.extend(more),
            (_, test) => conditions.push(Self { path: self.path, test }),
        }
    }

    /// Whether the item meets the condition.
    pub(super) fn holds(&self, store: &Store, class: &Class, item: &Item) -> bool {
        let value = at(store, class, item, &self.path);
        match (&self.test, value) {
            (Test::AnyOf(ids), Value::Links(links)) => {
                links.iter().any(|id| ids.contains(id)) || links.is_empty() && ids.iter().any(|id| id == "-1")
            }
            (Test::AnyOf(ids), value) => ids.iter().any(|id| id == value.link().unwrap_or("-1")),
            (Test::Contains(part), value) => {
                part.is_empty() || value.text().is_some_and(|text| text.to_lowercase().contains(part))
            }
            (Test::Id(ids), value) => value.text().is_some_and(|text| ids.iter().any(|id| id == text)),
            (Test::Equals(text), value) => text.is_empty() || value.text() == Some(text),
            (Test::Number(numbers), Value::Number(number)) => numbers.contains(number),
            (Test::Flag(flags), Value::Flag(flag)) => flags.contains(flag),
            (Test::During(range), Value::Date(date)) => range.contains(*date),
            (Test::During(range), _) => range.is_everything(),
            (Test::Number(_) | Test::Flag(_), _) => false,
        }
    }
}

/// One step of a sort order.
#[derive(Debug)]
pub(super) struct SortBy {
    property: &'static str,
    kind: Kind,
    descending: bool,
}

impl SortBy {
    /// Reads a comma list such as `-activity,id`.
    pub(super) fn parse_list(class: &Class, text: &str) -> Result<Vec<Self>, Refusal> {
        text.split(',').map(|part| Self::parse(class, part)).collect()
    }

    fn parse(class: &Class, text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Err(Refusal::usage(format!("Empty property for class {}.", class.name)));
        }
        // A plus sign that was not encoded arrives as a space.
        let name = text.trim_start_matches(['-', '+', ' ']);
        let property = class.property(name).ok_or_else(|| {
            let message = format!("User does not have search permission on \"{}.{name}\"", class.name);
            Refusal::forbidden(message)
        })?;
        Ok(Self { property: property.name, kind: property.kind, descending: text.starts_with('-') })
    }

    fn compare(&self, store: &Store, a: &Item, b: &Item) -> Ordering {
        let (a, b) = (self.sort_value(store, a), self.sort_value(store, b));
        let order = compare(&a, &b, self.property == "id");
        if self.descending { order.reverse() } else { order }
    }

    /// What the item is sorted by: for a link the order, or else the name, of what it leads to.
    fn sort_value(&self, store: &Store, item: &Item) -> Value {
        let value = item.get(self.property);
        let (Kind::Link(target), Some(id)) = (self.kind, value.link()) else {
            return value.clone();
        };
        let order = schema::class(target).map(Class::order);
        order.and_then(|order| Some(store.get(target, id).ok()?.get(order).clone())).unwrap_or(Value::Unset)
    }
}

/// The items that meet all conditions, in order; by id where the order leaves a choice.
pub(super) fn search<'s>(store: &'s Store, class: &Class, conditions: &[Condition], sort: &[SortBy]) -> Vec<&'s Item> {
    let holds = |item: &&Item| conditions.iter().all(|condition| condition.holds(store, class, item));
    let mut found: Vec<&Item> = store.list(class.name).filter(holds).collect();
    found.sort_by(|a, b| sort.iter().map(|by| by.compare(store, a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal));
    found
}

/// Resolves a property name that may lead over links, and refuses one that leads nowhere.
pub(super) fn resolve(class: &Class, name: &str) -> Result<(Vec<&'static str>, Kind), Refusal> {
    let unknown = || Refusal::usage(format!("'Unknown property: {name}'"));
    let mut path = Vec::new();
    let mut here = Some(class);
    let mut last = Kind::Text;
    for part in name.split('.') {
        let dead_end = || Refusal::usage(format!("Property {} can not be dereferenced in {name}.", path.join(".")));
        let property = here.ok_or_else(dead_end)?.property(part).ok_or_else(unknown)?;
        if name.contains('.') && matches!(property.kind, Kind::Multilink(_)) {
            return Err(Refusal::usage(format!("Multilink Traversal not allowed: {name}")));
        }
        path.push(property.name);
        last = property.kind;
        here = property.kind.target().and_then(schema::class);
    }
    Ok((path, last))
}

fn at<'s>(store: &'s Store, class: &Class, item: &'s Item, path: &[&str]) -> &'s Value {
    let Some((first, rest)) = path.split_first() else {
        return &Value::Unset;
    };
    let value = item.get(first);
    if rest.is_empty() {
        return value;
    }
    let target = class.property(first).and_then(|property| schema::class(property.kind.target()?));
    match (target, value.link()) {
        (Some(target), Some(id)) => store.get(target.name, id).map_or(&Value::Unset, |next| at(store, target, next, rest)),
        _ => &Value::Unset,
    }
}

fn ids(store: &Store, target: &str, text: &str) -> Result<Vec<String>, Refusal> {
    let class = Store::class(target)?;
    let is_id = |part: &str| {
        let digits = part.trim_start_matches(['-', '+']);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split(',').map(|part| if is_id(part) { Ok(part.to_owned()) } else { store.lookup(class, part) }).collect()
}

/// Unset comes first, text without regard to case, ids as the numbers they are.
fn compare(a: &Value, b: &Value, ids: bool) -> Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) if ids => a.parse::<u64>().ok().cmp(&b.parse().ok()),
        (Value::Text(a), Value::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
        (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Links(a), Value::Links(b)) => a.cmp(b),
        (Value::Unset, Value::Unset) => Ordering::Equal,
        (Value::Unset, _) => Ordering::Less,
        (_, Value::Unset) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
