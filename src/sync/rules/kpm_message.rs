//! `kpm_message`: process steps of one type (`kpm_process_step`, by default `Aussage`) become local comments, with `local_prefix`
//! before their text. With `prefix`, local comments that begin with it, and that did not come from KPM, are sent as a step of that
//! type, without the prefix.
//!
//! Only steps of the types `Aussage` and `Rückfrage` can be sent.

use super::{
    Access, Direction, Rule,
    copies::Copies,
    evaluation::{Evaluation, Verdict},
    messages::{Crossing, without_prefix},
};
use crate::{
    config::{diagnostic::Diagnostic, section::Section},
    sync::{
        issue::{CopyKind, Message, Side},
        requirements::ContentWrite,
    },
};

const DEFAULT_STEP: &str = "Aussage";
const SENDABLE: [&str; 2] = ["Aussage", "Rückfrage"];

#[derive(Debug)]
struct KpmMessage {
    step: String,
    local_prefix: String,
    prefix: Option<String>,
}

#[allow(clippy::unnecessary_wraps, reason = "all kinds compile alike")]
pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let step = section.text("kpm_process_step").map_or_else(|| DEFAULT_STEP.to_owned(), |text| text.value);
    let prefix = section.text("prefix");
    if let Some(prefix) = prefix.as_ref().filter(|_| !SENDABLE.contains(&step.as_str())) {
        let message = format!("steps of the type \"{step}\" cannot be sent, so `prefix` means nothing here");
        let hint = format!("types that can be sent: {}", SENDABLE.join(", "));
        section.findings.add(Diagnostic::error("rules::value", message, prefix.place.clone()).hint(hint));
    }
    let local_prefix = section.text("local_prefix").map(|text| text.value).unwrap_or_default();
    Some(Box::new(KpmMessage { step, local_prefix, prefix: prefix.map(|text| text.value) }))
}

impl Rule for KpmMessage {
    fn access(&self) -> Access {
        let sends = self.prefix.is_some().then_some((Side::Remote, ContentWrite::AddMessage));
        Access::to_messages([(Side::Local, ContentWrite::AddMessage)].into_iter().chain(sends))
    }

    fn direction(&self) -> Direction {
        Direction::Both
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let mut crossing = Crossing::default();
        crossing.to(Side::Local, "step(s)", self.new_steps(evaluation), evaluation, |evaluation, step| {
            let text = format!("{}{}", self.local_prefix, step.text);
            evaluation.copy_to_local(step, step.id.clone(), text);
        });
        crossing.to(Side::Remote, "comment(s)", self.new_comments(evaluation), evaluation, |evaluation, (id, text)| {
            evaluation.add_text_of_kind(Side::Remote, text, id, Some(&self.step));
        });
        crossing.verdict("all steps and comments are known")
    }
}

impl KpmMessage {
    fn new_steps<'a>(&self, evaluation: &Evaluation<'a>) -> Vec<&'a Message> {
        let copies = Copies::of(evaluation.base());
        let of_type = evaluation.remote().messages.iter().filter(|step| step.kind.as_deref() == Some(self.step.as_str()));
        of_type.filter(|step| !copies.know(CopyKind::Message, Side::Remote, &step.id)).collect()
    }

    fn new_comments<'a>(&self, evaluation: &Evaluation<'a>) -> Vec<(&'a str, String)> {
        let (copies, Some(prefix)) = (Copies::of(evaluation.base()), &self.prefix) else { return Vec::new() };
        let new = |message: &&Message| !copies.know(CopyKind::Message, Side::Local, &message.id);
        let comments = evaluation.local_messages().iter().filter(new);
        comments.filter_map(|message| Some((message.id.as_str(), without_prefix(&message.text, prefix)?))).collect()
    }
}
