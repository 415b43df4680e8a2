//! A problem as it is kept, with everything that belongs to it.

use std::collections::BTreeSet;

use jiff::{Timestamp, Zoned};

use super::{
    contract::{Contract, Field},
    document::StoredDocument,
    element::{self, Content, Element},
    mailbox::Mailbox,
    process_step::ProcessStep,
    rights::Right,
    stored_text::{kept, padded},
    times,
};

/// The supplier's status after which nothing can be changed.
pub(super) const SOLVED: &str = "5";
/// The supplier's status after KPM has opened a problem again.
pub(super) const REOPENED: &str = "-";
/// Fields of fixed width and that width. Seen were `Rating` and `PreNumber`; the widths of the others are guesses.
const WIDTHS: [(&str, usize); 4] = [("Rating", 2), ("PreNumber", 4), ("Index", 2), ("Charge", 3)];

/// A problem.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) number: i64,
    /// The fields of `DevelopmentProblem`, in the order of the contract.
    pub(super) fields: Vec<Element>,
    /// Oldest first.
    pub(super) steps: Vec<ProcessStep>,
    pub(super) documents: Vec<StoredDocument>,
    /// When a field was changed last.
    pub(super) fields_changed: Timestamp,
    /// When a step or a document came last.
    pub(super) told: Timestamp,
    /// The mailbox of the caller where it lies.
    pub(super) assigned: Option<Mailbox>,
    /// The mailboxes of the caller where it lay once, or that made it.
    pub(super) took_part: BTreeSet<Mailbox>,
    pub(super) made_by_caller: bool,
    /// What the caller may do, where that is set and does not follow from the mailbox.
    pub(super) rights: Option<Vec<Right>>,
    /// Solved, and not assigned again.
    pub(super) closed: bool,
}

impl Problem {
    /// A new problem with these fields.
    pub(super) fn new(number: i64, fields: Vec<Element>, contract: &Contract, at: &Zoned) -> Self {
        let mut problem = Self {
            number,
            fields: stored(fields),
            steps: Vec::new(),
            documents: Vec::new(),
            fields_changed: at.timestamp(),
            told: Timestamp::UNIX_EPOCH,
            assigned: None,
            took_part: BTreeSet::new(),
            made_by_caller: false,
            rights: None,
            closed: false,
        };
        problem.set(contract, "ProblemNumber", &number.to_string());
        problem.set(contract, "LastChangeTimestamp", &times::stamp(at));
        let given = [("ProblemDate", times::day(at)), ("ProblemStatus", "1".to_owned()), ("EngineeringStatus", "1".to_owned())];
        for (name, value) in given {
            if problem.text(name).is_none() {
                problem.set(contract, name, &value);
            }
        }
        problem
    }

    /// A field's text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        element::text(&self.fields, name)
    }

    /// Sets a field to a text.
    pub(super) fn set(&mut self, contract: &Contract, name: &str, text: &str) {
        self.put(contract, Element::text(name, text));
    }

    /// Sets a field.
    pub(super) fn put(&mut self, contract: &Contract, element: Element) {
        put(&mut self.fields, contract.fields("DevelopmentProblem"), element);
    }

    /// The supplier's order lies in a mailbox now.
    pub(super) fn order_from(&mut self, contract: &Contract, mailbox: &Mailbox) {
        let mut order = element::find(&self.fields, "Supplier").map(|order| order.elements().to_vec()).unwrap_or_default();
        put(&mut order, contract.fields("Order"), mailbox.contractor());
        self.put(contract, Element::group("Supplier", order));
    }

    /// Notes a change of the fields.
    pub(super) fn touch_fields(&mut self, contract: &Contract, at: &Zoned) {
        self.fields_changed = at.timestamp();
        self.set(contract, "LastChangeTimestamp", &times::stamp(at));
    }

    /// Notes a new step or document.
    pub(super) fn touch_told(&mut self, contract: &Contract, at: &Zoned) {
        self.told = at.timestamp();
        self.set(contract, "LastChangeTimestamp", &times::stamp(at));
    }

    /// When anything was changed last.
    pub(super) fn changed(&self) -> Timestamp {
        self.fields_changed.max(self.told)
    }

    /// The steps that can be seen, newest first.
    pub(super) fn visible_steps(&self) -> impl Iterator<Item = &ProcessStep> {
        self.steps.iter().rev().filter(|step| step.is_visible())
    }

    /// The documents that can be seen, oldest first.
    pub(super) fn visible_documents(&self) -> impl Iterator<Item = &StoredDocument> {
        self.documents.iter().filter(|document| document.is_visible())
    }
}

/// Puts an element in its place, instead of one of the same name.
fn put(elements: &mut Vec<Element>, order: &[Field], element: Element) {
    elements.retain(|present| present.name != element.name);
    elements.push(element);
    elements.sort_by_key(|element| order.iter().position(|field| field.name == element.name));
}

/// Fields as they are kept: texts without what gets lost, values of fixed width filled up.
pub(super) fn stored(fields: Vec<Element>) -> Vec<Element> {
    fields.into_iter().map(stored_element).collect()
}

fn stored_element(mut element: Element) -> Element {
    let width = WIDTHS.iter().find(|(name, _)| *name == element.name).map(|(_, width)| *width);
    element.content = match element.content {
        Content::Text(text) => Content::Text(width.map_or_else(|| kept(&text), |width| padded(&kept(&text), width))),
        Content::Elements(elements) => Content::Elements(stored(elements)),
        binary @ Content::Binary(_) => binary,
    };
    element
}
