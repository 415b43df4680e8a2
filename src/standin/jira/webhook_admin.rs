//! The administration of webhooks: for administrators, and secrets go in only.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    instant::SiteClock,
    reply::{Answer, Reply},
    webhooks::Webhook,
};

/// Everything below `/rest/webhooks/1.0/webhook`.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    let caller = call.signed_in()?;
    if !call.site.options.administrators.iter().any(|name| name == caller) {
        return Err(Answer::message(403, "You need to be a Jira administrator to manage webhooks."));
    }
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
        ("PUT", [id]) => change(call, id),
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

fn flag(body: &Map<String, Value>, name: &str) -> Option<bool> {
    body.get(name).and_then(Value::as_bool)
}

fn events(body: &Map<String, Value>) -> Option<Vec<String>> {
    let events = body.get("events")?.as_array()?;
    Some(events.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn refused(text: &str) -> Answer {
    Answer::json(400, json!({"messages": [{"key": text}]}))
}

fn check_url(target: &str) -> Result<(), Answer> {
    let absolute = url::Url::parse(target).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if absolute { Ok(()) } else { Err(refused("The URL of a webhook must be absolute.")) }
}

fn create(call: &Call) -> Reply {
    let body = call.object()?;
    let name = text(&body, "name").ok_or_else(|| refused("A webhook needs a name."))?;
    let target = text(&body, "url").ok_or_else(|| refused("A webhook needs a URL."))?;
    check_url(target)?;
    let secret = text(&body, "secret");
    let mut store = call.site.store();
    let webhook = Webhook {
        id: store.next_id(),
        name: name.to_owned(),
        url: target.to_owned(),
        secret: secret.map(str::to_owned),
        events: events(&body).unwrap_or_default(),
        exclude_body: flag(&body, "excludeBody").unwrap_or(false),
        enabled: flag(&body, "enabled").unwrap_or(true),
        updated: SiteClock::now(),
        updated_by: call.caller.name().map(str::to_owned),
        queue: call.site.courier.queue(target, secret),
    };
    let answer = Answer::json(201, webhook.shown(call));
    let location = format!("{}/rest/webhooks/1.0/webhook/{}", call.site.base, webhook.id);
    store.webhooks.push(webhook);
    Ok(answer.with("Location", location))
}

/// What the body does not name stays as it is, the secret too.
fn change(call: &Call, id: &str) -> Reply {
    let body = call.object()?;
    if let Some(target) = text(&body, "url") {
        check_url(target)?;
    }
    let mut store = call.site.store();
    let webhook = store.webhooks.iter_mut().find(|webhook| webhook.id.to_string() == id).ok_or_else(unknown)?;
    if let Some(name) = text(&body, "name") {
        name.clone_into(&mut webhook.name);
    }
    if let Some(target) = text(&body, "url") {
        target.clone_into(&mut webhook.url);
    }
    if let Some(secret) = text(&body, "secret") {
        webhook.secret = Some(secret.to_owned());
    }
    if let Some(events) = events(&body) {
        webhook.events = events;
    }
    webhook.exclude_body = flag(&body, "excludeBody").unwrap_or(webhook.exclude_body);
    webhook.enabled = flag(&body, "enabled").unwrap_or(webhook.enabled);
    webhook.updated = SiteClock::now();
    webhook.updated_by = call.caller.name().map(str::to_owned);
    // What was queued before still goes to the old address.
    webhook.queue = call.site.courier.queue(&webhook.url, webhook.secret.as_deref());
    Ok(Answer::ok(webhook.shown(call)))
}
