//! Our webhook in Jira's administration: what it is to be, what is there, and how the one becomes the other.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::client::{Administered, Client};
use crate::{
    config::{masking::masked, secret::Secret, tracker::TrackerConfig},
    ids::TrackerName,
    sync::fault::Fault,
    trackers::http::Http,
};

const PATH: &str = "rest/webhooks/1.0/webhook";

/// What Jira is to tell us. Never `issue_property_set`: our own notes on issues are such properties.
pub const EVENTS: [&str; 8] = [
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
    "issuelink_created",
    "issuelink_deleted",
];

/// The webhook that a tracker is to have.
pub struct Wanted {
    /// How people find it in Jira's list.
    pub name: String,
    /// Our address; unknown where only the name is asked for.
    pub url: Option<String>,
}

/// A webhook of ours as Jira has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// Jira's number of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it posts to; a password in it is masked.
    pub url: String,
    /// What differs from what is wanted, in words.
    pub differences: Vec<String>,
    /// The filter by JQL and the like, which is the administrators' business.
    #[serde(skip)]
    filters: Value,
}

/// What became of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installed {
    /// There was none of ours.
    Created,
    /// There was one; it is now as wanted.
    Updated,
}

/// Why the administration was of no use.
#[derive(Debug)]
pub enum Denied {
    /// Our account is known and may not administer webhooks; Jira's words.
    NotPermitted(String),
    /// Anything else.
    Fault(Fault),
}

impl From<Fault> for Denied {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Wanted {
    /// The webhook of a tracker.
    #[must_use]
    pub fn new(tracker: &TrackerName, url: Option<String>) -> Self {
        Self { name: format!("Tracker Sync: {tracker}"), url }
    }

    fn is_ours(&self, webhook: &Value) -> bool {
        webhook["name"] == self.name.as_str() || self.url.as_deref().is_some_and(|url| webhook["url"] == url)
    }

    fn found(&self, webhook: &Value) -> Option<Found> {
        let text = |key: &str| webhook[key].as_str().unwrap_or_default();
        let id = text("self").trim_end_matches('/').rsplit('/').next().filter(|id| !id.is_empty())?;
        Some(Found {
            id: id.to_owned(),
            name: text("name").to_owned(),
            url: masked(text("url")),
            differences: self.differences(webhook),
            filters: webhook["filters"].clone(),
        })
    }

    /// Whether the secret is the right one cannot be seen: Jira shows it to nobody.
    fn differences(&self, webhook: &Value) -> Vec<String> {
        let mut told = Vec::new();
        if webhook["name"] != self.name.as_str() {
            told.push(format!("the name should be \"{}\"", self.name));
        }
        if let Some(url) = self.url.as_deref().filter(|url| webhook["url"] != *url) {
            told.push(format!("the URL should be {url}"));
        }
        let has: Vec<&str> = webhook["events"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let missing: Vec<&str> = EVENTS.into_iter().filter(|event| !has.contains(event)).collect();
        let extra: Vec<&str> = has.iter().copied().filter(|event| !EVENTS.contains(event)).collect();
        if !missing.is_empty() {
            told.push(format!("events are missing: {}", missing.join(", ")));
        }
        if !extra.is_empty() {
            told.push(format!("events are too many: {}", extra.join(", ")));
        }
        if webhook["excludeBody"] == true {
            told.push("the body is left out (Exclude body)".to_owned());
        }
        if webhook["enabled"] == false {
            told.push("it is switched off".to_owned());
        }
        if webhook["isSigned"] == false {
            told.push("it has no secret, so its deliveries are refused".to_owned());
        }
        told
    }

    fn body(&self, url: &str, secret: &Secret, filters: &Value) -> Value {
        let mut body = Map::new();
        body.insert("name".to_owned(), json!(self.name));
        body.insert("url".to_owned(), json!(url));
        body.insert("events".to_owned(), json!(EVENTS));
        body.insert("secret".to_owned(), json!(secret.expose()));
        body.insert("excludeBody".to_owned(), json!(false));
        body.insert("enabled".to_owned(), json!(true));
        if filters.is_object() {
            body.insert("filters".to_owned(), filters.clone());
        }
        Value::Object(body)
    }
}

/// Jira's list of webhooks, as our account may change it.
pub struct Webhooks {
    client: Client,
}

impl Webhooks {
    /// The webhooks of a Jira.
    #[must_use]
    pub fn new(name: TrackerName, config: &TrackerConfig, http: Http) -> Self {
        Self { client: Client::new(http, name, config) }
    }

