//! Reading process steps.

use super::Done;
use crate::standin::kpm::{
    element::{Content, Element},
    failure::Failure,
    process_step::ProcessStep,
    rights::{self, Right},
    service::Service,
    soap_request::Request,
};

/// What some of the steps asked for are missing is told with.
const NOT_ALL: &str = "WARN_001";

/// All steps without their texts, newest first.
pub(super) fn list(service: &Service, request: &Request) -> Result<Done, Failure> {
    let store = service.store();
    let problem = store.problem(request.problem())?;
    rights::demand(problem, Right::GetProcessStepList)?;
    let items = problem.visible_steps().map(|step| Element::group("ProcessStepItem", step.item(problem.number)));
    Ok(items.collect::<Vec<_>>().into())
}

/// The steps asked for, newest first; all, where none is asked for. That one which is not there leads to a warning is a guess.
pub(super) fn some(service: &Service, request: &Request) -> Result<Done, Failure> {
    let store = service.store();
    let problem = store.problem(request.problem())?;
    rights::demand(problem, Right::GetProcessSteps)?;
    let ids: Vec<&Content> = request.fields.iter().filter(|f| f.name == "ProcessStepId").map(|f| &f.content).collect();
    let wanted = |step: &&ProcessStep| ids.is_empty() || ids.contains(&&Content::Text(step.id()));
    let steps = problem.visible_steps().filter(wanted).map(|step| whole(problem.number, step));
    let payload: Vec<Element> = steps.collect();
    let warning = (payload.len() < ids.len()).then_some(NOT_ALL);
    Ok(Done { payload, warning })
}

/// One step, by its id in the form in which lists tell it.
pub(super) fn one(service: &Service, request: &Request) -> Result<Done, Failure> {
    let store = service.store();
    let problem = store.problem(request.problem())?;
    rights::demand(problem, Right::GetProcessSteps)?;
    let id = request.text("ProcessStepId").unwrap_or_default();
    let step = problem.visible_steps().find(|step| step.id() == id).ok_or_else(|| Failure::not_found("Process step"))?;
    Ok(vec![whole(problem.number, step)].into())
}

fn whole(problem: i64, step: &ProcessStep) -> Element {
    Element::group("ProcessStep", step.whole(problem))
}
