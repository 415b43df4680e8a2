//! Requests about the site itself: its version, projects, fields, and the names in use.

use serde_json::{Value, json};

use super::{
    call::Call,
    catalogue::{self, Choice},
    instant::SiteClock,
    people, permissions,
    projects::{PartKind, all_visible, visible as visible_project},
    reply::{Answer, Reply},
    specs::ProjectSpec,
};

/// Everything that is only read and no issue.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    match rest {
        ["serverInfo"] => Ok(Answer::ok(server_info(call))),
        ["myself"] => Ok(Answer::ok(call.view().user(Some(call.signed_in()?)))),
        ["mypermissions"] => permissions::mine(call),
        ["field"] => {
            let fields = catalogue::fields(&call.site.options);
            Ok(Answer::ok(fields.iter().map(|field| field.listed(call.site.options.dialect)).collect()))
        }
        ["field", "search"] if call.cloud() => custom_fields(call, "query"),
        ["customFields"] if !call.cloud() => custom_fields(call, "search"),
        ["statuscategory", rest @ ..] => categories(call, rest),
        ["securitylevel", id] => security_level(call, id),
        ["customFieldOption", id] => custom_option(call, id),
        ["label"] if call.cloud() => labels(call),
        ["issuetype", rest @ ..] => choice(call, Choice::IssueType, rest),
        ["priority", rest @ ..] => choice(call, Choice::Priority, rest),
        ["status", rest @ ..] => choice(call, Choice::Status, rest),
        ["resolution", rest @ ..] => choice(call, Choice::Resolution, rest),
        ["project", rest @ ..] => projects(call, rest),
        ["user", rest @ ..] => people::route(call, rest),
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
        let [major, minor, patch] = call.site.options.server_version;
        let build = major * 1_000_000 + minor * 10_000 + patch;
        json!({
            "baseUrl": base, "version": format!("{major}.{minor}.{patch}"), "versionNumbers": [major, minor, patch],
            "deploymentType": "Server", "buildNumber": build, "buildDate": "2025-11-20T00:00:00.000+0000",
            "databaseBuildNumber": build, "serverTime": now,
            "scmInfo": "0000000000000000000000000000000000000000", "serverTitle": "Jira",
        })
    }
}

fn choice(call: &Call, choice: Choice, rest: &[&str]) -> Reply {
    call.signed_in()?;
    let options = &call.site.options;
    match rest {
        [] => {
            let all = 0..choice.names(options).len();
            Ok(Answer::ok(all.map(|index| call.view().choice(choice, index)).collect()))
        }
        [id] => match choice.find(options, id) {
            Some(index) => Ok(Answer::ok(call.view().choice(choice, index))),
            None => Err(Answer::message(404, &format!("There is nothing with the id '{id}'."))),
        },
        _ => Err(super::routes::nowhere(rest)),
    }
}

pub(super) fn issue_types(call: &Call) -> Value {
    let count = call.site.options.issue_types.len();
    (0..count).map(|index| call.view().choice(Choice::IssueType, index)).collect()
}

