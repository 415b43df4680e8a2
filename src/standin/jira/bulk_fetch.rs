//! Several issues of Cloud by their ids or keys, in one answer.

use serde_json::{Value, json};

use super::{
    call::Call,
    field_filter::FieldFilter,
    reply::{Answer, Reply},
    search::embedded,
};

/// Most issues that can be asked for.
const MOST: usize = 100;
/// What may be in a body.
const BODY: [&str; 5] = ["issueIdsOrKeys", "fields", "expand", "properties", "fieldsByKeys"];

/// Answers with those that the caller may see, by ascending ids, and says nothing of the others.
pub(super) fn fetch(call: &Call) -> Reply {
    let body = call.object()?;
    let list = |name: &str| -> Option<Vec<String>> {
        let list = body.get(name)?.as_array()?;
        list.iter().map(|entry| entry.as_str().map(str::to_owned)).collect()
    };
    let wanted = list("issueIdsOrKeys").filter(|wanted| (1..=MOST).contains(&wanted.len()));
    let unknown = body.keys().any(|name| !BODY.contains(&name.as_str()));
    let (Some(wanted), false) = (wanted, unknown) else {
        return Err(Answer::message(400, "Invalid request payload. Refer to the REST API documentation and try again."));
    };
    let filter = FieldFilter::new(list("fields").as_deref(), "*navigable");
    let store = call.site.store();
    // To strangers, who see no issue, too.
    let mut issues: Vec<_> = wanted.iter().filter_map(|id| call.issue(&store, id).ok()).collect();
    issues.sort_by_key(|issue| issue.id);
    issues.dedup_by_key(|issue| issue.id);
    let shown: Vec<Value> = issues.into_iter().map(|issue| embedded(call, &store, issue, &filter)).collect();
    Ok(Answer::ok(json!({"issues": shown, "issueErrors": []})))
}
