//! What rules see of Jira's values.

use serde_json::Value;

use super::{
    client::Dialect,
    convert::split,
    kinds::{Field, Kind},
};
use crate::sync::instant;

/// Stands between the two choices of a cascade.
pub(super) const CASCADE: &str = " / ";

/// The value of a field at a path into it.
pub(super) fn read(field: &Field, rest: Option<&str>, value: &Value, dialect: Dialect) -> Value {
    match (value, rest) {
        (Value::Array(items), None) => items.iter().map(|item| whole(field.kind, item, dialect)).collect(),
        (one, None) => whole(field.kind, one, dialect),
        (value, Some(rest)) => follow(value, rest),
    }
}

/// Follows a path; through a list it gives the list of the leaves.
fn follow(value: &Value, path: &str) -> Value {
    let (first, rest) = split(path);
    let within = |value: &Value| match rest {
        Some(rest) => follow(value, rest),
        None => plain(value),
    };
    match value {
        // A link leads one way or the other: what is not there is no part of the list.
        Value::Array(items) => items.iter().map(|item| within(&item[first])).filter(|leaf| !leaf.is_null()).collect(),
        Value::Object(_) => within(&value[first]),
        _ => Value::Null,
    }
}

/// A value without a further path: an object stands for what people call it, a person for what sets them.
fn whole(kind: Kind, value: &Value, dialect: Dialect) -> Value {
    match kind {
        Kind::User => user(value, dialect),
        Kind::Project => first_of(value, &["key", "name", "id"]),
        Kind::Cascade => cascade(value),
        Kind::Link => {
            let other = if value["outwardIssue"].is_object() { &value["outwardIssue"] } else { &value["inwardIssue"] };
            other["key"].clone()
        }
        Kind::Instant => match value.as_str().and_then(instant::parse) {
            Some(at) => Value::from(instant::canonical(at)),
            None => plain(value),
        },
        _ => plain(value),
    }
}

fn user(value: &Value, dialect: Dialect) -> Value {
    match dialect {
        Dialect::Cloud => first_of(value, &["accountId", "name", "displayName"]),
        Dialect::DataCenter => first_of(value, &["name", "key", "displayName"]),
    }
}

fn cascade(value: &Value) -> Value {
    match (value["value"].as_str(), value["child"]["value"].as_str()) {
        (Some(parent), Some(child)) => Value::from(format!("{parent}{CASCADE}{child}")),
        _ => plain(value),
    }
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Object(_) => first_of(value, &["name", "value", "displayName", "key", "id"]),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Number(number) => whole_number(number).map_or_else(|| value.clone(), Value::from),
        other => other.clone(),
    }
}

/// Jira tells every number with a decimal point.
pub(super) fn whole_number(number: &serde_json::Number) -> Option<i64> {
    /// Beyond it not every whole number can be told from its neighbours.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let value = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < EXACT)?;
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    Some(value as i64)
}

fn first_of(value: &Value, keys: &[&str]) -> Value {
    match value {
        Value::Object(object) => {
            let found = keys.iter().find_map(|key| object.get(*key).filter(|value| !value.is_null()));
            found.cloned().unwrap_or(Value::Null)
        }
        other => plain(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::needless_pass_by_value, reason = "values are written in place")]

    use serde_json::json;

    use super::*;

    fn field(schema: &Value) -> Field {
        Field::of(&json!({ "id": "customfield_1", "name": "F", "schema": schema }))
    }

    fn one(schema: &str, rest: Option<&str>, value: Value) -> Value {
        read(&field(&json!({ "type": schema })), rest, &value, Dialect::Cloud)
    }

    #[test]
    fn each_kind_is_told_as_people_see_it() {
        assert_eq!(one("priority", None, json!({ "name": "High", "id": "1" })), "High");
        assert_eq!(one("option", None, json!({ "value": "Red", "id": "1" })), "Red");
        assert_eq!(one("option-with-child", None, json!({ "value": "EU", "child": { "value": "AT" } })), "EU / AT");
        assert_eq!(one("option-with-child", None, json!({ "value": "EU" })), "EU");
        assert_eq!(one("option-with-child", Some("child.value"), json!({ "value": "EU", "child": { "value": "AT" } })), "AT");
        assert_eq!(one("number", None, json!(3.0)), json!(3));
        assert_eq!(one("number", None, json!(-0.5)), json!(-0.5));
        assert_eq!(one("datetime", None, json!("2025-07-25T21:06:34.639+0200")), "2025-07-25T19:06:34Z");
        assert_eq!(one("date", None, json!("2025-07-25")), "2025-07-25");
        assert_eq!(one("project", None, json!({ "name": "Upstream", "key": "UP", "id": "1" })), "UP");
        assert_eq!(one("issuelink", None, json!({ "id": "1", "key": "UP-1", "fields": { "summary": "x" } })), "UP-1");
        assert_eq!(one("issuelink", Some("fields.summary"), json!({ "key": "UP-1", "fields": { "summary": "x" } })), "x");
        for schema in ["priority", "option-with-child", "user", "datetime", "number", "issuelink"] {
            assert_eq!(one(schema, None, Value::Null), Value::Null, "{schema}");
            assert_eq!(one(schema, Some("x.y"), Value::Null), Value::Null, "{schema}");
        }
    }

    #[test]
    fn a_person_is_who_the_dialect_says() {
        let person = json!({ "accountId": "a", "name": "jane", "key": "JIRAUSER1", "displayName": "Jane Doe" });
        let user = field(&json!({ "type": "user" }));
        assert_eq!(read(&user, None, &person, Dialect::Cloud), "a");
        assert_eq!(read(&user, None, &person, Dialect::DataCenter), "jane");
        assert_eq!(read(&user, Some("displayName"), &person, Dialect::Cloud), "Jane Doe");
        let several = field(&json!({ "type": "array", "items": "user" }));
        assert_eq!(read(&several, None, &json!([person]), Dialect::Cloud), json!(["a"]));
    }

    #[test]
    fn links_are_the_issues_at_their_other_ends() {
        let links = Field::of(&json!({ "id": "issuelinks", "schema": { "type": "array", "items": "issuelinks" } }));
        let value = json!([
            { "type": { "name": "Blocks" }, "outwardIssue": { "key": "UP-1" } },
            { "type": { "name": "Clones" }, "inwardIssue": { "key": "UP-2" } },
        ]);
        assert_eq!(read(&links, None, &value, Dialect::Cloud), json!(["UP-1", "UP-2"]));
        assert_eq!(read(&links, Some("outwardIssue.key"), &value, Dialect::Cloud), json!(["UP-1"]));
        assert_eq!(read(&links, Some("type.name"), &value, Dialect::Cloud), json!(["Blocks", "Clones"]));
    }
}
