//! Requests about attached files.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    call::Call,
    contributions::no_attachment,
    multipart::{self, Part},
    options::Dialect,
    reply::{Answer, Reply},
    site::Site,
};

/// Most files Cloud takes at once.
const FILES_AT_ONCE: usize = 60;

/// Everything below `attachment`.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    match (call.method, rest) {
        ("GET", ["meta"]) => Ok(Answer::ok(json!({"enabled": true, "uploadLimit": call.site.options.attachment_limit}))),
        ("GET", ["content", id]) if call.cloud() => content(call, id),
        ("GET", [id]) => show(call, id),
        ("DELETE", [id]) => {
            let actor = call.actor()?;
            actor.detach(&mut call.site.store(), number(id)?)?;
            Ok(Answer::no_content())
        }
        _ => Err(super::routes::nowhere(rest)),
    }
}

fn number(id: &str) -> Result<u64, Answer> {
    id.parse().map_err(|_| no_attachment(id))
}

fn show(call: &Call, id: &str) -> Reply {
    call.sees_issues()?;
    let id = number(id)?;
    let store = call.site.store();
    let (_, attachment) = store.attachment(id).ok_or_else(|| no_attachment(id))?;
    let mut shown = call.view().attachment(attachment);
    if call.cloud() {
        // The same id is a string inside an issue.
        shown["id"] = json!(id);
    }
    Ok(Answer::ok(shown))
}

/// Cloud sends the reader on to its media store, which must not see the caller's credentials.
fn content(call: &Call, id: &str) -> Reply {
    call.sees_issues()?;
    let id = number(id)?;
    let store = call.site.store();
    let (_, attachment) = store.attachment(id).ok_or_else(|| no_attachment(id))?;
    if call.query("redirect") == Some("false") {
        return Ok(Answer::file(&attachment.media_type, attachment.content.clone()));
    }
    let (media, token) = (&attachment.media_id, &attachment.media_token);
    let target = format!("{}/media/file/{media}/binary?token={token}", media_host(&call.site.base));
    Ok(Answer::empty(303).with("Location", target))
}

/// The same server by another name, so that clients see a change of host.
fn media_host(base: &str) -> String {
    if base.contains("//127.0.0.1") {
        base.replacen("//127.0.0.1", "//localhost", 1)
    } else {
        base.replacen("//localhost", "//127.0.0.1", 1)
    }
}

/// The media store.
pub(super) fn media(site: &Site, rest: &[&str], token: Option<&str>, signed: bool) -> Reply {
    let ["file", media, "binary"] = rest else {
        return Err(Answer::empty(404));
    };
    if signed {
        let text = "Only one auth mechanism allowed";
        return Err(Answer::json(400, json!({"error": {"code": "BadRequest", "title": text}})));
    }
    let store = site.store();
    let mut all = store.issues.values().flat_map(|issue| &issue.attachments);
    let attachment = all.find(|file| file.media_id == *media).ok_or_else(|| Answer::empty(404))?;
    if token != Some(attachment.media_token.as_str()) {
        return Err(Answer::empty(403));
    }
    Ok(Answer::file(&attachment.media_type, attachment.content.clone()))
}

/// The address that Data Center gives out.
pub(super) fn direct(call: &Call, id: &str) -> Reply {
    call.sees_issues()?;
    let id = number(id)?;
    let store = call.site.store();
    let (_, attachment) = store.attachment(id).ok_or_else(|| no_attachment(id))?;
    Ok(Answer::file(&attachment.media_type, attachment.content.clone()))
}

/// Takes files for an issue: all of them or none.
pub(super) fn upload(call: &Call, issue: &str) -> Reply {
    let actor = call.actor()?;
    let token = call.headers.get("x-atlassian-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !matches!(token, "no-check" | "nocheck") {
        return Err(Answer::html(403, "XSRF check failed"));
    }
    let mut store = call.site.store();
    store.issue(issue)?;
    let mut files = Vec::new();
    for part in parts(call)? {
        files.push(file(call, part)?);
    }
    let mut shown = Vec::new();
    for (name, media_type, content) in files {
        let id = actor.attach(&mut store, issue, &name, &media_type, content)?;
        if let Some((_, attachment)) = store.attachment(id) {
            shown.push(call.view().attachment(attachment));
        }
    }
    Ok(Answer::ok(Value::Array(shown)))
}

fn parts(call: &Call) -> Result<Vec<Part>, Answer> {
    if call.truncated {
        return Err(too_large(call));
    }
    let kind = call.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parts = multipart::read(kind, call.body).map_err(|error| match error {
        multipart::Malformed::ContentType => Answer::empty(415),
        _ => Answer::empty(400),
    })?;
    let files: Vec<Part> = parts.into_iter().filter(|part| part.name == "file").collect();
    if files.is_empty() {
        return Err(Answer::message(400, "No file was sent: the part must be named 'file'."));
    }
    if call.cloud() && files.len() > FILES_AT_ONCE {
        return Err(Answer::message(413, "Too many files were sent at once."));
    }
    Ok(files)
}

fn too_large(call: &Call) -> Answer {
    let status = if call.cloud() { 413 } else { 404 };
    Answer::message(status, &format!("The attachment is larger than {} bytes.", call.site.options.attachment_limit))
}

fn file(call: &Call, part: Part) -> Result<(String, String, Bytes), Answer> {
    if part.content.len() as u64 > call.site.options.attachment_limit {
        return Err(too_large(call));
    }
    let name = part.file_name.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Answer::message(400, "A file was sent without a name."))?;
    if call.site.options.dialect == Dialect::DataCenter {
        if part.extended_name {
            // Servers were seen to break on this notation, without a word.
            return Err(Answer::empty(500));
        }
        if let Some(bad) = name.chars().find(|letter| "\\/\":?*<|>".contains(*letter)) {
            return Err(Answer::message(400, &format!("The file name contains the character '{bad}', which is not allowed.")));
        }
    }
    let media_type = part.media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok((name, media_type, part.content))
}
