//! Requests about issues themselves.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    catalogue::Choice,
    changes::Actor,
    edits::Screen,
    field_filter::FieldFilter,
    model::Issue,
    reply::{Answer, Reply},
    store::Store,
};

impl<'a> Call<'a> {
    /// The caller as somebody who changes issues.
    pub(super) fn actor(&self) -> Result<Actor<'a>, Answer> {
        Ok(Actor { site: self.site, name: self.sees_issues()?, api: self.api })
    }
}

/// An issue as answers show it.
pub(super) fn shown(call: &Call, store: &Store, issue: &Issue, filter: &FieldFilter) -> Value {
    let view = call.view();
    let mut shown = json!({
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": issue.id.to_string(),
        "self": view.link(&format!("issue/{}", issue.id)),
        "key": issue.key,
        "fields": filter.apply(view.fields(store, issue)),
    });
    if let Some(wanted) = call.query_list("properties") {
        let all = wanted.iter().any(|key| key == "*all");
        let chosen = issue.properties.iter().filter(|(key, _)| all || wanted.contains(key));
        shown["properties"] = chosen.map(|(key, value)| (key.clone(), value.clone())).collect::<Value>();
    }
    if call.expands("changelog") {
        shown["changelog"] = view.changelog(&issue.history);
    }
    if call.expands("names") {
        let fields = super::catalogue::fields(&call.site.options);
        shown["names"] = fields.into_iter().map(|field| (field.id, json!(field.name))).collect::<Value>();
    }
    shown
}

pub(super) fn show(call: &Call, id: &str) -> Reply {
    let filter = FieldFilter::new(call.query_list("fields").as_deref(), "*all");
    let store = call.site.store();
    Ok(Answer::ok(shown(call, &store, call.issue(&store, id)?, &filter)))
}

pub(super) fn create(call: &Call) -> Reply {
    call.signed_in()?;
    let body = call.object()?;
    let mut store = call.site.store();
    let id = call.actor()?.create(&mut store, &body)?;
    let key = store.issues.get(&id).map(|issue| issue.key.clone());
    let link = call.view().link(&format!("issue/{id}"));
    Ok(Answer::json(201, json!({"id": id.to_string(), "key": key, "self": link})))
}

/// Creates many at once; those that can be created are, whatever becomes of the others.
pub(super) fn create_many(call: &Call) -> Reply {
    const MOST: usize = 50;
    let actor = call.actor()?;
    let body = call.object()?;
    let list = body.get("issueUpdates").and_then(Value::as_array).filter(|list| !list.is_empty() && list.len() <= MOST);
    let list = list.ok_or_else(|| Answer::message(400, "Between 1 and 50 issues must be given."))?;
    let mut store = call.site.store();
    let (mut made, mut errors) = (Vec::new(), Vec::new());
    for (at, one) in list.iter().enumerate() {
        let id = actor.create(&mut store, one.as_object().unwrap_or(&Map::new()));
        match id.map(|id| store.issues.get(&id)) {
            Ok(Some(issue)) => made.push(json!({
                "id": issue.id.to_string(), "key": issue.key, "self": call.view().link(&format!("issue/{}", issue.id)),
            })),
            Ok(None) => {}
            Err(refusal) => errors.push(json!({
                "status": refusal.status, "elementErrors": refusal.body(), "failedElementNumber": at,
            })),
        }
    }
    let status = if made.is_empty() { 400 } else { 201 };
    Ok(Answer::json(status, json!({"issues": made, "errors": errors})))
}

/// The history of an issue in pages, the oldest change first.
pub(super) fn changelog(call: &Call, id: &str) -> Reply {
    let start = call.number("startAt", 0)?;
    let most = call.number("maxResults", 100)?.clamp(1, 100);
    let store = call.site.store();
    let issue = call.issue(&store, id)?;
    let mut all = call.view().changelog(&issue.history)["histories"].as_array().cloned().unwrap_or_default();
    all.reverse();
    let total = all.len();
    let page: Vec<Value> = all.into_iter().skip(start).take(most).collect();
    Ok(Answer::ok(json!({
        "self": call.view().link(&format!("issue/{}/changelog", issue.key)), "startAt": start, "maxResults": most,
        "total": total, "isLast": start + page.len() >= total, "values": page,
    })))
}

