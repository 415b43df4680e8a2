//! Carries a Plan out in memory, as two trackers would that take everything they are given: for tests of rules, those of users
//! included, and for the laws that hold of all rules.

use jiff::Timestamp;

use super::{Options, RuleSet, evaluate, evaluate_after_create};
use crate::{
    ids::IssueId,
    sync::{
        issue::{Base, Copied, CopyKind, File, Message, Side, Snapshot},
        plan::{Changes, FileCopy, MessageEdit, NewMessage, Plan},
    },
};

/// An issue on both sides, and what the two were like when they were last brought in line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rehearsal {
    /// The local issue; absent: it does not exist yet.
    pub local: Option<Snapshot>,
    /// The remote issue; absent: it does not exist yet.
    pub remote: Option<Snapshot>,
    /// What the last sync saw and copied.
    pub base: Base,
    /// How many messages and files were made so far: their ids and dates are told apart by it.
    made: u32,
}

/// Later than anything that a snapshot holds, in seconds: when the first message of our own is written.
const NOW: i64 = 4_000_000_000;

impl Rehearsal {
    /// Both sides as they are found.
    #[must_use]
    pub fn new(local: Option<Snapshot>, remote: Option<Snapshot>, base: Base) -> Self {
        Self { local, remote, base, made: 0 }
    }

    /// What is to be done now.
    #[must_use]
    pub fn evaluate(&self, rules: &RuleSet, options: &Options) -> Plan {
        evaluate(rules, self.local.as_ref(), self.remote.as_ref(), &self.base, options)
    }

    /// What goes back to the local issue once the remote one was created; nothing while one of them is missing.
    #[must_use]
    pub fn evaluate_after_create(&self, rules: &RuleSet, options: &Options) -> Plan {
        match (&self.local, &self.remote) {
            (Some(local), Some(remote)) => evaluate_after_create(rules, local, remote, &self.base, options),
            _ => Plan::default(),
        }
    }

    /// One whole run: evaluates and carries out, with what follows the creation of a remote issue.
    pub fn run(&mut self, rules: &RuleSet, options: &Options) -> Plan {
        let plan = self.evaluate(rules, options);
        self.carry_out(rules, &plan);
        if plan.creates_remote && plan.stopped_by().is_none() {
            let afterwards = self.evaluate_after_create(rules, options);
            self.carry_out(rules, &afterwards);
        }
        plan
    }

    /// Writes everything that a Plan says. A stopped sync leaves all as it is, the base included.
    pub fn carry_out(&mut self, rules: &RuleSet, plan: &Plan) {
        if plan.stopped_by().is_some() {
            return;
        }
        for side in [Side::Local, Side::Remote] {
            self.change(side, plan);
        }
        for side in [Side::Local, Side::Remote] {
            let now = self.issue_mut(side).as_ref().map(|issue| issue.attributes.clone()).unwrap_or_default();
            self.base.advance(side, now, &rules.open_paths(plan, side));
        }
    }

    fn change(&mut self, side: Side, plan: &Plan) {
        let creates = if side == Side::Local { plan.creates_local } else { plan.creates_remote };
        let new = || Snapshot::empty(IssueId::new("new"), "new");
        let Some(mut issue) = self.issue_mut(side).take().or_else(|| creates.then(new)) else { return };
        let Changes { fields: _, messages, edits, removals, files } = plan.side(side);
        issue.attributes.extend(plan.side(side).new_values());
        issue.messages.retain(|message| !removals.iter().any(|removal| removal.id == message.id));
        for edit in edits {
            self.edit(side, &mut issue, edit);
        }
        for message in messages {
            let message = self.message(side, message);
            issue.messages.push(message);
        }
        for file in files {
            let file = self.file(side, file);
            issue.files.push(file);
        }
        *self.issue_mut(side) = Some(issue);
    }

    fn issue_mut(&mut self, side: Side) -> &mut Option<Snapshot> {
        match side {
            Side::Local => &mut self.local,
            Side::Remote => &mut self.remote,
        }
    }

    fn edit(&mut self, side: Side, issue: &mut Snapshot, edit: &MessageEdit) {
        if let Some(message) = issue.messages.iter_mut().find(|message| message.id == edit.id) {
            message.text.clone_from(&edit.text);
        }
        let is_copy = |copied: &&mut Copied| copied.kind == CopyKind::Message && copied.to == side && copied.copy == edit.id;
        if let Some(copied) = self.base.copies.iter_mut().find(is_copy) {
            copied.text = Some(edit.text.clone());
        }
    }

    fn message(&mut self, side: Side, new: &NewMessage) -> Message {
        let id = self.copy(CopyKind::Message, side, &new.source, Some(new.text.clone()));
        Message {
            id,
            author: new.author.clone().unwrap_or_else(|| "us".to_owned()),
            date: new.date.or_else(|| Timestamp::from_second(NOW + i64::from(self.made)).ok()).unwrap_or_default(),
            text: new.text.clone(),
            keywords: Vec::new(),
            kind: new.kind.clone(),
        }
    }

    fn file(&mut self, side: Side, new: &FileCopy) -> File {
        let id = self.copy(CopyKind::File, side, &new.source, None);
        File { id, name: new.name.clone(), size: new.size, withheld: false }
    }

    /// Records a copy; gives its id.
    fn copy(&mut self, kind: CopyKind, to: Side, source: &str, text: Option<String>) -> String {
        self.made += 1;
        let copy = format!("made{}", self.made);
        self.base.copies.push(Copied { kind, to, source: source.to_owned(), copy: copy.clone(), text });
        copy
    }
}
