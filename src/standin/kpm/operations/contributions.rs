//! What a supplier says: notices, questions, answers.

use super::Done;
use crate::standin::kpm::{
    changes::NewStep,
    element::{self, Element},
    failure::Failure,
    problem::Problem,
    process_step::{StepKind, SupplierStatement},
    rights::{self, Right},
    service::Service,
    soap_request::Request,
    times,
};

/// The statuses that a supplier may send; `-`, which comes after a problem was opened again, is none of them.
const STATUSES: [&str; 7] = ["0", "1", "2", "3", "4", "5", "6"];

/// Adds a notice.
pub(super) fn notice(service: &Service, request: &Request) -> Result<Done, Failure> {
    add(service, request, Right::AddNotice, StepKind::Notice, "Notice")
}

/// Adds a question to the customer.
pub(super) fn question(service: &Service, request: &Request) -> Result<Done, Failure> {
    add(service, request, Right::AddSupplierQuestion, StepKind::SupplierQuestion, "SupplierQuestion")
}

/// Adds an answer, which sets the supplier's status. A version that is not sent again is lost; that the error number and the due
/// date are not is a guess.
pub(super) fn response(service: &Service, request: &Request) -> Result<Done, Failure> {
    let mut statement = {
        let store = service.store();
        let problem = store.problem(request.problem())?;
        rights::demand(problem, Right::AddSupplierResponse)?;
        current(problem)
    };
    let sent = request.group("SupplierResponse");
    let value = |name| element::text(sent, name).map(|text| text.trim_end().to_owned());
    statement.status = status(value("Status").unwrap_or_default())?;
    statement.version_ok = value("VersionOk");
    statement.error_number = value("ErrorNumber").or(statement.error_number);
    if let Some(date) = value("DueDate") {
        let due = times::due_date(&date, service.options.zone_offset_minutes);
        statement.due_date = Some(due.ok_or_else(|| Failure::Client(format!("DueDate is '{date}' instead of a date")))?);
    }
    let text = request.text("ResponseText").unwrap_or_default();
    let step = NewStep { kind: StepKind::SupplierResponse, user: request.user(), text, statement: Some(statement) };
    answer(service, request, step)
}

/// What the supplier stated last.
fn current(problem: &Problem) -> SupplierStatement {
    problem.steps.iter().rev().find_map(|step| step.statement.clone()).unwrap_or_default()
}

/// How the service answers to a status that is none is not known; here it is a fault.
fn status(sent: String) -> Result<String, Failure> {
    if STATUSES.contains(&sent.as_str()) {
        return Ok(sent);
    }
    Err(Failure::Client(format!("the Status '{sent}' of a SupplierResponse is none of {}", STATUSES.join(", "))))
}

fn add(service: &Service, request: &Request, right: Right, kind: StepKind, field: &str) -> Result<Done, Failure> {
    rights::demand(service.store().problem(request.problem())?, right)?;
    let text = request.text(field).unwrap_or_default();
    answer(service, request, NewStep { kind, user: request.user(), text, statement: None })
}

/// Adds the step, and tells its id in another form than lists do.
fn answer(service: &Service, request: &Request, step: NewStep) -> Result<Done, Failure> {
    let states = step.statement.is_some();
    let number = request.problem().ok_or_else(|| Failure::not_found("Problem"))?;
    let made = service.add_step(number, step)?;
    let store = service.store();
    let problem = store.problem(Some(number))?;
    let names = ["ProblemStatus", "EngineeringStatus", "SupplierStatus"];
    let told = names.iter().filter(|name| states || **name != "SupplierStatus");
    let mut payload: Vec<Element> = told.filter_map(|name| Some(Element::text(name, problem.text(name)?))).collect();
    payload.push(Element::text("ProcessStepId", times::blank_and_colons(&made)));
    Ok(payload.into())
}
