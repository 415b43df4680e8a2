//! Creation of a Jira issue, and what ours say of themselves: in an entity property that the creating request sets.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    client::{Client, Dialect},
    search,
};
use crate::{
    ids::{IssueId, TrackerName},
    sync::{
        fault::Fault,
        ports::{Claim, MirroredState, Token},
    },
};

/// The property of an issue that carries the token of its creation, and the remote issue that it stands for.
const PROPERTY: &str = "trackersync";

/// Creates an issue; its id. `state` is that of the remote issue that it is to stand for, if it is to stand for one.
pub(super) async fn create(
    client: &Client,
    fields: Map<String, Value>,
    token: &Token,
    state: Option<&MirroredState>,
) -> Result<IssueId, Fault> {
    let mut said = state.map_or_else(Map::new, claim_of);
    said.insert("token".to_owned(), json!(token));
    let body = json!({ "fields": fields, "properties": [{ "key": PROPERTY, "value": said }] });
    let made = client.send(Method::POST, "rest/api/2/issue", &body).await?;
    made["id"].as_str().map(IssueId::new).ok_or_else(|| Fault::bug("Jira made an issue and did not say its id"))
}

/// The issue of a token, among those that our account created about so long ago: no query finds an issue by its property.
pub(super) async fn find(client: &Client, token: &Token, age: SignedDuration) -> Result<Option<IssueId>, Fault> {
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
/// After this time the search of Jira Cloud, which lags behind, is believed to show an issue. That of the stand-in, which tests of
/// crashes talk to, does not lag.
const INDEXED: SignedDuration =
    if cfg!(feature = "crash-points") { SignedDuration::ZERO } else { SignedDuration::from_mins(3) };

/// The token that an issue was created with.
pub(super) async fn token_of(client: &Client, id: &IssueId) -> Result<Option<Token>, Fault> {
    Ok(said_by(client, id).await?["token"].as_str().map(Token::stored))
}

/// The remote issue that an issue says it stands for.
pub(super) async fn claim(client: &Client, id: &IssueId, tracker: &TrackerName) -> Result<Claim, Fault> {
    let said = said_by(client, id).await?;
    Ok(match (said["tracker"].as_str(), said["remote"].as_str()) {
        (Some(name), Some(remote)) if name == tracker.as_str() => Claim::Ours(remote.to_owned()),
        (Some(name), Some(_)) => Claim::AnotherTrackers(name.to_owned()),
        _ => Claim::Nothing,
    })
}

/// Lets an issue say which remote issue it stands for.
pub(super) async fn mark(client: &Client, id: &IssueId, state: &MirroredState) -> Result<(), Fault> {
    let path = format!("rest/api/2/issue/{id}/properties/{PROPERTY}");
    client.send(Method::PUT, &path, &Value::Object(claim_of(state))).await.map(|_| ())
}

async fn said_by(client: &Client, id: &IssueId) -> Result<Value, Fault> {
    let property = client.get(&format!("rest/api/2/issue/{id}/properties/{PROPERTY}"), &[]).await?;
    Ok(property.map(|mut property| property["value"].take()).unwrap_or_default())
}

fn claim_of(state: &MirroredState) -> Map<String, Value> {
    Map::from_iter([("tracker".to_owned(), json!(state.tracker)), ("remote".to_owned(), json!(state.remote))])
}
