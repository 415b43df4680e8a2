//! Requests about attached files.

use serde_json::{Value, json};

use super::{
    call::Call,
    contributions::no_attachment,
    options::Dialect,
    reply::{Answer, Reply},
    stored_file::StoredFile,
    upload::{Malformed, Part},
};

/// Most files Cloud takes at once.
const FILES_AT_ONCE: usize = 60;

/// Everything below `attachment`.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    match (call.method, rest) {
        ("GET", ["meta"]) if call.caller.name().is_none() && !call.cloud() => Err(Answer::empty(401)),
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
    let attachment = call.attachment(&store, id)?;
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
    let attachment = call.attachment(&store, id)?;
    if call.flag("redirect") == Some(false) {
        return Ok(Answer::file(&attachment.media_type, attachment.content.clone()));
    }
    let (media, token) = (&attachment.media_id, &attachment.media_token);
    let target = format!("{}/file/{media}/binary?token={token}", call.site.media);
    Ok(Answer::empty(303).with("Location", target))
}

/// The address that Data Center gives out.
pub(super) fn direct(call: &Call, id: &str) -> Reply {
    call.sees_issues()?;
    let id = number(id)?;
    let store = call.site.store();
    let attachment = call.attachment(&store, id)?;
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
    let found = actor.issue(&store, issue)?;
    actor.need("CREATE_ATTACHMENTS", found.project, (403, 403), "create attachments for this issue")?;
    let files = files(call)?;
    let mut shown = Vec::new();
    for (name, media_type, content) in files {
        let id = actor.attach(&mut store, issue, &name, &media_type, content)?;
        if let Some((_, attachment)) = store.attachment(id) {
            shown.push(call.view().attachment(attachment));
        }
    }
    Ok(Answer::ok(Value::Array(shown)))
}

/// Name, media type and content of what was sent.
type Sent = (String, String, StoredFile);

fn files(call: &Call) -> Result<Vec<Sent>, Answer> {
    let parts = match call.upload.borrow_mut().take() {
        Some(Ok(parts)) => parts,
        Some(Err(Malformed::TooLarge)) => return Err(too_large(call)),
        Some(Err(Malformed::ContentType)) | None => return Err(Answer::empty(415)),
        Some(Err(Malformed::Form)) => return Err(Answer::empty(400)),
        Some(Err(Malformed::Disk)) => return Err(Answer::empty(500)),
    };
    let files: Vec<Part> = parts.into_iter().filter(|part| part.name == "file").collect();
    if files.is_empty() {
        return Err(Answer::message(400, "No file was sent: the part must be named 'file'."));
    }
    if call.cloud() && files.len() > FILES_AT_ONCE {
        return Err(Answer::message(413, "Too many files were sent at once."));
    }
    files.into_iter().map(|part| file(call, part)).collect()
}

fn too_large(call: &Call) -> Answer {
    let status = if call.cloud() { 413 } else { 404 };
    Answer::message(status, &format!("The attachment is larger than {} bytes.", call.site.options.attachment_limit))
}

fn file(call: &Call, part: Part) -> Result<Sent, Answer> {
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
