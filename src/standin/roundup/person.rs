//! Somebody who works on the tracker from inside this process.

use super::fields::{Fields, Raw};
use super::item_json::View;
use super::permission::Caller;
use super::raw;
use super::refusal::Refusal;
use super::schema::PROTECTED;
use super::store::{self, Item, Store, Values};
use super::tracker::Tracker;
use super::value::Value;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value as Json;
use std::sync::Arc;

/// Where changes made here say they come from: they play people in front of the web pages.
const SOURCE: &str = "web";

/// A user at work; every call is one request, and fires one event for every issue it changes.
#[derive(Clone, Debug)]
pub struct Person {
    tracker: Arc<Tracker>,
    user: String,
}

/// A message of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// The name of the user who wrote it, if it says.
    pub author: Option<String>,
    /// When it was written, if it says.
    pub date: Option<Timestamp>,
    /// The text.
    pub content: String,
    /// The names of its keywords.
    pub keywords: Vec<String>,
}

/// A file of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: String,
    /// Its name; empty if it has none.
    pub name: String,
    /// Its type; empty if it has none.
    pub mime: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// Changes are refused as the REST interface would refuse them.
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
impl Person {
    pub(super) fn new(tracker: Arc<Tracker>, user: &str) -> Self {
        Self { tracker, user: user.to_owned() }
    }

    /// Creates an issue and answers its id.
    pub fn create_issue(&self, title: &str) -> Result<String, Refusal> {
        self.write(|store, caller| create(store, caller, "issue", [("title", text(title))]))
    }

    /// Sets one property, given as a form would give it: links by id or name, `+7` adds to a list, nothing unsets.
    pub fn set(&self, issue: &str, property: &str, value: &str) -> Result<(), Refusal> {
        self.write(|store, caller| set(store, caller, issue, property, value))
    }

    /// Adds a message by this user, with keywords by name; answers its id.
    pub fn add_message(&self, issue: &str, content: &str, keywords: &[&str]) -> Result<String, Refusal> {
        self.write(|store, caller| {
            store.get("issue", issue)?;
            let keywords = Raw::List(keywords.iter().map(|name| (*name).to_owned()).collect());
            let now = text(&super::date::show(store::now()));
            let fields = [("content", text(content)), ("author", text(&caller.id)), ("date", now), ("keywords", keywords)];
            let id = create(store, caller, "msg", fields)?;
            set(store, caller, issue, "messages", &format!("+{id}"))?;
            Ok(id)
        })
    }

    /// Attaches a file and answers its id.
    pub fn attach(&self, issue: &str, name: &str, mime: &str, bytes: impl Into<Bytes>) -> Result<String, Refusal> {
        let bytes = bytes.into();
        self.write(|store, caller| {
            store.get("issue", issue)?;
            let texts = [("name", name), ("type", mime)].map(|(key, value)| (key, Value::Text(value.to_owned())));
            let mut values = Values::from(texts);
            // Not read as a form field, or an empty file would be none.
            values.insert("content", Value::Content(bytes));
            let id = store.create("file", values, &caller.id)?;
            set(store, caller, issue, "files", &format!("+{id}"))?;
            Ok(id)
        })
    }

    /// Takes an issue out of all lists; needs the role Admin.
    pub fn retire(&self, issue: &str) -> Result<(), Refusal> {
        self.write(|store, caller| {
            caller.may_retire(Store::class("issue")?, issue)?;
            store.retire("issue", issue)
        })
    }

    /// All properties of an issue, as the REST interface shows them at `@verbose=2`.
    pub fn issue(&self, issue: &str) -> Result<Json, Refusal> {
        self.read(|store, caller| {
            let class = Store::class("issue")?;
            let view = View { store, caller, base: &self.tracker.base, verbose: 2 };
            let names = class.own_properties().iter().chain(PROTECTED).map(|property| property.name);
            Ok(Json::Object(view.properties(class, store.get("issue", issue)?, names)))
        })
    }

    /// The ids of all issues that are not retired.
    pub fn issues(&self) -> Result<Vec<String>, Refusal> {
        self.read(|store, _| Ok(store.list("issue").map(|issue| issue.id.clone()).collect()))
    }

    /// The messages of an issue.
    pub fn messages(&self, issue: &str) -> Result<Vec<Message>, Refusal> {
        self.read(|store, _| {
            let ids = store.get("issue", issue)?.get("messages").links();
            ids.iter().map(|id| Ok(message(store, store.get("msg", id)?))).collect()
        })
    }

    /// The files of an issue.
    pub fn files(&self, issue: &str) -> Result<Vec<Attachment>, Refusal> {
        self.read(|store, _| {
            let ids = store.get("issue", issue)?.get("files").links();
            ids.iter().map(|id| Ok(attachment(store.get("file", id)?))).collect()
        })
    }

    fn caller(&self, store: &Store) -> Result<Caller, Refusal> {
        Caller::named(store, &self.user).ok_or_else(|| Refusal::forbidden(format!("no user {}", self.user)))
    }

    fn read<T>(&self, look: impl FnOnce(&Store, &Caller) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.tracker.read(|store| look(store, &self.caller(store)?))
    }

    fn write<T>(&self, change: impl FnOnce(&mut Store, &Caller) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let caller = self.tracker.read(|store| self.caller(store))?;
        self.tracker.write(&caller, SOURCE, |store| change(store, &caller))
    }
}

fn text(text: &str) -> Raw {
    Raw::Text(text.to_owned())
}

fn create<const N: usize>(
    store: &mut Store,
    caller: &Caller,
    class: &str,
    fields: [(&str, Raw); N],
) -> Result<String, Refusal> {
    let class = Store::class(class)?;
    caller.may_create(class)?;
    // Empty fields of a web form are as good as absent.
    let given = fields.into_iter().filter(|(_, raw)| !raw.is_empty()).map(|(name, raw)| (name.to_owned(), raw));
    let values = raw::values(store, class, None, &Fields::from_pairs(given))?;
    store.create(class.name, values, &caller.id)
}

fn set(store: &mut Store, caller: &Caller, issue: &str, property: &str, value: &str) -> Result<(), Refusal> {
    let class = Store::class("issue")?;
    caller.may_edit(class, issue, property)?;
    let fields = Fields::from_pairs([(property.to_owned(), text(value))]);
    let values = raw::values(store, class, Some(store.get("issue", issue)?), &fields)?;
    store.set(class.name, issue, values, &caller.id).map(drop)
}

fn message(store: &Store, msg: &Item) -> Message {
    let name = |class: &str, id: &str, property: &str| {
        store.get(class, id).ok().and_then(|item| item.get(property).text().map(str::to_owned))
    };
    let keywords = msg.get("keywords").links().iter().filter_map(|id| name("msg_keyword", id, "name"));
    Message {
        id: msg.id.clone(),
        author: msg.get("author").link().and_then(|id| name("user", id, "username")),
        date: match msg.get("date") {
            Value::Date(date) => Some(*date),
            _ => None,
        },
        content: msg.get("content").plain_json().as_str().unwrap_or_default().to_owned(),
        keywords: keywords.collect(),
    }
}

fn attachment(file: &Item) -> Attachment {
    let text = |property| file.get(property).text().unwrap_or_default().to_owned();
    let bytes = match file.get("content") {
        Value::Content(bytes) => bytes.clone(),
        _ => Bytes::new(),
    };
    Attachment { id: file.id.clone(), name: text("name"), mime: text("type"), bytes }
}
