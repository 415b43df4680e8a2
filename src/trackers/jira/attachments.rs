//! Attachments of a Jira issue: how ours are found again, and how large they may be.

use serde_json::Value;
use tracing::debug;

use super::{super::kept::Kept, client::Client, comments::not_before, convert};
use crate::{
    ids::IssueId,
    sync::{fault::Fault, file_name, ports::Intent},
};

/// The largest attachment that this Jira takes.
pub(super) struct Limit(Kept<Option<u64>>);

impl Limit {
    /// Not asked for yet.
    pub(super) fn of(client: &Client) -> Self {
        Self(client.kept("upload-limit"))
    }

    /// Bytes; 0 where attachments are switched off, `None` where Jira does not say.
    pub(super) async fn ask(&self, client: &Client) -> Result<Option<u64>, Fault> {
        let told = async {
            match client.get("rest/api/2/attachment/meta", &[]).await {
                Ok(told) => Ok(told.as_ref().and_then(limit_of)),
                Err(fault) if fault.is_transient() => Err(fault),
                Err(fault) => {
                    debug!(%fault, "this Jira does not say how large an attachment may be");
                    Ok(None)
                }
            }
        };
        self.0.or_ask(told).await.map(|limit| *limit)
    }

    /// Takes note that Jira refused a file that it allowed.
    pub(super) async fn was_wrong(&self) {
        self.0.forget().await;
    }

    /// Refuses what Jira would refuse after it has all been sent.
    pub(super) async fn check(&self, client: &Client, name: &str, size: Option<u64>) -> Result<(), Fault> {
        let Some(size) = size else { return Ok(()) };
        match self.ask(client).await? {
            Some(0) => Err(Fault::refused(format!("\"{name}\" cannot be attached: attachments are switched off in this Jira"))),
            Some(limit) if size > limit => {
                let message = format!("\"{name}\" has {size} bytes, and an attachment of this Jira has at most {limit}");
                Err(Fault::refused(message).hint("an administrator of Jira can raise the limit"))
            }
            _ => Ok(()),
        }
    }
}

fn limit_of(meta: &Value) -> Option<u64> {
    if meta["enabled"] == Value::Bool(false) { Some(0) } else { meta["uploadLimit"].as_u64() }
}

/// The attachment of an intent: of our account, of that name and size, added since.
pub(super) async fn find(client: &Client, issue: &IssueId, intent: &Intent, known: &[String]) -> Result<Option<String>, Fault> {
    let myself = client.myself().await?.clone();
    let issue = client.get(&format!("rest/api/2/issue/{issue}"), &[("fields", "attachment")]).await?;
    let Some(issue) = issue else { return Ok(None) };
    let attachments = issue["fields"]["attachment"].as_array().cloned().unwrap_or_default();
    for attachment in attachments.iter().rev() {
        let Some(file) = convert::file(attachment) else { continue };
        let created = attachment["created"].as_str().and_then(convert::parse_time).unwrap_or_default();
        let same_size = intent.size.is_none() || file.size == intent.size;
        let ours = convert::same_user(&attachment["author"], &myself) && !known.contains(&file.id);
        if ours && file_name::same(&file.name, &intent.content) && same_size && created >= not_before(intent) {
            return Ok(Some(file.id));
        }
    }
    Ok(None)
}
