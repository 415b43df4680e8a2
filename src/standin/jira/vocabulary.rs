//! Requests about the site itself: its version, users, projects, fields, and the names in use.

use serde_json::{Value, json};

use super::{
    call::Call,
    catalogue::{self, Choice},
    edits::{Editor, Screen},
    instant::SiteClock,
    options::{ProjectSpec, UserSpec},
    reply::{Answer, Reply},
};

/// Everything that is only read and no issue.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    match rest {
        ["serverInfo"] => Ok(Answer::ok(server_info(call))),
        ["myself"] => Ok(Answer::ok(call.view().user(Some(call.signed_in()?)))),
        ["mypermissions"] => permissions(call),
        ["field"] => {
            let fields = catalogue::fields(&call.site.options);
            Ok(Answer::ok(
                fields
                    .iter()
                    .map(|field| field.listed(call.site.options.dialect))
                    .collect(),
            ))
        }
        ["issuetype", rest @ ..] => choice(call, Choice::IssueType, rest),
        ["priority", rest @ ..] => choice(call, Choice::Priority, rest),
        ["status", rest @ ..] => choice(call, Choice::Status, rest),
        ["resolution", rest @ ..] => choice(call, Choice::Resolution, rest),
        ["project", rest @ ..] => projects(call, rest),
        ["user", rest @ ..] => users(call, rest),
        _ => Err(super::routes::nowhere(rest)),
    }
}

fn server_info(call: &Call) -> Value {
    let base = &call.site.base;
    let now = call.site.clock.write(SiteClock::now());
    if call.cloud() {
        json!({
            "baseUrl": base, "displayUrl": base, "displayUrlServicedeskHelpCenter": base,
            "displayUrlConfluence": base, "version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud", "buildNumber": 100_283, "buildDate": "2025-05-22T15:20:46.000+0200",
            "serverTime": now, "scmInfo": "0000000000000000000000000000000000000000", "serverTitle": "Jira",
            "defaultLocale": {"locale": "en_US"}, "serverTimeZone": call.site.zone_name(),
        })
    } else {
        json!({
            "baseUrl": base, "version": "10.3.24", "versionNumbers": [10, 3, 24], "deploymentType": "Server",
            "buildNumber": 10_030_024, "buildDate": "2025-11-20T00:00:00.000+0000",
            "databaseBuildNumber": 10_030_024, "serverTime": now,
            "scmInfo": "0000000000000000000000000000000000000000", "serverTitle": "Jira",
        })
    }
}

const PERMISSIONS: [&str; 9] = [
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "ASSIGN_ISSUES",
    "ADD_COMMENTS",
    "EDIT_ALL_COMMENTS",
    "CREATE_ATTACHMENTS",
    "DELETE_ISSUES",
];

/// Whoever is signed in may do everything; strangers may do nothing.
fn permissions(call: &Call) -> Reply {
    let asked = call.query_list("permissions");
    if call.cloud() && asked.is_none() {
        return Err(Answer::message(
            400,
            "The 'permissions' query parameter is required.",
        ));
    }
    let all = PERMISSIONS.iter().map(|name| (*name).to_owned()).collect();
    let shown = asked.unwrap_or(all).into_iter().enumerate().map(|(index, key)| {
        let permission = json!({
            "id": (10 + index).to_string(), "key": key, "name": key, "type": "PROJECT", "description": "",
            "havePermission": call.caller.name().is_some(),
        });
        (key, permission)
    });
    Ok(Answer::ok(json!({"permissions": shown.collect::<Value>()})))
}

fn choice(call: &Call, choice: Choice, rest: &[&str]) -> Reply {
    call.signed_in()?;
    let options = &call.site.options;
    match rest {
        [] => {
            let all = 0..choice.names(options).len();
            Ok(Answer::ok(
                all.map(|index| call.view().choice(choice, index)).collect(),
            ))
        }
        [id] => match choice.find(options, id) {
            Some(index) => Ok(Answer::ok(call.view().choice(choice, index))),
            None => Err(Answer::message(
                404,
                &format!("There is nothing with the id '{id}'."),
            )),
        },
        _ => Err(super::routes::nowhere(rest)),
    }
}

fn project<'a>(call: &Call<'a>, id_or_key: &str) -> Result<&'a ProjectSpec, Answer> {
    let visible = call.caller.name().is_some();
    let mut all = call.site.options.projects.iter().filter(|_| visible);
    let found = all
        .find(|spec| spec.key.eq_ignore_ascii_case(id_or_key) || spec.id.to_string() == id_or_key);
    found.ok_or_else(|| {
        Answer::message(
            404,
            &format!("No project could be found with key '{id_or_key}'."),
        )
    })
}

fn issue_types(call: &Call) -> Value {
    let count = call.site.options.issue_types.len();
    (0..count)
        .map(|index| call.view().choice(Choice::IssueType, index))
        .collect()
}

