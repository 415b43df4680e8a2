//! Documents of a problem.

use super::Done;
use crate::standin::kpm::{
    document::{READABLE, StoredDocument},
    element::Element,
    failure::Failure,
    rights::{self, Right},
    service::Service,
    soap_request::Request,
};

/// All documents without their bytes.
pub(super) fn list(service: &Service, request: &Request) -> Result<Done, Failure> {
    let store = service.store();
    let problem = store.problem(request.problem())?;
    rights::demand(problem, Right::GetDocumentList)?;
    let references = problem.visible_documents().map(|document| Element::group("DocumentReference", document.reference()));
    Ok(references.collect::<Vec<_>>().into())
}

/// One document with its bytes.
pub(super) fn one(service: &Service, request: &Request) -> Result<Done, Failure> {
    let store = service.store();
    let problem = store.problem(request.problem())?;
    rights::demand(problem, Right::GetDocument)?;
    let id = request.text("DocumentId").unwrap_or_default();
    let document = problem.visible_documents().find(|document| document.id() == id);
    let document = document.ok_or_else(|| Failure::not_found("Document"))?;
    if document.access_right != READABLE {
        return Err(Failure::no_permission(Right::GetDocument.name()));
    }
    Ok(vec![Element::group("Document", document.whole())].into())
}

/// Attaches a document.
pub(super) fn add(service: &Service, request: &Request) -> Result<Done, Failure> {
    let number = {
        let store = service.store();
        let problem = store.problem(request.problem())?;
        rights::demand(problem, Right::AddDocument)?;
        problem.number
    };
    let (visible_from, limit) = (service.visible_from(), service.options.document_limit);
    let make = |at| StoredDocument::of_request(request.group("Document"), at, visible_from, limit);
    let reference = service.add_document(number, make)?;
    Ok(vec![Element::group("DocumentReference", reference)].into())
}
