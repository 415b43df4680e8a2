//! `default_message`: one local message with the text of `message`, if no other rule adds any and the issue has none: some
//! trackers want at least one.

use super::{
    Access, Direction, Rule,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::section::Section,
    sync::{issue::Side, plan::RuleOutcome, requirements::ContentWrite},
};

#[derive(Debug)]
struct DefaultMessage {
    text: String,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(DefaultMessage { text: section.required_text("message")?.value }))
}

impl Rule for DefaultMessage {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.messages = true;
        access.contents.insert((Side::Local, ContentWrite::AddMessage));
        access
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let has_messages = evaluation.local().is_some_and(|issue| !issue.messages.is_empty());
        if has_messages || !evaluation.new_local_messages().is_empty() {
            return Verdict::unchanged("the issue has messages");
        }
        if let Some(refusal) = evaluation.refusal(Side::Local) {
            return Verdict::skipped(refusal);
        }
        evaluation.add_text(Side::Local, self.text.clone(), "");
        Verdict::new(RuleOutcome::Change, "the issue has no message yet")
    }
}
