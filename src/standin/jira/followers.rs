//! Who watches an issue, and who votes for it.

use serde_json::{Value, json};

use super::{
    call::Call,
    model::Issue,
    options::Dialect,
    reply::{Answer, Reply},
};

/// Everything below `issue/{id}/watchers`.
pub(super) fn watchers(call: &Call, id: &str) -> Reply {
    let actor = call.actor()?;
    let mut store = call.site.store();
    let issue = call.issue(&store, id)?;
    if call.method == "GET" {
        let view = call.view();
        let people: Vec<Value> = issue.watchers.iter().map(|name| view.user(Some(name))).collect();
        return Ok(Answer::ok(json!({
            "self": view.link(&format!("issue/{}/watchers", issue.key)), "isWatching": issue.watchers.contains(actor.name),
            "watchCount": people.len(), "watchers": people,
        })));
    }
    let name = person(call, actor.name)?;
    if name != actor.name {
        actor.need("MANAGE_WATCHERS", issue.project, (403, 401), "manage the watchers of this issue")?;
    }
    let issue = store.issue_mut(id)?;
    match call.method {
        "POST" => issue.watchers.insert(name),
        "DELETE" => issue.watchers.remove(&name),
        _ => return Err(Answer::empty(405)),
    };
    Ok(Answer::no_content())
}

/// Whom a request is about: named in the body or the query, or the caller.
fn person(call: &Call, caller: &str) -> Result<String, Answer> {
    let sent = if call.body.is_empty() { None } else { call.json()?.as_str().map(str::to_owned) };
    let named = sent.or_else(|| call.query("accountId").or_else(|| call.query("username")).map(str::to_owned));
    let Some(named) = named else {
        return Ok(caller.to_owned());
    };
    let cloud = call.site.options.dialect == Dialect::Cloud;
    let mut users = call.site.options.users.iter();
    let found = users.find(|user| if cloud { user.account_id == named } else { user.name == named });
    found.map(|user| user.name.clone()).ok_or_else(|| Answer::message(404, &format!("The user '{named}' does not exist.")))
}

/// Everything below `issue/{id}/votes`. Nobody votes for what he reported himself.
pub(super) fn votes(call: &Call, id: &str) -> Reply {
    let actor = call.actor()?;
    let mut store = call.site.store();
    let issue = call.issue(&store, id)?;
    let own = issue.fields.reporter.as_deref() == Some(actor.name);
    match call.method {
        "GET" => Ok(Answer::ok(shown(call, issue, actor.name))),
        "POST" if own => Err(Answer::message(404, "You cannot vote for an issue you have reported.")),
        "POST" => {
            store.issue_mut(id)?.votes.insert(actor.name.to_owned());
            Ok(Answer::no_content())
        }
        "DELETE" => {
            store.issue_mut(id)?.votes.remove(actor.name);
            Ok(Answer::no_content())
        }
        _ => Err(Answer::empty(405)),
    }
}

fn shown(call: &Call, issue: &Issue, caller: &str) -> Value {
    let view = call.view();
    let people: Vec<Value> = issue.votes.iter().map(|name| view.user(Some(name))).collect();
    json!({
        "self": view.link(&format!("issue/{}/votes", issue.key)), "votes": people.len(),
        "hasVoted": issue.votes.contains(caller), "voters": people,
    })
}
