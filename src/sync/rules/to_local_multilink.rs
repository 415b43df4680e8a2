//! `to_local_multilink`: one remote value, else `r_default`, becomes the only item of a local list (`versions.name`).
//! `to_local_multilink_default`: only while the local list is empty.
//!
//! A value that the local tracker does not know fails the rule and is told together with those that it knows. With `use_r_default`
//! it gives `r_default` instead.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Access, Direction, Rule,
    common::Pair,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::section::Section,
    sync::{
        issue::Side,
        value::{is_unset, shown, to_text},
    },
};

#[derive(Debug)]
struct ToLocalMultilink {
    pair: Pair,
    use_r_default: bool,
    only_default: bool,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    read(section, false)
}

pub(super) fn compile_default(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    read(section, true)
}

fn read(section: &Section<'_>, only_default: bool) -> Option<Box<dyn Rule>> {
    let (pair, use_r_default) = (Pair::read(section), section.flag("use_r_default", false));
    Some(Box::new(ToLocalMultilink { pair: pair?, use_r_default, only_default }))
}

impl Rule for ToLocalMultilink {
    fn access(&self) -> Access {
        let mut access = self.pair.access(&[Side::Local]);
        access.vocabularies.insert(self.pair.local.clone());
        access
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let (local, remote) = self.pair.values(evaluation);
        if self.only_default && !is_unset(&local) {
            return Verdict::unchanged(format!("local {} is set already: {}", self.pair.local, shown(&local)));
        }
        let wanted = match self.pair.mapping.to_local(&remote) {
            Ok(wanted) => wanted,
            Err(missing) => return Verdict::failed(missing.reason()),
        };
        if is_unset(&wanted) {
            return Verdict::unchanged(format!("remote {} is unset", self.pair.remote));
        }
        let wanted = match self.known(wanted, evaluation.local_vocabulary(&self.pair.local)) {
            Ok(wanted) => list_of(wanted),
            Err(verdict) => return verdict,
        };
        if evaluation.equality().equal(&wanted, &local) || self.pair.mapping.same_by_map(&local, &remote) {
            return Verdict::unchanged(format!("both are {}", shown(&local)));
        }
        let because = format!("remote {} is {}", self.pair.remote, shown(&remote));
        evaluation.set(Side::Local, &self.pair.local, wanted, &because)
    }
}

impl ToLocalMultilink {
    /// The value if the local tracker knows it, else the default.
    fn known(&self, value: Value, vocabulary: Option<&BTreeSet<String>>) -> Result<Value, Verdict> {
        let Some(vocabulary) = vocabulary else { return Ok(value) };
        // The tracker is given its own word: it may not take one with blanks around it.
        let known = |value: &Value| vocabulary.get(to_text(value, ", ").trim()).map(|word| Value::from(word.as_str()));
        if let Some(word) = known(&value) {
            return Ok(word);
        }
        if let Some(word) = Some(&self.pair.mapping.r_default).filter(|_| self.use_r_default).and_then(known) {
            return Ok(word);
        }
        let names = vocabulary.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if vocabulary.len() > 20 { ", …" } else { "" };
        Err(Verdict::failed(format!("local {} knows no {}; it knows: {names}{more}", self.pair.local, shown(&value))))
    }
}

fn list_of(value: Value) -> Value {
    if value.is_array() { value } else { Value::Array(vec![value]) }
}
