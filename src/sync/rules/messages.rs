//! `messages`: messages of the remote issue become local messages; with `keyword`, local messages that carry it go to the remote
//! side; with `prefix`, those whose text begins with it (for trackers that have no keywords; the prefix is removed).
//!
//! A message is known by the copy that we recorded, else by date and content. A remote message that was edited after it was copied
//! becomes a new local message (`edits = "new"`, the default), or changes the copy (`edits = "update"`); then a local one that went to
//! the remote side and was edited changes its copy there, too.
//!
//! What becomes of the copies of a message that was deleted says `deletions`: they stay (`"keep"`, the default), or they are taken away
//! on the other side (`"remove"`). A message that our account may not see any more counts as deleted.

use std::collections::{HashMap, HashSet};

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
        requirements::ContentWrite,
        value::same_text,
    },
};

#[derive(Debug)]
struct Messages {
    keyword: Option<String>,
    prefix: Option<String>,
    edits: Edits,
    removes: bool,
}

/// What becomes of a remote message that was edited after it was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edits {
    New,
    Update,
}

const EDITS: [(&str, Edits); 2] = [("new", Edits::New), ("update", Edits::Update)];
/// Whether the copies of a message that is gone are taken away.
const DELETIONS: [(&str, bool); 2] = [("keep", false), ("remove", true)];

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let text = |key| section.text(key).map(|text| text.value);
    let (keyword, prefix) = (text("keyword"), text("prefix"));
    let edits = read_choice(section, "edits", &EDITS);
    let removes = read_choice(section, "deletions", &DELETIONS);
    Some(Box::new(Messages { keyword, prefix, edits: edits?, removes: removes? }))
}

/// One of the words that a parameter takes; the first one if it is not given.
fn read_choice<T: Copy>(section: &Section<'_>, key: &'static str, choices: &[(&str, T); 2]) -> Option<T> {
    let [(_, default), _] = choices;
    let Some(text) = section.text(key) else { return Some(*default) };
    let found = choices.iter().find(|(name, _)| *name == text.value).map(|(_, choice)| *choice);
    if found.is_none() {
        let message = format!("`{key}` cannot be \"{}\"", text.value);
        let hint = nearest(&text.value, choices.iter().map(|(name, _)| *name));
        section.findings.add(Diagnostic::error("rules::value", message, text.place).hint(hint));
    }
    found
}

impl Rule for Messages {
    fn access(&self) -> Access {
        let sends = self.keyword.is_some() || self.prefix.is_some();
        let mut contents = Vec::new();
        for side in [Side::Local, Side::Remote].into_iter().filter(|side| *side == Side::Local || sends) {
            contents.push((side, ContentWrite::AddMessage));
            contents.extend((self.edits == Edits::Update).then_some((side, ContentWrite::EditMessage)));
            contents.extend(self.removes.then_some((side, ContentWrite::RemoveMessage)));
        }
        Access::to_messages(contents)
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
            edited(evaluation, &copies, self.edits),
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
        let changed_here = self.edited_here(evaluation, &copies);
        crossing.to(Side::Remote, "edited message(s)", changed_here, evaluation, |evaluation, (message, copy, text)| {
            evaluation.edit_message(Side::Remote, copy, text, message);
        });
        for side in [Side::Local, Side::Remote] {
            let both_exist = evaluation.local_exists() && evaluation.remote_exists();
            let orphans = if self.removes && both_exist { orphans(evaluation, side) } else { Vec::new() };
            crossing.to(side, "deletion(s)", orphans, evaluation, |evaluation, copy| evaluation.remove_message(side, copy));
        }
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
        let remote = ByDate::of(&evaluation.remote().messages, Side::Remote, copies);
        evaluation
            .local_messages()
            .iter()
            .filter(|message| !copies.know(CopyKind::Message, Side::Local, &message.id))
            .filter(|message| !remote.hold(message))
            .filter_map(|message| self.outgoing_text(message).map(|text| (message.id.as_str(), text)))
            .collect()
    }

