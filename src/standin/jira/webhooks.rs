//! Registered webhooks and their administration.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    call::Call,
    courier::Queue,
    instant::SiteClock,
    reply::{Answer, Reply},
};

/// A registered webhook.
#[derive(Debug)]
pub(super) struct Webhook {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) url: String,
    /// Whether it has a secret. The secret itself is never shown.
    pub(super) signed: bool,
    /// Events it wants; none listed means all.
    pub(super) events: Vec<String>,
    pub(super) exclude_body: bool,
    pub(super) enabled: bool,
    pub(super) updated: Timestamp,
    pub(super) updated_by: Option<String>,
    pub(super) queue: Queue,
}

impl Webhook {
    pub(super) fn wants(&self, event: &str) -> bool {
        self.enabled && (self.events.is_empty() || self.events.iter().any(|wanted| wanted == event))
    }

    fn shown(&self, call: &Call) -> Value {
        let by = self.updated_by.as_deref();
        let display_name = by.and_then(|name| call.site.user(name)).map(|user| user.display_name.as_str());
        json!({
            "name": self.name,
            "url": self.url,
            "excludeBody": self.exclude_body,
            "filters": {"issue-related-events-section": ""},
            "events": self.events,
            "enabled": self.enabled,
            "isSigned": self.signed,
            "self": format!("{}/rest/webhooks/1.0/webhook/{}", call.site.base, self.id),
            "lastUpdatedUser": by,
            "lastUpdatedDisplayName": display_name,
            "lastUpdated": self.updated.as_millisecond(),
        })
    }
}

/// Everything below `/rest/webhooks/1.0/webhook`.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    call.signed_in()?;
    match (call.method, rest) {
        ("GET", []) => {
            let store = call.site.store();
            Ok(Answer::ok(store.webhooks.iter().map(|webhook| webhook.shown(call)).collect()))
        }
        ("POST", []) => create(call),
        ("GET", [id]) => {
            let store = call.site.store();
            let found = store.webhooks.iter().find(|webhook| webhook.id.to_string() == *id);
            found.map(|webhook| Answer::ok(webhook.shown(call))).ok_or_else(unknown)
        }
        ("DELETE", [id]) => {
            let mut store = call.site.store();
            let before = store.webhooks.len();
            store.webhooks.retain(|webhook| webhook.id.to_string() != *id);
            if store.webhooks.len() == before { Err(unknown()) } else { Ok(Answer::no_content()) }
        }
        _ => Err(Answer::empty(405)),
    }
}

fn unknown() -> Answer {
    Answer::json(404, json!({"messages": [{"key": "webhook.unknown"}]}))
}

fn text<'m>(body: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn refused(text: &str) -> Answer {
    Answer::json(400, json!({"messages": [{"key": text}]}))
}

fn create(call: &Call) -> Reply {
    let body = call.object()?;
    let name = text(&body, "name").ok_or_else(|| refused("A webhook needs a name."))?;
    let target = text(&body, "url").ok_or_else(|| refused("A webhook needs a URL."))?;
    if !url::Url::parse(target).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(refused("The URL of a webhook must be absolute."));
    }
    let events = body.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
    let secret = text(&body, "secret");
    let mut store = call.site.store();
    let webhook = Webhook {
        id: store.next_id(),
        name: name.to_owned(),
        url: target.to_owned(),
        signed: secret.is_some(),
        events: events.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        exclude_body: body.get("excludeBody").and_then(Value::as_bool).unwrap_or(false),
        enabled: body.get("enabled").and_then(Value::as_bool).unwrap_or(true),
        updated: SiteClock::now(),
        updated_by: call.caller.name().map(str::to_owned),
        queue: call.site.courier.queue(target, secret),
    };
    let answer = Answer::json(201, webhook.shown(call));
    let location = format!("{}/rest/webhooks/1.0/webhook/{}", call.site.base, webhook.id);
    store.webhooks.push(webhook);
    Ok(answer.with("Location", location))
}
