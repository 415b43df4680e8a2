//! A Jira webhook, Cloud or Data Center. Nothing but the issue's id, who did it and whether it is gone is believed.

use serde_json::Value;

use super::{Change, Decoded, Malformed, safe_id};
use crate::ids::IssueId;

/// Reads the body.
///
/// # Errors
/// It is no JSON object.
pub fn decode(body: &[u8]) -> Result<Decoded, Malformed> {
    if body.is_empty() {
        return Ok(Decoded::Nothing("a delivery without a body (excludeBody) names no issue"));
    }
    let delivery: Value = serde_json::from_slice(body)?;
    if !delivery.is_object() {
        return Err(Malformed("a Jira webhook is a JSON object".to_owned()));
    }
    let actor = actor_of(&delivery);
    let event = delivery["webhookEvent"].as_str().unwrap_or_default();
    let deleted = event == "jira:issue_deleted";
    let changes: Vec<Change> = issues_of(&delivery)?
        .into_iter()
        .map(|(issue, subject)| Change { issue, subject, deleted, actor: actor.clone() })
        .collect();
    if changes.is_empty() {
        // attachment_created is one of them; the same change comes as jira:issue_updated too.
        return Ok(Decoded::Nothing("a delivery that names no issue"));
    }
    Ok(Decoded::Changes(changes))
}

/// The issues that a delivery is about, each with what people call it.
fn issues_of(delivery: &Value) -> Result<Vec<(IssueId, String)>, Malformed> {
    if let Some(id) = id_of(&delivery["issue"]["id"]) {
        let id = safe_id(&id).ok_or_else(|| Malformed("issue.id is no issue id".to_owned()))?;
        let subject = delivery["issue"]["key"].as_str().and_then(safe_id).unwrap_or_else(|| id.clone());
        return Ok(vec![(id, subject.to_string())]);
    }
    // Data Center's comment events name their issue in the comment's own URL only.
    let in_comment = delivery["comment"]["self"].as_str().and_then(issue_in_url);
    let in_worklog = id_of(&delivery["worklog"]["issueId"]);
    let link = &delivery["issueLink"];
    let in_link = [id_of(&link["sourceIssueId"]), id_of(&link["destinationIssueId"])];
    let named = [in_comment, in_worklog].into_iter().chain(in_link).flatten();
    let mut issues: Vec<(IssueId, String)> = Vec::new();
    for id in named.filter_map(|id| safe_id(&id)) {
        if !issues.iter().any(|(known, _)| *known == id) {
            issues.push((id.clone(), id.to_string()));
        }
    }
    Ok(issues)
}

/// The `17334` of `…/issue/17334/comment/18977`.
fn issue_in_url(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/issue/")?;
    let (id, rest) = rest.split_once('/')?;
    (rest.starts_with("comment/") && id.chars().all(|c| c.is_ascii_digit())).then(|| id.to_owned())
}

/// Ids are strings, and in some events numbers.
fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => id.as_u64().map(|id| id.to_string()),
        _ => None,
    }
}

fn actor_of(delivery: &Value) -> Option<String> {
    let users = [&delivery["user"], &delivery["comment"]["updateAuthor"], &delivery["comment"]["author"]];
    users.into_iter().find_map(|user| {
        ["accountId", "key", "name"]
            .into_iter()
            .find_map(|key| user[key].as_str())
            .filter(|id| id.len() <= 200)
            .map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn changes(body: &str) -> Vec<Change> {
        match decode(body.as_bytes()).unwrap() {
            Decoded::Changes(changes) => changes,
            Decoded::Nothing(reason) => panic!("{reason}"),
        }
    }

    #[test]
    fn each_shape_names_its_issues() {
        let ids = |body: &str| changes(body).into_iter().map(|change| change.issue.to_string()).collect::<Vec<_>>();
        assert_eq!(ids(r#"{"webhookEvent":"jira:issue_updated","issue":{"id":"10040","key":"TES-41"}}"#), ["10040"]);
        assert_eq!(ids(r#"{"issue":{"id":10040}}"#), ["10040"]);
        assert_eq!(ids(r#"{"comment":{"self":"http://j/rest/api/2/issue/10013/comment/10082"}}"#), ["10013"]);
        assert_eq!(ids(r#"{"worklog":{"issueId":"7"}}"#), ["7"]);
        assert_eq!(ids(r#"{"issueLink":{"sourceIssueId":1,"destinationIssueId":2}}"#), ["1", "2"]);
        assert!(changes(r#"{"webhookEvent":"jira:issue_deleted","issue":{"id":"1"}}"#)[0].deleted);
        assert_eq!(changes(r#"{"issue":{"id":"1"},"user":{"accountId":"a"}}"#)[0].actor.as_deref(), Some("a"));
    }

    #[test]
    fn ignored_is_not_malformed() {
        for body in ["", "{}", r#"{"webhookEvent":"attachment_created","attachment":{"id":"1"}}"#, r#"{"issue":null}"#] {
            assert!(matches!(decode(body.as_bytes()).unwrap(), Decoded::Nothing(_)), "{body}");
        }
        for body in ["{", "[]", "17", "\"x\"", r#"{"issue":{"id":"../1"}}"#, &"[".repeat(100_000)] {
            assert!(decode(body.as_bytes()).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn any_self_is_answered(url in "\\PC{0,60}") {
            let _ = decode(serde_json::json!({ "comment": { "self": url } }).to_string().as_bytes());
        }
    }

    /// The recorded payloads of both dialects, where they are at hand.
    #[test]
    fn every_recorded_payload_is_understood() {
        let folder = std::env::var("TRACKERSYNC_REFERENCE_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
        let Ok(files) = std::fs::read_dir(format!("{folder}/jira/webhooks/mattermost")) else {
            println!("no recorded payloads at hand; set TRACKERSYNC_REFERENCE_DATA to their folder");
            return;
        };
        for file in files {
            let path = file.unwrap().path();
            let Decoded::Changes(changes) = decode(&std::fs::read(&path).unwrap()).unwrap() else {
                panic!("{} names no issue", path.display());
            };
            assert!(changes[0].issue.as_str().parse::<u64>().is_ok(), "{}", path.display());
            assert!(changes[0].actor.is_some(), "{}", path.display());
        }
    }
}
