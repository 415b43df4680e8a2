//! Problems themselves: what may be done with one, its fields, a new one.

use super::Done;
use crate::standin::kpm::{
    changes::NewStep,
    element::{self, Element},
    failure::Failure,
    mailbox::Mailbox,
    process_step::StepKind,
    rights::{self, Right},
    service::Service,
    soap_request::Request,
};

/// The actions that the caller may take. An empty list for a problem that is none of theirs is a guess.
pub(super) fn actions(service: &Service, request: &Request) -> Result<Done, Failure> {
    let store = service.store();
    let problem = store.problem(request.problem())?;
    let actions = rights::of(problem).into_iter().map(|right| Element::text("Action", right.name()));
    Ok(actions.collect::<Vec<_>>().into())
}

/// All fields of a problem.
pub(super) fn data(service: &Service, request: &Request) -> Result<Done, Failure> {
    let store = service.store();
    let problem = store.problem(request.problem())?;
    rights::demand(problem, Right::GetDevelopmentProblemData)?;
    Ok(vec![Element::group("DevelopmentProblem", problem.fields.clone())].into())
}

/// Makes a problem. It lies in no mailbox of the caller, who sees it among those they took part in. What is made twice is there
/// twice: nobody compares `ExternalProblemNumber`.
///
/// Guesses: number and times in the request are overwritten, a creator's address must be one of the caller's, an analysis
/// becomes a process step.
pub(super) fn create(service: &Service, request: &Request) -> Result<Done, Failure> {
    let fields = request.group("DevelopmentProblem");
    let home = home(service, fields)?;
    let number = service.create(fields.to_vec(), request.user(), |problem| {
        if element::find(&problem.fields, "Creator").is_none() {
            let mut creator = home.contractor();
            "Creator".clone_into(&mut creator.name);
            problem.put(&service.contract, creator);
        }
        problem.took_part.insert(home);
        problem.made_by_caller = true;
    });
    if let Some(text) = request.text("Analysis").filter(|text| !text.trim().is_empty()) {
        let step = NewStep { kind: StepKind::AnalysisClosed, user: request.user(), text, statement: None };
        service.add_step(number, step)?;
    }
    Ok(vec![Element::text("ProblemNumber", number.to_string())].into())
}

fn home(service: &Service, fields: &[Element]) -> Result<Mailbox, Failure> {
    let creator = element::find(fields, "Creator").map(Element::elements).unwrap_or_default();
    if let Some(address) = element::find(creator, "Address") {
        let mailbox = Mailbox::of_address(address.elements());
        return if service.is_ours(&mailbox) { Ok(mailbox) } else { Err(Failure::foreign_address()) };
    }
    service.options.mailboxes.first().cloned().ok_or_else(Failure::foreign_address)
}
