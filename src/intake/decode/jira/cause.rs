//! What happened: from the name of the event, the finer name that some Jiras give beside it, and what the changelog lists.

use serde_json::Value;

use super::{super::Cause, event};

/// What happened, as far as the delivery says.
pub(super) fn of(delivery: &Value) -> Cause {
    match named(event(delivery)) {
        // Jira calls most things an update, and tells a comment on Data Center that way, too.
        Some(Cause::IssueUpdated) => finer(delivery).unwrap_or(Cause::IssueUpdated),
        Some(cause) => cause,
        None => finer(delivery).unwrap_or(Cause::Unknown),
    }
}

fn finer(delivery: &Value) -> Option<Cause> {
    let finer_name = named(delivery["issue_event_type_name"].as_str().unwrap_or_default());
    match finer_name {
        None | Some(Cause::IssueUpdated) => changed(delivery).or_else(|| commented(delivery)).or(finer_name),
        cause => cause,
    }
}

/// The cause that a name of an event stands for; `issue_assigned`, `issue_resolved` and their like are updates.
fn named(event: &str) -> Option<Cause> {
    Some(match event {
        "" => return None,
        "issue_created" => Cause::IssueCreated,
        "issue_deleted" => Cause::IssueDeleted,
        "issue_moved" => Cause::IssueMoved,
        "comment_created" | "issue_commented" => Cause::Commented,
        "comment_updated" | "issue_comment_edited" => Cause::CommentEdited,
        "comment_deleted" | "issue_comment_deleted" => Cause::CommentDeleted,
        other if other.starts_with("attachment_") => Cause::Attachment,
        other if other.starts_with("issuelink_") => Cause::Link,
        other if other.starts_with("worklog_") || other.starts_with("issue_worklog") => Cause::Worklog,
        other if other.starts_with("issue_") => Cause::IssueUpdated,
        _ => return None,
    })
}

/// From the fields of the changelog, which may be missing or empty.
fn changed(delivery: &Value) -> Option<Cause> {
    let items = delivery["changelog"]["items"].as_array()?;
    let fields: Vec<&str> = items.iter().filter_map(|item| item["field"].as_str()).collect();
    if fields.is_empty() {
        return None;
    }
    let all = |name: &str| fields.iter().all(|field| field.eq_ignore_ascii_case(name));
    Some(if fields.contains(&"Key") {
        Cause::IssueMoved
    } else if all("Attachment") {
        Cause::Attachment
    } else if all("Link") {
        Cause::Link
    } else {
        Cause::IssueUpdated
    })
}

/// An old Data Center says neither: a comment that is told with an update is new, or has been edited since it was.
fn commented(delivery: &Value) -> Option<Cause> {
    let comment = delivery["comment"].as_object()?;
    let edited = comment.get("updated").is_some_and(|updated| Some(updated) != comment.get("created"));
    Some(if edited { Cause::CommentEdited } else { Cause::Commented })
}
