//! Turning what a client sent into values of the right kind.

use super::date;
use super::fields::{Fields, Raw};
use super::refusal::Refusal;
use super::schema::{self, Class, Kind, Property};
use super::store::{self, Item, Store, Values};
use super::value::Value;
use bytes::Bytes;

/// Reads all properties among the fields; those that Roundup keeps itself are passed over in silence.
pub(super) fn values(store: &Store, class: &Class, item: Option<&Item>, fields: &Fields) -> Result<Values, Refusal> {
    if fields.is_empty() {
        return Err(Refusal::usage("No properties found."));
    }
    let mut values = Values::new();
    for (name, raw) in fields.iter().filter(|(name, _)| !name.starts_with('@')) {
        match (class.own_property(name), class.property(name)) {
            (Some(property), _) => {
                values.insert(property.name, value(store, property, item, raw)?);
            }
            (None, Some(_)) => {}
            (None, None) => {
                return Err(Refusal::usage(format!("Property {name} not found in class {}", class.name)));
            }
        }
    }
    Ok(values)
}

/// Reads one property.
pub(super) fn value(store: &Store, property: &Property, item: Option<&Item>, raw: &Raw) -> Result<Value, Refusal> {
    if raw.is_empty() {
        return Ok(Value::Unset);
    }
    match property.kind {
        Kind::Multilink(target) => multilink(store, property, target, item, raw),
        Kind::Content => content(raw),
        kind => scalar(store, property.name, kind, single(raw)?),
    }
}

fn scalar(store: &Store, name: &str, kind: Kind, text: &str) -> Result<Value, Refusal> {
    let text = strip(text);
    if text.is_empty() {
        return Ok(Value::Unset);
    }
    match kind {
        Kind::Number => {
            text.parse().map(Value::Number).map_err(|_| Refusal::usage(format!("property {name}: '{text}' is not a number")))
        }
        Kind::Boolean => Ok(Value::Flag(flag(text))),
        Kind::Date => date::parse(text, store::now())
            .map(Value::Date)
            .map_err(|error| Refusal::usage(format!("property {name}: '{text}' is an invalid date ({error})"))),
        Kind::Link(_) if text == "-1" => Ok(Value::Unset),
        Kind::Link(target) => link(store, name, target, text).map(Value::Link),
        _ => Ok(Value::Text(text.replace("\r\n", "\n").replace('\r', "\n"))),
    }
}

/// Whatever Roundup does not take for a yes is a no.
pub(super) fn flag(text: &str) -> bool {
    let yes = ["checked", "yes", "true", "on", "1"];
    yes.iter().any(|word| strip(text).eq_ignore_ascii_case(word))
}

/// A file part keeps its bytes; anything else is trimmed, but keeps its line ends.
fn content(raw: &Raw) -> Result<Value, Refusal> {
    match raw {
        Raw::File(bytes) => Ok(Value::Content(bytes.clone())),
        other => Ok(Value::Content(Bytes::from(strip(single(other)?).to_owned()))),
    }
}

fn single(raw: &Raw) -> Result<&str, Refusal> {
    match raw {
        Raw::Text(text) => Ok(text),
        Raw::File(bytes) => std::str::from_utf8(bytes).map_err(|_| Refusal::usage("the text is not UTF-8")),
        Raw::List(_) | Raw::BadList(_) => Err(Refusal::new(405, "'list' object has no attribute 'replace'")),
    }
}

/// A list replaces what is there, unless its entries say `+7` or `-7`.
fn multilink(store: &Store, property: &Property, target: &str, item: Option<&Item>, raw: &Raw) -> Result<Value, Refusal> {
    let entries: Vec<&str> = match raw {
        Raw::List(list) => list.iter().map(|entry| strip(entry)).collect(),
        Raw::BadList(kind) => {
            return Err(Refusal::new(405, format!("'{kind}' object has no attribute 'strip'")));
        }
        other => strip(single(other)?).split(',').map(strip).collect(),
    };
    let mut current = item.map(|item| item.get(property.name).links().to_vec()).unwrap_or_default();
    let mut given = Vec::new();
    let mut replaces = true;
    for entry in entries.into_iter().filter(|entry| !entry.is_empty()) {
        let removes = entry.starts_with('-');
        replaces &= !entry.starts_with(['-', '+']);
        let id = link(store, property.name, target, strip(entry.trim_start_matches(['-', '+'])))?;
        if removes {
            if let Some(at) = current.iter().position(|known| *known == id) {
                current.remove(at);
            }
            continue;
        }
        if !current.contains(&id) {
            current.push(id.clone());
        }
        given.push(id);
    }
    let mut ids = if replaces { given } else { current };
    ids.sort_by_key(|id| id.parse::<u64>().unwrap_or(u64::MAX));
    Ok(Value::Links(ids))
}

/// An id as it stands, whether the item exists or not, or the id behind a key.
fn link(store: &Store, name: &str, target: &str, text: &str) -> Result<String, Refusal> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    let class = schema::class(target).ok_or_else(|| Refusal::no_such_class(target))?;
    if class.key.is_none() {
        return Err(Refusal::usage(format!("you may only enter ID values for property {name}")));
    }
    let unknown = || Refusal::usage(format!("property {name}: '{text}' is not a {target}."));
    store.lookup(class, text).map_err(|_| unknown())
}

/// Trims as Python's `str.strip` does: non-breaking spaces and the separators of ASCII as well.
fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}
