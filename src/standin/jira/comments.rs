//! Requests about comments.

use serde_json::{Value, json};

use super::{
    call::Call,
    contributions::no_comment,
    model::Comment,
    reply::{Answer, Reply},
};

/// Everything below `issue/{id}/comment`.
pub(super) fn route(call: &Call, issue: &str, rest: &[&str]) -> Reply {
    match (call.method, rest) {
        ("GET", []) => list(call, issue),
        ("POST", []) => add(call, issue),
        (method, [id]) => {
            let number: u64 = id.parse().map_err(|_| no_comment(id))?;
            match method {
                "GET" => one(call, issue, number),
                "PUT" => edit(call, issue, number),
                "DELETE" => {
                    call.actor()?.delete_comment(&mut call.site.store(), issue, number)?;
                    Ok(Answer::no_content())
                }
                _ => Err(Answer::empty(405)),
            }
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

fn shown(call: &Call, issue: u64, comment: &Comment) -> Value {
    let mut shown = call.view().comment(issue, comment);
    if call.expands("properties") {
        let pairs = comment.properties.iter().map(|(key, value)| json!({"key": key, "value": value}));
        shown["properties"] = pairs.collect();
    }
    if call.expands("renderedBody") {
        let text = comment.body.replace('&', "&amp;").replace('<', "&lt;").replace('\n', "<br/>");
        shown["renderedBody"] = json!(format!("<p>{text}</p>"));
    }
    shown
}

fn list(call: &Call, issue: &str) -> Reply {
    let start = call.number("startAt", 0)?;
    let most = call.number("maxResults", 5_000)?.min(5_000);
    let store = call.site.store();
    let issue = call.issue(&store, issue)?;
    let mut all: Vec<&Comment> = issue.comments.iter().collect();
    if call.query("orderBy") == Some("-created") {
        all.reverse();
    }
    let page: Vec<Value> = all.iter().skip(start).take(most).map(|comment| shown(call, issue.id, comment)).collect();
    Ok(Answer::ok(json!({"startAt": start, "maxResults": most, "total": all.len(), "comments": page})))
}

fn one(call: &Call, issue: &str, id: u64) -> Reply {
    let store = call.site.store();
    let issue = call.issue(&store, issue)?;
    let comment = issue.comments.iter().find(|comment| comment.id == id).ok_or_else(|| no_comment(id))?;
    Ok(Answer::ok(shown(call, issue.id, comment)))
}

fn add(call: &Call, issue: &str) -> Reply {
    let actor = call.actor()?;
    let body = call.object()?;
    let id = actor.comment(&mut call.site.store(), issue, &body)?;
    let answer = one(call, issue, id)?;
    let issue = call.site.store().issue(issue)?.id;
    let location = call.view().link(&format!("issue/{issue}/comment/{id}"));
    Ok(Answer { status: 201, ..answer }.with("Location", location))
}

fn edit(call: &Call, issue: &str, id: u64) -> Reply {
    let actor = call.actor()?;
    let body = call.object()?;
    actor.edit_comment(&mut call.site.store(), issue, id, &body)?;
    one(call, issue, id)
}

/// Cloud's way of reading comments by their ids alone.
pub(super) fn by_ids(call: &Call) -> Reply {
    let user = call.sees_issues()?;
    let body = call.object()?;
    let ids = body.get("ids").and_then(Value::as_array).filter(|ids| (1..=1000).contains(&ids.len()));
    let ids = ids.ok_or_else(|| Answer::message(400, "Between 1 and 1000 comment ids must be given."))?;
    let store = call.site.store();
    let found = ids
        .iter()
        .filter_map(Value::as_u64)
        .filter_map(|id| store.comment(id))
        .filter(|(issue, _)| call.site.sees(user, issue));
    let values: Vec<Value> = found.map(|(issue, comment)| shown(call, issue.id, comment)).collect();
    let total = values.len();
    Ok(Answer::ok(json!({"startAt": 0, "maxResults": 1000, "total": total, "isLast": true, "values": values})))
}
