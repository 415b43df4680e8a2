//! Which handler a path belongs to.

use super::{
    attachments,
    call::Call,
    comments, create_screens, issues, properties, remote_links,
    reply::{Answer, Reply},
    search, vocabulary, webhook_admin,
};

/// Answers a call; `rest` is the path after the API version.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    match (call.method, rest) {
        (_, ["webhooks", "1.0", "webhook", rest @ ..]) => webhook_admin::route(call, rest),
        ("GET", ["secure", "attachment", id, ..]) => attachments::direct(call, id),
        (_, ["issue", rest @ ..]) => issue(call, rest),
        (_, ["comment", rest @ ..]) => comment(call, rest),
        (_, ["search", rest @ ..]) => search::route(call, rest),
        (_, ["attachment", rest @ ..]) => attachments::route(call, rest),
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
