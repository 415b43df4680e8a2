//! Requests about what a new issue must and can have.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    catalogue::Choice,
    edits::{Editor, Screen},
    options::ProjectSpec,
    reply::{Answer, Reply},
    vocabulary::{issue_types, project},
};

/// Everything below `issue/createmeta`: the old form in one piece is Cloud's, the pages differ in their names.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    call.signed_in()?;
    match rest {
        [] if call.cloud() => Ok(old_create_screens(call)),
        [id, "issuetypes"] => {
            project_for_screens(call, id)?;
            Ok(page(call, "issueTypes", issue_types(call)))
        }
        [id, "issuetypes", issue_type] => {
            let spec = project_for_screens(call, id)?;
            Choice::IssueType
                .find(&call.site.options, issue_type)
                .ok_or_else(|| Answer::message(404, "The issue type does not exist."))?;
            let fields = create_fields(call, spec);
            Ok(page(call, "fields", fields.into_iter().map(|(_, field)| field).collect()))
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

/// Data Center calls an unknown project a bad request.
fn project_for_screens<'a>(call: &Call<'a>, id: &str) -> Result<&'a ProjectSpec, Answer> {
    project(call, id).map_err(|answer| Answer { status: if call.cloud() { 404 } else { 400 }, ..answer })
}

fn create_fields(call: &Call, spec: &ProjectSpec) -> Map<String, Value> {
    Editor { site: call.site, api: call.api, screen: Screen::Create, project: spec }.screen(&call.view())
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

fn old_create_screens(call: &Call) -> Answer {
    let view = call.view();
    let wanted = call.query_list("projectKeys");
    let chosen = call.site.options.projects.iter().filter(|spec| wanted.as_ref().is_none_or(|keys| keys.contains(&spec.key)));
    let projects = chosen.map(|spec| {
        let mut shown = view.project(spec);
        let mut types = issue_types(call);
        if call.expands("projects.issuetypes.fields") {
            for entry in types.as_array_mut().into_iter().flatten() {
                entry["fields"] = Value::Object(create_fields(call, spec));
            }
        }
        shown["issuetypes"] = types;
        if let Some(shown) = shown.as_object_mut() {
            shown.remove("projectTypeKey");
        }
        shown
    });
    let warning = "The issue create meta endpoint has been deprecated. (Deprecation start date: June 03, 2024)";
    Answer::ok(json!({"expand": "projects", "projects": projects.collect::<Vec<_>>()})).with("Warning", warning)
}