    /// Local messages whose text is another one than that of their copy, with the copy and what it is to say.
    fn edited_here<'a>(&self, evaluation: &Evaluation<'a>, copies: &Copies<'a>) -> Vec<(&'a Message, &'a str, String)> {
        if self.edits == Edits::New {
            return Vec::new();
        }
        let there = ids(&evaluation.remote().messages);
        let changed = |message: &'a Message| {
            let newest = copies.of_item(CopyKind::Message, Side::Local, &message.id).last().copied()?;
            let text = self.outgoing_text(message)?;
            let differs = newest.text.as_deref().is_some_and(|before| !same_text(before, &text));
            (differs && there.contains(newest.copy.as_str())).then_some((message, newest.copy.as_str(), text))
        };
        evaluation.local_messages().iter().filter_map(changed).collect()
    }

    fn outgoing_text(&self, message: &Message) -> Option<String> {
        if self.keyword.as_ref().is_some_and(|keyword| message.keywords.contains(keyword)) {
            return Some(message.text.clone());
        }
        without_prefix(&message.text, self.prefix.as_deref()?)
    }
}

fn missing_locally<'a>(evaluation: &Evaluation<'a>, copies: &Copies<'_>) -> Vec<&'a Message> {
    let local = ByDate::of(evaluation.local_messages(), Side::Local, copies);
    evaluation
        .remote()
        .messages
        .iter()
        .filter(|message| !copies.know(CopyKind::Message, Side::Remote, &message.id))
        .filter(|message| !local.hold(message))
        .collect()
}

/// Remote messages whose text is another one than that of their newest copy, with that copy.
fn edited<'a>(evaluation: &Evaluation<'a>, copies: &Copies<'a>, edits: Edits) -> Vec<(&'a Message, &'a Copied)> {
    // A copy that somebody deleted cannot be changed.
    let here = ids(evaluation.local_messages());
    let can_be_told = |copied: &Copied| edits == Edits::New || here.contains(copied.copy.as_str());
    let newest = |message: &'a Message| copies.of_item(CopyKind::Message, Side::Remote, &message.id).last().copied();
    let with_copy = evaluation.remote().messages.iter().filter_map(|message| Some((message, newest(message)?)));
    let differs =
        |message: &Message, copied: &Copied| copied.text.as_deref().is_some_and(|text| !same_text(text, &message.text));
    with_copy.filter(|(message, copied)| differs(message, copied) && can_be_told(copied)).collect()
}

/// Copies on a side whose originals are gone.
fn orphans<'a>(evaluation: &Evaluation<'a>, side: Side) -> Vec<&'a str> {
    let (local, remote) = (ids(evaluation.local_messages()), ids(&evaluation.remote().messages));
    let (here, there) = if side == Side::Local { (local, remote) } else { (remote, local) };
    let of_this_side = |copied: &&Copied| copied.kind == CopyKind::Message && copied.to == side && !copied.source.is_empty();
    let copies = evaluation.base().copies.iter().filter(of_this_side);
    let gone = copies.filter(|copied| here.contains(copied.copy.as_str()) && !there.contains(copied.original()));
    gone.map(|copied| copied.copy.as_str()).collect()
}

fn ids(messages: &[Message]) -> HashSet<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

/// Messages by the second in which they were written: trackers keep different fractions of it.
struct ByDate<'a>(HashMap<i64, Vec<&'a Message>>);

impl<'a> ByDate<'a> {
    /// Those of a side that may be the same as one over there: what is the copy of a certain one is no other.
    fn of(messages: &'a [Message], side: Side, copies: &Copies<'_>) -> Self {
        let mut by_date: HashMap<i64, Vec<&Message>> = HashMap::new();
        for message in messages.iter().filter(|message| !copies.repeat(CopyKind::Message, side, &message.id)) {
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