fn projects(call: &Call, rest: &[&str]) -> Reply {
    let view = call.view();
    let visible = || all_visible(call).into_iter();
    match rest {
        [] => Ok(Answer::ok(visible().map(|spec| view.project(spec)).collect())),
        ["search"] if call.cloud() => {
            let values: Vec<Value> = visible().map(|spec| view.project(spec)).collect();
            let total = values.len();
            Ok(Answer::ok(json!({
                "self": view.link("project/search"), "startAt": 0, "maxResults": 50, "total": total,
                "isLast": true, "values": values,
            })))
        }
        [id] => Ok(Answer::ok(whole_project(call, visible_project(call, id)?))),
        [id, "components"] => Ok(Answer::ok(view.parts(PartKind::Component, visible_project(call, id)?, None))),
        [id, "versions"] => Ok(Answer::ok(view.parts(PartKind::Version, visible_project(call, id)?, None))),
        [id, "version"] => {
            let spec = visible_project(call, id)?;
            let values = view.parts(PartKind::Version, spec, None);
            let total = values.as_array().map_or(0, Vec::len);
            Ok(Answer::ok(json!({
                "self": view.link(&format!("project/{id}/version")), "startAt": 0, "maxResults": 50, "total": total,
                "isLast": true, "values": values,
            })))
        }
        [id, "statuses"] => {
            visible_project(call, id)?;
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
    shown["lead"] = view.user(call.site.options.users.first().map(|user| user.name.as_str()));
    shown["issueTypes"] = issue_types(call);
    shown["components"] = view.parts(PartKind::Component, spec, None);
    shown["versions"] = view.parts(PartKind::Version, spec, None);
    shown["assigneeType"] = json!("UNASSIGNED");
    shown["roles"] = json!({});
    shown
}

/// The statuses each issue type can have: all of them, whatever its workflow uses.
fn statuses(call: &Call) -> Value {
    let view = call.view();
    let options = &call.site.options;
    let all: Value = (0..options.statuses.len()).map(|index| view.choice(Choice::Status, index)).collect();
    let of_type = options.issue_types.iter().enumerate().map(|(index, name)| {
        let id = Choice::IssueType.id(index);
        json!({
            "self": view.link(&format!("issuetype/{id}")), "id": id, "name": name,
            "subtask": options.subtask_types.contains(name), "statuses": all,
        })
    });
    of_type.collect()
}

/// A page of custom fields.
fn custom_fields(call: &Call, sought: &str) -> Reply {
    call.signed_in()?;
    let sought = call.query(sought).unwrap_or_default().to_lowercase();
    let start = call.number("startAt", 0)?;
    let most = call.number("maxResults", 50)?;
    let all = call.site.options.custom_fields.iter().filter(|spec| spec.name.to_lowercase().contains(&sought));
    let all: Vec<Value> = all
        .map(|spec| {
            let schema = spec.schema();
            let mut shown = json!({"id": spec.id(), "name": spec.name, "description": ""});
            if call.cloud() {
                shown["schema"] = schema;
                shown["isLocked"] = json!(false);
            } else {
                shown["numericId"] = json!(spec.number);
                shown["type"] = schema["type"].clone();
            }
            shown
        })
        .collect();
    let total = all.len();
    let page: Vec<Value> = all.into_iter().skip(start).take(most).collect();
    let last = start + page.len() >= total;
    Ok(Answer::ok(json!({"startAt": start, "maxResults": most, "total": total, "isLast": last, "values": page})))
}

/// The three categories, each told by a status of it.
fn categories(call: &Call, rest: &[&str]) -> Reply {
    call.signed_in()?;
    let mut all: Vec<Value> = Vec::new();
    for at in 0..call.site.options.statuses.len() {
        let category = call.view().category(at);
        if !all.contains(&category) {
            all.push(category);
        }
    }
    let Some(wanted) = rest.first() else {
        return Ok(Answer::ok(Value::Array(all)));
    };
    let found = all
        .into_iter()
        .find(|category| category["key"] == *wanted || category["id"] == wanted.parse::<u64>().unwrap_or_default());
    found.map(Answer::ok).ok_or_else(|| Answer::message(404, &format!("There is no status category '{wanted}'.")))
}

fn security_level(call: &Call, id: &str) -> Reply {
    call.signed_in()?;
    let mut levels = all_visible(call)
        .into_iter()
        .flat_map(|spec| spec.security_levels.iter().enumerate().map(move |(at, level)| (spec, spec.level_id(at), level)));
    let found = levels.find(|(_, known, _)| known == id);
    let shown = found.map(|(spec, _, level)| Answer::ok(call.view().security(spec, Some(level))));
    shown.ok_or_else(|| Answer::message(404, &format!("There is no security level with id '{id}'.")))
}

fn custom_option(call: &Call, id: &str) -> Reply {
    call.signed_in()?;
    let found = call.site.options.custom_fields.iter().find_map(|spec| {
        let mut options = spec.options().into_iter().enumerate();
        let (_, (name, _)) = options.find(|(at, _)| spec.option_id(*at, None) == id)?;
        let link = call.view().link(&format!("customFieldOption/{id}"));
        Some(Answer::ok(json!({"self": link, "value": name})))
    });
    found.ok_or_else(|| Answer::message(404, &format!("A custom field option with id '{id}' does not exist.")))
}

/// All labels in use.
fn labels(call: &Call) -> Reply {
    let user = call.signed_in()?;
    let store = call.site.store();
    let seen = store.issues.values().filter(|issue| call.site.sees(user, issue));
    let labels: std::collections::BTreeSet<&String> = seen.flat_map(|issue| &issue.fields.labels).collect();
    Ok(Answer::ok(json!({"startAt": 0, "maxResults": 1000, "total": labels.len(), "isLast": true, "values": labels})))
}
