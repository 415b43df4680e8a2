//! Messages of a Roundup issue: read with one request for all that are not known yet, and written with a mark by which they
//! are found again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    super::text::with_author,
    client::{Client, add_to},
    convert::{format_date, ids, parse_date},
};
use crate::{
    ids::IssueId,
    sync::{fault::Fault, issue::Message, plan::NewMessage, ports::Token},
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
    let items = linked.as_array().map_or(&[] as &[Value], Vec::as_slice);
    let activity_of: HashMap<&str, &str> =
        items.iter().filter_map(|item| Some((item["id"].as_str()?, item["activity"].as_str().unwrap_or("")))).collect();
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
            let activity = activity_of.get(message.id.as_str()).copied().unwrap_or_default();
            cache.put(activity.to_owned(), &message, Timestamp::now());
            messages.push(message);
        }
    }
    messages.sort_by(|a, b| (a.date, a.id.len(), &a.id).cmp(&(b.date, b.id.len(), &b.id)));
    Ok(messages)
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
    }
}

/// Adds a message. It is made first and linked second; its `messageid` carries the token, so that both steps can be found again.
pub(super) async fn add(client: &Client, issue: &IssueId, message: &NewMessage, token: &Token) -> Result<String, Fault> {
    let date = message.date.unwrap_or_else(Timestamp::now);
    let body = json!({
        "content": with_author(message),
        "author": client.username(),
        "date": format_date(date),
        "messageid": message_id(token),
        "type": "text/plain",
    });
    let id = match find(client, token).await? {
        Some(id) => id,
        None => client.create("msg", &body).await?,
    };
    link(client, issue, &id).await?;
    Ok(id)
}

/// The message of a token, linked to its issue: an earlier run may have ended between making and linking it.
pub(super) async fn find_linked(client: &Client, issue: &IssueId, token: &Token) -> Result<Option<String>, Fault> {
    let Some(id) = find(client, token).await? else { return Ok(None) };
    link(client, issue, &id).await?;
    Ok(Some(id))
}

async fn find(client: &Client, token: &Token) -> Result<Option<String>, Fault> {
    let found = client.list("msg", &[("messageid:", &message_id(token)), ("@fields", "id")]).await?;
    Ok(found.first().and_then(|item| item["id"].as_str()).map(str::to_owned))
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
