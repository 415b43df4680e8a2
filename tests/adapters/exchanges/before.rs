//! What our adapter asks before the first event: what it makes of the screens that a Jira tells.

use std::sync::Arc;

use serde_json::{Value, json};
use trackersync::{
    config::place::Place,
    sync::{
        fault::Fault,
        issue::Side,
        ports::Tracker,
        requirements::{Cause, Constant, FieldWrite, Requirements},
    },
};

use super::replay::Reply;

/// The project that new issues go to.
pub const PROJECT: &str = "UP";
/// The type that they have, where a test names no other.
const TYPE: &str = "Bug";

/// What is given to new issues and never changed.
const OF_EVERY_ISSUE: [&str; 2] = ["project", "issuetype"];

/// The findings. The first of `given` is the type of new issues; what follows are the fields that rules set.
pub async fn findings(tracker: &Arc<dyn Tracker>, filter: Option<&str>, given: &[String]) -> Result<Vec<String>, Fault> {
    let (issue_type, fields) = given.split_first().map_or((TYPE, given), |(first, rest)| (first.as_str(), rest));
    let constant = |text: &str| vec![Constant { text: text.to_owned(), place: Place::Default }];
    let write = |path: &str, constants| FieldWrite {
        path: path.to_owned(),
        cause: Cause { rule: format!("to_remote {path}"), place: Place::Default },
        on_creation: true,
        on_update: !OF_EVERY_ISSUE.contains(&path),
        only_if_unset: false,
        constants,
    };
    let mut writes = vec![write("project", constant(PROJECT)), write("issuetype", constant(issue_type))];
    writes.extend(fields.iter().map(|path| write(path, Vec::new())));
    let asked = Requirements {
        side: Side::Remote,
        counterpart: "home".into(),
        linked: Vec::new(),
        place: Place::Default,
        filter: filter.map(str::to_owned),
        creates: filter.is_none(),
        fields: writes,
        contents: Vec::new(),
    };
    let found = tracker.preflight(&asked).await?;
    let told = |finding: &trackersync::config::diagnostic::Diagnostic| {
        let hint = finding.hint.as_ref().filter(|hint| hint.contains("known here")).map(|hint| format!("; {hint}"));
        format!("{}: {}{}", finding.code, finding.message, hint.unwrap_or_default())
    };
    Ok(if found.is_empty() { vec!["nothing is missing".to_owned()] } else { found.iter().map(told).collect() })
}

/// What a Jira answers besides: a project with one type, and one issue.
pub fn beside() -> Vec<Reply> {
    let project = json!({ "id": "10000", "key": PROJECT, "name": "Upstream" });
    let issue_type = json!({ "id": "1", "name": TYPE });
    let found = json!({ "id": "1", "key": "UP-1", "fields": { "project": project, "issuetype": issue_type } });
    let search = json!({ "issues": [found], "total": 1, "isLast": true });
    let types: Value = json!({ "values": [issue_type], "total": 1, "isLast": true });
    vec![
        Reply::ok("GET", "/rest/api/2/project/UP", &project),
        Reply::ok("GET", "/rest/api/2/issue/createmeta/UP/issuetypes", &types),
        Reply::ok("POST", "/rest/api/3/search/jql", &search),
        Reply::ok("POST", "/rest/api/2/search", &search),
    ]
}
