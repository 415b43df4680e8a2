//! A stand-in seen from the same process: playing KPM's part, looking at the outcome, ordering failures.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    changes::NewStep,
    document::{READABLE, StoredDocument, check_suffix},
    failure::Failure,
    faults::Fault,
    field_json,
    journal::RequestRecord,
    mailbox::Mailbox,
    process_step::{StepKind, SupplierStatement},
    rights::Right,
    service::Service,
    snapshot::{self, ProblemSnapshot},
};

/// A step as KPM or one of its users adds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSpec {
    /// The kind.
    pub kind: StepKind,
    /// User id of whoever makes it.
    pub user: String,
    /// The text.
    #[serde(default)]
    pub text: String,
    /// What a supplier's answer states; sets the supplier's status.
    #[serde(default)]
    pub statement: Option<SupplierStatement>,
}

impl StepSpec {
    /// A step with a text.
    #[must_use]
    pub fn new(kind: StepKind, user: &str, text: &str) -> Self {
        Self { kind, user: user.to_owned(), text: text.to_owned(), statement: None }
    }
}

/// A document as a user of KPM adds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSpec {
    /// The name, without suffix.
    pub name: String,
    /// The suffix, without dot, at most four characters.
    pub suffix: String,
    /// The description; empty for none.
    pub description: String,
    /// `0` for one that can be read.
    pub access_right: String,
    /// The bytes.
    pub data: Bytes,
}

impl DocumentSpec {
    /// A document that can be read.
    #[must_use]
    pub fn new(name: &str, suffix: &str, data: impl Into<Bytes>) -> Self {
        Self {
            name: name.to_owned(),
            suffix: suffix.to_owned(),
            description: String::new(),
            access_right: READABLE.to_owned(),
            data: data.into(),
        }
    }
}

/// What a stand-in cannot do, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    pub(super) fn new(said: String) -> Self {
        Self(said)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(match failure {
            Failure::Client(text) | Failure::Refused { text, .. } | Failure::Kpm { message: text, .. } => text,
            Failure::Internal => "Internal Error".to_owned(),
        })
    }
}

/// Access to a running stand-in. What is done through it is not bound by the rights of a caller.
#[derive(Clone)]
pub struct KpmState {
    service: Arc<Service>,
}

impl fmt::Debug for KpmState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("KpmState").field("address", &self.service.address).finish_non_exhaustive()
    }
}

impl KpmState {
    pub(super) fn new(service: Arc<Service>) -> Self {
        Self { service }
    }

    /// Makes a problem in a mailbox and returns its number. Fields are those of `DevelopmentProblem`: groups are objects, fields
    /// that occur more than once are lists, all else is text. `Rating`, `Description` and `ShortText` are made up where absent.
    ///
    /// # Errors
    /// When a field is not one of the contract.
    pub fn create_problem(&self, mailbox: &Mailbox, fields: &Value) -> Result<i64, Refusal> {
        let mut fields = fields.clone();
        if let Value::Object(given) = &mut fields {
            for (name, value) in [("Rating", "5"), ("Description", "Stand-in"), ("ShortText", "Stand-in")] {
                given.entry(name).or_insert_with(|| Value::from(value));
            }
        }
        let contract = &self.service.contract;
        let fields = field_json::from_json(contract, contract.fields("DevelopmentProblem"), &fields).map_err(Refusal)?;
        let number = self.service.create(fields, "kpm", |problem| problem.set(contract, "SupplierStatus", "0"));
        self.assign(number, mailbox)?;
        Ok(number)
    }

    /// Sets fields of a problem, given as in [`create_problem`](Self::create_problem); null takes one away.
    ///
    /// # Errors
    /// When there is no such problem or field.
    pub fn change(&self, problem: i64, fields: &Value) -> Result<(), Refusal> {
        let contract = &self.service.contract;
        let set = field_json::from_json(contract, contract.fields("DevelopmentProblem"), fields).map_err(Refusal)?;
        let nulls = fields.as_object().into_iter().flatten().filter(|(_, value)| value.is_null());
        let removed: Vec<String> = nulls.map(|(name, _)| name.clone()).collect();
        Ok(self.service.change(problem, set, &removed)?)
    }

