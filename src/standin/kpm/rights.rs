//! What the caller may do with a problem: the list of actions.

use serde::{Deserialize, Serialize};

use super::{failure::Failure, problem::Problem};

/// An action that a caller may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Right {
    /// Read the problem.
    GetDevelopmentProblemData,
    /// List its process steps.
    GetProcessStepList,
    /// Read its process steps.
    GetProcessSteps,
    /// List its documents.
    GetDocumentList,
    /// Read a document whose access right is `0`.
    GetDocument,
    /// Attach a document.
    AddDocument,
    /// Write a notice.
    AddNotice,
    /// Ask as the supplier.
    AddSupplierQuestion,
    /// Answer as the supplier.
    AddSupplierResponse,
}

use Right::{
    AddDocument, AddNotice, AddSupplierQuestion, AddSupplierResponse, GetDevelopmentProblemData, GetDocument, GetDocumentList,
    GetProcessStepList, GetProcessSteps,
};

impl Right {
    /// All of them.
    pub const ALL: [Self; 9] = [
        GetDevelopmentProblemData,
        GetProcessStepList,
        GetProcessSteps,
        GetDocumentList,
        GetDocument,
        AddDocument,
        AddNotice,
        AddSupplierQuestion,
        AddSupplierResponse,
    ];
    /// Those that change nothing.
    pub const READ: [Self; 5] = [GetDevelopmentProblemData, GetProcessStepList, GetProcessSteps, GetDocumentList, GetDocument];

    /// The name on the wire: `ADD_NOTICE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            GetDevelopmentProblemData => "GET_DEVELOPMENT_PROBLEM_DATA",
            GetProcessStepList => "GET_PROCESS_STEP_LIST",
            GetProcessSteps => "GET_PROCESS_STEPS",
            GetDocumentList => "GET_DOCUMENT_LIST",
            GetDocument => "GET_DOCUMENT",
            AddDocument => "ADD_DOCUMENT",
            AddNotice => "ADD_NOTICE",
            AddSupplierQuestion => "ADD_SUPPLIER_QUESTION",
            AddSupplierResponse => "ADD_SUPPLIER_RESPONSE",
        }
    }

    fn changes(self) -> bool {
        !Self::READ.contains(&self)
    }
}

/// What may be done with a problem.
///
/// Unless it is set otherwise: everything while the problem lies in a mailbox of the caller, reading where they only took part,
/// and for a problem that they made themselves also notices and documents; that the service grants just these is a guess. Once
/// the supplier's status is 5, nothing can be changed until the problem is assigned again.
pub(super) fn of(problem: &Problem) -> Vec<Right> {
    let given = match &problem.rights {
        Some(set) => set.clone(),
        None if problem.assigned.is_some() => Right::ALL.to_vec(),
        None if problem.made_by_caller => [Right::READ.as_slice(), &[AddDocument, AddNotice]].concat(),
        None if !problem.took_part.is_empty() => Right::READ.to_vec(),
        None => Vec::new(),
    };
    given.into_iter().filter(|right| !(problem.closed && right.changes())).collect()
}

/// Refuses what the caller may not do.
pub(super) fn demand(problem: &Problem, right: Right) -> Result<(), Failure> {
    let rights = of(problem);
    if rights.contains(&right) {
        return Ok(());
    }
    let blind = !rights.iter().any(|right| !right.changes());
    Err(if blind || right == GetDevelopmentProblemData {
        Failure::not_readable()
    } else {
        Failure::no_permission(right.name())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_json_is_the_name_on_the_wire() {
        for right in Right::ALL {
            assert_eq!(serde_json::to_value(right).unwrap(), right.name());
        }
    }
}
