//! What the detectors of the classic template add to a write: status, nosy list and summary.

use super::refusal::Refusal;
use super::schema;
use super::store::{Store, Values};
use super::value::Value;

/// Longest summary that is made of a message's first line.
const SUMMARY: usize = 79;

/// Fills in what a new item gets by itself.
pub(super) fn before_create(store: &Store, class: &str, values: &mut Values) -> Result<(), Refusal> {
    match class {
        "issue" => {
            let set = values.get("status").is_some_and(|status| *status != Value::Unset);
            if !set && let Some(unread) = status(store, "unread") {
                values.insert("status", Value::Link(unread));
            }
            let authors = message_authors(store, &linked_messages(values))?;
            extend_nosy(&[], values, authors);
        }
        "msg" => add_summary(values),
        _ => {}
    }
    Ok(())
}

/// Fills in what a change brings with it.
pub(super) fn before_set(store: &Store, class: &str, id: &str, values: &mut Values) -> Result<(), Refusal> {
    if class != "issue" {
        return Ok(());
    }
    let issue = store.get(class, id)?;
    let old = issue.get("messages").links();
    let new = linked_messages(values);
    if values.contains_key("messages") && new != old && !values.contains_key("status") {
        let talked_about = [status(store, "unread"), status(store, "resolved"), status(store, "done-cbb"), None];
        let now = issue.get("status").link().map(str::to_owned);
        if talked_about.contains(&now)
            && let Some(chatting) = status(store, "chatting")
        {
            values.insert("status", Value::Link(chatting));
        }
    }
    // The nosy list does not grow by authors here, but mailing it fails for a message without one.
    for id in new.iter().filter(|id| !old.contains(id)) {
        if store.get("msg", id).is_ok_and(|msg| msg.get("author").link().is_none()) {
            return Err(Refusal::conflict("no such user None"));
        }
    }
    extend_nosy(issue.get("nosy").links(), values, Vec::new());
    Ok(())
}

fn status(store: &Store, name: &str) -> Option<String> {
    store.lookup(schema::class("status")?, name).ok()
}

fn linked_messages(values: &Values) -> Vec<String> {
    values.get("messages").map(|value| value.links().to_vec()).unwrap_or_default()
}

fn message_authors(store: &Store, messages: &[String]) -> Result<Vec<String>, Refusal> {
    let mut authors = Vec::new();
    for id in messages {
        let Ok(msg) = store.get("msg", id) else {
            continue;
        };
        match msg.get("author").link() {
            Some(author) => authors.push(author.to_owned()),
            None => {
                return Err(Refusal::conflict("\"nosy\" multilink value ([None]) must contain Strings"));
            }
        }
    }
    Ok(authors)
}

fn extend_nosy(current: &[String], values: &mut Values, authors: Vec<String>) {
    let given = match values.get("nosy") {
        // Left to the store to refuse.
        Some(Value::Unset) => return,
        Some(nosy) => nosy.links(),
        None => current,
    };
    let mut nosy = given.to_vec();
    let assigned = values.get("assignedto").and_then(|user| user.link()).map(str::to_owned);
    for user in authors.into_iter().chain(assigned) {
        if !nosy.contains(&user) {
            nosy.push(user);
        }
    }
    if nosy != given {
        values.insert("nosy", Value::Links(nosy));
    }
}

fn add_summary(values: &mut Values) {
    if values.contains_key("summary") {
        return;
    }
    if let Some(Value::Content(content)) = values.get("content") {
        let text = String::from_utf8_lossy(content);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let summary = line.chars().take(SUMMARY).collect();
        values.insert("summary", Value::Text(summary));
    }
}
