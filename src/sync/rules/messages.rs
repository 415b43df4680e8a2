//! `messages`: messages of the remote issue become local messages; with `keyword`, local messages that carry it go to the remote
//! side; with `prefix`, those whose text begins with it (for trackers that have no keywords; the prefix is removed).
//!
//! A message is known by the copy that we recorded, else by date and content. A remote message that was edited after it was copied
//! becomes a new local message (`edits = "new"`, the default), or changes the copy (`edits = "update"`).

use std::collections::HashMap;

use super::{
    Access, Direction, Rule,
    copies::Copies,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::{
        diagnostic::Diagnostic,
        section::{Section, nearest},
    },
    sync::{
        issue::{Copied, CopyKind, Message, Side},
        plan::RuleOutcome,
        value::same_text,
    },
};

#[derive(Debug)]
struct Messages {
    keyword: Option<String>,
    prefix: Option<String>,
    edits: Edits,
}

/// What becomes of a remote message that was edited after it was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edits {
    New,
    Update,
}

const EDITS: [(&str, Edits); 2] = [("new", Edits::New), ("update", Edits::Update)];

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let text = |key| section.text(key).map(|text| text.value);
    let (keyword, prefix) = (text("keyword"), text("prefix"));
    Some(Box::new(Messages { keyword, prefix, edits: read_edits(section)? }))
}

fn read_edits(section: &Section<'_>) -> Option<Edits> {
    let Some(text) = section.text("edits") else { return Some(Edits::New) };
    let found = EDITS.iter().find(|(name, _)| *name == text.value).map(|(_, edits)| *edits);
    if found.is_none() {
        let message = format!("`edits` cannot be \"{}\"", text.value);
        let hint = nearest(&text.value, EDITS.iter().map(|(name, _)| *name));
        section.findings.add(Diagnostic::error("rules::value", message, text.place).hint(hint));
    }
    found
}

impl Rule for Messages {
    fn access(&self) -> Access {
        Access::to_messages()
    }

    fn direction(&self) -> Direction {
        Direction::Both
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let copies = Copies::of(evaluation.base());
        let mut crossing = Crossing::default();
        crossing.to(Side::Local, "new message(s)", missing_locally(evaluation, &copies), evaluation, |evaluation, message| {
            evaluation.copy_to_local(message, message.id.clone(), message.text.clone());
        });
        crossing.to(
            Side::Local,
            "edited message(s)",
            edited(evaluation, &copies),
            evaluation,
            |evaluation, (message, copied)| match self.edits {
                Edits::Update => evaluation.edit_message(Side::Local, &copied.copy, message.text.clone(), message),
                Edits::New => {
                    let source = copies.next_source(CopyKind::Message, Side::Remote, &message.id);
                    evaluation.copy_to_local(message, source, message.text.clone());
                }
            },
        );
        let to_remote = self.missing_remotely(evaluation, &copies);
        crossing.to(Side::Remote, "message(s)", to_remote, evaluation, |evaluation, (id, text)| {
            evaluation.add_text(Side::Remote, text, id);
        });
        crossing.verdict("all messages are known")
    }
}

/// What crosses from one side to the other in one rule, and how that is told.
#[derive(Default)]
pub(super) struct Crossing {
    told: Vec<String>,
    changes: bool,
}

impl Crossing {
    /// Lets items go to a side, unless the rule must not write there now.
    pub(super) fn to<'a, T>(
        &mut self,
        side: Side,
        what: &str,
        items: Vec<T>,
        evaluation: &mut Evaluation<'a>,
        mut carry: impl FnMut(&mut Evaluation<'a>, T),
    ) {
        if items.is_empty() {
            return;
        }
        if let Some(refusal) = evaluation.refusal(side) {
            self.told.push(refusal.to_owned());
            return;
        }
        self.told.push(format!("{} {what} to the {side} side", items.len()));
        self.changes = true;
        for item in items {
            carry(evaluation, item);
        }
    }

    /// The verdict; `nothing` tells that nothing crosses.
    pub(super) fn verdict(self, nothing: &str) -> Verdict {
        if self.told.is_empty() {
            return Verdict::unchanged(nothing);
        }
        let outcome = if self.changes { RuleOutcome::Change } else { RuleOutcome::Skipped };
        Verdict::new(outcome, self.told.join("; "))
    }
}

/// The text without the prefix that it begins with.
pub(super) fn without_prefix(text: &str, prefix: &str) -> Option<String> {
    text.trim_start().strip_prefix(prefix).map(|rest| rest.trim_start().to_owned())
}

impl Messages {
    fn missing_remotely<'a>(&self, evaluation: &Evaluation<'a>, copies: &Copies<'_>) -> Vec<(&'a str, String)> {
        let remote = ByDate::of(&evaluation.remote().messages);
        evaluation
            .local_messages()
            .iter()
            .filter(|message| !copies.know(CopyKind::Message, Side::Local, &message.id))
            .filter(|message| !remote.hold(message))
            .filter_map(|message| self.outgoing_text(message).map(|text| (message.id.as_str(), text)))
            .collect()
    }

    fn outgoing_text(&self, message: &Message) -> Option<String> {
        if self.keyword.as_ref().is_some_and(|keyword| message.keywords.contains(keyword)) {
            return Some(message.text.clone());
        }
        without_prefix(&message.text, self.prefix.as_deref()?)
    }
}

fn missing_locally<'a>(evaluation: &Evaluation<'a>, copies: &Copies<'_>) -> Vec<&'a Message> {
    let local = ByDate::of(evaluation.local_messages());
    evaluation
        .remote()
        .messages
        .iter()
        .filter(|message| !copies.know(CopyKind::Message, Side::Remote, &message.id))
        .filter(|message| !local.hold(message))
        .collect()
}

/// Remote messages whose text is another one than that of their newest copy, with that copy.
fn edited<'a>(evaluation: &Evaluation<'a>, copies: &Copies<'a>) -> Vec<(&'a Message, &'a Copied)> {
    let newest = |message: &'a Message| copies.of_item(CopyKind::Message, Side::Remote, &message.id).last().copied();
    let with_copy = evaluation.remote().messages.iter().filter_map(|message| Some((message, newest(message)?)));
    with_copy.filter(|(message, copied)| copied.text.as_deref().is_some_and(|text| !same_text(text, &message.text))).collect()
}

/// Messages by the second in which they were written: trackers keep different fractions of it.
struct ByDate<'a>(HashMap<i64, Vec<&'a Message>>);

impl<'a> ByDate<'a> {
    fn of(messages: &'a [Message]) -> Self {
        let mut by_date: HashMap<i64, Vec<&Message>> = HashMap::new();
        for message in messages {
            by_date.entry(message.date.as_second()).or_default().push(message);
        }
        Self(by_date)
    }

    /// Whether one of these is the same message, by date and content.
    fn hold(&self, message: &Message) -> bool {
        let of_that_second = self.0.get(&message.date.as_second());
        of_that_second.is_some_and(|others| others.iter().any(|other| same_content(other, message)))
    }
}

/// A local copy may carry the author's name above the text, so the end of the text is compared.
fn same_content(one: &Message, other: &Message) -> bool {
    same_text(&one.text, &other.text) || one.text.trim_end().ends_with(other.text.trim()) && !other.text.trim().is_empty()
}
