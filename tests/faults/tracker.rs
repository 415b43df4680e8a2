//! A stand-in tracker in this process, and people who work with it.

use std::sync::Mutex;

use sha2::{Digest, Sha256};
use trackersync::standin::{
    jira::{self, CustomFieldKind, CustomFieldSpec, Dialect, Fault, JiraOptions, ProjectSpec, RunningJira},
    kpm::RunningKpm,
    roundup::{self, RoundupOptions, RunningRoundup},
};

use super::{kpm, ledger::Contents};
use crate::support::{jira::SECRET as JIRA_SECRET, roundup_home::SECRET as ROUNDUP_SECRET};

const PERSON: &str = "jane";
/// The pause before a delivery that was not taken is tried again: the receiver dies often here, and is soon back.
const RETRY: std::time::Duration = std::time::Duration::from_millis(100);

/// A running stand-in.
pub enum Tracker {
    /// A Jira. Comments of the local one that go out begin with a prefix. Of a field that is set anew each time, `answers` holds what
    /// people put there: by issue.
    Jira { running: RunningJira, prefix: &'static str, answers: Mutex<Vec<(String, String)>> },
    /// A Roundup.
    Roundup(RunningRoundup),
    /// A KPM, and its address.
    Kpm(RunningKpm, String),
}

impl Tracker {
    /// Starts a Jira with a project of that key; answers mention `public_url`, if there is a proxy before it.
    pub async fn jira(project: &str, prefix: &'static str, receiver: &str, listen: u16, public_url: Option<String>) -> Self {
        let mut custom_fields = JiraOptions::default().custom_fields;
        let field =
            |(number, name): (u64, &str)| CustomFieldSpec { number, name: name.to_owned(), kind: CustomFieldKind::Text };
        custom_fields.extend([(10_051, "Supplier"), (10_052, "Answer")].map(field));
        let options = JiraOptions {
            listen: format!("127.0.0.1:{listen}"),
            public_url,
            // Data Center delivers once; what it could not deliver is for the sweep to find, and not for these tests.
            dialect: Dialect::Cloud,
            projects: vec![ProjectSpec::new(10_000, project, project)],
            custom_fields,
            webhooks: vec![jira::WebhookTarget { url: receiver.to_owned(), secret: Some(JIRA_SECRET.to_owned()) }],
            retry_delay: RETRY,
            retries: 100_000,
            ..JiraOptions::default()
        };
        Self::Jira { running: jira::start(options).await.unwrap(), prefix, answers: Mutex::default() }
    }

    /// Starts a Roundup, which people reach at `web`, if there is a proxy before it.
    pub async fn roundup(receiver: &str, listen: u16, web: Option<String>) -> Self {
        let options = RoundupOptions {
            listen: format!("127.0.0.1:{listen}"),
            web,
            ext_trackers: vec!["away".to_owned()],
            webhooks: vec![roundup::WebhookTarget { url: receiver.to_owned(), secret: ROUNDUP_SECRET.to_owned() }],
            retry_delay: RETRY,
            ..RoundupOptions::default()
        };
        Self::Roundup(roundup::start(options).await.unwrap())
    }

    /// Starts a KPM, which is reached at an address of its own, if there is a proxy before it.
    pub async fn kpm(listen: u16, address: Option<String>) -> Self {
        let running = kpm::start(listen).await;
        let url = address.map_or_else(|| running.url().to_owned(), |address| format!("{address}/services"));
        Self::Kpm(running, url)
    }

    /// Its address.
    pub fn url(&self) -> &str {
        match self {
            Self::Jira { running, .. } => running.url(),
            Self::Roundup(running) => running.url(),
            Self::Kpm(_, url) => url,
        }
    }

    /// Makes an issue; `picked` says that it is for the other side, where that is asked. Its id.
    pub fn create(&self, title: &str, picked: bool) -> String {
        match self {
            Self::Jira { running, .. } => {
                let supplier = picked.then_some("yes");
                let fields = serde_json::json!({ "summary": title, "customfield_10051": supplier });
                let key = running.state().create_issue(PERSON, fields).unwrap();
                running.state().issue(&key).unwrap().id
            }
            Self::Roundup(running) => {
                let person = running.acting_as(PERSON);
                let id = person.create_issue(title).unwrap();
                if picked {
                    person.set(&id, "priority", "bug").unwrap();
                }
                id
            }
            Self::Kpm(running, _) => kpm::create(running.state(), title),
        }
    }

    /// Sets a title.
    pub fn set_title(&self, id: &str, title: &str) {
        match self {
            Self::Jira { running, .. } => {
                running.state().edit_fields(PERSON, id, serde_json::json!({ "summary": title })).unwrap();
            }
            Self::Roundup(running) => running.acting_as(PERSON).set(id, "title", title).unwrap(),
            Self::Kpm(running, _) => kpm::set_title(running.state(), id, title),
        }
    }

    /// Adds a comment that is meant for both sides; its id.
    pub fn comment(&self, id: &str, text: &str) -> String {
        match self {
            Self::Jira { running, prefix, .. } => {
                running.state().add_comment(PERSON, id, format!("{prefix} {text}").trim_start()).unwrap()
            }
            Self::Roundup(running) => running.acting_as(PERSON).add_message(id, text, &["customer"]).unwrap(),
            Self::Kpm(running, _) => kpm::comment(running.state(), id, text),
        }
    }

