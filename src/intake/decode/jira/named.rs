//! The issues that a delivery is about: their ids, which never change. Keys do, when an issue moves.

use serde_json::Value;

use super::super::{Malformed, safe_id};
use crate::ids::IssueId;

/// Names under which the issue's id may stand in the URL.
const IN_QUERY: [&str; 2] = ["issue", "issue_id"];

/// The issues that the body names, each with what people call it.
pub(super) fn in_body(delivery: &Value) -> Result<Vec<(IssueId, String)>, Malformed> {
    if let Some(id) = id_of(&delivery["issue"]["id"]) {
        let id = safe_id(&id).ok_or_else(|| Malformed("issue.id is no issue id".to_owned()))?;
        let subject = delivery["issue"]["key"].as_str().and_then(safe_id).unwrap_or_else(|| id.clone());
        return Ok(vec![(id, subject.to_string())]);
    }
    // Data Center's comment events name their issue in the comment's own URL only.
    let in_comment = delivery["comment"]["self"].as_str().and_then(in_url);
    let worklog = &delivery["worklog"];
    let in_worklog = id_of(&worklog["issueId"]).or_else(|| worklog["self"].as_str().and_then(in_url));
    // A link concerns both of its issues.
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

/// The issue's id in the query of a URL. A variable that Jira left as it is, or filled with a key, is none.
pub(super) fn in_query(query: &str) -> Option<IssueId> {
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    let named = parameters.find_map(|(name, value)| {
        let is_id = IN_QUERY.contains(&&*name) && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| value.into_owned())
    });
    named.and_then(|id| safe_id(&id))
}

/// The `17334` of `…/issue/17334/comment/18977`.
fn in_url(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/issue/")?;
    let (id, rest) = rest.split_once('/')?;
    let of_a_part = rest.starts_with("comment/") || rest.starts_with("worklog/");
    (of_a_part && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
}

/// Ids are strings, and in some events numbers.
fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => id.as_u64().map(|id| id.to_string()),
        _ => None,
    }
}
