//! What is known of workflows: which statuses lead to which. Jira tells only the transitions of the status that an issue is in, so
//! this is learned on the way; and no issue is taken anywhere that the configuration does not allow.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::sync::value::same_text;

/// For how long a workflow is believed to be what it was.
const BELIEVED: Duration = Duration::from_mins(10);

/// A status of the workflow that a project has for a type of issues.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    workflow: (String, String),
    status: String,
    status_id: String,
}

impl Place {
    /// Where an issue is, by its project, issue type and status.
    pub(super) fn of(fields: &Value) -> Self {
        let text = |field: &str, key: &str| fields[field][key].as_str().unwrap_or_default().to_owned();
        Self {
            workflow: (text("project", "id"), text("issuetype", "id")),
            status: text("status", "name"),
            status_id: text("status", "id"),
        }
    }

    /// Another status of the same workflow.
    pub(super) fn at(&self, status: &str) -> Self {
        Self { workflow: self.workflow.clone(), status: status.to_owned(), status_id: String::new() }
    }

    /// Whether this is the status of that name or id.
    pub(super) fn is(&self, status: &str) -> bool {
        same_text(&self.status, status) || !self.status_id.is_empty() && self.status_id == status
    }

    /// The status.
    pub(super) fn status(&self) -> &str {
        &self.status
    }

    fn key(&self) -> Key {
        (self.workflow.0.clone(), self.workflow.1.clone(), self.status.clone())
    }
}

/// Project, issue type, status.
type Key = (String, String, String);

/// The name and the id of a status that a transition leads to.
pub(super) type Target = (String, String);

/// What was seen of all workflows of a Jira, and through which statuses issues may be taken.
pub(super) struct Workflow {
    via: Vec<String>,
    seen: Mutex<HashMap<Key, (Instant, Vec<Target>)>>,
}

/// How far it is to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    Steps(usize),
    /// There are statuses on the way of which it is not known where they lead.
    Unknown,
}

impl Workflow {
    pub(super) fn new(via: Vec<String>) -> Self {
        Self { via, seen: Mutex::default() }
    }

    /// Notes where the transitions of a status lead.
    pub(super) fn learn(&self, place: &Place, targets: Vec<Target>) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(place.key(), (Instant::now(), targets));
    }

    /// The status to go to next: on the shortest way that is known, else the first one of which it is not known where it leads.
    /// None that was passed, none that the configuration does not name, and none that is known to lead nowhere.
    pub(super) fn next(&self, place: &Place, wanted: &str, passed: &[String]) -> Option<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let believed: HashMap<&Key, &Vec<Target>> =
            seen.iter().filter(|(_, (at, _))| at.elapsed() < BELIEVED).map(|(key, (_, targets))| (key, targets)).collect();
        let open = *believed.get(&place.key())?;
        let may_pass = |status: &str| !place.is(status) && !passed.iter().any(|before| same_text(before, status));
        let candidates = self.via.iter().filter(|via| open.iter().any(|(status, _)| same_text(status, via)) && may_pass(via));
        let distances = candidates.filter_map(|via| Some((self.distance(&believed, &place.at(via), wanted, &may_pass)?, via)));
        // The first one of the nearest: `min_by_key` keeps the order of the configuration.
        distances.min_by_key(|(distance, _)| *distance).map(|(_, via)| via.clone())
    }

    /// How far it is from a status to the wanted one; `None` if it cannot be reached.
    fn distance(
        &self,
        seen: &HashMap<&Key, &Vec<Target>>,
        from: &Place,
        wanted: &str,
        may_pass: &impl Fn(&str) -> bool,
    ) -> Option<Distance> {
        let (mut queue, mut met) = (VecDeque::from([(from.status.clone(), 1)]), HashSet::new());
        let mut unknown = false;
        while let Some((status, steps)) = queue.pop_front() {
            if !met.insert(status.clone()) {
                continue;
            }
            let Some(targets) =
                seen.iter().find(|(key, _)| key.0 == from.workflow.0 && key.1 == from.workflow.1 && same_text(&key.2, &status))
            else {
                unknown = true;
                continue;
            };
            if targets.1.iter().any(|(name, id)| same_text(name, wanted) || id == wanted) {
                return Some(Distance::Steps(steps));
            }
            let onward = self.via.iter().filter(|via| may_pass(via) && targets.1.iter().any(|(name, _)| same_text(name, via)));
            queue.extend(onward.map(|via| (via.clone(), steps + 1)));
        }
        unknown.then_some(Distance::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place(status: &str) -> Place {
        Place::of(&json!({ "project": { "id": "1" }, "issuetype": { "id": "2" }, "status": { "name": status, "id": "9" } }))
    }

    fn workflow(via: &[&str], seen: &[(&str, &[&str])]) -> Workflow {
        let workflow = Workflow::new(via.iter().map(|status| (*status).to_owned()).collect());
        for (status, targets) in seen {
            let told = |name: &&str| ((*name).to_owned(), format!("id of {name}"));
            workflow.learn(&place(status), targets.iter().map(told).collect());
        }
        workflow
    }

    fn next(workflow: &Workflow, from: &str, wanted: &str, passed: &[&str]) -> Option<String> {
        let passed: Vec<String> = passed.iter().map(|status| (*status).to_owned()).collect();
        workflow.next(&place(from), wanted, &passed)
    }

    #[test]
    fn the_shortest_known_way_is_taken() {
        let seen: [(&str, &[&str]); 4] = [("Open", &["A", "B"]), ("A", &["C"]), ("C", &["Done"]), ("B", &["Done", "Open"])];
        let workflow = workflow(&["A", "B", "C"], &seen);
        assert_eq!(next(&workflow, "Open", "Done", &[]).as_deref(), Some("B"));
        assert_eq!(next(&workflow, "Open", "Done", &["B"]).as_deref(), Some("A"));
        assert_eq!(next(&workflow, "Open", "id of Done", &[]).as_deref(), Some("B"));
        assert_eq!(next(&workflow, "Open", "done ", &["B", "C"]), None, "what was passed is not passed again");
    }

    #[test]
    fn only_what_is_configured_is_tried_and_no_dead_end() {
        let seen: [(&str, &[&str]); 2] = [("Open", &["Cancelled", "A", "B"]), ("A", &["Open"])];
        assert_eq!(next(&workflow(&[], &seen), "Open", "Done", &[]), None);
        assert_eq!(next(&workflow(&["A"], &seen), "Open", "Done", &[]), None, "A is known to lead back only");
        assert_eq!(next(&workflow(&["A", "B"], &seen), "Open", "Done", &[]).as_deref(), Some("B"));
        assert_eq!(next(&workflow(&["A", "B"], &seen), "Open", "Done", &["B"]), None);
        assert_eq!(next(&workflow(&["B"], &[]), "Open", "Done", &[]), None, "nothing is known of where it is");
    }
}
