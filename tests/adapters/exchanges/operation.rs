//! What our adapter is asked to do so that it meets an exchange, and what it makes of it, in words.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use trackersync::sync::{
    fault::{Fault, FaultKind},
    issue::{CopyKind, Side, Snapshot},
    ports::{Claim, FileContent, Query, Tracker, WriteTerms},
    rules::Needs,
    schema::Lookup,
};

use super::{
    Product, before,
    replay::{Asked, Reply},
};
use crate::site::{attributes, intent, message, paths};

/// One operation, for each request that can have a recorded answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    Product,
    WhoAmI,
    Schema,
    Read,
    Comments,
    Property,
    List,
    Create,
    Edit,
    Comment,
    Transitions,
    Transition,
    Attach,
    UploadLimit,
    Remove,
    Several,
    TypesOfCreation,
    CreateScreen,
    CreationInOnePiece,
    EditScreen,
}

/// The issue that all operations are about, whatever a recording calls it.
const ISSUE: &str = "1";

/// What an issue is asked for, unless the table says otherwise.
const PATHS: [&str; 12] = [
    "key",
    "summary",
    "status.name",
    "priority",
    "issuetype.name",
    "project",
    "labels",
    "assignee",
    "reporter",
    "reporter.displayName",
    "created",
    "resolution",
];

impl Operation {
    /// The request whose answer is told.
    pub fn request(self, product: Product) -> (&'static str, String) {
        let issue = |rest: &str| format!("/rest/api/2/issue/{ISSUE}{rest}");
        match self {
            Self::Product => ("GET", "/rest/api/2/serverInfo".to_owned()),
            Self::WhoAmI => ("GET", "/rest/api/2/myself".to_owned()),
            Self::Schema => ("GET", "/rest/api/2/field".to_owned()),
            Self::Read => ("GET", issue("")),
            Self::Comments => ("GET", issue("/comment")),
            Self::Property => ("GET", issue("/properties/trackersync")),
            Self::List if product == Product::Cloud => ("POST", "/rest/api/3/search/jql".to_owned()),
            Self::List => ("POST", "/rest/api/2/search".to_owned()),
            Self::Create => ("POST", "/rest/api/2/issue".to_owned()),
            Self::Edit => ("PUT", issue("")),
            Self::Comment => ("POST", issue("/comment")),
            Self::Transitions => ("GET", issue("/transitions")),
            Self::Transition => ("POST", issue("/transitions")),
            Self::Attach => ("POST", issue("/attachments")),
            Self::UploadLimit => ("GET", "/rest/api/2/attachment/meta".to_owned()),
            Self::Remove => ("DELETE", issue("/comment/7")),
            Self::Several if product == Product::Cloud => ("POST", "/rest/api/2/issue/bulkfetch".to_owned()),
            Self::Several => ("POST", "/rest/api/2/search".to_owned()),
            Self::TypesOfCreation => ("GET", "/rest/api/2/issue/createmeta/UP/issuetypes".to_owned()),
            Self::CreateScreen => ("GET", "/rest/api/2/issue/createmeta/UP/issuetypes/1".to_owned()),
            Self::CreationInOnePiece => ("GET", "/rest/api/2/issue/createmeta".to_owned()),
            Self::EditScreen => ("GET", issue("/editmeta")),
        }
    }

