//! One request as the handlers see it.

use std::cell::RefCell;

use actix_web::http::header::HeaderMap;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{
    contributions::no_attachment,
    model::{Attachment, Issue},
    options::Dialect,
    reply::Answer,
    sign_in::Caller,
    site::Site,
    store::Store,
    upload::Upload,
    view::{Api, View},
};

/// A request that was read and whose sender is known.
pub(super) struct Call<'a> {
    pub(super) site: &'a Site,
    pub(super) method: &'a str,
    pub(super) api: Api,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
    /// The body was longer than is kept; what is here is only its beginning.
    pub(super) truncated: bool,
    /// The files of an upload, until somebody takes them.
    pub(super) upload: RefCell<Option<Upload>>,
    pub(super) caller: &'a Caller,
}

impl<'a> Call<'a> {
    pub(super) fn cloud(&self) -> bool {
        self.site.options.dialect == Dialect::Cloud
    }

    /// Whether this is Data Center 10 or later, where some addresses are others than before.
    pub(super) fn is_server_10(&self) -> bool {
        !self.cloud() && self.site.options.server_version.first().is_some_and(|major| *major >= 10)
    }

    pub(super) fn view(&self) -> View<'a> {
        View { site: self.site, api: self.api }
    }

    /// The value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A yes or no in the query, however it is written.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.query(name).and_then(|text| text.to_ascii_lowercase().parse().ok())
    }

    /// All values of a query parameter, which may be repeated or hold a list.
    pub(super) fn query_list(&self, name: &str) -> Option<Vec<String>> {
        let values: Vec<String> = self
            .query
            .iter()
            .filter(|(key, _)| key == name)
            .flat_map(|(_, value)| value.split(','))
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
            .collect();
        (!values.is_empty()).then_some(values)
    }

    /// Whether the caller asked for something to be expanded.
    pub(super) fn expands(&self, what: &str) -> bool {
        self.query_list("expand").is_some_and(|list| list.iter().any(|entry| entry == what))
    }

    /// A number in the query.
    pub(super) fn number(&self, name: &str, default: usize) -> Result<usize, Answer> {
        match self.query(name) {
            None | Some("") => Ok(default),
            Some(text) => {
                text.parse().map_err(|_| Answer::message(400, &format!("'{text}' is not a valid value for '{name}'.")))
            }
        }
    }

    fn header_is_json(&self) -> bool {
        let kind = self.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        kind.to_ascii_lowercase().starts_with("application/json")
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Result<Value, Answer> {
        if self.truncated {
            return Err(Answer::message(413, "The request body is too large."));
        }
        if !self.header_is_json() {
            return Err(Answer::empty(415));
        }
        serde_json::from_slice(self.body)
            .map_err(|_| Answer::json(400, serde_json::json!({"errorMessages": ["There was an error parsing JSON. Check that your request body is valid."]})))
    }

    /// The body as a JSON object.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Answer> {
        match self.json()? {
            Value::Object(map) => Ok(map),
            _ => Err(Answer::message(400, "Invalid request payload. Refer to the REST API documentation and try again.")),
        }
    }

    /// The caller's login name, where a call means nothing without one.
    pub(super) fn signed_in(&self) -> Result<&'a str, Answer> {
        let refused = || {
            let text = "Client must be authenticated to access this resource.";
            Answer::json(401, serde_json::json!({"message": text, "status-code": 401}))
        };
        self.caller.name().ok_or_else(refused)
    }

    /// The caller's login name for something about an issue. Cloud treats strangers as if the issue did not exist.
    pub(super) fn sees_issues(&self) -> Result<&'a str, Answer> {
        match self.caller.name() {
            Some(name) => Ok(name),
            None if self.cloud() => Err(Answer::no_issue()),
            None => Err(Answer::message(401, "You do not have the permission to see the specified issue.")),
        }
    }

    /// The issue, if the caller may see it.
    pub(super) fn issue<'s>(&self, store: &'s Store, id: &str) -> Result<&'s Issue, Answer> {
        self.site.visible(store, self.sees_issues()?, id)
    }

    /// The attachment, if the caller may see its issue.
    pub(super) fn attachment<'s>(&self, store: &'s Store, id: u64) -> Result<&'s Attachment, Answer> {
        let name = self.sees_issues()?;
        let found = store.attachment(id).filter(|(issue, _)| self.site.sees(name, issue));
        found.map(|(_, attachment)| attachment).ok_or_else(|| no_attachment(id))
    }
}
