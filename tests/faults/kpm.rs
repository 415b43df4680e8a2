//! A stand-in KPM, and people of the customer who work with it.

use std::time::Duration;

use serde_json::json;
use trackersync::standin::kpm::{
    self, DocumentSpec, FalseAnswer, Fault, KpmOptions, KpmState, Mailbox, ProblemSnapshot, RunningKpm, StepKind, StepSpec,
};

use super::ledger::Contents;

pub const WSDL: &str = include_str!("../../src/standin/kpm/kpm.wsdl");
const PERSON: &str = "kpm";
/// As the real one has it.
const READ_BACK_DELAY: Duration = Duration::from_secs(1);

pub async fn start(listen: u16) -> RunningKpm {
    let options =
        KpmOptions { listen: format!("127.0.0.1:{listen}"), read_back_delay: READ_BACK_DELAY, ..KpmOptions::default() };
    kpm::start(options).await.unwrap()
}

/// Its section of the configuration. Without TLS no certificate is looked at.
pub fn section(name: &str, url: &str) -> String {
    format!(
        "[trackers.{name}]\nkind = \"kpm\"\nurl = \"{url}\"\nuser_id = \"kpm-sync\"\nwsdl = \"kpm.wsdl\"\nstage = \"Test\"\n\
         organisational_unit = \"KPM-TEST\"\nplant = \"Z$\"\ntimezone = \"Etc/GMT-2\"\ntimeout = \"2s\"\n\
         certificate = \"none.pem\"\nkey = \"none.key\"\n\n"
    )
}

/// A new problem in our mailbox.
pub fn create(state: &KpmState, title: &str) -> String {
    state.create_problem(&Mailbox::new("KPM-TEST", "Z$"), &json!({ "ShortText": title })).unwrap().to_string()
}

pub fn set_title(state: &KpmState, id: &str, title: &str) {
    state.change(number(id), &json!({ "ShortText": title })).unwrap();
}

/// A notice.
pub fn comment(state: &KpmState, id: &str, text: &str) -> String {
    state.add_step(number(id), StepSpec::new(StepKind::Notice, PERSON, text)).unwrap()
}

pub fn attach(state: &KpmState, id: &str, name: &str, bytes: Vec<u8>) {
    let (name, suffix) = name.rsplit_once('.').unwrap();
    state.add_document(number(id), DocumentSpec::new(name, suffix, bytes)).unwrap();
}

/// The next notice is not taken, and all that comes is an empty answer.
pub fn refuse_next_comment(state: &KpmState) {
    let (operation, answer) = (Some("AddNotice".to_owned()), Some(FalseAnswer::Empty));
    state.add_fault(Fault { operation, answer, ..Fault::default() });
}

pub fn all(state: &KpmState) -> Vec<(String, Contents)> {
    state.problems().into_iter().map(|number| (number.to_string(), one(state, &number.to_string()))).collect()
}

/// What people and we said, as notices and as statements, are its comments.
pub fn one(state: &KpmState, id: &str) -> Contents {
    let ProblemSnapshot { fields, steps, documents, .. } = state.problem(number(id)).unwrap();
    let said = steps.into_iter().filter(|step| matches!(step.kind, StepKind::Notice | StepKind::SupplierResponse));
    Contents {
        title: fields["ShortText"].as_str().unwrap_or_default().to_owned(),
        comments: said.map(|step| step.text).collect(),
        files: documents.into_iter().map(|file| format!("{}.{} {}", file.name, file.suffix, file.sha256)).collect(),
    }
}

fn number(id: &str) -> i64 {
    id.parse().unwrap()
}
