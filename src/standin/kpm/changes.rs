//! Changes of problems, whoever asks for them: a caller of the service, or those who play KPM itself.

use jiff::Zoned;

use super::{
    document::StoredDocument,
    element::Element,
    failure::Failure,
    mailbox::Mailbox,
    problem::{Problem, REOPENED, SOLVED, stored},
    process_step::{ProcessStep, StepKind, SupplierStatement},
    service::Service,
    stored_text::kept,
};

/// A step to be added.
pub(super) struct NewStep<'a> {
    pub(super) kind: StepKind,
    pub(super) user: &'a str,
    pub(super) text: &'a str,
    pub(super) statement: Option<SupplierStatement>,
}

impl Service {
    /// Makes a problem, which begins with the step `erfasst`, and returns its number.
    pub(super) fn create(&self, fields: Vec<Element>, user: &str, finish: impl FnOnce(&mut Problem)) -> i64 {
        let mut store = self.store();
        let number = store.next_number();
        let at = store.clock.now();
        let mut problem = Problem::new(number, fields, &self.contract, &at);
        problem.steps.push(ProcessStep {
            visible_from: at.timestamp(),
            made: at,
            kind: StepKind::Recorded,
            user: user.to_owned(),
            text: String::new(),
            statement: None,
        });
        finish(&mut problem);
        store.problems.insert(number, problem);
        number
    }

    /// Sets fields, and takes others away.
    pub(super) fn change(&self, number: i64, fields: Vec<Element>, removed: &[String]) -> Result<(), Failure> {
        let mut store = self.store();
        let at = store.clock.now();
        let problem = store.problem_mut(Some(number))?;
        for field in stored(fields) {
            problem.put(&self.contract, field);
        }
        problem.fields.retain(|field| !removed.contains(&field.name));
        problem.touch_fields(&self.contract, &at);
        Ok(())
    }

    /// Adds a step, and returns when that was.
    pub(super) fn add_step(&self, number: i64, step: NewStep) -> Result<Zoned, Failure> {
        let visible_from = self.visible_from();
        let mut store = self.store();
        let at = store.clock.now();
        let problem = store.problem_mut(Some(number))?;
        if let Some(statement) = &step.statement {
            problem.set(&self.contract, "SupplierStatus", &statement.status);
            problem.closed = statement.status == SOLVED;
        }
        problem.steps.push(ProcessStep {
            made: at.clone(),
            kind: step.kind,
            user: step.user.to_owned(),
            text: kept(step.text),
            statement: step.statement,
            visible_from,
        });
        problem.touch_told(&self.contract, &at);
        Ok(at)
    }

    /// Adds a document, and returns its reference.
    pub(super) fn add_document(
        &self,
        number: i64,
        make: impl FnOnce(Zoned) -> Result<StoredDocument, Failure>,
    ) -> Result<Vec<Element>, Failure> {
        let mut store = self.store();
        let at = store.clock.now();
        let problem = store.problem_mut(Some(number))?;
        let document = make(at.clone())?;
        let reference = document.reference();
        problem.documents.push(document);
        problem.touch_told(&self.contract, &at);
        Ok(reference)
    }

    /// Sends a problem to a mailbox. One that was solved is thereby open again.
    pub(super) fn assign(&self, number: i64, mailbox: &Mailbox) -> Result<(), Failure> {
        self.forward(number, mailbox, false)
    }

    /// Opens a problem again, in the mailbox where it lies or lay.
    pub(super) fn reopen(&self, number: i64) -> Result<(), Failure> {
        let mailbox = {
            let store = self.store();
            let problem = store.problem(Some(number))?;
            let known = problem.assigned.as_ref().or_else(|| problem.took_part.first());
            known.or_else(|| self.options.mailboxes.first()).cloned()
        };
        self.forward(number, &mailbox.unwrap_or_else(|| Mailbox::new("", "")), true)
    }

    fn forward(&self, number: i64, mailbox: &Mailbox, reopened: bool) -> Result<(), Failure> {
        let visible_from = self.visible_from();
        let mut store = self.store();
        let (sent, changed) = (store.clock.now(), store.clock.now());
        let problem = store.problem_mut(Some(number))?;
        problem.order_from(&self.contract, mailbox);
        problem.set(&self.contract, "ActiveRole", "L");
        problem.set(&self.contract, "EngineeringStatus", "2");
        if reopened || problem.closed {
            problem.set(&self.contract, "SupplierStatus", REOPENED);
        }
        problem.closed = false;
        problem.assigned = self.is_ours(mailbox).then(|| mailbox.clone());
        problem.took_part.extend(problem.assigned.clone());
        problem.steps.push(ProcessStep {
            made: sent,
            kind: StepKind::ForwardedToSupplier,
            user: "kpm".to_owned(),
            text: String::new(),
            statement: None,
            visible_from,
        });
        problem.touch_fields(&self.contract, &changed);
        Ok(())
    }

    /// Takes a problem out of the mailbox where it lies; its users still see it among those they took part in.
    pub(super) fn remove_from_mailbox(&self, number: i64) -> Result<(), Failure> {
        let mut store = self.store();
        let at = store.clock.now();
        let problem = store.problem_mut(Some(number))?;
        problem.assigned = None;
        problem.set(&self.contract, "ActiveRole", "K");
        problem.touch_fields(&self.contract, &at);
        Ok(())
    }
}
