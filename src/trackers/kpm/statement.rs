//! What we say as the supplier: status, text, our key, the good version, a date. KPM knows it as one statement that says all of it
//! anew, so what no rule sets is said again as it was; and it is said only if it says something new.

use std::sync::Arc;

use serde_json::{Value, json};
use tracing::debug;

use super::{
    Kpm, READ_BACK, convert, reading,
    rights::{ADD_RESPONSE, Rights},
    steps::{self, DUE_DATE, ERROR_NUMBER, RESPONSE_TEXT, STATUS, Statement, VERSION_OK},
    times,
};
use crate::{
    coordination::Coordination,
    ids::TrackerName,
    sync::{
        fault::Fault,
        issue::Attributes,
        value::{Equality, to_text},
    },
};

/// What can be set of a problem that exists.
pub(super) const SETTABLE: [&str; 5] = [STATUS, RESPONSE_TEXT, ERROR_NUMBER, VERSION_OK, DUE_DATE];
/// The status of a problem that was opened again; it cannot be sent.
const REOPENED: &str = "-";
/// What is sent in place of it: in work.
const IN_WORK: &str = "1";

/// Statements of the last moments, by whichever worker: KPM does not show them at once, so that what it shows is to be believed only
/// then. Without that, a statement would be made again, or the values before it taken for a change of theirs.
pub(super) struct Recent {
    tracker: TrackerName,
    shared: Arc<dyn Coordination>,
}

impl Recent {
    pub(super) fn new(tracker: TrackerName, shared: Arc<dyn Coordination>) -> Self {
        Self { tracker, shared }
    }

    fn key(&self, problem: &str) -> String {
        format!("kpm/{}/{problem}/said", self.tracker)
    }

    async fn note(&self, problem: &str) {
        if let Err(fault) = self.shared.keep(&self.key(problem), "said", READ_BACK).await {
            debug!(problem, %fault, "other workers do not know of this statement");
        }
    }

    /// Waits until KPM shows what was said of this problem.
    pub(super) async fn wait(&self, problem: &str) {
        if let Ok(Some(_)) = self.shared.recall(&self.key(problem)).await {
            debug!(problem, "waiting until KPM shows the newest statement");
            tokio::time::sleep(READ_BACK).await;
        }
    }
}

/// All that a statement says.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    statement: Statement,
    text: String,
}

impl Said {
    fn says_the_same_as(&self, other: &Self) -> bool {
        let same = |one: &str, other: &str| Equality::Kpm.equal(&Value::from(one), &Value::from(other));
        let (one, two) = (&self.statement, &other.statement);
        one.status == two.status
            && same(&one.error_number, &two.error_number)
            && same(&one.version_ok, &two.version_ok)
            && one.due_date == two.due_date
            && same(&self.text, &other.text)
    }
}

/// Sets attributes of a problem that exists.
pub(super) async fn set(kpm: &Kpm, problem: &str, fields: &Attributes) -> Result<(), Fault> {
    let others: Vec<String> = fields.keys().filter(|path| !SETTABLE.contains(&path.as_str())).cloned().collect();
    if !others.is_empty() {
        let names = others.join(", ");
        let first = |path: String| path.split('.').next().unwrap_or_default().to_owned();
        let refused =
            Fault::refused(format!("KPM takes {names} only with a new problem")).hint("give the rule only_create = true");
        return Err(Fault { fields: others.into_iter().map(first).collect(), ..refused });
    }
    let all_refused = |fault: Fault| Fault { fields: fields.keys().cloned().collect(), ..fault };
    kpm.recent.wait(problem).await;
    let rights = Rights::of(&kpm.client, problem).await?;
    let told = reading::fields(kpm, problem).await?;
    let known = if rights.allow_reading_steps() { steps::read(&kpm.client, problem, &kpm.zone).await? } else { Vec::new() };
    let newest = steps::newest_statement(&known);
    let now = Said {
        statement: Statement {
            status: reading::supplier_status(&told, &known).unwrap_or_default(),
            ..newest.and_then(|step| step.statement.clone()).unwrap_or_default()
        },
        text: newest.map(|step| step.text.clone()).unwrap_or_default(),
    };
    let said = with(now.clone(), fields, kpm);
    if said.says_the_same_as(&now) {
        debug!(problem, "the newest statement says all of this already");
        return Ok(());
    }
    rights.demand(problem, ADD_RESPONSE).map_err(all_refused)?;
    // Before, since the answer may be lost, and with it this process.
    kpm.recent.note(problem).await;
    let outcome = kpm.client.call("AddSupplierResponse", request(problem, &said)).await.map_err(Fault::from);
    kpm.recent.note(problem).await;
    outcome.map(|_| ()).map_err(all_refused)
}

/// A statement with the values of rules in place of its own.
fn with(mut said: Said, fields: &Attributes, kpm: &Kpm) -> Said {
    for (path, value) in fields {
        let text = convert::without_control_characters(&to_text(value, ", "));
        let trimmed = text.trim().to_owned();
        match path.as_str() {
            STATUS => said.statement.status = trimmed,
            ERROR_NUMBER => said.statement.error_number = trimmed,
            VERSION_OK => said.statement.version_ok = trimmed,
            DUE_DATE => said.statement.due_date = times::day(&trimmed, &kpm.zone).unwrap_or(trimmed),
            RESPONSE_TEXT => said.text = text,
            _ => {}
        }
    }
    if matches!(said.statement.status.as_str(), "" | REOPENED) {
        IN_WORK.clone_into(&mut said.statement.status);
    }
    said
}

fn request(problem: &str, said: &Said) -> Value {
    let mut response = json!({ "Status": said.statement.status });
    let statement = &said.statement;
    for (name, value) in
        [("ErrorNumber", &statement.error_number), ("VersionOk", &statement.version_ok), ("DueDate", &statement.due_date)]
    {
        if !value.is_empty() {
            response[name] = json!(value);
        }
    }
    json!({ "ProblemNumber": problem, "SupplierResponse": response, "ResponseText": said.text })
}
