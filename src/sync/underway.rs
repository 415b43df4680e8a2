//! Fields that a run set out to write: noted in the link before they are written. Should the run end before its time, the next
//! one finds its own values on the other side and must not take them for somebody's change: it would bring them back over
//! whatever people wrote meanwhile.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    issue::{Attributes, Base, Side, Snapshot},
    plan::Plan,
    rules::RuleSet,
    value::equal,
};

/// One field that a run set out to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Writing {
    /// On which side.
    pub side: Side,
    /// Its path.
    pub path: String,
    /// What it becomes.
    pub value: Value,
    /// What the rule saw on the other side.
    pub from: Attributes,
}

/// What a Plan sets out to write.
#[must_use]
pub fn writings(plan: &Plan, rules: &RuleSet, local: Option<&Snapshot>, remote: &Snapshot) -> Vec<Writing> {
    let mut writings = Vec::new();
    for side in [Side::Local, Side::Remote] {
        let other = if side == Side::Local { Some(remote) } else { local };
        let mut seen = other.map(|issue| issue.attributes.clone()).unwrap_or_default();
        // Later rules see what earlier ones set.
        seen.extend(plan.side(side.other()).new_values());
        for (path, change) in &plan.side(side).fields {
            let read = rules.paths_read(change.rule, side.other());
            let from = seen.iter().filter(|(path, _)| read.contains(*path));
            let from = from.map(|(path, value)| (path.clone(), value.clone())).collect();
            writings.push(Writing { side, path: path.clone(), value: change.new.clone(), from });
        }
    }
    writings
}

/// Moves the base on by what an earlier run did write, as it would have done itself.
pub fn take_over(base: &mut Base, writings: &[Writing], local: &Snapshot, remote: &Snapshot) {
    for Writing { side, path, value, from } in writings {
        let (issue, here, there) = match side {
            Side::Local => (local, &mut base.local, &mut base.remote),
            Side::Remote => (remote, &mut base.remote, &mut base.local),
        };
        if issue.attributes.get(path).is_some_and(|now| equal(now, value)) {
            here.insert(path.clone(), value.clone());
            there.extend(from.iter().map(|(path, value)| (path.clone(), value.clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn issue(attributes: &Value) -> Snapshot {
        serde_json::from_value(json!({ "id": "1", "key": "1", "attributes": attributes })).unwrap()
    }

    fn base() -> Base {
        serde_json::from_value(json!({ "local": { "title": "a" }, "remote": { "summary": "a" } })).unwrap()
    }

    fn to_remote(value: &str) -> Writing {
        let from = Attributes::from([("title".to_owned(), json!(value))]);
        Writing { side: Side::Remote, path: "summary".to_owned(), value: json!(value), from }
    }

    #[test]
    fn what_was_written_is_no_change_of_somebody_elses() {
        let mut base = base();
        take_over(&mut base, &[to_remote("b")], &issue(&json!({ "title": "c" })), &issue(&json!({ "summary": "b" })));
        assert_eq!((&base.local["title"], &base.remote["summary"]), (&json!("b"), &json!("b")));
    }

    #[test]
    fn what_was_not_written_or_has_changed_since_leaves_the_base_alone() {
        for now in ["a", "c"] {
            let mut moved = base();
            take_over(&mut moved, &[to_remote("b")], &issue(&json!({ "title": "b" })), &issue(&json!({ "summary": now })));
            assert_eq!(moved, base());
        }
    }
}
