//! Which handler a path belongs to.

use super::{
    attachments, bulk_fetch,
    call::Call,
    comments, create_screens, followers, issue_links, issues, parts,
    projects::PartKind,
    properties, remote_links,
    reply::{Answer, Reply},
    search, vocabulary,
    webhooks::{self, Form},
    worklogs,
};

/// Answers a call; `rest` is the path after the API version.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    match (call.method, rest) {
        (_, ["webhooks", "1.0", "webhook", rest @ ..]) if !call.is_server_10() => webhooks::route(call, Form::Classic, rest),
        (_, ["jira-webhook", "1.0", "webhooks", rest @ ..]) if call.is_server_10() => {
            webhooks::route(call, Form::Server10, rest)
        }
        ("GET", ["secure", "attachment", id, ..]) => attachments::direct(call, id),
        (_, ["issue", rest @ ..]) => issue(call, rest),
        (_, ["comment", rest @ ..]) => comment(call, rest),
        (_, ["search", rest @ ..]) => search::route(call, rest),
        (_, ["attachment", rest @ ..]) => attachments::route(call, rest),
        (_, ["component", rest @ ..]) => parts::route(call, PartKind::Component, rest),
        (_, ["version", rest @ ..]) => parts::route(call, PartKind::Version, rest),
        (_, ["issueLink", rest @ ..]) => issue_links::route(call, rest),
        ("GET", ["issueLinkType", rest @ ..]) => issue_links::types(call, rest),
        ("GET", rest) => vocabulary::route(call, rest),
        _ => Err(nowhere(rest)),
    }
}

pub(super) fn nowhere(rest: &[&str]) -> Answer {
    let path = rest.join("/");
    Answer::json(404, serde_json::json!({"message": format!("null for uri: /{path}"), "status-code": 404}))
}

fn issue(call: &Call, rest: &[&str]) -> Reply {
    match (call.method, rest) {
        ("POST", []) => issues::create(call),
        ("POST", ["bulk"]) => issues::create_many(call),
        ("POST", ["bulkfetch"]) if call.cloud() => bulk_fetch::fetch(call),
        ("GET", ["createmeta", rest @ ..]) => create_screens::route(call, rest),
        ("GET", [id]) => issues::show(call, id),
        ("PUT", [id]) => issues::edit(call, id),
        ("DELETE", [id]) => issues::delete(call, id),
        ("PUT", [id, "assignee"]) => issues::assign(call, id),
        ("GET", [id, "editmeta"]) => issues::edit_screen(call, id),
        ("GET", [id, "transitions"]) => issues::transitions(call, id),
        ("POST", [id, "transitions"]) => issues::transition(call, id),
        ("POST", [id, "attachments"]) => attachments::upload(call, id),
        (_, [id, "comment", rest @ ..]) => comments::route(call, id, rest),
        (_, [id, "worklog", rest @ ..]) => worklogs::route(call, id, rest),
        (_, [id, "watchers"]) => followers::watchers(call, id),
        (_, [id, "votes"]) => followers::votes(call, id),
        ("GET", [id, "changelog"]) if call.cloud() => issues::changelog(call, id),
        ("GET", [id, "subtask"]) if !call.cloud() => issues::subtasks(call, id),
        (_, [id, "properties", rest @ ..]) => properties::of_issue(call, id, rest),
        (_, [id, "remotelink", rest @ ..]) => remote_links::route(call, id, rest),
        _ => Err(nowhere(rest)),
    }
}

fn comment(call: &Call, rest: &[&str]) -> Reply {
    match (call.method, rest) {
        ("POST", ["list"]) if call.cloud() => comments::by_ids(call),
        (_, [id, "properties", rest @ ..]) => properties::of_comment(call, id, rest),
        _ => Err(nowhere(rest)),
    }
}
