//! Process steps: what happened to a problem and what was said about it. Each is a message of its kind; the newest of some kinds also
//! give attributes of the problem that KPM has no fields for.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{client::Client, convert, failure::Failure, times};
use crate::sync::issue::Message;

/// What the supplier says, with a status.
const SUPPLIER_STATEMENT: &str = "Lieferantenaussage";
/// The end of an analysis.
const ANALYSIS: &str = "Analyse abgeschlossen";

/// The text of the newest statement of the supplier.
pub(super) const RESPONSE_TEXT: &str = "SupplierResponse";
/// The supplier's status.
pub(super) const STATUS: &str = "SupplierStatus";
/// The supplier's own key, of the newest statement.
pub(super) const ERROR_NUMBER: &str = "SupplierErrorNumber";
/// The version that is good, of the newest statement.
pub(super) const VERSION_OK: &str = "SupplierVersionOk";
/// The day that the supplier named, of the newest statement.
pub(super) const DUE_DATE: &str = "SupplierDueDate";
/// The text of the newest analysis.
pub(super) const ANALYSIS_TEXT: &str = "Analysis";
/// The texts of all analyses, newest first, each with its date and author.
pub(super) const ANALYSIS_HISTORY: &str = "Analysis_History";

/// What only process steps tell.
pub(super) const ATTRIBUTES: [&str; 6] = [RESPONSE_TEXT, ERROR_NUMBER, VERSION_OK, DUE_DATE, ANALYSIS_TEXT, ANALYSIS_HISTORY];

/// A process step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) id: String,
    /// Its description, which is its kind.
    pub(super) kind: String,
    /// The user id of its author.
    pub(super) user: String,
    /// The name of its author, for people.
    pub(super) author: String,
    pub(super) at: Timestamp,
    pub(super) text: String,
    /// What a statement of the supplier states.
    pub(super) statement: Option<Statement>,
}

/// What a statement of the supplier states.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Statement {
    pub(super) status: String,
    pub(super) error_number: String,
    pub(super) version_ok: String,
    /// `2022-07-02`
    pub(super) due_date: String,
}

/// All steps of a problem, oldest first.
pub(super) async fn read(client: &Client, problem: &str, zone: &TimeZone) -> Result<Vec<Step>, Failure> {
    let told = client.call("GetProcessSteps", json!({ "ProblemNumber": problem })).await?;
    let mut steps: Vec<Step> = convert::elements(&told, "ProcessStep").iter().map(|step| Step::read(step, zone)).collect();
    steps.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok(steps)
}

impl Step {
    fn read(told: &Value, zone: &TimeZone) -> Self {
        let id = times::id(&convert::field(told, "ProcessStepId"));
        let dates = [convert::field(told, "CreationDate"), convert::field(told, "LastChangeDate"), id.clone()];
        let creator = &told["Creator"];
        let user = convert::field(creator, "UserId");
        let name = convert::field(creator, "UserName");
        Self {
            kind: convert::field(told, "ProcessStepTypeDescription"),
            author: if name.is_empty() { user.clone() } else { name },
            user,
            at: dates.iter().find_map(|date| times::moment(date, zone)).unwrap_or_default(),
            text: convert::field(told, "Text"),
            statement: told.get("SupplierResponse").map(|statement| Statement::read(statement, zone)),
            id,
        }
    }

    /// The step as a message.
    pub(super) fn message(&self) -> Message {
        Message {
            id: self.id.clone(),
            author: self.author.clone(),
            date: self.at,
            text: self.text.clone(),
            keywords: Vec::new(),
            kind: Some(self.kind.clone()),
        }
    }
}

impl Statement {
    fn read(told: &Value, zone: &TimeZone) -> Self {
        let due_date = convert::field(told, "DueDate");
        Self {
            status: convert::field(told, "Status"),
            error_number: convert::field(told, "ErrorNumber"),
            version_ok: convert::field(told, "VersionOk"),
            due_date: times::value(&due_date, zone).unwrap_or(due_date),
        }
    }
}

/// The newest statement of the supplier.
pub(super) fn newest_statement(steps: &[Step]) -> Option<&Step> {
    steps.iter().rev().find(|step| step.kind == SUPPLIER_STATEMENT)
}

/// An attribute that only steps tell.
pub(super) fn attribute(steps: &[Step], name: &str) -> Value {
    let statement = newest_statement(steps);
    let stated = |field: fn(&Statement) -> &String| statement.and_then(|step| step.statement.as_ref()).map(field).cloned();
    let mut analyses = steps.iter().rev().filter(|step| step.kind == ANALYSIS);
    let text = match name {
        RESPONSE_TEXT => statement.map(|step| step.text.clone()),
        ERROR_NUMBER => stated(|stated| &stated.error_number),
        VERSION_OK => stated(|stated| &stated.version_ok),
        DUE_DATE => stated(|stated| &stated.due_date),
        ANALYSIS_TEXT => analyses.next().map(|step| step.text.clone()),
        ANALYSIS_HISTORY => {
            let entry = |step: &Step| format!("{} {}:\n{}", step.at.strftime("%Y-%m-%d %H:%M"), step.author, step.text);
            Some(analyses.map(entry).collect::<Vec<_>>().join("\n\n"))
        }
        _ => None,
    };
    text.filter(|text| !text.is_empty()).map_or(Value::Null, Value::String)
}

/// Whether some of these attributes are told by steps only.
pub(super) fn are_needed_for(paths: &BTreeSet<String>) -> bool {
    paths.iter().any(|path| ATTRIBUTES.contains(&path.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<Step> {
        let step = |id: &str, kind: &str, more: Value| {
            let mut told = json!({
                "ProcessStepId": id, "ProcessStepTypeDescription": kind, "CreationDate": "2022-07-06 14:16:25.181",
                "Creator": { "UserId": "EX1", "UserName": "Jane" },
            });
            told.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Step::read(&told, &TimeZone::UTC)
        };
        vec![
            step("2022-07-06 14:16:25.181000", ANALYSIS, json!({ "Text": "loose" })),
            step("2", SUPPLIER_STATEMENT, json!({ "Text": "old", "SupplierResponse": { "Status": "1", "VersionOk": "1.0" } })),
            step("3", ANALYSIS, json!({ "Text": "tight" })),
            step("4", SUPPLIER_STATEMENT, json!({ "SupplierResponse": { "Status": "2", "DueDate": "2022-07-02+02:00" } })),
            step("5", "Aussage", json!({ "Text": "<b>so</b>" })),
        ]
    }

    #[test]
    fn the_newest_of_a_kind_gives_the_attributes() {
        let steps = steps();
        assert_eq!(steps[0].id, "2022-07-06-14.16.25.181000");
        for (name, expected) in [
            (RESPONSE_TEXT, Value::Null),
            (VERSION_OK, Value::Null),
            (DUE_DATE, json!("2022-07-02")),
            (ANALYSIS_TEXT, json!("tight")),
            (ANALYSIS_HISTORY, json!("2022-07-06 14:16 Jane:\ntight\n\n2022-07-06 14:16 Jane:\nloose")),
        ] {
            assert_eq!(attribute(&steps, name), expected, "{name}");
        }
        assert_eq!(attribute(&[], ANALYSIS_HISTORY), Value::Null);
        let message = steps[4].message();
        assert_eq!((message.kind.as_deref(), message.author.as_str()), (Some("Aussage"), "Jane"));
    }
}
