//! A Jira webhook, Cloud or Data Center. Nothing but the issue's id, what happened, who did it and whether it is gone is believed.

mod actor;
mod cause;
mod named;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{Cause, Change, Decoded, Malformed, Nameless};

/// Reads the body, and the query of the URL that it was sent to: an administrator may have Jira put the issue's id there.
///
/// # Errors
/// The body is no JSON object.
pub fn decode(body: &[u8], query: &str) -> Result<Decoded, Malformed> {
    if body.is_empty() {
        // No signature covers the URL: what it names is an issue to look at, and never one that is gone.
        return Ok(match named::in_query(query) {
            Some(issue) => Decoded::Changes(vec![Change {
                subject: issue.to_string(),
                issue,
                deleted: false,
                cause: Cause::Unknown,
                actor: None,
            }]),
            None => Decoded::Nothing(Nameless::NoBody),
        });
    }
    let delivery: Value = serde_json::from_slice(body)?;
    if !delivery.is_object() {
        return Err(Malformed("a Jira webhook is a JSON object".to_owned()));
    }
    let mut issues = named::in_body(&delivery)?;
    if issues.is_empty() && about_an_issue(&delivery) {
        issues.extend(named::in_query(query).map(|issue| (issue.clone(), issue.to_string())));
    }
    if issues.is_empty() {
        return Ok(Decoded::Nothing(why_nameless(&delivery)));
    }
    let (cause, actor) = (cause::of(&delivery), actor::of(&delivery));
    // Only Jira's own event says so; a sender of other making may call its events as it likes.
    let deleted = event(&delivery) == "issue_deleted";
    let change = |(issue, subject)| Change { issue, subject, deleted, cause, actor: actor.clone() };
    Ok(Decoded::Changes(issues.into_iter().map(change).collect()))
}

/// The event's name; some have a prefix. Empty where the sender gives none.
fn event(delivery: &Value) -> &str {
    let event = delivery["webhookEvent"].as_str().unwrap_or_default();
    event.strip_prefix("jira:").unwrap_or(event)
}

/// Whether the URL of a delivery can be believed to be of an issue: an event about a project, say, may have the id of the issue
/// that was looked at last.
fn about_an_issue(delivery: &Value) -> bool {
    let event = event(delivery);
    event.is_empty() || ["issue_", "comment_", "attachment_", "worklog_"].iter().any(|about| event.starts_with(about))
}

fn why_nameless(delivery: &Value) -> Nameless {
    let event = event(delivery);
    if delivery["issue"]["key"].is_string() {
        Nameless::KeyOnly
    } else if event.starts_with("attachment_") {
        Nameless::Attachment
    } else if event == "project_deleted" || event == "project_soft_deleted" {
        Nameless::ProjectDeleted
    } else {
        Nameless::NoIssue
    }
}
