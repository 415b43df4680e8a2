//! Registered webhooks and their administration, in the form of Cloud and old servers and in that of Data Center 10.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    call::Call,
    courier::Queue,
    instant::SiteClock,
    jql::{self, Query},
    reply::{Answer, Reply},
    site::Site,
};

/// The one kind of filter there is.
const SECTION: &str = "issue-related-events-section";

/// A registered webhook.
#[derive(Debug)]
pub(super) struct Webhook {
    pub(super) id: u64,
    pub(super) updated: Timestamp,
    pub(super) updated_by: Option<String>,
    pub(super) terms: Terms,
    /// The filter, read.
    pub(super) query: Option<Query>,
    pub(super) queue: Queue,
}

/// What is told about a webhook when it is registered.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    pub(super) name: String,
    pub(super) url: String,
    /// Never shown.
    pub(super) secret: Option<String>,
    /// Events it wants; none listed means all.
    pub(super) events: Vec<String>,
    pub(super) exclude_body: bool,
    /// Query that the issue of an event must match; empty for all.
    pub(super) filter: String,
    pub(super) disabled: bool,
}

impl Webhook {
    pub(super) fn wants(&self, event: &str) -> bool {
        let events = &self.terms.events;
        !self.terms.disabled && (events.is_empty() || events.iter().any(|wanted| wanted == event))
    }
}

impl Site {
    /// Registers a webhook in the name of somebody; the error is what is wrong with its filter.
    pub(super) fn register(&self, id: u64, terms: Terms, by: Option<&str>) -> Result<Webhook, String> {
        let query = if terms.filter.trim().is_empty() { None } else { Some(jql::parse(&terms.filter)?) };
        let queue = self.courier.queue(&terms.url, terms.secret.as_deref());
        Ok(Webhook { id, updated: SiteClock::now(), updated_by: by.map(str::to_owned), terms, query, queue })
    }
}

/// How webhooks are written on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `/rest/webhooks/1.0/webhook`
    Classic,
    /// `/rest/jira-webhook/1.0/webhooks`, since Data Center 10.
    Server10,
}

impl Form {
    fn address(self, call: &Call, id: u64) -> String {
        let path = match self {
            Self::Classic => "webhooks/1.0/webhook",
            Self::Server10 => "jira-webhook/1.0/webhooks",
        };
        format!("{}/rest/{path}/{id}", call.site.base)
    }

    fn shown(self, call: &Call, webhook: &Webhook) -> Value {
        let (terms, address) = (&webhook.terms, self.address(call, webhook.id));
        let updated = webhook.updated.as_millisecond();
        if self == Self::Server10 {
            return json!({
                "id": webhook.id, "name": terms.name, "url": terms.url, "events": terms.events, "active": !terms.disabled,
                "scopeType": "global", "createdDate": updated, "updatedDate": updated, "sslVerificationRequired": true,
                "configuration": {
                    "EXCLUDE_BODY": terms.exclude_body.to_string(), "FILTERS": json!({SECTION: terms.filter}).to_string(),
                },
            });
        }
        let by = webhook.updated_by.as_deref();
        let display_name = by.and_then(|name| call.site.user(name)).map(|user| user.display_name.as_str());
        let mut shown = json!({
            "name": terms.name, "url": terms.url, "excludeBody": terms.exclude_body, "filters": {SECTION: terms.filter},
            "events": terms.events, "enabled": !terms.disabled, "self": address,
            "lastUpdatedUser": by, "lastUpdatedDisplayName": display_name, "lastUpdated": updated,
        });
        // Only Cloud says whether there is a secret.
        if call.cloud() {
            shown["isSigned"] = json!(terms.secret.is_some());
        }
        shown
    }

    /// Writes what a body tells over older terms.
    fn read(self, body: &Map<String, Value>, mut terms: Terms) -> Result<Terms, String> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let flag = |name: &str| body.get(name).and_then(Value::as_bool);
        let none = Map::new();
        let configuration = body.get("configuration").and_then(Value::as_object).unwrap_or(&none);
        terms.name = text("name").unwrap_or(terms.name);
        terms.url = text("url").unwrap_or(terms.url);
        if let Some(events) = body.get("events").and_then(Value::as_array) {
            terms.events = events.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        let (secret, excluded, enabled) = match self {
            Self::Classic => (body.get("secret"), flag("excludeBody"), flag("enabled")),
            Self::Server10 => {
                // A secret beside the configuration is ignored without a word.
                let excluded = configuration.get("EXCLUDE_BODY").and_then(Value::as_str).map(|text| text == "true");
                (configuration.get("SECRET"), excluded, flag("active"))
            }
        };
        if let Some(secret) = secret {
            terms.secret = secret.as_str().filter(|secret| !secret.is_empty()).map(str::to_owned);
        }
        terms.exclude_body = excluded.unwrap_or(terms.exclude_body);
        terms.disabled = enabled.map_or(terms.disabled, |enabled| !enabled);
        let filters = match (self, configuration.get("FILTERS")) {
            (Self::Server10, Some(Value::String(text))) => serde_json::from_str(text).map_err(|error| error.to_string())?,
            _ => body.get("filters").cloned().unwrap_or_default(),
        };
        if let Some(filter) = filters.get(SECTION).and_then(Value::as_str) {
            filter.clone_into(&mut terms.filter);
        }
        if terms.name.is_empty() {
            return Err("A webhook needs a name.".to_owned());
        }
        if !url::Url::parse(&terms.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err("The URL of a webhook must be absolute.".to_owned());
        }
        Ok(terms)
    }
}

/// Everything below one of the two addresses; both are for administrators.
pub(super) fn route(call: &Call, form: Form, rest: &[&str]) -> Reply {
    let user = call.signed_in()?;
    if !call.site.may(user, "ADMINISTER", None) {
        let text = "You do not have permission to administer webhooks.";
        return Err(Answer::json(403, json!({"messages": [{"key": text}]})));
    }
    let shown = |webhook: &Webhook| form.shown(call, webhook);
    let mut store = call.site.store();
    match (call.method, rest) {
        ("GET", []) => Ok(Answer::ok(store.webhooks.iter().map(shown).collect())),
        ("POST", []) => {
            let terms = form.read(&call.object()?, Terms::default()).map_err(|text| refused(&text))?;
            let id = store.next_id();
            let webhook = call.site.register(id, terms, Some(user)).map_err(|text| refused(&text))?;
            let answer = Answer::json(201, shown(&webhook)).with("Location", form.address(call, id));
            store.webhooks.push(webhook);
            Ok(answer)
        }
        (method, [id]) => {
            let mut known = store.webhooks.iter_mut();
            let webhook = known.find(|webhook| webhook.id.to_string() == *id).ok_or_else(unknown)?;
            match method {
                "GET" => Ok(Answer::ok(shown(webhook))),
                "PUT" => {
                    let terms = form.read(&call.object()?, webhook.terms.clone()).map_err(|text| refused(&text))?;
                    *webhook = call.site.register(webhook.id, terms, Some(user)).map_err(|text| refused(&text))?;
                    Ok(Answer::ok(shown(webhook)))
                }
                "DELETE" => {
                    store.webhooks.retain(|webhook| webhook.id.to_string() != *id);
                    Ok(Answer::no_content())
                }
                _ => Err(Answer::empty(405)),
            }
        }
        _ => Err(Answer::empty(405)),
    }
}

fn unknown() -> Answer {
    Answer::json(404, json!({"messages": [{"key": "webhook.unknown"}]}))
}

fn refused(text: &str) -> Answer {
    Answer::json(400, json!({"messages": [{"key": text}]}))
}
