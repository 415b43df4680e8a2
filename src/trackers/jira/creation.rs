//! Creation of a Jira issue, and how ours are found again: by an entity property that the creating request sets.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    client::{Client, Dialect},
    search,
};
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
    let age = Timestamp::now().duration_since(since);
    let (oldest, newest) = (age.as_mins() + CLOCKS, age.as_mins() - REQUEST - CLOCKS);
    // One that was never answered for long is looked for among those of its time only.
    let until = if newest > 0 { format!(" AND created <= -{newest}m") } else { String::new() };
    let jql = format!("creator = currentUser() AND created >= -{oldest}m{until}");
    for id in search::list(client, &jql).await? {
        if token_of(client, &id).await?.as_ref() == Some(token) {
            return Ok(Some(id));
        }
    }
    if client.dialect().await? == Dialect::Cloud && age < INDEXED {
        return Err(Fault::transient("Jira's search may not show yet whether the issue was created"));
    }
    Ok(None)
}

/// By how much clocks may differ, in minutes.
const CLOCKS: i64 = 5;
/// For how long a request may have been under way, in minutes.
const REQUEST: i64 = 10;
/// After this time the search of Jira Cloud, which lags behind, is believed to show an issue.
const INDEXED: SignedDuration = SignedDuration::from_mins(3);

/// The token that an issue was created with.
pub(super) async fn token_of(client: &Client, id: &IssueId) -> Result<Option<Token>, Fault> {
    let property = client.get(&format!("rest/api/2/issue/{id}/properties/{PROPERTY}"), &[]).await?;
    Ok(property.as_ref().and_then(|property| property["value"]["token"].as_str()).map(Token::stored))
}
