//! One evaluation while it runs: the values as earlier rules left them, and the effects gathered so far.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::Value;

use super::{Options, common::Gates};
use crate::{
    ids::IssueId,
    sync::{
        issue::{Base, File, Message, Side, Snapshot},
        plan::{Changes, FieldChange, FileCopy, MessageEdit, MessageRemoval, NewMessage, RuleOutcome, Write},
        value::{self, Equality},
    },
};

/// Which of the two issues are there, and so which rules run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// The remote issue exists; the local one exists or is created from this evaluation.
    #[default]
    Update,
    /// The local issue exists; the remote one is created from this evaluation.
    CreateRemote,
    /// The remote issue has just been created from the local one: what it got there goes back to the local one.
    AfterCreate,
}

/// What a rule decided, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The decision.
    pub outcome: RuleOutcome,
    /// Why, in words.
    pub reason: String,
    /// What somebody should know of all the same.
    pub warning: Option<String>,
}

impl Verdict {
    /// A verdict.
    #[must_use]
    pub fn new(outcome: RuleOutcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: reason.into(), warning: None }
    }

    /// The verdict with a warning.
    #[must_use]
    pub fn warning(self, warning: impl Into<String>) -> Self {
        Self { warning: Some(warning.into()), ..self }
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

/// What the evaluation takes for a remote issue that is yet to be created.
static NOT_THERE: LazyLock<Snapshot> = LazyLock::new(|| Snapshot::empty(IssueId::new(""), ""));

/// One evaluation while it runs.
pub struct Evaluation<'a> {
    phase: Phase,
    local: Option<&'a Snapshot>,
    remote: &'a Snapshot,
    base: &'a Base,
    options: &'a Options,
    rule: usize,
    gates: Gates,
    writes: Vec<Write>,
    local_changes: Changes,
    remote_changes: Changes,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(
        phase: Phase,
        local: Option<&'a Snapshot>,
        remote: Option<&'a Snapshot>,
        base: &'a Base,
        options: &'a Options,
    ) -> Self {
        Self {
            phase,
            local,
            remote: remote.unwrap_or(&NOT_THERE),
            base,
            options,
            rule: 0,
            gates: Gates::default(),
            writes: Vec::new(),
            local_changes: Changes::default(),
            remote_changes: Changes::default(),
        }
    }

    pub(super) fn start_rule(&mut self, index: usize, gates: Gates) {
        self.rule = index;
        self.gates = gates;
    }

    /// What the running rule has set.
    pub(super) fn take_writes(&mut self) -> Vec<Write> {
        std::mem::take(&mut self.writes)
    }

    /// What the running rule has set until now.
    pub(super) fn writes(&self) -> &[Write] {
        &self.writes
    }

    pub(super) fn into_changes(self) -> (Changes, Changes) {
        (self.local_changes, self.remote_changes)
    }

    /// Which rules run.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
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

    /// How the remote tracker compares values.
    #[must_use]
    pub fn equality(&self) -> Equality {
        self.options.equality
    }

    /// The values that a local attribute may have, where they are known and few.
    #[must_use]
    pub fn local_vocabulary(&self, path: &str) -> Option<&'a BTreeSet<String>> {
        let places = &self.options.local_places;
        let here = || places.values.get(&value::to_text(&self.value(Side::Local, &places.by), ", "))?.get(path);
        self.options.local_vocabularies.get(path).or_else(here)
    }

    /// Whether the local issue exists already.
    #[must_use]
    pub fn local_exists(&self) -> bool {
        self.local.is_some()
    }

    /// Whether the remote issue exists already.
    #[must_use]
    pub fn remote_exists(&self) -> bool {
        self.phase != Phase::CreateRemote
    }

    /// The local issue as it was read, if it exists.
    #[must_use]
    pub fn local(&self) -> Option<&'a Snapshot> {
        self.local
    }

    /// The messages of the local issue as they were read.
    #[must_use]
    pub fn local_messages(&self) -> &'a [Message] {
        self.local.map_or(&[], |issue| &issue.messages)
    }

    /// The files of the local issue as they were read.
    #[must_use]
    pub fn local_files(&self) -> &'a [File] {
        self.local.map_or(&[], |issue| &issue.files)
    }

    /// The remote issue as it was read; without anything while it does not exist.
    #[must_use]
    pub fn remote(&self) -> &'a Snapshot {
        self.remote
    }

    /// Whether an earlier rule changes the remote issue.
    #[must_use]
    pub fn remote_is_changed(&self) -> bool {
        !self.remote_changes.is_empty()
    }

    /// Messages that earlier rules add on the local side.
    #[must_use]
    pub fn new_local_messages(&self) -> &[NewMessage] {
        &self.local_changes.messages
    }

    /// Value of an attribute, as earlier rules left it.
    #[must_use]
    pub fn value(&self, side: Side, path: &str) -> Value {
        self.changes(side).fields.get(path).map_or_else(|| self.value_read(side, path).clone(), |change| change.new.clone())
    }

    /// Value of an attribute as it was read.
    fn value_read(&self, side: Side, path: &str) -> &Value {
        let snapshot = match side {
            Side::Local => self.local,
            Side::Remote => Some(self.remote),
        };
        snapshot.and_then(|issue| issue.attributes.get(path)).unwrap_or(&Value::Null)
    }

    fn changes(&self, side: Side) -> &Changes {
        match side {
            Side::Local => &self.local_changes,
            Side::Remote => &self.remote_changes,
        }
    }

    fn changes_mut(&mut self, side: Side) -> &mut Changes {
        match side {
            Side::Local => &mut self.local_changes,
            Side::Remote => &mut self.remote_changes,
        }
    }

    /// Why the running rule must not write on a side now, if so (`only_update` and the like).
    #[must_use]
    pub fn refusal(&self, side: Side) -> Option<&'static str> {
        if side == Side::Remote && !self.remote.is_readable() {
            return Some("the remote issue may not be read, so nothing is written to it");
        }
        self.gates.refusal(side, self.local_exists())
    }

    /// Sets an attribute, and says so with the reason; or says why it must not be set now. What gets back the value that was read
    /// is no change.
    pub fn set(&mut self, side: Side, path: &str, new: Value, because: &str) -> Verdict {
        if let Some(refusal) = self.refusal(side) {
            return Verdict::skipped(refusal);
        }
        let (old, rule) = (self.value(side, path), self.rule);
        let text = format!("set {side} {path}: {} -> {} ({because})", value::shown(&old), value::shown(&new));
        let read = self.value_read(side, path).clone();
        let fields = &mut self.changes_mut(side).fields;
        if new == read {
            fields.remove(path);
        } else {
            fields.insert(path.to_owned(), FieldChange { old: read, new: new.clone(), rule });
        }
        self.writes.push(Write { side, path: path.to_owned(), old, new });
        Verdict::new(RuleOutcome::Change, text)
    }

    /// Adds a message on the local side that repeats a remote one. `source` is the original's id, or that and a number for a later
    /// copy of the same original.
    pub fn copy_to_local(&mut self, message: &Message, source: String, text: String) {
        self.local_changes.messages.push(NewMessage {
            text,
            author: Some(message.author.clone()),
            date: Some(message.date),
            source,
            kind: None,
            rule: self.rule,
        });
    }

    /// Adds a message on the remote side that repeats a local one, for a tracker that is told who wrote it and when.
    pub fn copy_to_remote(&mut self, message: &Message, source: String, text: String) {
        let (author, date, rule) = (Some(message.author.clone()), Some(message.date), self.rule);
        self.remote_changes.messages.push(NewMessage { text, author, date, source, kind: None, rule });
    }

    /// Adds a message with this text on one side; `source` is the original's id on the other, if there is an original.
    pub fn add_text(&mut self, side: Side, text: String, source: &str) {
        self.add_text_of_kind(side, text, source, None);
    }

    /// The same, of one of the sorts of messages that the tracker tells apart.
    pub fn add_text_of_kind(&mut self, side: Side, text: String, source: &str, kind: Option<&str>) {
        let (source, kind, rule) = (source.to_owned(), kind.map(str::to_owned), self.rule);
        self.changes_mut(side).messages.push(NewMessage { text, author: None, date: None, source, kind, rule });
    }

    /// Replaces the text of a message; `original` is the one on the other side.
    pub fn edit_message(&mut self, side: Side, id: &str, text: String, original: &Message) {
        let author = (side == Side::Local).then(|| original.author.clone());
        let edit = MessageEdit { id: id.to_owned(), text, author, source: original.id.clone(), rule: self.rule };
        self.changes_mut(side).edits.push(edit);
    }

    /// Takes a message away.
    pub fn remove_message(&mut self, side: Side, id: &str) {
        let removal = MessageRemoval { id: id.to_owned(), rule: self.rule };
        self.changes_mut(side).removals.push(removal);
    }

    /// Copies a file to one side from the other.
    pub fn copy_file(&mut self, to: Side, file: &File) {
        let copy = FileCopy { source: file.id.clone(), name: file.name.clone(), size: file.size, rule: self.rule };
        self.changes_mut(to).files.push(copy);
    }
}
