//! `pfiff_messages`: local comments that begin with `prefix` (which is required) are the annotations of our answer, without the
//! prefix. A comment that was edited replaces its annotation; that of one that was deleted or lost the prefix is taken away.

use std::collections::{HashMap, HashSet};

use super::{
    Access, Direction, Rule,
    copies::Copies,
    evaluation::{Evaluation, Verdict},
    messages::without_prefix,
};
use crate::{
    config::section::Section,
    sync::{
        issue::{CopyKind, Message, Side},
        plan::RuleOutcome,
        requirements::ContentWrite,
        value::same_text,
    },
};

#[derive(Debug)]
struct PfiffMessages {
    prefix: String,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    Some(Box::new(PfiffMessages { prefix: section.required_text("prefix")?.value }))
}

impl Rule for PfiffMessages {
    fn access(&self) -> Access {
        let contents = [ContentWrite::AddMessage, ContentWrite::EditMessage, ContentWrite::RemoveMessage];
        Access::to_messages(contents.map(|content| (Side::Remote, content)))
    }

    fn direction(&self) -> Direction {
        Direction::ToRemote
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        if !evaluation.local_exists() {
            return Verdict::skipped("the local issue does not exist yet");
        }
        let copies = Copies::of(evaluation.base());
        let annotations: HashMap<&str, &Message> =
            evaluation.remote().messages.iter().map(|message| (message.id.as_str(), message)).collect();
        let (mut added, mut replaced, mut removed, mut kept) = (0, 0, 0, HashSet::new());
        for message in evaluation.local_messages() {
            let Some(text) = without_prefix(&message.text, &self.prefix) else { continue };
            match annotation_of(&copies, &annotations, &message.id) {
                None => {
                    let source = copies.next_source(CopyKind::Message, Side::Local, &message.id);
                    evaluation.copy_to_remote(message, source, text);
                    added += 1;
                }
                Some(annotation) => {
                    kept.insert(annotation.id.as_str());
                    if !same_text(&annotation.text, &text) {
                        evaluation.edit_message(Side::Remote, &annotation.id, text, message);
                        replaced += 1;
                    }
                }
            }
        }
        for annotation in &evaluation.remote().messages {
            let ours = copies.hold(CopyKind::Message, Side::Remote, &annotation.id);
            if ours && !kept.contains(annotation.id.as_str()) {
                evaluation.remove_message(Side::Remote, &annotation.id);
                removed += 1;
            }
        }
        if added + replaced + removed == 0 {
            return Verdict::unchanged("the annotations are those of the comments");
        }
        Verdict::new(RuleOutcome::Change, format!("annotations: {added} added, {replaced} replaced, {removed} taken away"))
    }
}

/// The annotation that stands for a local comment: the newest copy of it that is still there.
fn annotation_of<'a>(copies: &Copies<'_>, annotations: &HashMap<&str, &'a Message>, comment: &str) -> Option<&'a Message> {
    let newest_first = copies.of_item(CopyKind::Message, Side::Local, comment).iter().rev();
    newest_first.into_iter().find_map(|copied| annotations.get(copied.copy.as_str()).copied())
}
