//! Requests about links from an issue to something outside. With a `globalId` a link is written over, not doubled.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    model::RemoteLink,
    reply::{Answer, Reply},
};

/// Everything below `issue/{id}/remotelink`.
pub(super) fn route(call: &Call, issue: &str, rest: &[&str]) -> Reply {
    let actor = call.actor()?;
    {
        let store = call.site.store();
        let found = call.issue(&store, issue)?;
        if call.method != "GET" {
            actor.need("LINK_ISSUES", found.project, (403, 403), "link issues in this project")?;
        }
    }
    match (call.method, rest) {
        ("GET", []) => list(call, issue),
        ("POST", []) => upsert(call, issue),
        ("DELETE", []) => {
            let global_id = call.query("globalId").ok_or_else(|| Answer::message(400, "A globalId must be given."))?;
            remove(call, issue, |link| link.global_id.as_deref() == Some(global_id))
        }
        ("GET", [id]) => {
            let store = call.site.store();
            let issue = store.issue(issue)?;
            let link = issue.remote_links.iter().find(|link| link.id.to_string() == *id).ok_or_else(|| absent(id))?;
            Ok(Answer::ok(call.view().remote_link(issue, link)))
        }
        ("PUT", [id]) => replace(call, issue, id),
        ("DELETE", [id]) => remove(call, issue, |link| link.id.to_string() == *id),
        _ => Err(Answer::empty(405)),
    }
}

fn absent(what: &str) -> Answer {
    Answer::message(404, &format!("A remote issue link with '{what}' does not exist on this issue."))
}

fn list(call: &Call, issue: &str) -> Reply {
    let store = call.site.store();
    let issue = store.issue(issue)?;
    match call.query("globalId") {
        None => Ok(Answer::ok(issue.remote_links.iter().map(|link| call.view().remote_link(issue, link)).collect())),
        Some(wanted) => {
            let found = issue.remote_links.iter().find(|link| link.global_id.as_deref() == Some(wanted));
            found.map(|link| Answer::ok(call.view().remote_link(issue, link))).ok_or_else(|| absent(wanted))
        }
    }
}

/// Reads a link; what the body leaves out becomes empty, also when an older link is written over.
fn read(call: &Call, id: u64) -> Result<RemoteLink, Answer> {
    let body = call.object()?;
    let object = body.get("object").and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
    let text = |name: &str| object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut errors = Vec::new();
    for name in ["title", "url"] {
        if text(name).is_none() {
            errors.push((name.to_owned(), format!("'{name}' is required.")));
        }
    }
    let global_id = body.get("globalId").and_then(Value::as_str).map(str::to_owned);
    if global_id.as_ref().is_some_and(|id| id.len() > 255) {
        errors.push(("globalId".to_owned(), "'globalId' can have at most 255 characters.".to_owned()));
    }
    if !errors.is_empty() {
        return Err(Answer::fields(errors));
    }
    Ok(RemoteLink {
        id,
        global_id,
        relationship: body.get("relationship").and_then(Value::as_str).map(str::to_owned),
        application: body.get("application").filter(|value| value.is_object()).cloned().unwrap_or_else(|| json!({})),
        object: Value::Object(object),
    })
}

fn upsert(call: &Call, issue: &str) -> Reply {
    let mut store = call.site.store();
    let id = store.next_id();
    let issue = store.issue_mut(issue)?;
    let mut link = read(call, id)?;
    let older = issue.remote_links.iter().position(|known| link.global_id.is_some() && known.global_id == link.global_id);
    let status = if older.is_some() || !call.cloud() { 200 } else { 201 };
    if let Some(at) = older {
        link.id = issue.remote_links[at].id;
        issue.remote_links.remove(at);
    }
    let id = link.id;
    issue.remote_links.push(link);
    let shown = call.view().link(&format!("issue/{}/remotelink/{id}", issue.key));
    Ok(Answer::json(status, json!({"id": id, "self": shown})))
}

fn replace(call: &Call, issue: &str, id: &str) -> Reply {
    let mut store = call.site.store();
    let issue = store.issue_mut(issue)?;
    let link = issue.remote_links.iter_mut().find(|link| link.id.to_string() == id).ok_or_else(|| absent(id))?;
    *link = read(call, link.id)?;
    Ok(Answer::no_content())
}

fn remove(call: &Call, issue: &str, matches: impl Fn(&RemoteLink) -> bool) -> Reply {
    let mut store = call.site.store();
    let issue = store.issue_mut(issue)?;
    let before = issue.remote_links.len();
    issue.remote_links.retain(|link| !matches(link));
    if issue.remote_links.len() == before { Err(absent("this id")) } else { Ok(Answer::no_content()) }
}
