//! What no Jira has: looking inside, and ordering failures.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{
    accounts::AccountChange,
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
        ("POST", ["faults"]) => read(body, |fault: Fault| {
            site.faults.add(fault);
            Answer::empty(204)
        }),
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
        ("POST", ["deliveries", id, "again"]) => {
            let sent = id.parse().is_ok_and(|id| site.courier.outbox().again(id));
            Answer::empty(if sent { 204 } else { 404 })
        }
        ("PUT", ["deliveries"]) => read(body, |switch: DeliverySwitch| switch.turn(site)),
        ("PUT", ["latency"]) => read(body, |Latency { ms }| {
            site.set_latency(Duration::from_millis(ms));
            Answer::empty(204)
        }),
        ("PUT", ["accounts", name]) if site.user(name).is_some() => read(body, |change: AccountChange| {
            site.accounts.change(name, change);
            Answer::empty(204)
        }),
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
        ("POST" | "DELETE", ["permissions"]) => read(body, |denial| permission(site, method, denial)),
        ("DELETE", ["projects", key]) => Answer::empty(if site.delete_project(key) { 204 } else { 404 }),
        _ => Answer::empty(404),
    }
}

/// Carries out what a body asks for.
fn read<T: DeserializeOwned>(body: &[u8], act: impl FnOnce(T) -> Answer) -> Answer {
    serde_json::from_slice(body).map_or_else(|error| Answer::message(400, &error.to_string()), act)
}

/// Takes a permission from somebody, or gives it back.
fn permission(site: &Site, method: &str, denial: Denial) -> Answer {
    if !denial.is_known() {
        return Answer::message(400, &format!("There is no permission {}.", denial.permission));
    }
    if method == "POST" {
        site.permissions.deny(denial);
    } else {
        site.permissions.allow(&denial);
    }
    Answer::empty(204)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    ms: u64,
}

/// How deliveries go out from now on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliverySwitch {
    /// Each one twice.
    twice: Option<bool>,
    /// Hold them back, or send what was held back.
    hold: Option<bool>,
    /// Send what was held back from the last to the first.
    #[serde(default)]
    reversed: bool,
}

impl DeliverySwitch {
    fn turn(&self, site: &Site) -> Answer {
        let outbox = site.courier.outbox();
        if let Some(twice) = self.twice {
            outbox.send_twice(twice);
        }
        match self.hold {
            Some(true) => outbox.hold(),
            Some(false) => outbox.release(self.reversed),
            None => {}
        }
        Answer::empty(204)
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
