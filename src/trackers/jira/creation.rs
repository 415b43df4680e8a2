//! Creation of a Jira issue, and how ours are found again: by an entity property that the creating request sets.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{client::Client, search};
use crate::{
    ids::IssueId,
    sync::{fault::Fault, ports::Token},
};

/// The property of an issue that carries the token of its creation.
const PROPERTY: &str = "trackersync";

/// Creates an issue; its id.
pub(super) async fn create(client: &Client, fields: Map<String, Value>, token: &Token) -> Result<IssueId, Fault> {
    let body = json!({ "fields": fields, "properties": [{ "key": PROPERTY, "value": { "token": token } }] });
    let made = client.send(Method::POST, "rest/api/2/issue", &body).await?;
    made["id"].as_str().map(IssueId::new).ok_or_else(|| Fault::bug("Jira made an issue and did not say its id"))
}

/// The issue of a token, among those that our account created since then: no query finds an issue by its property.
pub(super) async fn find(client: &Client, token: &Token, since: Timestamp) -> Result<Option<IssueId>, Fault> {
    // Clocks differ.
    let minutes = Timestamp::now().duration_since(since).as_mins() + 5;
    let jql = format!("creator = currentUser() AND created >= -{minutes}m");
    for id in search::list(client, &jql).await? {
        if token_of(client, &id).await?.as_ref() == Some(token) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The token that an issue was created with.
pub(super) async fn token_of(client: &Client, id: &IssueId) -> Result<Option<Token>, Fault> {
    let property = client.get(&format!("rest/api/2/issue/{id}/properties/{PROPERTY}"), &[]).await?;
    Ok(property.as_ref().and_then(|property| property["value"]["token"].as_str()).map(Token::stored))
}