    /// What it makes of the answer. `given` are the paths that are asked for, or the value that is set.
    pub async fn carry_out(self, tracker: &Arc<dyn Tracker>, given: &[String]) -> Result<Vec<String>, Fault> {
        let issue = ISSUE.into();
        let first = given.first().map_or("Done", String::as_str);
        let set = async |fields: Value| {
            tracker.set_fields(&issue, &attributes(fields), WriteTerms::default()).await.map(|()| vec!["done".to_owned()])
        };
        let token = &intent(CopyKind::Message, Side::Remote, "1", "", None).token;
        match self {
            Self::WhoAmI => {
                let name = tracker.who_am_i().await?;
                let nobody = tracker.is_us("").await?;
                Ok(vec![format!("we are {name}; nobody in particular is us: {nobody}")])
            }
            Self::Schema => schema(tracker, given).await,
            Self::Read => {
                let asked: Vec<&str> =
                    if given.is_empty() { PATHS.to_vec() } else { given.iter().map(String::as_str).collect() };
                let needs = Needs { messages: true, files: true, updated: true, ..paths(&asked) };
                Ok(tracker.read(&issue, &needs).await?.map_or_else(|| vec!["not there".to_owned()], |found| snapshot(&found)))
            }
            Self::Comments => {
                let found = tracker.read(&issue, &Needs { messages: true, ..paths(&[]) }).await?;
                Ok(found.map(|found| messages(&found)).unwrap_or_default())
            }
            Self::Property => match tracker.linked_remote(&issue, &"home".into()).await? {
                Claim::Nothing => Ok(vec!["it stands for nothing".to_owned()]),
                Claim::Ours(remote) => Ok(vec![format!("it stands for our {remote}")]),
                Claim::AnotherTrackers(name) => Ok(vec![format!("it stands for an issue of {name}")]),
            },
            Self::Product | Self::List => {
                let found = tracker.list(&Query::default()).await?;
                Ok(found.issues().iter().map(|id| format!("issue {id}")).collect())
            }
            Self::Create => {
                let made = tracker.create_marked(&attributes(json!({ "summary": "x", "priority": "High" })), token).await?;
                Ok(vec![format!("issue {}", made.id)])
            }
            Self::Edit => set(json!({ "summary": "x", "priority": "High" })).await,
            Self::Transitions | Self::Transition => set(json!({ "status": first })).await,
            Self::Comment => Ok(vec![format!("comment {}", tracker.add_message(&issue, &message("x"), token).await?)]),
            Self::Attach => Ok(vec![format!("file {}", tracker.add_file(&issue, "x.txt", file(), token).await?)]),
            Self::UploadLimit => {
                let found = tracker.read(&issue, &Needs { files: true, ..paths(&[]) }).await?;
                Ok(found.into_iter().map(|found| format!("at most {} bytes", size(found.largest_file))).collect())
            }
            Self::Several => {
                let asked: Vec<&str> = given.iter().map(String::as_str).collect();
                let found = tracker.read_several(&[issue], &paths(&asked)).await?.unwrap_or_default();
                Ok(found.iter().flat_map(snapshot).collect())
            }
            Self::TypesOfCreation | Self::CreateScreen | Self::CreationInOnePiece => {
                before::findings(tracker, None, given).await
            }
            Self::EditScreen => before::findings(tracker, Some("project = UP"), given).await,
            Self::Remove => tracker.remove_message(&issue, "7").await.map(|()| vec!["done".to_owned()]),
        }
    }

