//! Who did it, in each of the ways that Jira names users: `accountId` on Cloud, `key` and `name` on Data Center, and for a user who
//! was deleted perhaps nothing but a `name`.

use serde_json::Value;

use super::{super::Cause, cause};

/// Longer than any id of a user.
const LONGEST: usize = 200;

/// The id of the user who did it, where the delivery says so.
pub(super) fn of(delivery: &Value) -> Option<String> {
    id_of(&delivery["user"]).or_else(|| of_the_part(delivery))
}

/// Cloud tells comments and work logs without a user: who wrote last is who did it, unless it was deleted.
fn of_the_part(delivery: &Value) -> Option<String> {
    let deleted = delivery["webhookEvent"].as_str().is_some_and(|event| event.ends_with("_deleted"));
    if deleted || cause::of(delivery) == Cause::CommentDeleted {
        return None;
    }
    let (comment, worklog) = (&delivery["comment"], &delivery["worklog"]);
    let writers = [comment, worklog].into_iter().flat_map(|part| [&part["updateAuthor"], &part["author"]]);
    writers.chain([&delivery["attachment"]["author"]]).find_map(id_of)
}

fn id_of(user: &Value) -> Option<String> {
    let forms = ["accountId", "key", "name"].into_iter().map(|form| &user[form]).chain([user]);
    let mut ids = forms.filter_map(Value::as_str).filter(|id| !id.trim().is_empty() && id.len() <= LONGEST);
    ids.next().map(str::to_owned)
}