    /// Those of ours: of our name, or with our URL.
    ///
    /// # Errors
    /// Not permitted, or Jira is away.
    pub async fn list(&self, wanted: &Wanted) -> Result<Vec<Found>, Denied> {
        let all = self.ask(Method::GET, PATH, None).await?;
        let Some(all) = all.as_array() else {
            return Err(Fault::permanent("Jira does not list its webhooks").into());
        };
        Ok(all.iter().filter(|webhook| wanted.is_ours(webhook)).filter_map(|webhook| wanted.found(webhook)).collect())
    }

    /// Makes the webhook, or makes the one that is there what it should be. The secret is always sent: which one Jira has cannot
    /// be seen. Further ones of ours are left alone.
    ///
    /// # Errors
    /// Not permitted, or Jira is away or does not take it.
    pub async fn install(&self, wanted: &Wanted, url: &str, secret: &Secret) -> Result<(Installed, Found), Denied> {
        let ours = self.list(wanted).await?;
        let by_name = ours.iter().find(|found| found.name == wanted.name);
        let (installed, answer) = if let Some(found) = by_name.or(ours.first()) {
            let body = wanted.body(url, secret, &found.filters);
            let path = format!("{PATH}/{}", found.id);
            (Installed::Updated, self.ask(Method::PUT, &path, Some(&body)).await?)
        } else {
            let body = wanted.body(url, secret, &json!({ "issue-related-events-section": "" }));
            (Installed::Created, self.ask(Method::POST, PATH, Some(&body)).await?)
        };
        let found = wanted.found(&answer).ok_or_else(|| Fault::bug("Jira took a webhook and did not say which it is"))?;
        Ok((installed, found))
    }

    /// Removes all of ours and tells which they were.
    ///
    /// # Errors
    /// Not permitted, or Jira is away.
    pub async fn remove(&self, wanted: &Wanted) -> Result<Vec<Found>, Denied> {
        let ours = self.list(wanted).await?;
        for found in &ours {
            self.ask(Method::DELETE, &format!("{PATH}/{}", found.id), None).await?;
        }
        Ok(ours)
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Denied> {
        match self.client.administer(method, path, body).await? {
            Administered::Done(value) => Ok(value),
            Administered::NotPermitted(words) => Err(Denied::NotPermitted(words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let wanted = Wanted::new(&TrackerName::new("up"), Some("https://us/webhooks/up".to_owned()));
        let mut webhook = json!({
            "name": "Tracker Sync: up", "url": "https://us/webhooks/up", "events": EVENTS, "excludeBody": false,
            "enabled": true, "isSigned": true, "self": "https://j/rest/webhooks/1.0/webhook/7",
        });
        let found = wanted.found(&webhook).unwrap();
        assert_eq!((found.id.as_str(), found.differences.as_slice()), ("7", &[][..]));
        webhook["events"] = json!(["comment_created", "issue_property_set"]);
        webhook["url"] = json!("https://me:word@us/");
        webhook["enabled"] = json!(false);
        webhook["isSigned"] = json!(false);
        webhook["excludeBody"] = json!(true);
        let found = wanted.found(&webhook).unwrap();
        assert_eq!(found.differences.len(), 6, "{found:?}");
        assert!(found.differences.contains(&"events are too many: issue_property_set".to_owned()), "{found:?}");
        assert!(!format!("{found:?}").contains("word"), "{found:?}");
    }
}
