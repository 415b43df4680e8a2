//! Comments of a Jira issue, and how ours are found again.

use reqwest::Method;
use serde_json::{Value, json};

use super::{super::text::authored, client::Client, convert};
use crate::{
    ids::IssueId,
    sync::{
        fault::{Fault, FaultKind},
        issue::Message,
        plan::MessageEdit,
        ports::{Intent, Token},
        value::same_text,
    },
};

/// The property of a comment that carries our token. It is set by the request that creates the comment.
const PROPERTY: &str = "trackersync";
const PAGE: usize = 100;

/// All comments: those that came with the issue, and further pages if there are. Those that only some people are to see are no part
/// of it, unless they are asked for.
pub(super) async fn read(client: &Client, issue: &str, container: &Value, restricted: bool) -> Result<Vec<Message>, Fault> {
    let mut comments: Vec<Value> = container["comments"].as_array().cloned().unwrap_or_default();
    let total = usize::try_from(container["total"].as_u64().unwrap_or(0)).unwrap_or(0);
    if comments.len() < total {
        comments = all(client, issue).await?;
    }
    Ok(comments.iter().filter(|comment| restricted || !is_restricted(comment)).filter_map(convert::message).collect())
}

/// Whether a comment is for a group or a role only, or internal to a service desk.
fn is_restricted(comment: &Value) -> bool {
    let properties = comment["properties"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let internal = |property: &Value| property["key"] == "sd.public.comment" && property["value"]["internal"] == true;
    comment["visibility"].is_object() || comment["jsdPublic"] == false || properties.iter().any(internal)
}

async fn all(client: &Client, issue: &str) -> Result<Vec<Value>, Fault> {
    let mut comments: Vec<Value> = Vec::new();
    loop {
        let (start, size) = (comments.len().to_string(), PAGE.to_string());
        let query = [("startAt", start.as_str()), ("maxResults", &size), ("expand", "properties")];
        let page = client.get(&format!("rest/api/2/issue/{issue}/comment"), &query).await?;
        let Some(page) = page else { return Err(Fault::transient(format!("issue {issue} went away while it was read"))) };
        let found = page["comments"].as_array().cloned().unwrap_or_default();
        let total = usize::try_from(page["total"].as_u64().unwrap_or(0)).unwrap_or(0);
        let none = found.is_empty();
        comments.extend(found);
        if comments.len() >= total {
            return Ok(comments);
        }
        if none {
            return Err(Fault::transient(format!("Jira ended the comments of issue {issue} before their end")));
        }
    }
}

/// Adds a comment that carries its token from its birth.
pub(super) async fn add(client: &Client, issue: &IssueId, text: &str, token: &Token) -> Result<String, Fault> {
    let body = json!({ "body": text, "properties": [{ "key": PROPERTY, "value": { "token": token } }] });
    let made = client.send(Method::POST, &format!("rest/api/2/issue/{issue}/comment"), &body).await?;
    made["id"].as_str().map(str::to_owned).ok_or_else(|| Fault::bug("Jira made a comment and did not say its id"))
}

/// Replaces the text of a comment; its properties stay. So does whom it is for: Jira would show it to everybody if that were left out.
pub(super) async fn edit(client: &Client, issue: &IssueId, edit: &MessageEdit) -> Result<(), Fault> {
    let url = format!("rest/api/2/issue/{issue}/comment/{}", edit.id);
    let Some(comment) = client.get(&url, &[]).await? else {
        return Err(Fault::refused(format!("comment {} is gone, so it cannot be changed", edit.id)));
    };
    let mut body = json!({ "body": authored(edit.author.as_deref(), &edit.text) });
    if comment["visibility"].is_object() {
        body["visibility"] = comment["visibility"].clone();
    }
    client.send(Method::PUT, &url, &body).await.map(|_| ())
}

/// Deletes a comment; one that is gone already is as good.
pub(super) async fn remove(client: &Client, issue: &IssueId, comment: &str) -> Result<(), Fault> {
    client.delete(&format!("rest/api/2/issue/{issue}/comment/{comment}")).await
}

/// The comment of an intent: of our account, with that token; where Jira does not show tokens, with that text, written since.
pub(super) async fn find(client: &Client, issue: &IssueId, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
    let myself = client.myself().await?.clone();
    for comment in all(client, issue.as_str()).await?.iter().rev() {
        let Some(message) = convert::message(comment) else { continue };
        let another = known.contains(&message.id) || !convert::same_user(&comment["author"], &myself);
        if another || !is_since(&message, intent) {
            continue;
        }
        match token_of(client, issue, comment).await? {
            Some(token) if token == intent.token.as_str() => return Ok(Some(message.id)),
            None if same_text(&message.text, &intent.content) => return Ok(Some(message.id)),
            _ => {}
        }
    }
    Ok(None)
}

async fn token_of(client: &Client, issue: &IssueId, comment: &Value) -> Result<Option<String>, Fault> {
    let shown = comment["properties"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    if let Some(property) = shown.iter().find(|property| property["key"] == PROPERTY) {
        return Ok(property["value"]["token"].as_str().map(str::to_owned));
    }
    let id = comment["id"].as_str().unwrap_or_default();
    match client.get(&format!("rest/api/2/comment/{id}/properties/{PROPERTY}"), &[]).await {
        Ok(property) => Ok(property.and_then(|property| property["value"]["token"].as_str().map(str::to_owned))),
        Err(fault) if fault.kind == FaultKind::Permanent => {
            tracing::debug!(%issue, id, %fault, "this Jira shows no comment properties");
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

fn is_since(message: &Message, intent: &Intent) -> bool {
    message.date >= not_before(intent)
}

/// Clocks differ; what is older than this is certainly not the intent's.
pub(super) fn not_before(intent: &Intent) -> jiff::Timestamp {
    intent.since.checked_sub(jiff::SignedDuration::from_mins(5)).unwrap_or(intent.since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_that_are_not_for_everybody_are_told_apart() {
        let internal = json!([{ "key": "sd.public.comment", "value": { "internal": true } }]);
        for comment in [
            json!({ "visibility": { "type": "group", "value": "staff" } }),
            json!({ "jsdPublic": false }),
            json!({ "properties": internal }),
        ] {
            assert!(is_restricted(&comment), "{comment}");
        }
        let public = json!([{ "key": "sd.public.comment", "value": { "internal": false } }]);
        for comment in [json!({}), json!({ "jsdPublic": true, "visibility": null }), json!({ "properties": public })] {
            assert!(!is_restricted(&comment), "{comment}");
        }
    }
}
