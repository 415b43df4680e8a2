//! Carries out a Plan: fields first, in one request a side; then messages and files, each written down in the journal before it
//! is tried, so that it happens once whatever happens to us.

use std::collections::BTreeSet;

use tracing::{info, warn};

use super::{
    effects::{EffectKey, EffectOutcomes},
    engine::Run,
    fault::{Fault, FaultKind},
    issue::{Attributes, CopyKind, Side},
    plan::{Changes, FieldChange, FileCopy, MessageEdit, MessageRemoval, NewMessage, Plan},
    ports::{FileContent, Intent, Opened, Token, Tracker, WriteTerms},
};
use crate::ids::{IssueId, LinkId};

/// What became of a Plan.
#[derive(Debug, Default)]
pub struct Applied {
    /// Attribute paths whose new value was refused.
    pub refused: BTreeSet<(Side, String)>,
    /// What failed, for the record: rule and reason.
    pub failures: Vec<String>,
    /// What became of each effect.
    pub outcomes: EffectOutcomes,
}

impl Applied {
    /// Notes what became of an effect that is no attribute.
    fn note(&mut self, side: Side, key: EffectKey, done: &Result<(), Fault>, failures_before: usize) {
        let outcome = match done {
            Ok(()) if self.failures.len() > failures_before => format!("refused: {}", self.failures[failures_before]),
            Ok(()) => "done".to_owned(),
            Err(fault) => format!("failed: {fault}"),
        };
        self.outcomes.note(side, key, outcome);
    }
}

/// Where the effects go.
pub(super) struct Target<'a> {
    pub link: &'a LinkId,
    pub local: &'a IssueId,
    pub remote: &'a IssueId,
    /// Revisions of the local and the remote issue as they were read.
    pub revisions: (Option<&'a str>, Option<&'a str>),
}

impl Target<'_> {
    fn issue(&self, side: Side) -> &IssueId {
        match side {
            Side::Local => self.local,
            Side::Remote => self.remote,
        }
    }

    fn revision(&self, side: Side) -> Option<&str> {
        match side {
            Side::Local => self.revisions.0,
            Side::Remote => self.revisions.1,
        }
    }
}

