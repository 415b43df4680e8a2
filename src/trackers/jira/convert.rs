//! What Jira tells: fields by id or name, comments, attachments, people, times.

use jiff::Timestamp;
use serde_json::Value;

use crate::sync::{
    fault::Fault,
    issue::{File, Message},
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
    names_of(one).any(|(key, name)| other[key] == name)
}

/// Whether a user is called so, in whichever of the ways that Jira has.
pub(super) fn is_user(user: &Value, called: &str) -> bool {
    names_of(user).any(|(_, name)| name == called)
}

/// What tells a user from all others. Cloud leaves the older names of all users empty where it tells them.
fn names_of(user: &Value) -> impl Iterator<Item = (&'static str, &str)> {
    let name = |key: &'static str| Some((key, user[key].as_str().filter(|name| !name.is_empty())?));
    ["accountId", "key", "name"].into_iter().filter_map(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
    fn empty_names_are_those_of_nobody() {
        let user = |id: &str| json!({ "accountId": id, "key": "", "name": "" });
        assert!(same_user(&user("a"), &user("a")) && !same_user(&user("a"), &user("b")));
        assert!(is_user(&user("a"), "a") && !is_user(&user("a"), ""));
        assert!(same_user(&json!({ "name": "jane" }), &json!({ "name": "jane", "key": "JIRAUSER1" })));
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
}
