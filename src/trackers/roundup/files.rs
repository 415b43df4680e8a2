//! Files of a Roundup issue.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    client::{Client, add_to},
    convert::format_date,
    measured::measured,
};
use crate::{
    ids::IssueId,
    sync::{
        fault::Fault,
        ports::{FileContent, Intent},
    },
};

/// Adds a file: uploaded first, linked second.
pub(super) async fn add(client: &Client, issue: &IssueId, name: &str, content: FileContent) -> Result<String, Fault> {
    let content = measured(content).await?;
    let id = if content.size == Some(0) {
        // An empty upload is refused; a blank in JSON is trimmed to an empty file.
        client.create("file", &json!({ "name": name, "content": " " })).await?
    } else {
        client.upload(name, content).await?
    };
    link(client, issue, &id).await?;
    Ok(id)
}

/// The file of an intent: made by our account under that name since then, linked to this issue, and no other intent's. One that
/// was uploaded and not linked stays where it is, seen by nobody: whose it is cannot be told.
pub(super) async fn find_linked(
    client: &Client,
    issue: &IssueId,
    intent: &Intent,
    known: &[String],
) -> Result<Option<String>, Fault> {
    let since = intent.since.checked_sub(jiff::SignedDuration::from_mins(1)).unwrap_or(intent.since);
    let found = client
        .list(
            "file",
            &[
                ("name:", intent.content.as_str()),
                ("creator", client.username()),
                ("creation", &format!("from {}", format_date(since))),
                ("@fields", "id"),
            ],
        )
        .await?;
    for id in found.iter().filter_map(|item| item["id"].as_str()).filter(|id| !known.iter().any(|known| known == id)) {
        let holders = client.list("issue", &[("files", id), ("@fields", "id")]).await?;
        if holders.iter().any(|holder| holder["id"].as_str() == Some(issue.as_str())) {
            return Ok(Some(id.to_owned()));
        }
    }
    Ok(None)
}

async fn link(client: &Client, issue: &IssueId, file: &str) -> Result<Value, Fault> {
    client.change(Method::PATCH, &format!("data/issue/{issue}"), &add_to("files", file)).await
}
