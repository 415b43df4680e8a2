//! Messages of a Roundup issue: read with one request for all that are not known yet, and written with a mark by which they
//! are found again.
//!
//! Roundup commits a message before it moves the file with its text into place, and a reader that comes in between makes it lose
//! that file (2.6.0, `blobfiles.py`): the message is there and its text is not. So a message that is found again is looked at, and
//! its text is written once more where it is missing; and what Roundup tells in place of a lost text is never taken for a text.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use tracing::warn;

use super::{
    super::text::{authored, with_author},
    client::{Client, add_to},
    convert::{format_date, ids, parse_date},
};
use crate::{
    ids::IssueId,
    sync::{
        fault::Fault,
        issue::Message,
        plan::{MessageEdit, NewMessage},
        ports::Token,
    },
};

/// Messages that were read, by id; each with the time of its last change, which the issue tells too.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<String, (String, Message)>>);

/// Most messages that are kept; beyond it the cache starts anew.
const CACHED: usize = 10_000;
/// Messages read by one request, so that its URL stays within what servers take.
const BATCH: usize = 100;

impl Cache {
    fn get(&self, id: &str, activity: &str) -> Option<Message> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(id).filter(|(cached, _)| cached == activity).map(|(_, message)| message.clone())
    }

    fn put(&self, activity: String, message: &Message, now: Timestamp) {
        // Roundup's times are whole seconds: what changed within this second may change again and look the same.
        let settled = parse_date(&activity).is_some_and(|at| now.duration_since(at).as_secs() > 2);
        if !settled {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CACHED {
            known.clear();
        }
        known.insert(message.id.clone(), (activity, message.clone()));
    }
}

/// The messages of an issue, oldest first, from its `messages` with `@verbose=2`.
pub(super) async fn read(client: &Client, cache: &Cache, linked: &Value) -> Result<Vec<Message>, Fault> {
    let mut messages = read_of_several(client, cache, &[linked]).await?;
    if let Some(lost) = messages.iter().find(|message| is_lost(&message.text)) {
        return Err(Fault::transient(format!("Roundup has lost the text of msg{}", lost.id))
            .hint("write its text again, or take it off the issue; until then the issue cannot be synchronised"));
    }
    sort(&mut messages);
    Ok(messages)
}

/// The messages of several issues, in no order; among them may be some with [lost texts](is_lost).
pub(super) async fn read_of_several(client: &Client, cache: &Cache, linked: &[&Value]) -> Result<Vec<Message>, Fault> {
    let items = linked.iter().filter_map(|messages| messages.as_array()).flatten();
    let activity_of: HashMap<&str, &str> =
        items.filter_map(|item| Some((item["id"].as_str()?, item["activity"].as_str().unwrap_or("")))).collect();
    let (mut messages, mut unknown) = (Vec::new(), Vec::new());
    for (id, activity) in &activity_of {
        match cache.get(id, activity) {
            Some(message) => messages.push(message),
            None => unknown.push(*id),
        }
    }
    for batch in unknown.chunks(BATCH) {
        for item in fetch(client, batch).await? {
            let message = message_of(&item);
            if !is_lost(&message.text) {
                let activity = activity_of.get(message.id.as_str()).copied().unwrap_or_default();
                cache.put(activity.to_owned(), &message, Timestamp::now());
            }
            messages.push(message);
        }
    }
    Ok(messages)
}

/// The oldest first.
pub(super) fn sort(messages: &mut [Message]) {
    messages.sort_by(|a, b| (a.date, a.id.len(), &a.id).cmp(&(b.date, b.id.len(), &b.id)));
}

async fn fetch(client: &Client, ids: &[&str]) -> Result<Vec<Value>, Fault> {
    let mut query = vec![("@fields", "author.realname,author.username,date,content,keywords"), ("@verbose", "3")];
    query.extend(ids.iter().map(|id| ("id", *id)));
    match client.list("msg", &query).await {
        // A tracker without keywords on messages is the classic one.
        Err(fault) if fault.message.contains("keywords") => {
            query[0].1 = "author.realname,author.username,date,content";
            client.list("msg", &query).await
        }
        outcome => outcome,
    }
}