pub(super) fn subtasks(call: &Call, id: &str) -> Reply {
    let store = call.site.store();
    let issue = call.issue(&store, id)?;
    Ok(Answer::ok(store.subtasks(issue.id).map(|part| call.view().mentioned(part)).collect()))
}

pub(super) fn edit(call: &Call, id: &str) -> Reply {
    let actor = call.actor()?;
    let body = call.object()?;
    let mut store = call.site.store();
    actor.edit(&mut store, id, &body)?;
    if call.cloud() && call.flag("returnIssue") == Some(true) {
        let filter = FieldFilter::new(None, "*all");
        return Ok(Answer::ok(shown(call, &store, store.issue(id)?, &filter)));
    }
    Ok(Answer::no_content())
}

pub(super) fn assign(call: &Call, id: &str) -> Reply {
    let actor = call.actor()?;
    let body = json!({"fields": {"assignee": call.json()?}});
    let mut store = call.site.store();
    actor.edit(&mut store, id, body.as_object().unwrap_or(&serde_json::Map::new()))?;
    Ok(Answer::no_content())
}

pub(super) fn delete(call: &Call, id: &str) -> Reply {
    let actor = call.actor()?;
    let with_subtasks = call.flag("deleteSubtasks") == Some(true);
    actor.delete(&mut call.site.store(), id, with_subtasks)?;
    Ok(Answer::no_content())
}

pub(super) fn edit_screen(call: &Call, id: &str) -> Reply {
    let actor = call.actor()?;
    let store = call.site.store();
    let issue = call.issue(&store, id)?;
    // Who may not edit sees no field that can be edited.
    let fields = if actor.may("EDIT_ISSUES", issue.project) {
        actor.editor(&store, issue.project, Screen::Edit)?.screen(&call.view(), issue.fields.issue_type)
    } else {
        Map::new()
    };
    Ok(Answer::ok(json!({"fields": fields})))
}

pub(super) fn transitions(call: &Call, id: &str) -> Reply {
    let actor = call.actor()?;
    let options = &call.site.options;
    let store = call.site.store();
    let issue = call.issue(&store, id)?;
    let status = options.statuses.get(issue.fields.status).map(|status| status.name.as_str()).unwrap_or_default();
    let all = call.site.transitions(issue.project, issue.fields.issue_type).iter();
    let may = actor.may("TRANSITION_ISSUES", issue.project);
    let wanted = call.query("transitionId");
    let open = all
        .filter(|spec| may && spec.from.iter().any(|from| from == status))
        .filter(|spec| wanted.is_none_or(|wanted| wanted == spec.id.to_string()));
    let list: Result<Vec<Value>, Answer> = open
        .map(|spec| {
            let target = options.statuses.iter().position(|status| status.name == spec.to).unwrap_or_default();
            let mut shown = json!({
                "id": spec.id.to_string(), "name": spec.name, "to": call.view().choice(Choice::Status, target),
            });
            if call.cloud() {
                for (flag, value) in [
                    ("hasScreen", spec.screen.as_ref().is_some_and(|screen| !screen.is_empty())),
                    ("isGlobal", false),
                    ("isInitial", false),
                    ("isAvailable", true),
                    ("isConditional", false),
                ] {
                    shown[flag] = json!(value);
                }
            }
            if call.expands("transitions.fields") {
                let editor = actor.editor(&store, issue.project, Screen::Transition(spec))?;
                shown["fields"] = Value::Object(editor.screen(&call.view(), issue.fields.issue_type));
            }
            Ok(shown)
        })
        .collect();
    Ok(Answer::ok(json!({"expand": "transitions", "transitions": list?})))
}

pub(super) fn transition(call: &Call, id: &str) -> Reply {
    let actor = call.actor()?;
    let body = call.object()?;
    // The description says string; integers are taken all the same.
    let given = body.get("transition").and_then(|transition| transition.get("id"));
    let transition = match given {
        Some(Value::String(text)) => text.clone(),
        Some(number @ Value::Number(_)) => number.to_string(),
        _ => return Err(Answer::message(400, "Missing 'transition' identifier")),
    };
    actor.transition(&mut call.site.store(), id, &transition, &body)?;
    Ok(Answer::no_content())
}
