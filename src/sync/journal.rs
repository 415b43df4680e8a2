//! Recovery: what an earlier run intended and did not report is looked for before anything else is done.

use jiff::SignedDuration;
use tracing::info;

use super::{apply::Target, engine::Run, fault::Fault, issue::Side, ports::Intent};

impl Run<'_> {
    /// Settles the open intents of a link: found effects are written down, others forgotten. One that may still be in the making is
    /// left to its run.
    pub(super) async fn recover(&self, target: &Target<'_>) -> Result<(), Fault> {
        for intent in self.records.open_intents(target.link).await? {
            if !self.may_be_running(&intent).await? {
                self.recover_one(&intent, target).await?;
            }
        }
        Ok(())
    }

    /// Settles one open intent of another run. One that may still be in the making is left to its run: this one comes back later.
    pub(super) async fn recover_one(&self, intent: &Intent, target: &Target<'_>) -> Result<(), Fault> {
        if intent.run != self.id && self.may_be_running(intent).await? {
            return Err(Fault::transient("another run is at work on this issue"));
        }
        let issue = match intent.to {
            Side::Local => target.local,
            Side::Remote => target.remote,
        };
        let copies = self.records.copies(target.link).await?;
        let here = copies.into_iter().filter(|copied| copied.kind == intent.kind && copied.to == intent.to);
        let known: Vec<String> = here.map(|copied| copied.copy).collect();
        match self.tracker(intent.to).find_effect(issue, intent, &known).await? {
            Some(made) => {
                info!(side = %intent.to, kind = ?intent.kind, made, "an earlier run had done this already");
                self.records.close_intent(&intent.token, &made).await
            }
            None => self.records.drop_intent(&intent.token, &intent.run).await,
        }
    }

    pub(super) async fn may_be_running(&self, intent: &Intent) -> Result<bool, Fault> {
        if intent.run.is_empty() {
            return Ok(false);
        }
        let deadline = SignedDuration::try_from(self.limits.deadline).unwrap_or(SignedDuration::MAX);
        Ok(self.age(intent).await? < deadline)
    }

    /// How long ago something was intended, by the clock that told when.
    pub(super) async fn age(&self, intent: &Intent) -> Result<SignedDuration, Fault> {
        Ok(self.records.now().await?.duration_since(intent.since))
    }
}
