//! What we say as the supplier: status, text, our key, the good version, a date. KPM knows it as one statement that says all of it
//! anew, so what no rule sets is said again as it was; and it is said only if it says something new.

use serde_json::{Value, json};
use tracing::debug;

use super::{
    Kpm, READ_BACK, convert, reading,
    rights::{ADD_RESPONSE, Rights},
    steps::{self, DUE_DATE, ERROR_NUMBER, RESPONSE_TEXT, STATUS, Statement, VERSION_OK},
    times,
};
use crate::sync::{
    fault::{Fault, FaultKind},
    issue::Attributes,
    value::{Equality, to_text},
};

/// What can be set of a problem that exists.
pub(super) const SETTABLE: [&str; 5] = [STATUS, RESPONSE_TEXT, ERROR_NUMBER, VERSION_OK, DUE_DATE];
/// The status of a problem that was opened again; it cannot be sent.
const REOPENED: &str = "-";
/// What is sent in place of it: in work.
const IN_WORK: &str = "1";

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
    let outcome = kpm.client.call("AddSupplierResponse", request(problem, &said)).await.map_err(Fault::from);
    // KPM does not show a statement at once. Who read the problem before it does would take the old values for a change of theirs, and
    // the next try after a lost answer would say it all again: so this run, and its lease, lasts until it is shown.
    if !outcome.as_ref().is_err_and(|fault| fault.kind == FaultKind::Refused) {
        tokio::time::sleep(READ_BACK).await;
    }
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
