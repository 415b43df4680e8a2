//! `message`: a remote *field* becomes a new local message under a `headline` each time its content changes, for trackers that
//! hold a conversation in fields.

use super::{
    Access, Direction, Rule,
    common::required_remote_name,
    copies::Copies,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::section::Section,
    sync::{
        issue::{CopyKind, Message, Side},
        plan::RuleOutcome,
        requirements::ContentWrite,
        value::{is_unset, same_text, to_text},
    },
};

#[derive(Debug)]
struct FieldMessage {
    remote: String,
    headline: String,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let (remote, headline) = (required_remote_name(section), section.required_text("headline"));
    Some(Box::new(FieldMessage { remote: remote?, headline: headline?.value }))
}

impl Rule for FieldMessage {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.messages = true;
        access.contents.insert((Side::Local, ContentWrite::AddMessage));
        access.remote.paths.insert(self.remote.clone());
        access
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let field = evaluation.value(Side::Remote, &self.remote);
        if is_unset(&field) {
            return Verdict::unchanged(format!("remote {} is unset", self.remote));
        }
        let content = to_text(&field, "\n");
        if self.last_content(evaluation).is_some_and(|last| same_text(last, &content)) {
            return Verdict::unchanged(format!("the last message \"{}\" holds this content", self.headline));
        }
        if let Some(refusal) = evaluation.refusal(Side::Local) {
            return Verdict::skipped(refusal);
        }
        evaluation.add_text(Side::Local, format!("{}\n{content}", self.headline), "");
        Verdict::new(RuleOutcome::Change, format!("remote {} has new content", self.remote))
    }
}

impl FieldMessage {
    fn last_content<'a>(&self, evaluation: &Evaluation<'a>) -> Option<&'a str> {
        let under_headline = |text: &'a str| {
            let rest = text.trim_start().strip_prefix(self.headline.as_str())?;
            rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))
        };
        // What somebody wrote on the remote side may begin like one of ours.
        let copies = Copies::of(evaluation.base());
        let ours = |message: &&Message| !copies.repeat(CopyKind::Message, Side::Local, &message.id);
        evaluation.local()?.messages.iter().rev().filter(ours).find_map(|message| under_headline(&message.text))
    }
}
