//! One evaluation while it runs: the values as earlier rules left them, and the effects gathered so far.

use serde_json::Value;

use super::{Options, common::Gates};
use crate::sync::{
    issue::{Base, Message, Side, Snapshot},
    plan::{Changes, FieldChange, FileCopy, NewMessage, RuleOutcome},
    value,
};

/// What a rule decided, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The decision.
    pub outcome: RuleOutcome,
    /// Why, in words.
    pub reason: String,
}

impl Verdict {
    /// A verdict.
    #[must_use]
    pub fn new(outcome: RuleOutcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: reason.into() }
    }

    /// Both sides are in line.
    #[must_use]
    pub fn unchanged(reason: impl Into<String>) -> Self {
        Self::new(RuleOutcome::Unchanged, reason)
    }

    /// The rule does not apply now.
    #[must_use]
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self::new(RuleOutcome::Skipped, reason)
    }

    /// The rule cannot be carried out with these values.
    #[must_use]
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::new(RuleOutcome::Failed, reason)
    }
}

/// One evaluation while it runs.
pub struct Evaluation<'a> {
    local: Option<&'a Snapshot>,
    remote: &'a Snapshot,
    base: &'a Base,
    options: &'a Options,
    rule: usize,
    gates: Gates,
    local_changes: Changes,
    remote_changes: Changes,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(local: Option<&'a Snapshot>, remote: &'a Snapshot, base: &'a Base, options: &'a Options) -> Self {
        Self {
            local,
            remote,
            base,
            options,
            rule: 0,
            gates: Gates::default(),
            local_changes: Changes::default(),
            remote_changes: Changes::default(),
        }
    }

    pub(super) fn start_rule(&mut self, index: usize, gates: Gates) {
        self.rule = index;
        self.gates = gates;
    }

    pub(super) fn into_changes(self) -> (bool, Changes, Changes) {
        (self.local.is_none(), self.local_changes, self.remote_changes)
    }

    /// What both sides looked like after the last sync.
    #[must_use]
    pub fn base(&self) -> &'a Base {
        self.base
    }

    /// What the caller wants.
    #[must_use]
    pub fn options(&self) -> &'a Options {
        self.options
    }

    /// Whether the local issue exists already.
    #[must_use]
    pub fn local_exists(&self) -> bool {
        self.local.is_some()
    }

    /// The local issue as it was read, if it exists.
    #[must_use]
    pub fn local(&self) -> Option<&'a Snapshot> {
        self.local
    }

    /// The remote issue as it was read.
    #[must_use]
    pub fn remote(&self) -> &'a Snapshot {
        self.remote
    }

    /// Messages that earlier rules add on the local side.
    #[must_use]
    pub fn new_local_messages(&self) -> &[NewMessage] {
        &self.local_changes.messages
    }

    /// Value of an attribute, as earlier rules left it.
    #[must_use]
    pub fn value(&self, side: Side, path: &str) -> Value {
        let (changes, snapshot) = match side {
            Side::Local => (&self.local_changes, self.local),
            Side::Remote => (&self.remote_changes, Some(self.remote)),
        };
        if let Some(change) = changes.fields.get(path) {
            return change.new.clone();
        }
        snapshot.and_then(|issue| issue.attributes.get(path)).cloned().unwrap_or(Value::Null)
    }

    /// Why the running rule must not write on a side now, if so (`only_update` and the like).
    #[must_use]
    pub fn refusal(&self, side: Side) -> Option<&'static str> {
        self.gates.refusal(side, self.local_exists())
    }

    /// Sets an attribute, and says so with the reason; or says why it must not be set now.
    pub fn set(&mut self, side: Side, path: &str, new: Value, because: &str) -> Verdict {
        if let Some(refusal) = self.refusal(side) {
            return Verdict::skipped(refusal);
        }
        let old = self.value(side, path);
        let text = format!("set {side} {path}: {} -> {} ({because})", value::shown(&old), value::shown(&new));
        let rule = self.rule;
        let changes = match side {
            Side::Local => &mut self.local_changes,
            Side::Remote => &mut self.remote_changes,
        };
        match changes.fields.get_mut(path) {
            Some(change) => {
                change.new = new;
                change.rule = rule;
            }
            None => {
                changes.fields.insert(path.to_owned(), FieldChange { old, new, rule });
            }
        }
        Verdict::new(RuleOutcome::Change, text)
    }

    /// Adds a message on the local side that repeats a remote one.
    pub fn copy_to_local(&mut self, message: &Message) {
        self.local_changes.messages.push(NewMessage {
            text: message.text.clone(),
            author: Some(message.author.clone()),
            date: Some(message.date),
            source: message.id.clone(),
            rule: self.rule,
        });
    }

    /// Adds a message with this text on one side; `source` is the original's id on the other, if there is an original.
    pub fn add_text(&mut self, side: Side, text: String, source: &str) {
        let message = NewMessage { text, author: None, date: None, source: source.to_owned(), rule: self.rule };
        match side {
            Side::Local => self.local_changes.messages.push(message),
            Side::Remote => self.remote_changes.messages.push(message),
        }
    }

    /// Copies a file to one side from the other.
    pub fn copy_file(&mut self, to: Side, file: &crate::sync::issue::File) {
        let copy = FileCopy { source: file.id.clone(), name: file.name.clone(), size: file.size, rule: self.rule };
        match to {
            Side::Local => self.local_changes.files.push(copy),
            Side::Remote => self.remote_changes.files.push(copy),
        }
    }
}
