//! Registered webhooks.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{call::Call, courier::Queue};

/// A registered webhook.
#[derive(Debug)]
pub(super) struct Webhook {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) url: String,
    /// What signs its deliveries; never shown.
    pub(super) secret: Option<String>,
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

    /// As answers tell it. Only Cloud says whether it has a secret.
    pub(super) fn shown(&self, call: &Call) -> Value {
        let by = self.updated_by.as_deref();
        let display_name = by.and_then(|name| call.site.user(name)).map(|user| user.display_name.as_str());
        let mut shown = json!({
            "name": self.name,
            "url": self.url,
            "excludeBody": self.exclude_body,
            "filters": {"issue-related-events-section": ""},
            "events": self.events,
            "enabled": self.enabled,
            "self": format!("{}/rest/webhooks/1.0/webhook/{}", call.site.base, self.id),
            "lastUpdatedUser": by,
            "lastUpdatedDisplayName": display_name,
            "lastUpdated": self.updated.as_millisecond(),
        });
        if call.cloud() {
            shown["isSigned"] = self.secret.is_some().into();
        }
        shown
    }
}
