//! Requests about users.

use super::{
    call::Call,
    reply::{Answer, Reply},
    specs::UserSpec,
};

/// Everything below `user`.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    call.signed_in()?;
    let view = call.view();
    let parameter = if call.cloud() { "query" } else { "username" };
    let account = call.query("accountId").filter(|_| call.cloud());
    match rest {
        [] => {
            let wanted = if call.cloud() { account } else { call.query("username").or_else(|| call.query("key")) };
            let wanted = wanted.ok_or_else(|| Answer::message(400, "A user must be named."))?;
            let known = |user: &&UserSpec| {
                if call.cloud() { user.account_id == wanted } else { user.name == wanted }
            };
            let user = call.site.options.users.iter().find(known);
            user.map(|user| Answer::ok(view.user(Some(&user.name))))
                .ok_or_else(|| Answer::message(404, &format!("The user '{wanted}' does not exist")))
        }
        ["search"] | ["assignable" | "viewissue", "search"] | ["assignable", "multiProjectSearch"] => {
            let sought = call.query(parameter).or(account).map(str::to_lowercase);
            if sought.is_none() && rest.len() == 1 {
                return Err(Answer::message(400, &format!("The {parameter} query parameter was not provided")));
            }
            let sought = sought.filter(|text| text != ".").unwrap_or_default();
            let start = call.number("startAt", 0)?;
            let most = call.number("maxResults", 50)?.min(1_000);
            let project = if rest.len() == 2 { Some(assignable_where(call)?) } else { None };
            let assignable = |user: &UserSpec| {
                project.is_none_or(|at| user.active && call.site.may(&user.name, "ASSIGNABLE_USER", Some(at)))
            };
            let everybody = call.flag("includeInactive") == Some(true) || call.cloud();
            let found = call.site.options.users.iter().filter(|user| matches_user(user, &sought) && assignable(user));
            let found = found.filter(|user| user.active || everybody);
            Ok(Answer::ok(found.skip(start).take(most).map(|user| view.user(Some(&user.name))).collect()))
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

/// The project in which somebody is to be assigned; an issue can be named instead.
fn assignable_where(call: &Call) -> Result<usize, Answer> {
    if let Some(issue) = call.query("issueKey").or_else(|| call.query("issueId")) {
        return Ok(call.issue(&call.site.store(), issue)?.project);
    }
    let project = call.query("project").or_else(|| call.query("projectKeys"));
    let project = project.ok_or_else(|| Answer::message(400, "You must specify either 'project' or 'issueKey'."))?;
    let found = call.site.project(project).map(|(at, _)| at);
    found.ok_or_else(|| Answer::message(404, &format!("No project could be found with key '{project}'.")))
}

fn matches_user(user: &UserSpec, sought: &str) -> bool {
    let texts = [&user.name, &user.display_name, &user.email, &user.account_id];
    texts.iter().any(|text| text.to_lowercase().starts_with(sought))
        || user.display_name.to_lowercase().split_whitespace().any(|word| word.starts_with(sought))
}
