//! Jira's values: fields by id or name, paths into them, and the shapes that Jira wants when they are set.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::sync::{
    fault::Fault,
    issue::{File, Message},
    value::{is_unset, to_text},
};

/// Finds the field that the first part of a path names: by id, else by display name.
pub(super) fn field_id<'f>(fields: &'f [Value], name: &str) -> Result<&'f Value, Fault> {
    if let Some(field) = fields.iter().find(|field| field["id"] == name) {
        return Ok(field);
    }
    let named: Vec<&Value> =
        fields.iter().filter(|field| field["name"].as_str().is_some_and(|given| given.eq_ignore_ascii_case(name))).collect();
    match named.as_slice() {
        [one] => Ok(one),
        [] => Err(Fault::permanent(format!("Jira has no field `{name}`")).hint("name a field by its id or its display name")),
        several => {
            let ids: Vec<&str> = several.iter().filter_map(|field| field["id"].as_str()).collect();
            Err(Fault::permanent(format!("Jira has {} fields of the name `{name}`", several.len()))
                .hint(format!("use one of the ids {}", ids.join(", "))))
        }
    }
}

/// The first part of a path, which names the field, and the rest.
pub(super) fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((field, rest)) => (field, Some(rest)),
        None => (path, None),
    }
}

/// Follows a path into a field's value; through a list it gives the list of the leaves.
pub(super) fn follow(value: &Value, rest: Option<&str>) -> Value {
    let Some(rest) = rest else { return leaf(value) };
    let (first, rest) = split(rest);
    match value {
        Value::Array(items) => items.iter().map(|item| follow(&item[first], rest)).collect(),
        Value::Object(_) => follow(&value[first], rest),
        _ => Value::Null,
    }
}

/// A value without a further path: an object stands for its name, as people see it.
fn leaf(value: &Value) -> Value {
    match value {
        Value::Object(object) => ["name", "value", "displayName", "key", "id"]
            .into_iter()
            .find_map(|key| object.get(key).filter(|value| !value.is_null()))
            .cloned()
            .unwrap_or(Value::Null),
        Value::Array(items) => items.iter().map(leaf).collect(),
        other => other.clone(),
    }
}

/// The value that sets a field, in the shape of its schema.
pub(super) fn to_field(schema: &Value, rest: Option<&str>, value: &Value) -> Result<Value, Fault> {
    match schema["type"].as_str() {
        Some("array") => {
            let single = [value.clone()];
            let items = match value {
                Value::Array(items) => items.as_slice(),
                unset if is_unset(unset) => &[],
                _ => &single,
            };
            items.iter().map(|item| to_item(schema["items"].as_str(), rest, item)).collect()
        }
        _ if is_unset(value) => Ok(Value::Null),
        kind => to_item(kind, rest, value),
    }
}

fn to_item(kind: Option<&str>, rest: Option<&str>, value: &Value) -> Result<Value, Fault> {
    if let Some(path) = rest {
        if path.contains('.') {
            return Err(Fault::refused(format!("`{path}` leads too deep to be written")));
        }
        return Ok(json!({ path: value }));
    }
    let text = || to_text(value, ", ");
    match kind {
        Some("number") => match value {
            Value::Number(_) => Ok(value.clone()),
            _ => {
                text().trim().parse::<f64>().map(Value::from).map_err(|_| Fault::refused(format!("`{}` is no number", text())))
            }
        },
        Some("option") => Ok(json!({ "value": text() })),
        Some("priority" | "resolution" | "version" | "component" | "issuetype" | "status" | "securitylevel") => {
            Ok(json!({ "name": text() }))
        }
        Some("string" | "any" | "date" | "datetime") => Ok(Value::from(text())),
        _ => Ok(value.clone()),
    }
}

/// A time as Jira tells it, `2025-07-25T21:06:34.639+0200`: the offset has no colon, so it is no RFC 3339.
pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok())
}

/// A comment.
pub(super) fn message(comment: &Value) -> Option<Message> {
    let author = &comment["author"];
    let name = ["displayName", "name", "accountId"].into_iter().find_map(|key| author[key].as_str());
    Some(Message {
        id: comment["id"].as_str()?.to_owned(),
        author: name.unwrap_or("unknown").to_owned(),
        date: comment["created"].as_str().and_then(parse_time).unwrap_or_default(),
        text: comment["body"].as_str().unwrap_or_default().to_owned(),
        keywords: Vec::new(),
        kind: None,
    })
}

/// An attachment.
pub(super) fn file(attachment: &Value) -> Option<File> {
    let id = match &attachment["id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    Some(File { id, name: attachment["filename"].as_str()?.to_owned(), size: attachment["size"].as_u64(), withheld: false })
}

/// Whether two descriptions are of one user, in whichever of the ways that Jira has.
pub(super) fn same_user(one: &Value, other: &Value) -> bool {
    ["accountId", "key", "name"].into_iter().any(|key| one[key].is_string() && one[key] == other[key])
}

/// An object with one member.
pub(super) fn object(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact_whatever_their_offset() {
        let at = parse_time("2025-07-25T21:06:34.639+0200").unwrap();
        assert_eq!(at.to_string(), "2025-07-25T19:06:34.639Z");
        assert_eq!(parse_time("2025-07-25T19:06:34.639Z"), Some(at));
        assert_eq!(parse_time("2025-07-26T00:36:34.639+0530"), Some(at));
        assert_eq!(parse_time("yesterday"), None);
    }

    #[test]
    fn a_path_goes_through_objects_and_lists() {
        let value = json!([{ "name": "1.0", "id": "1" }, { "name": "2.0", "id": "2" }]);
        assert_eq!(follow(&value, Some("name")), json!(["1.0", "2.0"]));
        assert_eq!(follow(&value, None), json!(["1.0", "2.0"]));
        assert_eq!(follow(&json!({ "a": { "b": 1 } }), Some("a.b")), json!(1));
        assert_eq!(follow(&json!("x"), Some("a")), Value::Null);
    }

    #[test]
    fn fields_are_found_by_id_or_name_and_never_guessed() {
        let fields = [
            json!({ "id": "summary", "name": "Summary" }),
            json!({ "id": "c1", "name": "Twin" }),
            json!({ "id": "c2", "name": "Twin" }),
        ];
        assert_eq!(field_id(&fields, "Summary").unwrap()["id"], "summary");
        assert!(field_id(&fields, "Twin").unwrap_err().to_string().contains("c1, c2"));
        assert!(field_id(&fields, "Nope").is_err());
    }

    #[test]
    fn values_take_the_shape_of_their_field() {
        let of = |schema: Value, rest, value: Value| to_field(&schema, rest, &value).unwrap();
        assert_eq!(of(json!({ "type": "string" }), None, json!("x")), json!("x"));
        assert_eq!(of(json!({ "type": "priority" }), Some("name"), json!("High")), json!({ "name": "High" }));
        assert_eq!(of(json!({ "type": "priority" }), None, json!("High")), json!({ "name": "High" }));
        assert_eq!(
            of(json!({ "type": "array", "items": "version" }), Some("name"), json!(["1", "2"])),
            json!([{ "name": "1" }, { "name": "2" }])
        );
        assert_eq!(of(json!({ "type": "array", "items": "string" }), None, json!("one")), json!(["one"]));
        assert_eq!(of(json!({ "type": "array", "items": "string" }), None, Value::Null), json!([]));
        assert_eq!(of(json!({ "type": "number" }), None, json!("4.5")), json!(4.5));
        assert!(to_field(&json!({ "type": "number" }), None, &json!("many")).is_err());
    }
}
