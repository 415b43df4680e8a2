//! Requests about the components and versions of projects.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    model::Fields,
    projects::{Part, PartKind},
    reply::{Answer, Reply},
};

/// Everything below `component` and `version`.
pub(super) fn route(call: &Call, kind: PartKind, rest: &[&str]) -> Reply {
    let user = call.signed_in()?;
    if call.method == "POST" && rest.is_empty() {
        return create(call, user, kind);
    }
    let [id, more @ ..] = rest else {
        return Err(super::routes::nowhere(rest));
    };
    let seen = |part: &Part| at(call, part).is_some_and(|at| call.site.may(user, "BROWSE_PROJECTS", Some(at)));
    let part = call.site.projects.part(kind, id).filter(seen).ok_or_else(|| absent(kind, id))?;
    match (call.method, more) {
        ("GET", []) => Ok(Answer::ok(shown(call, &part))),
        ("GET", ["relatedIssueCounts"]) if kind == PartKind::Component => {
            let store = call.site.store();
            let count = store.issues.values().filter(|issue| issue.fields.components.contains(&part.name)).count();
            let link = call.view().link(&format!("component/{id}"));
            Ok(Answer::ok(json!({"self": link, "issueCount": count})))
        }
        ("GET", ["unresolvedIssueCount"]) if kind == PartKind::Version => {
            let store = call.site.store();
            let fixed: Vec<&Fields> = store
                .issues
                .values()
                .map(|issue| &issue.fields)
                .filter(|fields| fields.fix_versions.contains(&part.name))
                .collect();
            let open = fixed.iter().filter(|fields| fields.resolution.is_none()).count();
            Ok(Answer::ok(json!({
                "self": call.view().link(&format!("version/{id}")), "issuesUnresolvedCount": open, "issuesCount": fixed.len(),
            })))
        }
        ("GET", ["relatedIssueCounts"]) => {
            let store = call.site.store();
            let count = |list: fn(&Fields) -> &Vec<String>| {
                store.issues.values().filter(|issue| list(&issue.fields).contains(&part.name)).count()
            };
            Ok(Answer::ok(json!({
                "self": call.view().link(&format!("version/{id}")), "issuesFixedCount": count(|fields| &fields.fix_versions),
                "issuesAffectedCount": count(|fields| &fields.versions), "issueCountWithCustomFieldsShowingVersion": 0,
                "customFieldUsage": [],
            })))
        }
        ("PUT", []) => {
            administers(call, user, &part)?;
            change(call, part)
        }
        ("DELETE", []) => {
            administers(call, user, &part)?;
            call.site.projects.remove(part.id);
            each_use(call, &part, |names| names.retain(|name| *name != part.name));
            Ok(Answer::no_content())
        }
        _ => Err(super::routes::nowhere(more)),
    }
}

fn absent(kind: PartKind, id: &str) -> Answer {
    Answer::message(404, &format!("The {} with id {id} does not exist.", kind.word()))
}

/// Index of the project of a part.
fn at(call: &Call, part: &Part) -> Option<usize> {
    call.site.project(&part.project.to_string()).map(|(at, _)| at)
}

fn administers(call: &Call, user: &str, part: &Part) -> Result<(), Answer> {
    if call.site.may(user, "ADMINISTER_PROJECTS", at(call, part)) {
        return Ok(());
    }
    Err(Answer::message(403, "You must have the permission to administer the project."))
}

/// A part with the project it belongs to, as only these requests show it.
fn shown(call: &Call, part: &Part) -> Value {
    let mut shown = call.view().part(part);
    let project = call.site.project(&part.project.to_string()).map(|(_, spec)| spec);
    if part.kind == PartKind::Component {
        shown["project"] = json!(project.map(|spec| spec.key.as_str()));
        shown["assigneeType"] = json!("PROJECT_DEFAULT");
    }
    if part.kind == PartKind::Version || call.cloud() {
        shown["projectId"] = json!(part.project);
    }
    if part.kind == PartKind::Component && call.cloud() {
        shown["realAssigneeType"] = json!("PROJECT_DEFAULT");
        shown["isAssigneeTypeValid"] = json!(true);
    }
    shown
}

fn create(call: &Call, user: &str, kind: PartKind) -> Reply {
    let body = call.object()?;
    let project = body.get("project").and_then(Value::as_str).map(str::to_owned);
    let project = project.or_else(|| body.get("projectId").map(Value::to_string)).unwrap_or_default();
    let (at, spec) = call.site.project(&project).ok_or_else(|| {
        Answer::fields(vec![("project".to_owned(), format!("No project could be found with key '{project}'."))])
    })?;
    if !call.site.may(user, "ADMINISTER_PROJECTS", Some(at)) {
        return Err(Answer::message(403, "You must have the permission to administer the project."));
    }
    let name = name_in(&body)?.ok_or_else(|| Answer::field("name", "A name must be given."))?;
    unused(call, kind, spec.id, &name)?;
    let description = body.get("description").and_then(Value::as_str);
    let part = call.site.projects.add(kind, spec.id, &name, description);
    Ok(Answer::json(201, shown(call, &flagged(call, part, &body))))
}

fn name_in(body: &Map<String, Value>) -> Result<Option<String>, Answer> {
    match body.get("name").and_then(Value::as_str).map(str::trim) {
        None => Ok(None),
        Some("") => Err(Answer::field("name", "A name must be given.")),
        Some(name) if name.chars().count() > 255 => Err(Answer::field("name", "The name can have at most 255 characters.")),
        Some(name) => Ok(Some(name.to_owned())),
    }
}

fn unused(call: &Call, kind: PartKind, project: u64, name: &str) -> Result<(), Answer> {
    let taken = call.site.projects.of(kind, project).iter().any(|part| part.name.eq_ignore_ascii_case(name));
    if !taken {
        return Ok(());
    }
    Err(Answer::field("name", &format!("A {} with this name already exists in this project.", kind.word())))
}

/// The part with the flags that a body gives it.
fn flagged(call: &Call, mut part: Part, body: &Map<String, Value>) -> Part {
    let flag = |name: &str, now: bool| body.get(name).and_then(Value::as_bool).unwrap_or(now);
    part.released = flag("released", part.released);
    part.archived = flag("archived", part.archived);
    call.site.projects.replace(part.clone());
    part
}

fn change(call: &Call, mut part: Part) -> Reply {
    let body = call.object()?;
    if let Some(name) = name_in(&body)?.filter(|name| *name != part.name) {
        unused(call, part.kind, part.project, &name)?;
        each_use(call, &part, |names| {
            names.iter_mut().filter(|known| **known == part.name).for_each(|known| known.clone_from(&name));
        });
        part.name = name;
    }
    if let Some(description) = body.get("description").and_then(Value::as_str) {
        part.description = Some(description.to_owned());
    }
    Ok(Answer::ok(shown(call, &flagged(call, part, &body))))
}

/// Changes the lists of all issues in which a part can be.
fn each_use(call: &Call, part: &Part, change: impl Fn(&mut Vec<String>)) {
    let project = at(call, part);
    let mut store = call.site.store();
    for issue in store.issues.values_mut().filter(|issue| Some(issue.project) == project) {
        match part.kind {
            PartKind::Component => change(&mut issue.fields.components),
            PartKind::Version => {
                change(&mut issue.fields.fix_versions);
                change(&mut issue.fields.versions);
            }
        }
    }
}
