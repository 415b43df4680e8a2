//! What no Jira has: looking inside, and ordering failures.

use serde_json::{Map, Value, json};

use super::{
    faults::Fault,
    model::{Comment, Issue},
    permissions::Denial,
    reply::Answer,
    site::Site,
    store::Store,
    view::{Api, View},
};

/// Everything below `/standin`.
pub(super) fn route(site: &Site, method: &str, rest: &[&str], body: &[u8]) -> Answer {
    match (method, rest) {
        ("POST", ["faults"]) => match serde_json::from_slice::<Fault>(body) {
            Ok(fault) => {
                site.faults.add(fault);
                Answer::empty(204)
            }
            Err(error) => Answer::message(400, &error.to_string()),
        },
        ("GET", ["faults"]) => Answer::ok(json!(site.faults.list())),
        ("DELETE", ["faults"]) => {
            site.faults.clear();
            Answer::empty(204)
        }
        ("GET", ["deliveries"]) => Answer::ok(json!(site.journal.deliveries())),
        ("DELETE", ["deliveries"]) => {
            site.journal.forget_deliveries();
            Answer::empty(204)
        }
        ("GET", ["requests"]) => Answer::ok(json!(site.journal.requests())),
        ("DELETE", ["requests"]) => {
            site.journal.forget_requests();
            Answer::empty(204)
        }
        ("GET", ["issues"]) => {
            let store = site.store();
            Answer::ok(store.issues.values().map(|issue| json!(issue.key)).collect())
        }
        ("GET", ["issues", key]) => {
            let store = site.store();
            store.issue(key).map_or_else(|refusal| refusal, |issue| Answer::ok(whole(site, &store, issue)))
        }
        ("GET", ["permissions"]) => Answer::ok(json!(site.permissions.list())),
        ("POST" | "DELETE", ["permissions"]) => permission(site, method, body),
        ("DELETE", ["projects", key]) => Answer::empty(if site.delete_project(key) { 204 } else { 404 }),
        _ => Answer::empty(404),
    }
}

/// Takes a permission from somebody, or gives it back.
fn permission(site: &Site, method: &str, body: &[u8]) -> Answer {
    match serde_json::from_slice::<Denial>(body) {
        Ok(denial) if !denial.is_known() => Answer::message(400, &format!("There is no permission {}.", denial.permission)),
        Ok(denial) if method == "POST" => {
            site.permissions.deny(denial);
            Answer::empty(204)
        }
        Ok(denial) => {
            site.permissions.allow(&denial);
            Answer::empty(204)
        }
        Err(error) => Answer::message(400, &error.to_string()),
    }
}

/// All there is to know of an issue.
fn whole(site: &Site, store: &Store, issue: &Issue) -> Value {
    let view = View { site, api: Api::V2 };
    let mut fields: Map<String, Value> = view.fields(store, issue);
    fields.remove("comment");
    fields.remove("attachment");
    let comments = issue.comments.iter().map(|comment| shown_comment(&view, issue, comment));
    let attachments = issue.attachments.iter().map(|file| {
        let mut shown = view.attachment(file);
        shown["sha256"] = json!(file.content.sha256());
        shown
    });
    json!({
        "id": issue.id.to_string(),
        "key": issue.key,
        "fields": fields,
        "comments": comments.collect::<Vec<_>>(),
        "attachments": attachments.collect::<Vec<_>>(),
        "properties": issue.properties,
        "remoteLinks": issue.remote_links.iter().map(|link| view.remote_link(issue, link)).collect::<Vec<_>>(),
        "changelog": view.changelog(&issue.history),
    })
}

fn shown_comment(view: &View, issue: &Issue, comment: &Comment) -> Value {
    let mut shown = view.comment(issue.id, comment);
    shown["properties"] = json!(comment.properties);
    shown
}