fn projects(call: &Call, rest: &[&str]) -> Reply {
    let view = call.view();
    let visible = || {
        call.site
            .options
            .projects
            .iter()
            .filter(|_| call.caller.name().is_some())
    };
    match rest {
        [] => Ok(Answer::ok(
            visible().map(|spec| view.project(spec)).collect(),
        )),
        ["search"] if call.cloud() => {
            let values: Vec<Value> = visible().map(|spec| view.project(spec)).collect();
            let total = values.len();
            Ok(Answer::ok(json!({
                "self": view.link("project/search"), "startAt": 0, "maxResults": 50, "total": total,
                "isLast": true, "values": values,
            })))
        }
        [id] => Ok(Answer::ok(whole_project(call, project(call, id)?))),
        [id, "components"] => Ok(Answer::ok(view.parts(
            "component",
            project(call, id)?,
            None,
        ))),
        [id, "versions"] => Ok(Answer::ok(view.parts("version", project(call, id)?, None))),
        [id, "statuses"] => {
            project(call, id)?;
            Ok(Answer::ok(statuses(call)))
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

fn whole_project(call: &Call, spec: &ProjectSpec) -> Value {
    let view = call.view();
    let mut shown = view.project(spec);
    shown["expand"] = json!("description,lead,issueTypes,url,projectKeys");
    shown["description"] = json!("");
    shown["lead"] = view.user(
        call.site
            .options
            .users
            .first()
            .map(|user| user.name.as_str()),
    );
    shown["issueTypes"] = issue_types(call);
    shown["components"] = view.parts("component", spec, None);
    shown["versions"] = view.parts("version", spec, None);
    shown["assigneeType"] = json!("UNASSIGNED");
    shown["roles"] = json!({});
    shown
}

/// The statuses each issue type can have: all of them, there is one workflow.
fn statuses(call: &Call) -> Value {
    let view = call.view();
    let options = &call.site.options;
    let all: Value = (0..options.statuses.len())
        .map(|index| view.choice(Choice::Status, index))
        .collect();
    let of_type = options.issue_types.iter().enumerate().map(|(index, name)| {
        let id = Choice::IssueType.id(index);
        json!({
            "self": view.link(&format!("issuetype/{id}")), "id": id, "name": name, "subtask": false,
            "statuses": all,
        })
    });
    of_type.collect()
}

fn users(call: &Call, rest: &[&str]) -> Reply {
    call.signed_in()?;
    let view = call.view();
    let parameter = if call.cloud() { "query" } else { "username" };
    let account = call.query("accountId").filter(|_| call.cloud());
    match rest {
        [] => {
            let wanted = if call.cloud() {
                account
            } else {
                call.query("username").or_else(|| call.query("key"))
            };
            let wanted = wanted.ok_or_else(|| Answer::message(400, "A user must be named."))?;
            let known = |user: &&UserSpec| {
                if call.cloud() {
                    user.account_id == wanted
                } else {
                    user.name == wanted
                }
            };
            let user = call.site.options.users.iter().find(known);
            user.map(|user| Answer::ok(view.user(Some(&user.name))))
                .ok_or_else(|| Answer::message(404, &format!("The user '{wanted}' does not exist")))
        }
        ["search"] | ["assignable", "search"] => {
            let sought = call.query(parameter).or(account).map(str::to_lowercase);
            if sought.is_none() && rest.len() == 1 {
                return Err(Answer::message(
                    400,
                    &format!("The {parameter} query parameter was not provided"),
                ));
            }
            let sought = sought.filter(|text| text != ".").unwrap_or_default();
            let start = call.number("startAt", 0)?;
            let most = call.number("maxResults", 50)?.min(1_000);
            let found = call
                .site
                .options
                .users
                .iter()
                .filter(|user| matches_user(user, &sought));
            Ok(Answer::ok(
                found
                    .skip(start)
                    .take(most)
                    .map(|user| view.user(Some(&user.name)))
                    .collect(),
            ))
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

fn matches_user(user: &UserSpec, sought: &str) -> bool {
    let texts = [
        &user.name,
        &user.display_name,
        &user.email,
        &user.account_id,
    ];
    texts
        .iter()
        .any(|text| text.to_lowercase().starts_with(sought))
        || user
            .display_name
            .to_lowercase()
            .split_whitespace()
            .any(|word| word.starts_with(sought))
}

/// Everything below `issue/createmeta`: the old form in one piece is Cloud's, the pages differ in their names.
pub(super) fn create_screens(call: &Call, rest: &[&str]) -> Reply {
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
            Ok(page(
                call,
                "fields",
                fields.into_iter().map(|(_, field)| field).collect(),
            ))
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

/// Data Center calls an unknown project a bad request.
fn project_for_screens<'a>(call: &Call<'a>, id: &str) -> Result<&'a ProjectSpec, Answer> {
    project(call, id).map_err(|answer| Answer {
        status: if call.cloud() { 404 } else { 400 },
        ..answer
    })
}

fn create_fields(call: &Call, spec: &ProjectSpec) -> serde_json::Map<String, Value> {
    Editor {
        site: call.site,
        api: call.api,
        screen: Screen::Create,
        project: spec,
    }
    .screen(&call.view())
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
    let chosen = call
        .site
        .options
        .projects
        .iter()
        .filter(|spec| wanted.as_ref().is_none_or(|keys| keys.contains(&spec.key)));
    let projects = chosen.map(|spec| {
        let mut shown = view.project(spec);
        let mut types = issue_types(call);
        if call.expands("projects.issuetypes.fields") {
            for entry in types.as_array_mut().into_iter().flatten() {
                entry["fields"] = Value::Object(create_fields(call, spec));
            }
        }
        shown["issuetypes"] = types;
        shown
    });
    let warning = "The issue create meta endpoint has been deprecated. (Deprecation start date: June 03, 2024)";
    Answer::ok(json!({"expand": "projects", "projects": projects.collect::<Vec<_>>()}))
        .with("Warning", warning)
}
