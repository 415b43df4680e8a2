//! The overview of a mailbox.

use jiff::Timestamp;

use super::Done;
use crate::standin::kpm::{
    element::Element, failure::Failure, mailbox::Mailbox, problem::Problem, service::Service, soap_request::Request, times,
};

/// The problems that lie in a mailbox (active) and those that its users took part in (passive), changed since a point in time.
///
/// Guesses: without an address all mailboxes of the caller are meant; a list that is not asked for is not given; a problem that
/// was changed at that very point is given; `P` stands for changed fields and `I` for new steps or documents.
pub(super) fn multiple_problem_data(service: &Service, request: &Request) -> Result<Done, Failure> {
    let since = since(service, request)?;
    let mailboxes = mailboxes(service, request)?;
    let (active, passive) = (request.flag("ActiveOverview"), request.flag("PassiveOverview"));
    let wanted = |problem: &&Problem| {
        let here = problem.assigned.as_ref().is_some_and(|mailbox| mailboxes.contains(mailbox));
        let was_here = problem.assigned.is_none() && problem.took_part.iter().any(|mailbox| mailboxes.contains(mailbox));
        problem.changed() >= since && (active && here || passive && was_here)
    };
    let store = service.store();
    let references = store.problems.values().filter(wanted).map(|problem| reference(problem, since));
    Ok(references.collect::<Vec<_>>().into())
}

fn since(service: &Service, request: &Request) -> Result<Timestamp, Failure> {
    let Some(text) = request.text("LastChangeTimestamp") else { return Ok(Timestamp::MIN) };
    times::asked_since(text, service.options.zone_offset_minutes).ok_or_else(|| {
        Failure::Client(format!("LastChangeTimestamp is '{text}' instead of a time as in 2022-05-01 15:00:00.0"))
    })
}

fn mailboxes(service: &Service, request: &Request) -> Result<Vec<Mailbox>, Failure> {
    let address = request.group("OverviewAddress");
    if address.is_empty() {
        return Ok(service.options.mailboxes.clone());
    }
    let mailbox = Mailbox::of_address(address);
    if service.is_ours(&mailbox) { Ok(vec![mailbox]) } else { Err(Failure::foreign_address()) }
}

fn reference(problem: &Problem, since: Timestamp) -> Element {
    let changed = problem.text("LastChangeTimestamp").unwrap_or_default();
    let kinds = [("P", problem.fields_changed), ("I", problem.told)];
    let kinds = kinds.iter().filter(|(_, at)| *at >= since && *at > Timestamp::UNIX_EPOCH);
    let kinds = kinds.map(|(kind, _)| Element::text("MessageType", *kind)).collect();
    Element::group(
        "ProblemReference",
        vec![
            Element::text("ProblemNumber", problem.number.to_string()),
            Element::text("LastChangeTimestamp", changed),
            Element::group("MessageTypeList", kinds),
        ],
    )
}
