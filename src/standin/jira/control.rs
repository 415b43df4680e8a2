//! What no Jira has: looking inside, and ordering failures.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    faults::Fault,
    model::{Comment, Issue},
    reply::Answer,
    site::Site,
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
        ("GET", ["issues", key]) => match site.store().issue(key) {
            Ok(issue) => Answer::ok(whole(site, issue)),
            Err(refusal) => refusal,
        },
        _ => Answer::empty(404),
    }
}

/// All there is to know of an issue.
fn whole(site: &Site, issue: &Issue) -> Value {
    let view = View { site, api: Api::V2 };
    let mut fields: Map<String, Value> = view.fields(issue);
    fields.remove("comment");
    fields.remove("attachment");
    let comments = issue.comments.iter().map(|comment| shown_comment(&view, issue, comment));
    let attachments = issue.attachments.iter().map(|file| {
        let mut shown = view.attachment(file);
        shown["sha256"] = json!(sha256(&file.content));
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

/// A digest in hexadecimal.
pub(super) fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}
