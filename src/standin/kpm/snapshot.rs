//! All there is to know of a problem.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    contract::Contract,
    document::StoredDocument,
    field_json,
    mailbox::Mailbox,
    problem::Problem,
    process_step::{ProcessStep, StepKind, SupplierStatement},
    rights::{self, Right},
};

/// A problem with everything that belongs to it, also what callers do not see yet.
#[derive(Debug, Clone, Serialize)]
pub struct ProblemSnapshot {
    /// The number.
    pub number: i64,
    /// The fields of `DevelopmentProblem`: groups are objects, all else is text.
    pub fields: Value,
    /// Oldest first.
    pub steps: Vec<StepSnapshot>,
    /// Oldest first.
    pub documents: Vec<DocumentSnapshot>,
    /// The mailbox of the caller where it lies.
    pub mailbox: Option<Mailbox>,
    /// What the caller may do with it now.
    pub rights: Vec<Right>,
    /// Solved, and not assigned again: nothing can be changed.
    pub closed: bool,
}

/// A process step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepSnapshot {
    /// The id as lists tell it.
    pub id: String,
    /// The kind.
    pub kind: StepKind,
    /// User id of whoever made it.
    pub user: String,
    /// The text as it is kept.
    pub text: String,
    /// What a supplier's answer states.
    pub statement: Option<SupplierStatement>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentSnapshot {
    /// The id as lists tell it.
    pub id: String,
    /// Without suffix.
    pub name: String,
    /// Without dot.
    pub suffix: String,
    /// The description; empty for none.
    pub description: String,
    /// `0` for one that can be read.
    pub access_right: String,
    /// Number of bytes.
    pub size: usize,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
}

pub(super) fn of(contract: &Contract, problem: &Problem) -> ProblemSnapshot {
    ProblemSnapshot {
        number: problem.number,
        fields: field_json::to_json(contract, contract.fields("DevelopmentProblem"), &problem.fields),
        steps: problem.steps.iter().map(StepSnapshot::from).collect(),
        documents: problem.documents.iter().map(DocumentSnapshot::from).collect(),
        mailbox: problem.assigned.clone(),
        rights: rights::of(problem),
        closed: problem.closed,
    }
}

impl From<&ProcessStep> for StepSnapshot {
    fn from(step: &ProcessStep) -> Self {
        Self {
            id: step.id(),
            kind: step.kind,
            user: step.user.clone(),
            text: step.text.clone(),
            statement: step.statement.clone(),
        }
    }
}

impl From<&StoredDocument> for DocumentSnapshot {
    fn from(document: &StoredDocument) -> Self {
        Self {
            id: document.id(),
            name: document.name.clone(),
            suffix: document.suffix.clone(),
            description: document.description.clone(),
            access_right: document.access_right.clone(),
            size: document.data.len(),
            sha256: hex::encode(Sha256::digest(&document.data)),
        }
    }
}