fn message_of(item: &Value) -> Message {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let author = [&item["author.realname"], &item["author.username"]].into_iter().find_map(Value::as_str);
    let keywords = item["keywords"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    Message {
        id: text(&item["id"]),
        author: author.unwrap_or("unknown").to_owned(),
        date: item["date"].as_str().and_then(parse_date).unwrap_or_default(),
        text: text(&item["content"]),
        keywords: keywords.iter().map(|keyword| text(&keyword["name"])).collect(),
        kind: None,
    }
}

/// Adds a message. It is made first and linked second; its `messageid` carries the token, so that both steps can be found again.
pub(super) async fn add(client: &Client, issue: &IssueId, message: &NewMessage, token: &Token) -> Result<String, Fault> {
    let date = message.date.unwrap_or_else(Timestamp::now);
    let content = with_author(message);
    let body = json!({
        "content": content,
        "author": client.username(),
        "date": format_date(date),
        "messageid": message_id(token),
        "type": "text/plain",
    });
    let id = match find(client, token).await? {
        None => client.create("msg", &body).await?,
        Some(found) => {
            if is_lost(&found.text) {
                warn!(message = found.id, "Roundup has lost the text of a message; writing it again");
                client.change(Method::PUT, &format!("data/msg/{}", found.id), &json!({ "content": content })).await?;
            }
            found.id
        }
    };
    link(client, issue, &id).await?;
    Ok(id)
}

/// Replaces the text of a message of ours.
pub(super) async fn edit(client: &Client, edit: &MessageEdit) -> Result<(), Fault> {
    let body = json!({ "content": authored(edit.author.as_deref(), &edit.text) });
    client.change(Method::PUT, &format!("data/msg/{}", edit.id), &body).await.map(|_| ())
}

/// Takes a message off its issue; the message itself stays.
pub(super) async fn remove(client: &Client, issue: &IssueId, message: &str) -> Result<(), Fault> {
    let body = json!({ "@op": "remove", "messages": [message] });
    client.change(Method::PATCH, &format!("data/issue/{issue}"), &body).await.map(|_| ())
}

/// The message of a token, linked to its issue: an earlier run may have ended between making and linking it. One without its
/// text is not it: adding the message once more completes it.
pub(super) async fn find_linked(client: &Client, issue: &IssueId, token: &Token) -> Result<Option<String>, Fault> {
    let Some(found) = find(client, token).await?.filter(|found| !is_lost(&found.text)) else { return Ok(None) };
    link(client, issue, &found.id).await?;
    Ok(Some(found.id))
}

struct Found {
    id: String,
    text: String,
}

async fn find(client: &Client, token: &Token) -> Result<Option<Found>, Fault> {
    let found = client.list("msg", &[("messageid:", &message_id(token)), ("@fields", "content"), ("@verbose", "3")]).await?;
    let found = found.first().and_then(|item| Some((item["id"].as_str()?, item["content"].as_str().unwrap_or_default())));
    Ok(found.map(|(id, text)| Found { id: id.to_owned(), text: text.to_owned() }))
}

/// Whether this is what Roundup tells in place of a text whose file is not there (`FileClass.get`).
pub(super) fn is_lost(text: &str) -> bool {
    text.starts_with("ERROR reading file: msg")
}

async fn link(client: &Client, issue: &IssueId, message: &str) -> Result<(), Fault> {
    let path = format!("data/issue/{issue}");
    let item = client.get(&path, &[("@fields", "messages"), ("@verbose", "0")]).await?;
    let linked = item.as_ref().map(|item| ids(&item["attributes"]["messages"])).unwrap_or_default();
    if linked.iter().any(|id| id == message) {
        return Ok(());
    }
    client.change(Method::PATCH, &path, &add_to("messages", message)).await.map(|_| ())
}

/// A Message-Id as mails have it: Roundup uses it for the mails that it sends about the message.
fn message_id(token: &Token) -> String {
    format!("<{}@trackersync.invalid>", token.as_str())
}
