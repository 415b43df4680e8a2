//! Requests about the hidden properties of issues and comments.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    call::Call,
    contributions::no_comment,
    reply::{Answer, Reply},
};

/// Longest key and longest value.
const KEY_LIMIT: usize = 255;
const VALUE_LIMIT: usize = 32_768;

/// Everything below `issue/{id}/properties`.
pub(super) fn of_issue(call: &Call, id: &str, rest: &[&str]) -> Reply {
    let mut store = call.site.store();
    call.issue(&store, id)?;
    let issue = store.issue_mut(id)?;
    let base = call.view().link(&format!("issue/{}/properties", issue.id));
    serve(call, &mut issue.properties, &base, rest)
}

/// Everything below `comment/{id}/properties`.
pub(super) fn of_comment(call: &Call, id: &str, rest: &[&str]) -> Reply {
    let user = call.sees_issues()?;
    let number: u64 = id.parse().map_err(|_| no_comment(id))?;
    let mut store = call.site.store();
    let seen = store.comment(number).is_some_and(|(issue, _)| call.site.sees(user, issue));
    let comment = store.comment_mut(number).filter(|_| seen).ok_or_else(|| no_comment(id))?;
    let base = call.view().link(&format!("comment/{id}/properties"));
    serve(call, &mut comment.properties, &base, rest)
}

fn serve(call: &Call, properties: &mut BTreeMap<String, Value>, base: &str, rest: &[&str]) -> Reply {
    let absent = |key: &str| Answer::message(404, &format!("The property with key '{key}' does not exist."));
    match (call.method, rest) {
        ("GET", []) => {
            let keys = properties.keys().map(|key| json!({"self": format!("{base}/{key}"), "key": key}));
            Ok(Answer::ok(json!({"keys": keys.collect::<Vec<_>>()})))
        }
        ("GET", [key]) => {
            let value = properties.get(*key).ok_or_else(|| absent(key))?;
            Ok(Answer::ok(json!({"key": key, "value": value})))
        }
        ("PUT", [key]) => {
            let value = given(call, key)?;
            let replaced = properties.insert((*key).to_owned(), value).is_some();
            Ok(Answer::empty(if replaced { 200 } else { 201 }))
        }
        ("DELETE", [key]) => properties.remove(*key).map(|_| Answer::no_content()).ok_or_else(|| absent(key)),
        _ => Err(Answer::empty(405)),
    }
}

fn given(call: &Call, key: &str) -> Result<Value, Answer> {
    if key.len() > KEY_LIMIT {
        return Err(Answer::message(400, "The key of a property can have at most 255 characters."));
    }
    if call.truncated || call.body.len() > VALUE_LIMIT {
        return Err(Answer::message(400, "The value of a property can have at most 32768 characters."));
    }
    serde_json::from_slice(call.body).map_err(|_| Answer::message(400, "The value of a property must be JSON."))
}