impl Run<'_> {
    /// Sets the fields of both sides.
    pub(super) async fn apply_fields(&self, plan: &Plan, target: &Target<'_>, applied: &mut Applied) -> Result<(), Fault> {
        for side in [Side::Local, Side::Remote] {
            self.set_fields(side, plan.side(side), target, applied).await?;
        }
        Ok(())
    }

    /// Adds messages and files. `texts_before` counts the texts of our own that the link had before this run.
    pub(super) async fn apply_copies(
        &self,
        plan: &Plan,
        target: &Target<'_>,
        texts_before: usize,
        applied: &mut Applied,
    ) -> Result<(), Fault> {
        for side in [Side::Local, Side::Remote] {
            let Changes { messages, edits, removals, files, .. } = plan.side(side);
            for message in messages {
                let before = applied.failures.len();
                let done = self.add_message(side, message, target, texts_before, applied).await;
                applied.note(side, EffectKey::of_message(message), &done, before);
                done?;
            }
            for edit in edits {
                let before = applied.failures.len();
                let done = self.edit_message(side, edit, target, applied).await;
                applied.note(side, EffectKey::Edit(edit.id.clone()), &done, before);
                done?;
            }
            for removal in removals {
                let before = applied.failures.len();
                let done = self.remove_message(side, removal, target, applied).await;
                applied.note(side, EffectKey::Removal(removal.id.clone()), &done, before);
                done?;
            }
            for file in files {
                let before = applied.failures.len();
                let done = self.copy_file(side, file, target, applied).await;
                applied.note(side, EffectKey::File(file.source.clone()), &done, before);
                done?;
            }
        }
        Ok(())
    }

    pub(super) async fn set_fields(
        &self,
        side: Side,
        changes: &Changes,
        to: &Target<'_>,
        applied: &mut Applied,
    ) -> Result<(), Fault> {
        let values = changes.new_values();
        if values.is_empty() {
            return Ok(());
        }
        let tracker = self.tracker(side);
        let terms = WriteTerms { revision: to.revision(side), ..self.terms(side) };
        match tracker.set_fields(to.issue(side), &values, terms).await {
            Ok(()) => {
                for path in changes.fields.keys() {
                    info!(%side, path, "set");
                    applied.outcomes.note(side, EffectKey::Field(path.clone()), "done");
                }
                Ok(())
            }
            Err(fault) if fault.kind == FaultKind::Refused => {
                self.set_what_is_accepted(tracker, side, changes, &fault, to, applied).await
            }
            // A permission that is missing fails the rules that need it, and not what others do with the issue.
            Err(fault) if fault.kind == FaultKind::Permanent => {
                for (path, change) in &changes.fields {
                    self.record_refusal(side, path, change, &fault, applied);
                }
                Ok(())
            }
            Err(fault) => {
                for path in changes.fields.keys() {
                    applied.outcomes.note(side, EffectKey::Field(path.clone()), format!("failed: {fault}"));
                }
                Err(fault.while_doing(format!("setting {side} attributes of {}", to.issue(side))))
            }
        }
    }

    fn terms(&self, side: Side) -> WriteTerms<'_> {
        WriteTerms { revision: None, counterpart: Some(self.tracker(side.other()).name()) }
    }

    /// A refused request says that one of its values is wrong. Those that the tracker names are left out; where it names none, each
    /// is tried alone.
    async fn set_what_is_accepted(
        &self,
        tracker: &dyn Tracker,
        side: Side,
        changes: &Changes,
        fault: &Fault,
        to: &Target<'_>,
        applied: &mut Applied,
    ) -> Result<(), Fault> {
        let named = |path: &str| fault.fields.iter().any(|field| field == path.split('.').next().unwrap_or(path));
        let (refused, rest): (Vec<_>, Vec<_>) = changes.fields.iter().partition(|(path, _)| named(path));
        for (path, change) in &refused {
            self.record_refusal(side, path, change, fault, applied);
        }
        let rest_alone = refused.is_empty();
        let batches: Vec<Vec<(&String, &FieldChange)>> =
            if rest_alone { rest.into_iter().map(|field| vec![field]).collect() } else { vec![rest] };
        for batch in batches.into_iter().filter(|batch| !batch.is_empty()) {
            let values: Attributes = batch.iter().map(|(path, change)| ((*path).clone(), change.new.clone())).collect();
            let single_attempt = rest_alone && changes.fields.len() == 1;
            let outcome = if single_attempt {
                Err(fault.clone())
            } else {
                tracker.set_fields(to.issue(side), &values, self.terms(side)).await
            };
            match outcome {
                Ok(()) => {
                    for (path, _) in &batch {
                        applied.outcomes.note(side, EffectKey::Field((*path).clone()), "done");
                    }
                }
                Err(fault) if fault.kind == FaultKind::Refused => {
                    for (path, change) in &batch {
                        self.record_refusal(side, path, change, &fault, applied);
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    pub(super) fn record_refusal(&self, side: Side, path: &str, change: &FieldChange, fault: &Fault, applied: &mut Applied) {
        let rule = self.rules.describe(change.rule);
        warn!(%side, path, rule, %fault, "value refused");
        applied.refused.insert((side, path.to_owned()));
        applied.outcomes.note(side, EffectKey::Field(path.to_owned()), format!("refused: {fault}"));
        applied.failures.push(format!("{rule}: setting {side} {path} was refused: {fault}"));
    }

    async fn add_message(
        &self,
        side: Side,
        message: &NewMessage,
        to: &Target<'_>,
        texts_before: usize,
        applied: &mut Applied,
    ) -> Result<(), Fault> {
        let token = if message.source.is_empty() {
            Token::of_text(to.link, side, &message.text, texts_before)
        } else {
            Token::of_copy(to.link, CopyKind::Message, side, &message.source)
        };
        let intent = self.intent(token, side, CopyKind::Message, &message.source, &message.text, None, to).await?;
        let Some(intent) = self.begin(intent, to).await? else { return Ok(()) };
        let outcome = self.tracker(side).add_message(to.issue(side), message, &intent.token).await;
        self.settle(&intent, outcome, message.rule, applied).await
    }

    /// Saying the same text twice does no harm, so there is no intent to write down; what the copy says now is.
    async fn edit_message(&self, side: Side, edit: &MessageEdit, to: &Target<'_>, applied: &mut Applied) -> Result<(), Fault> {
        let done = self.tracker(side).edit_message(to.issue(side), edit).await;
        let failed = done.is_err();
        self.tell_or_tolerate(done, edit.rule, &format!("changing message {}", edit.id), applied)?;
        if !failed {
            self.records.note_text(to.link, side, &edit.id, &edit.text).await?;
        }
        Ok(())
    }

    async fn remove_message(
        &self,
        side: Side,
        removal: &MessageRemoval,
        to: &Target<'_>,
        applied: &mut Applied,
    ) -> Result<(), Fault> {
        let done = self.tracker(side).remove_message(to.issue(side), &removal.id).await;
        self.tell_or_tolerate(done, removal.rule, &format!("taking away message {}", removal.id), applied)
    }

    fn tell_or_tolerate(&self, done: Result<(), Fault>, rule: usize, what: &str, applied: &mut Applied) -> Result<(), Fault> {
        match done {
            Ok(()) => {
                info!(what, "done");
                Ok(())
            }
            Err(fault) => self.tolerate(fault, rule, what, applied),
        }
    }

    async fn copy_file(&self, side: Side, file: &FileCopy, to: &Target<'_>, applied: &mut Applied) -> Result<(), Fault> {
        let token = Token::of_copy(to.link, CopyKind::File, side, &file.source);
        let intent = self.intent(token, side, CopyKind::File, &file.source, &file.name, file.size, to).await?;
        let Some(intent) = self.begin(intent, to).await? else { return Ok(()) };
        let content = match self.open_source(side.other(), file, to).await {
            Ok(content) => content,
            Err(fault) => {
                // Nothing was sent yet: whatever it is, it did not happen.
                self.records.drop_intent(&intent.token, &self.id).await?;
                return self.tolerate(fault, file.rule, &format!("file \"{}\"", file.name), applied);
            }
        };
        let outcome = self.tracker(side).add_file(to.issue(side), &file.name, content, &intent.token).await;
        self.settle(&intent, outcome, file.rule, applied).await
    }

    async fn open_source(&self, from: Side, file: &FileCopy, to: &Target<'_>) -> Result<FileContent, Fault> {
        let content = self.tracker(from).open_file(to.issue(from), &file.source).await?;
        match (content.size, file.size) {
            // What comes is not the file: a login page, an error in disguise.
            (Some(comes), Some(listed)) if comes != listed => {
                let message = format!("file \"{}\" has {listed} bytes in the listing, and {comes} come", file.name);
                Err(Fault::transient(message))
            }
            _ => Ok(content),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "an intent has that many parts")]
    async fn intent(
        &self,
        token: Token,
        to_side: Side,
        kind: CopyKind,
        source: &str,
        content: &str,
        size: Option<u64>,
        to: &Target<'_>,
    ) -> Result<Intent, Fault> {
        Ok(Intent {
            token,
            link: to.link.clone(),
            kind,
            to: to_side,
            source: source.to_owned(),
            content: content.to_owned(),
            size,
            since: self.records.now().await?,
            run: self.id.clone(),
        })
    }

    /// Writes the intent down; `None` if it was carried out already.
    async fn begin(&self, intent: Intent, to: &Target<'_>) -> Result<Option<Intent>, Fault> {
        match self.records.open_intent(&intent).await? {
            Opened::Ours => Ok(Some(intent)),
            Opened::Done(_) => Ok(None),
            Opened::Theirs(theirs) => {
                self.recover_one(&theirs, to).await?;
                // Found and closed, or dropped because it did not happen: either way the journal knows now.
                match self.records.open_intent(&intent).await? {
                    Opened::Ours => Ok(Some(intent)),
                    Opened::Done(_) => Ok(None),
                    Opened::Theirs(_) => Err(Fault::transient("another run is at work on this issue")),
                }
            }
        }
    }

    /// Writes down what became of an intent. One that was refused certainly did not happen; any other failure leaves it open, to
    /// be looked for by the next run: at once where this one is through with it, else when it must have ended.
    async fn settle(
        &self,
        intent: &Intent,
        outcome: Result<String, Fault>,
        rule: usize,
        applied: &mut Applied,
    ) -> Result<(), Fault> {
        match outcome {
            Ok(made) => {
                self.records.close_intent(&intent.token, &made).await?;
                info!(side = %intent.to, kind = ?intent.kind, made, "copied");
                Ok(())
            }
            Err(fault) if matches!(fault.kind, FaultKind::Refused | FaultKind::Permanent) => {
                self.records.drop_intent(&intent.token, &self.id).await?;
                self.tolerate(fault, rule, intent.kind.name(), applied)
            }
            Err(fault) => {
                if !fault.lingering {
                    self.records.surrender_intent(&intent.token, &self.id).await?;
                }
                Err(fault.while_doing(format!("adding a {} on the {} side", intent.kind.name(), intent.to)))
            }
        }
    }

    /// A copy that cannot be made fails its rule; what may pass by itself ends the run, which is tried again.
    fn tolerate(&self, fault: Fault, rule: usize, what: &str, applied: &mut Applied) -> Result<(), Fault> {
        if !matches!(fault.kind, FaultKind::Refused | FaultKind::Permanent) {
            return Err(fault.while_doing(what));
        }
        let rule = self.rules.describe(rule);
        warn!(rule, what, %fault, "a copy cannot be made");
        applied.failures.push(format!("{rule}: {what}: {fault}"));
        Ok(())
    }
}