    /// Adds a process step and returns its id as lists tell it.
    ///
    /// # Errors
    /// When there is no such problem.
    pub fn add_step(&self, problem: i64, step: StepSpec) -> Result<String, Refusal> {
        let StepSpec { kind, user, text, statement } = step;
        let made = self.service.add_step(problem, NewStep { kind, user: &user, text: &text, statement })?;
        Ok(super::times::dotted(&made))
    }

    /// Adds a document of any size and returns its id.
    ///
    /// # Errors
    /// When there is no such problem, or the suffix is too long.
    pub fn add_document(&self, problem: i64, document: DocumentSpec) -> Result<String, Refusal> {
        check_suffix(&document.suffix).map_err(Refusal)?;
        let visible_from = self.service.visible_from();
        let mut id = String::new();
        self.service.add_document(problem, |made| {
            let DocumentSpec { name, suffix, description, access_right, data } = document;
            let kind = None;
            let stored = StoredDocument {
                made,
                name,
                suffix,
                description,
                access_right,
                kind,
                personal_data: false,
                data,
                visible_from,
            };
            id = stored.id();
            Ok(stored)
        })?;
        Ok(id)
    }

    /// Sends a problem to a mailbox, of the caller or of somebody else. One that was solved is open again, with the supplier's
    /// status `-`.
    ///
    /// # Errors
    /// When there is no such problem.
    pub fn assign(&self, problem: i64, mailbox: &Mailbox) -> Result<(), Refusal> {
        Ok(self.service.assign(problem, mailbox)?)
    }

    /// Opens a problem again where it lies or lay; the supplier's status is then `-`.
    ///
    /// # Errors
    /// When there is no such problem.
    pub fn reopen(&self, problem: i64) -> Result<(), Refusal> {
        Ok(self.service.reopen(problem)?)
    }

    /// Takes a problem out of its mailbox. Callers still see it in the passive overview, and may read it.
    ///
    /// # Errors
    /// When there is no such problem.
    pub fn remove_from_mailbox(&self, problem: i64) -> Result<(), Refusal> {
        Ok(self.service.remove_from_mailbox(problem)?)
    }

    /// Sets what a caller may do with a problem; `None` for what follows from where it lies.
    ///
    /// # Errors
    /// When there is no such problem.
    pub fn set_rights(&self, problem: i64, rights: Option<&[Right]>) -> Result<(), Refusal> {
        self.service.store().problem_mut(Some(problem))?.rights = rights.map(<[Right]>::to_vec);
        Ok(())
    }

    /// A problem with everything that belongs to it; `None` if there is none of that number.
    #[must_use]
    pub fn problem(&self, number: i64) -> Option<ProblemSnapshot> {
        let store = self.service.store();
        store.problems.get(&number).map(|problem| snapshot::of(&self.service.contract, problem))
    }

    /// The bytes of a document; `None` if it is not there.
    #[must_use]
    pub fn document(&self, problem: i64, id: &str) -> Option<Bytes> {
        let store = self.service.store();
        let documents = &store.problems.get(&problem)?.documents;
        documents.iter().find(|document| document.id() == id).map(|document| document.data.clone())
    }

    /// The numbers of all problems.
    #[must_use]
    pub fn problems(&self) -> Vec<i64> {
        self.service.store().problems.keys().copied().collect()
    }

    /// The last thousand calls, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.service.journal.all()
    }

    /// How often each operation was called, among the last thousand calls. A request that could not be read counts for the
    /// empty name.
    #[must_use]
    pub fn request_counts(&self) -> BTreeMap<String, usize> {
        self.service.journal.counts()
    }

    /// Forgets the calls.
    pub fn forget_requests(&self) {
        self.service.journal.forget();
    }

    /// Orders a failure.
    pub fn add_fault(&self, fault: Fault) {
        self.service.faults.add(fault);
    }

    /// The failures still to come.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.service.faults.list()
    }

    /// Cancels all ordered failures.
    pub fn clear_faults(&self) {
        self.service.faults.clear();
    }

    /// Makes every answer take longer.
    pub fn set_latency(&self, latency: Duration) {
        self.service.set_latency(latency);
    }

    /// How long steps and documents that come from now on stay invisible.
    pub fn set_read_back_delay(&self, delay: Duration) {
        self.service.set_read_back_delay(delay);
    }
}
