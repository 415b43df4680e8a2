//! The effects of a Plan, one by one, and what became of each when it was carried out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    issue::Side,
    plan::{FileCopy, MessageEdit, MessageRemoval, NewMessage, Plan},
    value::shown,
};

/// One thing that a Plan does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// On which side.
    pub side: Side,
    /// Tells it from the others of the same Plan.
    pub key: EffectKey,
    /// What it does, for people.
    pub words: String,
}

/// Tells one effect of a Plan from the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EffectKey {
    /// The creation of the issue.
    Create,
    /// An attribute, by its path.
    Field(String),
    /// A new message, by its original or, where there is none, its text.
    Message(String),
    /// A message that is changed.
    Edit(String),
    /// A message that is taken away.
    Removal(String),
    /// A file, by its original.
    File(String),
}

impl EffectKey {
    /// The key of a new message.
    #[must_use]
    pub fn of_message(message: &NewMessage) -> Self {
        Self::Message(if message.source.is_empty() { message.text.clone() } else { message.source.clone() })
    }
}

impl Plan {
    /// Everything that is to be done, in its order.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (creates, side) in [(self.creates_local, Side::Local), (self.creates_remote, Side::Remote)] {
            if creates {
                effects.push(Effect { side, key: EffectKey::Create, words: format!("create the {side} issue") });
            }
        }
        for side in [Side::Local, Side::Remote] {
            self.effects_on(side, &mut |key, words| effects.push(Effect { side, key, words }));
        }
        effects
    }

    fn effects_on(&self, side: Side, tell: &mut impl FnMut(EffectKey, String)) {
        let changes = self.side(side);
        let text = |text: &str| shown(&Value::from(text));
        for (path, change) in &changes.fields {
            let words = format!("set {side} {path}: {} -> {}", shown(&change.old), shown(&change.new));
            tell(EffectKey::Field(path.clone()), words);
        }
        for message in &changes.messages {
            tell(EffectKey::of_message(message), format!("add {side} message {}", text(&message.text)));
        }
        for MessageEdit { id, text: new, .. } in &changes.edits {
            tell(EffectKey::Edit(id.clone()), format!("change {side} message {id} to {}", text(new)));
        }
        for MessageRemoval { id, .. } in &changes.removals {
            tell(EffectKey::Removal(id.clone()), format!("take away {side} message {id}"));
        }
        for FileCopy { source, name, size, .. } in &changes.files {
            let bytes = size.map_or_else(String::new, |bytes| format!(" ({bytes} bytes)"));
            tell(EffectKey::File(source.clone()), format!("copy file \"{name}\"{bytes} to the {side} side"));
        }
    }
}

/// What became of the effects of one run.
#[derive(Clone, Debug, Default)]
pub struct EffectOutcomes(BTreeMap<(Side, EffectKey), String>);

/// What became of one effect, for the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectOutcome {
    /// On which side.
    pub side: Side,
    /// What it does, for people.
    pub effect: String,
    /// `done`, `done before`, `refused: …`, `failed: …`, or `not tried`.
    pub outcome: String,
}

impl EffectOutcomes {
    /// Notes what became of one.
    pub fn note(&mut self, side: Side, key: EffectKey, outcome: impl Into<String>) {
        self.0.insert((side, key), outcome.into());
    }

    /// Those that were done.
    pub fn done(&self) -> impl Iterator<Item = &EffectKey> {
        self.0.iter().filter(|(_, outcome)| *outcome == "done").map(|((_, key), _)| key)
    }

    /// All effects of the Plan; those that nothing was noted of were not tried.
    #[must_use]
    pub fn of(&self, plan: &Plan) -> Vec<EffectOutcome> {
        let outcome = |side, key: EffectKey| self.0.get(&(side, key)).cloned().unwrap_or_else(|| "not tried".to_owned());
        plan.effects()
            .into_iter()
            .map(|Effect { side, key, words }| EffectOutcome { side, effect: words, outcome: outcome(side, key) })
            .collect()
    }
}
