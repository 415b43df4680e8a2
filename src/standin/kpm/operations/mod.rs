//! What the operations do. Each returns what follows the `ResponseMessage` of its answer, in the order of the contract.

mod contributions;
mod documents;
mod overview;
mod problems;
mod process_steps;

use super::{element::Element, failure::Failure, service::Service, soap_request::Request};

/// What an operation answers.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) payload: Vec<Element>,
    /// The code of a warning, where something of what was asked for could not be done.
    pub(super) warning: Option<&'static str>,
}

impl From<Vec<Element>> for Done {
    fn from(payload: Vec<Element>) -> Self {
        Self { payload, warning: None }
    }
}

/// Carries out a request.
pub(super) fn carry_out(service: &Service, request: &Request) -> Result<Done, Failure> {
    if !service.options.user_ids.iter().any(|user| user == request.user()) {
        // What the service says to a user it does not know nobody has seen.
        return Err(Failure::no_permission(&request.operation));
    }
    match request.operation.as_str() {
        "GetServiceInfo" => Ok(Done::default()),
        "GetMultipleProblemData" => overview::multiple_problem_data(service, request),
        "GetProblemActions" => problems::actions(service, request),
        "GetDevelopmentProblemData" => problems::data(service, request),
        "CreateDevelopmentProblem" => problems::create(service, request),
        "GetProcessStepList" => process_steps::list(service, request),
        "GetProcessSteps" => process_steps::some(service, request),
        "GetProcessStep" => process_steps::one(service, request),
        "GetDocumentList" => documents::list(service, request),
        "GetDocument" => documents::one(service, request),
        "AddDocument" => documents::add(service, request),
        "AddNotice" => contributions::notice(service, request),
        "AddSupplierQuestion" => contributions::question(service, request),
        "AddSupplierResponse" => contributions::response(service, request),
        other => Err(Failure::Client(format!("the operation {other} is not implemented"))),
    }
}
