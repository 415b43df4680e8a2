//! `messages`: messages of the remote issue become local messages; with `keyword`, local messages that carry it go to the remote
//! side; with `prefix`, those whose text begins with it (for trackers that have no keywords; the prefix is removed).
//!
//! A message is known by the copy that we recorded, else by date and content.

use super::{
    Access, Rule,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::section::Section,
    sync::{
        issue::{CopyKind, Message, Side},
        plan::RuleOutcome,
        value::same_text,
    },
};

#[derive(Debug)]
struct Messages {
    keyword: Option<String>,
    prefix: Option<String>,
}

#[allow(clippy::unnecessary_wraps, reason = "all kinds compile alike")]
pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(Messages {
        keyword: section.text("keyword").map(|text| text.value),
        prefix: section.text("prefix").map(|text| text.value),
    }))
}

impl Rule for Messages {
    fn access(&self) -> Access {
        let mut access = Access::default();
        access.local.messages = true;
        access.remote.messages = true;
        access
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let to_local = missing_locally(evaluation);
        let to_remote = self.missing_remotely(evaluation);
        let mut told = Vec::new();
        if !to_local.is_empty() {
            if let Some(refusal) = evaluation.refusal(Side::Local) {
                told.push(refusal.to_owned());
            } else {
                told.push(format!("{} new remote message(s) to the local side", to_local.len()));
                for message in to_local {
                    evaluation.copy_to_local(message);
                }
            }
        }
        if !to_remote.is_empty() {
            if let Some(refusal) = evaluation.refusal(Side::Remote) {
                told.push(refusal.to_owned());
            } else {
                told.push(format!("{} local message(s) to the remote side", to_remote.len()));
                for (id, text) in to_remote {
                    evaluation.add_text(Side::Remote, text, id);
                }
            }
        }
        if told.is_empty() {
            return Verdict::unchanged("all messages are known");
        }
        Verdict::new(RuleOutcome::Change, told.join("; "))
    }
}

impl Messages {
    fn missing_remotely<'a>(&self, evaluation: &Evaluation<'a>) -> Vec<(&'a str, String)> {
        let Some(local) = evaluation.local() else { return Vec::new() };
        let base = evaluation.base();
        local
            .messages
            .iter()
            .filter(|message| !base.knows(CopyKind::Message, Side::Local, &message.id))
            .filter(|message| !evaluation.remote().messages.iter().any(|other| same_message(other, message)))
            .filter_map(|message| self.outgoing_text(message).map(|text| (message.id.as_str(), text)))
            .collect()
    }

    fn outgoing_text(&self, message: &Message) -> Option<String> {
        if self.keyword.as_ref().is_some_and(|keyword| message.keywords.contains(keyword)) {
            return Some(message.text.clone());
        }
        let rest = message.text.trim_start().strip_prefix(self.prefix.as_deref()?)?;
        Some(rest.trim_start().to_owned())
    }
}

fn missing_locally<'a>(evaluation: &Evaluation<'a>) -> Vec<&'a Message> {
    let base = evaluation.base();
    let local: &[Message] = evaluation.local().map_or(&[], |issue| &issue.messages);
    evaluation
        .remote()
        .messages
        .iter()
        .filter(|message| !base.knows(CopyKind::Message, Side::Remote, &message.id))
        .filter(|message| !local.iter().any(|other| same_message(other, message)))
        .collect()
}

/// Trackers keep different fractions of a second, so dates are compared by the second. A local copy may carry the author's name
/// above the text, so the end of the text is compared.
fn same_message(one: &Message, other: &Message) -> bool {
    one.date.as_second() == other.date.as_second()
        && (same_text(&one.text, &other.text)
            || one.text.trim_end().ends_with(other.text.trim()) && !other.text.trim().is_empty())
}
