//! `to_local_multistring`: one remote value, or a list, becomes those local strings (labels) that begin with `prefix`, which is
//! required; all other local strings stay. `to_local_multistring_default`: only while the local list is empty.
//!
//! Maps and `allowed_chars` are applied to each value, then the prefix is put before it. An unset remote value gives `r_default`;
//! without one the local strings stay as they are.

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
        value::{equal, is_unset, shown, to_text},
    },
};

#[derive(Debug)]
struct ToLocalMultistring {
    import: Import,
    prefix: String,
    only_default: bool,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    read(section, false)
}

pub(super) fn compile_default(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    read(section, true)
}

fn read(section: &Section<'_>, only_default: bool) -> Option<Box<dyn Rule>> {
    let (import, prefix) = (Import::read(section), section.required_text("prefix")?);
    if prefix.value.is_empty() {
        let node = section.node("prefix")?;
        return section.wrong("prefix", node, "must not be empty: it tells this rule's strings from all others");
    }
    Some(Box::new(ToLocalMultistring { import: import?, prefix: prefix.value, only_default }))
}

impl Rule for ToLocalMultistring {
    fn access(&self) -> Access {
        self.import.access()
    }

    fn direction(&self) -> Direction {
        Direction::ToLocal
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let (local, remote) = self.import.values(evaluation);
        if self.only_default && !is_unset(&local) {
            return Verdict::unchanged(format!("local {} is set already: {}", self.import.local, shown(&local)));
        }
        let ours = match self.import.mapping.to_local(&remote) {
            Ok(wanted) if is_unset(&wanted) => return Verdict::unchanged(self.import.told(&remote)),
            Ok(wanted) => texts(&wanted).into_iter().map(|text| format!("{}{text}", self.prefix)),
            Err(missing) => return Verdict::failed(missing.reason()),
        };
        let mut wanted: Vec<String> = texts(&local).into_iter().filter(|text| !text.starts_with(&self.prefix)).collect();
        wanted.extend(ours);
        wanted.sort();
        wanted.dedup();
        let wanted = Value::from(wanted);
        if equal(&wanted, &local) {
            return Verdict::unchanged(format!("local {} holds it: {}", self.import.local, shown(&local)));
        }
        let because = self.import.told(&remote);
        evaluation.set(Side::Local, &self.import.local, wanted, &because)
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(|item| to_text(item, ", ")).collect(),
        Value::Null => Vec::new(),
        single => vec![to_text(single, ", ")],
    }
}
