//! `to_local_multilink`: one remote value, else `r_default`, becomes the only item of a local list (`versions.name`).
//! `to_local_multilink_default`: only while the local list is empty.
//!
//! A value that the local tracker does not know fails the rule and is told together with those that it knows. With `use_r_default`
//! it gives `r_default` instead.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Access, Direction, Rule,
    common::Import,
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
    import: Import,
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
    let (import, use_r_default) = (Import::read(section), section.flag("use_r_default", false));
    Some(Box::new(ToLocalMultilink { import: import?, use_r_default, only_default }))
}

impl Rule for ToLocalMultilink {
    fn access(&self) -> Access {
        let mut access = self.import.access();
        access.vocabularies.insert(self.import.local.clone());
        access
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let (local, remote) = self.import.values(evaluation);
        if self.only_default && !is_unset(&local) {
            return Verdict::unchanged(format!("local {} is set already: {}", self.import.local, shown(&local)));
        }
        let wanted = match self.import.mapping.to_local(&remote) {
            Ok(wanted) => wanted,
            Err(missing) => return Verdict::failed(missing.reason()),
        };
        if is_unset(&wanted) {
            return Verdict::unchanged(self.import.told(&remote));
        }
        let wanted = match self.known(wanted, evaluation.local_vocabulary(&self.import.local)) {
            Ok(wanted) => list_of(wanted),
            Err(verdict) => return verdict,
        };
        if evaluation.equality().equal(&wanted, &local) || self.import.mapping.same_by_map(&local, &remote) {
            return Verdict::unchanged(format!("both are {}", shown(&local)));
        }
        let because = self.import.told(&remote);
        evaluation.set(Side::Local, &self.import.local, wanted, &because)
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
        if let Some(word) = Some(&self.import.mapping.r_default).filter(|_| self.use_r_default).and_then(known) {
            return Ok(word);
        }
        let names = vocabulary.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if vocabulary.len() > 20 { ", …" } else { "" };
        Err(Verdict::failed(format!("local {} knows no {}; it knows: {names}{more}", self.import.local, shown(&value))))
    }
}

fn list_of(value: Value) -> Value {
    if value.is_array() { value } else { Value::Array(vec![value]) }
}
