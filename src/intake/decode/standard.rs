//! A Standard Webhooks event: what the Roundup reactor posts, and whoever else wants to.

use serde::Deserialize;

use super::{Cause, Change, Decoded, Malformed, Nameless, safe_id};

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    class: Option<String>,
    id: String,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    actor: Option<String>,
}

/// Reads the body.
///
/// # Errors
/// It is no event, or names no issue.
pub fn decode(body: &[u8]) -> Result<Decoded, Malformed> {
    let event: Event = serde_json::from_slice(body)?;
    let deleted = match event.kind.as_str() {
        "issue.changed" => false,
        "issue.deleted" => true,
        _ => return Ok(Decoded::Nothing(Nameless::OtherType)),
    };
    if event.data.class.as_deref().is_some_and(|class| class != "issue") {
        return Ok(Decoded::Nothing(Nameless::OtherClass));
    }
    let Some(issue) = safe_id(&event.data.id) else { return Err(Malformed("data.id is no issue id".to_owned())) };
    let subject = format!("issue{issue}");
    let cause = match event.data.action.as_deref() {
        _ if deleted => Cause::IssueDeleted,
        Some("create") => Cause::IssueCreated,
        _ => Cause::IssueUpdated,
    };
    Ok(Decoded::Changes(vec![Change { issue, subject, deleted, cause, actor: event.data.actor }]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_reactors_event_names_its_issue() {
        let body = br#"{"type":"issue.changed","timestamp":"2026-11-22T10:00:00Z","data":{"class":"issue","id":"17","action":"set","properties":["title"],"actor":"jane","source":null}}"#;
        let Decoded::Changes(changes) = decode(body).unwrap() else { panic!("no change") };
        assert_eq!(changes[0].cause, Cause::IssueUpdated);
        assert_eq!((changes[0].issue.as_str(), changes[0].actor.as_deref(), changes[0].deleted), ("17", Some("jane"), false));
    }

    #[test]
    fn an_id_that_could_leave_its_url_is_malformed() {
        for id in ["../user/1", "1?x=y", "", "1 2", "1%2f"] {
            let body = serde_json::json!({ "type": "issue.changed", "data": { "id": id } }).to_string();
            assert!(decode(body.as_bytes()).is_err(), "{id}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