    /// What shows in the requests that came of it.
    pub fn seen(self, asked: &[Asked]) -> Vec<String> {
        let path_of = |method: &str, part: &str| {
            asked.iter().find(|(with, path, _)| with == method && path.contains(part)).map(|(_, path, body)| (path, body))
        };
        match self {
            Self::Product => path_of("POST", "/search").map(|(path, _)| format!("searches by {path}")).into_iter().collect(),
            Self::Transitions => {
                path_of("POST", "/transitions").map(|(_, body)| format!("takes {}", body["transition"])).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn file() -> FileContent {
    let bytes = futures_util::stream::iter([Ok(bytes::Bytes::from_static(b"x"))]);
    FileContent { size: Some(1), media_type: None, stream: Box::pin(bytes) }
}

/// What is answered beside the exchange.
pub fn beside(operation: Operation, product: Product) -> Vec<Reply> {
    let mut replies = match operation {
        Operation::TypesOfCreation | Operation::CreateScreen | Operation::EditScreen => before::beside(),
        // The types by themselves are not there, so that all of it is asked for.
        Operation::CreationInOnePiece => {
            before::beside().into_iter().filter(|reply| !reply.path.contains("createmeta")).collect()
        }
        _ => Vec::new(),
    };
    let issue = format!("/rest/api/2/issue/{ISSUE}");
    let (deployment, us) = match product {
        Product::Cloud => ("Cloud", json!({ "accountId": "us", "key": "", "name": "", "displayName": "Sync" })),
        Product::DataCenter => ("Server", json!({ "key": "us", "name": "us", "displayName": "Sync" })),
    };
    let fields: Value = serde_json::from_str(include_str!("../../data/jira/fields.json")).unwrap();
    let search = json!({ "issues": [], "total": 0, "isLast": true });
    // More comments than come with it, so that they are asked for by themselves.
    let found = json!({ "id": ISSUE, "key": "UP-1", "fields": { "comment": { "comments": [], "total": 1 } } });
    let done = json!({ "transitions": [{ "id": 41, "name": "Finish", "isGlobal": false, "isLooped": false, "to": { "id": "3", "name": "Done" } }] });
    replies.extend([
        Reply::ok("GET", "/rest/api/2/serverInfo", &json!({ "deploymentType": deployment })),
        Reply::ok("GET", "/rest/api/2/myself", &us),
        Reply::ok("GET", "/rest/api/2/field", &fields),
        Reply::ok("POST", "/rest/api/3/search/jql", &search),
        Reply::ok("POST", "/rest/api/2/search", &search),
        Reply::ok("GET", &issue, &found),
        Reply::ok("GET", &format!("{issue}/comment"), &json!({ "comments": [], "total": 0 })),
        Reply::ok("GET", &format!("{issue}/transitions"), &done),
    ]);
    let posted = Reply { status: 204, body: Vec::new(), ..Reply::ok("POST", &format!("{issue}/transitions"), &Value::Null) };
    replies.push(posted);
    replies
}

fn snapshot(found: &Snapshot) -> Vec<String> {
    let updated = found.updated.map_or_else(|| "at an unknown time".to_owned(), |at| format!("at {at}"));
    let mut told = vec![format!("issue {} {}, changed {updated}", found.id, found.key)];
    if found.assigned_to_us {
        told.push("assigned to us".to_owned());
    }
    told.extend(found.attributes.iter().map(|(path, value)| format!("{path} = {}", shortened(value))));
    told.extend(messages(found));
    told.extend(found.files.iter().map(|file| format!("file {} \"{}\" of {} bytes", file.id, file.name, size(file.size))));
    told
}

fn size(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "unknown".to_owned(), |bytes| bytes.to_string())
}

fn messages(found: &Snapshot) -> Vec<String> {
    let one = |message: &trackersync::sync::issue::Message| {
        let text = shortened(&json!(message.text));
        format!("comment {} by {} at {}: {text}", message.id, message.author, message.date)
    };
    found.messages.iter().map(one).collect()
}

/// Long texts are told by their beginning and their length.
fn shortened(value: &Value) -> String {
    match value.as_str() {
        Some(text) if text.chars().count() > 60 => {
            let beginning: String = text.chars().take(40).collect();
            format!("{} … of {} characters", json!(beginning), text.chars().count())
        }
        _ => value.to_string(),
    }
}

async fn schema(tracker: &Arc<dyn Tracker>, given: &[String]) -> Result<Vec<String>, Fault> {
    let schema = tracker.schema().await?;
    let mut told = vec![format!("{} fields", schema.classes["issue"].fields.len())];
    for path in given {
        told.push(match schema.lookup(path) {
            Lookup::Found(found) => {
                let (list, fixed) =
                    (if found.list { "list of " } else { "" }, if found.read_only.is_some() { ", fixed" } else { "" });
                format!("{path}: {list}{}{fixed}", found.field.kind.words())
            }
            Lookup::Undecided => format!("{path}: undecided"),
            Lookup::Ambiguous { .. } => format!("{path}: several"),
            Lookup::Missing { .. } => format!("{path}: missing"),
        });
    }
    Ok(told)
}

/// A fault, in all that decides what happens next.
pub fn fault(fault: &Fault) -> Vec<String> {
    let mut told = vec![format!("{}: {}", fault.word(), fault.message)];
    told.extend(fault.hint.as_ref().map(|hint| format!("hint: {hint}")));
    if !fault.fields.is_empty() {
        told.push(format!("fields: {}", fault.fields.join(", ")));
    }
    if let FaultKind::Transient { retry_after: Some(time) } | FaultKind::Credentials { retry_after: Some(time) } = fault.kind {
        told.push(format!("again in {:.0} s", time.as_secs_f64()));
    }
    told
}
