//! What we may do with a problem: the list of actions that KPM gives for each.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{client::Client, convert, failure::Failure};
use crate::sync::fault::Fault;

pub(super) const READ: &str = "GET_DEVELOPMENT_PROBLEM_DATA";
pub(super) const READ_STEPS: &str = "GET_PROCESS_STEPS";
/// Good for reading steps as well.
pub(super) const LIST_STEPS: &str = "GET_PROCESS_STEP_LIST";
pub(super) const LIST_DOCUMENTS: &str = "GET_DOCUMENT_LIST";
pub(super) const READ_DOCUMENT: &str = "GET_DOCUMENT";
pub(super) const ADD_DOCUMENT: &str = "ADD_DOCUMENT";
pub(super) const ADD_NOTICE: &str = "ADD_NOTICE";
pub(super) const ADD_QUESTION: &str = "ADD_SUPPLIER_QUESTION";
pub(super) const ADD_RESPONSE: &str = "ADD_SUPPLIER_RESPONSE";

/// The actions that we may take with one problem.
#[derive(Debug)]
pub(super) struct Rights(BTreeSet<String>);

impl Rights {
    /// Asks for them.
    pub(super) async fn of(client: &Client, problem: &str) -> Result<Self, Failure> {
        let told = client.call("GetProblemActions", json!({ "ProblemNumber": problem })).await?;
        let actions = convert::elements(&told, "Action").iter().filter_map(Value::as_str);
        Ok(Self(actions.map(|action| action.trim().to_owned()).collect()))
    }

    /// Whether we may.
    pub(super) fn allow(&self, action: &str) -> bool {
        self.0.contains(action)
    }

    /// Whether we may read process steps: one of two rights is enough.
    pub(super) fn allow_reading_steps(&self) -> bool {
        self.allow(READ_STEPS) || self.allow(LIST_STEPS)
    }

    /// Refuses what we may not do.
    pub(super) fn demand(&self, problem: &str, action: &str) -> Result<(), Fault> {
        if self.allow(action) {
            return Ok(());
        }
        Err(Fault::refused(format!("KPM does not grant us {action} for problem {problem} now"))
            .hint("it takes that while the problem lies in our mailbox and is not solved"))
    }
}