    /// Sets the field of a Jira whose value is to be said as the supplier's answer.
    pub fn answer(&self, id: &str, text: &str) {
        let Self::Jira { running, answers, .. } = self else { panic!("only issues of a Jira have that field") };
        running.state().edit_fields(PERSON, id, serde_json::json!({ "customfield_10052": text })).unwrap();
        answers.lock().unwrap().push((id.to_owned(), text.to_owned()));
    }

    /// Whether people can rewrite comments.
    pub fn can_rewrite(&self) -> bool {
        matches!(self, Self::Jira { .. })
    }

    /// Rewrites a comment, where people can.
    pub fn rewrite_comment(&self, id: &str, comment: &str, text: &str) {
        if let Self::Jira { running, prefix, .. } = self {
            let text = format!("{prefix} {text}");
            running.state().edit_comment(PERSON, id, comment, text.trim_start()).unwrap();
        }
    }

    /// Takes a comment away.
    pub fn delete_comment(&self, id: &str, comment: &str) {
        match self {
            Self::Jira { running, .. } => running.state().delete_comment(PERSON, id, comment).unwrap(),
            Self::Roundup(running) => running.acting_as(PERSON).set(id, "messages", &format!("-{comment}")).unwrap(),
            Self::Kpm(..) => panic!("nothing is taken back there"),
        }
    }

    /// Attaches a file whose bytes follow from its name; name and digest.
    pub fn attach(&self, id: &str, name: &str) -> String {
        let (kind, bytes) = ("application/octet-stream", bytes_of(name));
        let text = shown(name, &bytes);
        match self {
            Self::Jira { running, .. } => drop(running.state().add_attachment(PERSON, id, name, kind, bytes).unwrap()),
            Self::Roundup(running) => drop(running.acting_as(PERSON).attach(id, name, kind, bytes).unwrap()),
            Self::Kpm(running, _) => kpm::attach(running.state(), id, name, bytes),
        }
        text
    }

    /// The ids of its issues with what they hold.
    pub fn contents(&self) -> Vec<(String, Contents)> {
        match self {
            Self::Jira { running, answers, .. } => {
                let issues = running.state().issues();
                issues.into_iter().map(|issue| (issue.id.clone(), jira_contents(issue, answers))).collect()
            }
            Self::Roundup(running) => {
                let ids = running.acting_as(PERSON).issues().unwrap();
                ids.into_iter().map(|id| (id.clone(), roundup_contents(running, &id))).collect()
            }
            Self::Kpm(running, _) => kpm::all(running.state()),
        }
    }

    /// What one issue holds.
    pub fn one(&self, id: &str) -> Contents {
        match self {
            Self::Jira { running, answers, .. } => {
                running.state().issue(id).map(|issue| jira_contents(issue, answers)).unwrap_or_default()
            }
            Self::Roundup(running) => roundup_contents(running, id),
            Self::Kpm(running, _) => kpm::one(running.state(), id),
        }
    }

    /// The next comment is not taken, where that can be ordered.
    pub fn refuse_next_comment(&self) {
        match self {
            Self::Jira { running, .. } => {
                let (method, path_contains) = (Some("POST".to_owned()), "/comment".to_owned());
                running.state().add_fault(Fault { method, path_contains, status: Some(409), ..Fault::default() });
            }
            Self::Roundup(_) => {}
            Self::Kpm(running, _) => kpm::refuse_next_comment(running.state()),
        }
    }

    /// Our account may not read this issue, until that is cancelled.
    pub fn forbid_reading(&self, id: &str) {
        let Self::Jira { running, .. } = self else { panic!("that can be ordered of a Jira only") };
        let (method, path_contains) = (Some("GET".to_owned()), format!("/issue/{id}"));
        running.state().add_fault(Fault { method, path_contains, status: Some(403), count: u32::MAX, ..Fault::default() });
    }

    /// Cancels all failures that were ordered.
    pub fn cancel_faults(&self) {
        match self {
            Self::Jira { running, .. } => running.state().clear_faults(),
            Self::Roundup(_) => {}
            Self::Kpm(running, _) => running.state().clear_faults(),
        }
    }
}

fn jira_contents(issue: jira::IssueSnapshot, answers: &Mutex<Vec<(String, String)>>) -> Contents {
    let answers = answers.lock().unwrap();
    let answers = answers.iter().filter(|(id, _)| *id == issue.id).map(|(_, text)| text.clone());
    Contents {
        title: issue.summary,
        comments: issue.comments.into_iter().map(|comment| comment.body).chain(answers).collect(),
        files: issue.attachments.into_iter().map(|file| format!("{} {}", file.file_name, file.sha256)).collect(),
    }
}

fn roundup_contents(running: &RunningRoundup, id: &str) -> Contents {
    let person = running.acting_as(PERSON);
    Contents {
        title: person.issue(id).unwrap()["title"].as_str().unwrap_or_default().to_owned(),
        comments: person.messages(id).unwrap().into_iter().map(|message| message.content).collect(),
        files: person.files(id).unwrap().into_iter().map(|file| shown(&file.name, &file.bytes)).collect(),
    }
}

/// Bytes that no other name has.
fn bytes_of(name: &str) -> Vec<u8> {
    Sha256::digest(name).repeat(100)
}

fn shown(name: &str, bytes: &[u8]) -> String {
    format!("{name} {}", hex::encode(Sha256::digest(bytes)))
}
