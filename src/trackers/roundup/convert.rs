//! Roundup's values: links, dates, and the paths of rules.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value};

use crate::sync::{
    fault::Fault,
    instant,
    issue::{Attributes, File},
    value::is_unset,
};

/// The format of Roundup's dates, always UTC where we read them.
const DATE: &str = "%Y-%m-%d.%H:%M:%S";

/// An attribute as Roundup tells it (`@verbose=2`): a link is told as its label, a multilink as the list of labels.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(link) => label(link),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// The label of a linked item: whatever Roundup tells besides id and link, else the id.
fn label(link: &Map<String, Value>) -> Value {
    link.iter()
        .find(|(key, value)| !matches!(key.as_str(), "id" | "link") && !value.is_null())
        .or_else(|| link.get_key_value("id"))
        .map_or(Value::Null, |(_, value)| value.clone())
}

/// The attributes that rules asked for, from an item's `attributes`. Roundup leaves out what our account may not view, and that
/// must not be taken for an attribute that somebody emptied.
pub(super) fn attributes<'p>(item: &Value, paths: impl Iterator<Item = &'p String>) -> Result<Attributes, Fault> {
    paths
        .map(|path| match item.get(path.as_str()) {
            Some(value) => Ok((path.clone(), plain(value))),
            None => Err(Fault::permanent(format!("Roundup does not show us `{path}`"))
                .hint("give our account the permission to view it")),
        })
        .collect()
}

/// The body that sets attributes. A dotted path sets the link itself, to the item of that key: Roundup looks keys up by itself.
pub(super) fn body(fields: &Attributes) -> Result<Map<String, Value>, Fault> {
    let mut body = Map::new();
    for (path, value) in fields {
        let property = match path.split('.').collect::<Vec<_>>().as_slice() {
            [property] => *property,
            [property, _key] => *property,
            _ => {
                return Err(Fault::refused(format!("`{path}` can be read and not written: only `property` or `link.key` can")));
            }
        };
        // Roundup drops JSON null and takes the empty text for "unset".
        let value = if is_unset(value) { Value::from("") } else { as_roundup_reads(value) };
        body.insert(property.to_owned(), value);
    }
    Ok(body)
}

/// A date as Roundup tells it, with or without fractions of a second.
pub(super) fn parse_date(text: &str) -> Option<Timestamp> {
    let whole = text.split_at_checked(19).map_or(text, |(whole, _)| whole);
    DateTime::strptime(DATE, whole).ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// The value, but for a point in time in the form that rules hold: Roundup's dates know no `Z`. The two are the same to the rules.
fn as_roundup_reads(value: &Value) -> Value {
    let told = value.as_str().and_then(|text| instant::parse(text).filter(|at| instant::canonical(*at) == text));
    told.map_or_else(|| value.clone(), |at| Value::from(format_date(at)))
}

/// A date as Roundup reads it from a user whose time zone is UTC.
pub(super) fn format_date(at: Timestamp) -> String {
    at.strftime(DATE).to_string()
}

/// Ids of a multilink in whatever form it is told.
pub(super) fn ids(value: &Value) -> Vec<String> {
    let items = value.as_array().map_or(&[] as &[Value], Vec::as_slice);
    items.iter().filter_map(|item| item["id"].as_str().or(item.as_str()).map(str::to_owned)).collect()
}

/// The files of an issue.
pub(super) fn files(value: &Value) -> Vec<File> {
    let items = value.as_array().map_or(&[] as &[Value], Vec::as_slice);
    items
        .iter()
        .filter_map(|item| {
            let id = item["id"].as_str()?.to_owned();
            let name = item["name"].as_str().unwrap_or("unnamed").to_owned();
            Some(File { id, name, size: None, withheld: false })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_go_there_and_back() {
        let date = parse_date("2026-11-22.07:29:22").unwrap();
        assert_eq!(format_date(date), "2026-11-22.07:29:22");
        assert_eq!(parse_date("2026-11-22.07:29:22.901"), Some(date));
        assert_eq!(parse_date("soon"), None);
        assert_eq!(parse_date("äääääääääääääääää"), None);
    }

    #[test]
    fn links_are_told_by_their_label() {
        assert_eq!(plain(&json!({ "id": "3", "link": "x", "name": "chatting" })), json!("chatting"));
        assert_eq!(plain(&json!([{ "id": "3", "link": "x" }])), json!(["3"]));
        assert_eq!(plain(&json!(null)), json!(null));
    }

    #[test]
    fn a_dotted_path_sets_the_link() {
        let fields = Attributes::from([("status.name".to_owned(), json!("resolved")), ("title".to_owned(), json!(null))]);
        assert_eq!(Value::Object(body(&fields).unwrap()), json!({ "status": "resolved", "title": "" }));
        let fields =
            Attributes::from([("due".to_owned(), json!("2025-07-25T19:06:34Z")), ("title".to_owned(), json!("at T1Z"))]);
        let sent = Value::Object(body(&fields).unwrap());
        assert_eq!(sent, json!({ "due": "2025-07-25.19:06:34", "title": "at T1Z" }));
        assert!(crate::sync::value::equal(&sent["due"], &fields["due"]), "it is read back equal");
        assert!(body(&Attributes::from([("a.b.c".to_owned(), json!("x"))])).is_err());
    }
}
