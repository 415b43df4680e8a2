//! Requests about what a new issue must and can have.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    catalogue::Choice,
    edits::Screen,
    projects::{all_visible, visible},
    reply::{Answer, Reply},
    specs::ProjectSpec,
    vocabulary::issue_types,
};

/// Everything below `issue/createmeta`: the old form in one piece is Cloud's and that of servers before 9, the pages differ in their names.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    call.signed_in()?;
    match rest {
        [] if call.cloud() || call.site.options.server_version[0] < 9 => old_create_screens(call),
        [id, "issuetypes"] => {
            project_for_screens(call, id)?;
            Ok(page(call, "issueTypes", issue_types(call)))
        }
        [id, "issuetypes", issue_type] => {
            let spec = project_for_screens(call, id)?;
            let issue_type = Choice::IssueType
                .find(&call.site.options, issue_type)
                .ok_or_else(|| Answer::message(404, "The issue type does not exist."))?;
            let fields = create_fields(call, spec, issue_type)?;
            let fields = fields.into_iter().map(|(id, mut field)| {
                field["fieldId"] = json!(id);
                field
            });
            Ok(page(call, "fields", fields.collect()))
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

/// Data Center calls an unknown project a bad request.
fn project_for_screens<'a>(call: &Call<'a>, id: &str) -> Result<&'a ProjectSpec, Answer> {
    visible(call, id).map_err(|answer| Answer { status: if call.cloud() { 404 } else { 400 }, ..answer })
}

/// What can be given at creation; nothing to those who may create nothing.
fn create_fields(call: &Call, spec: &ProjectSpec, issue_type: usize) -> Result<Map<String, Value>, Answer> {
    let actor = call.actor()?;
    let at = call.site.project(&spec.key).map(|(at, _)| at).unwrap_or_default();
    if !actor.may("CREATE_ISSUES", at) {
        return Ok(Map::new());
    }
    let store = call.site.store();
    Ok(actor.editor(&store, at, Screen::Create)?.screen(&call.view(), issue_type))
}

fn page(call: &Call, cloud_name: &str, entries: Value) -> Answer {
    let total = entries.as_array().map_or(0, Vec::len);
    let mut page = json!({"startAt": 0, "maxResults": 50, "total": total});
    if call.cloud() {
        page[cloud_name] = entries;
    } else {
        page["values"] = entries;
        page["isLast"] = json!(true);
    }
    Answer::ok(page)
}

fn old_create_screens(call: &Call) -> Reply {
    let view = call.view();
    let wanted = call.query_list("projectKeys");
    let chosen = all_visible(call).into_iter().filter(|spec| wanted.as_ref().is_none_or(|keys| keys.contains(&spec.key)));
    let mut projects = Vec::new();
    for spec in chosen {
        let mut shown = view.project(spec);
        let mut types = issue_types(call);
        if call.expands("projects.issuetypes.fields") {
            for (at, entry) in types.as_array_mut().into_iter().flatten().enumerate() {
                entry["fields"] = Value::Object(create_fields(call, spec, at)?);
            }
        }
        shown["issuetypes"] = types;
        if let Some(shown) = shown.as_object_mut() {
            shown.remove("projectTypeKey");
        }
        projects.push(shown);
    }
    let warning = "The issue create meta endpoint has been deprecated. (Deprecation start date: June 03, 2024)";
    Ok(Answer::ok(json!({"expand": "projects", "projects": projects})).with("Warning", warning))
}
