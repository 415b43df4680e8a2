//! `two_way`: either side may change the attribute.
//!
//! If the two are in line, nothing. If both are unset, the defaults go across. If the remote value changed since the last sync
//! and has a value, the local side gets it, even if that one changed too: `conflict = "remote"`, the predecessor's policy and the
//! default. `"local"` turns that round, `"newest"` takes the side whose issue was changed last (the remote one where that cannot be
//! told), `"hold"` writes neither side until one gives way. A remote value that was emptied does not erase a local one: it is set
//! again, with a warning. Otherwise the local value goes to the remote side; one that was emptied empties the remote one, one that
//! never was does not.

use serde_json::Value;

use super::{
    Access, Direction, Rule,
    common::Pair,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::{
        diagnostic::Diagnostic,
        section::{Section, nearest},
    },
    sync::{
        issue::Side,
        plan::RuleOutcome,
        value::{equal, is_unset, shown},
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conflict {
    Remote,
    Local,
    Newest,
    Hold,
}

const CONFLICTS: [(&str, Conflict); 4] =
    [("remote", Conflict::Remote), ("local", Conflict::Local), ("newest", Conflict::Newest), ("hold", Conflict::Hold)];

#[derive(Debug)]
struct TwoWay {
    pair: Pair,
    conflict: Conflict,
}

pub(super) fn compile(section: &Section<'_>) -> Option<Box<dyn Rule>> {
    let (pair, conflict) = (Pair::read(section), read_conflict(section));
    let pair = pair?;
    Some(Box::new(TwoWay { pair: Pair { mapping: pair.mapping.undressed(), ..pair }, conflict }))
}

fn read_conflict(section: &Section<'_>) -> Conflict {
    let Some(text) = section.text("conflict") else { return Conflict::Remote };
    CONFLICTS.iter().find(|(name, _)| *name == text.value).map_or_else(
        || {
            let message = format!("`conflict` cannot be \"{}\"", text.value);
            let hint = nearest(&text.value, CONFLICTS.iter().map(|(name, _)| *name));
            section.findings.add(Diagnostic::error("rules::value", message, text.place.clone()).hint(hint));
            Conflict::Remote
        },
        |(_, conflict)| *conflict,
    )
}

impl Rule for TwoWay {
    fn access(&self) -> Access {
        let mut access = self.pair.access(&[Side::Local, Side::Remote]);
        access.uses_base = true;
        access.local.updated = self.conflict == Conflict::Newest;
        access.remote.updated = self.conflict == Conflict::Newest;
        access
    }

    fn direction(&self) -> Direction {
        Direction::Both
    }

    fn evaluate(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let (local, remote) = self.pair.values(evaluation);
        if self.pair.in_line(evaluation, &local, &remote) {
            return Verdict::unchanged(format!("both are {}", shown(&local)));
        }
        if is_unset(&local) && is_unset(&remote) {
            return self.set_defaults(evaluation);
        }
        if !evaluation.local_exists() {
            return self.to_local(evaluation, &remote, "new local issue");
        }
        let remote_changed = evaluation.options().remote_change || self.changed(evaluation, Side::Remote, &remote);
        let local_changed = self.changed(evaluation, Side::Local, &local);
        match (remote_changed, local_changed) {
            (true, _) if is_unset(&remote) => {
                self.to_remote(evaluation, &local, "the remote value was emptied; that does not erase the local one").warning(
                    format!("remote {} was emptied and is set again; empty the local one to empty both", self.pair.remote),
                )
            }
            (true, true) => self.resolve(evaluation, &local, &remote),
            (true, false) => self.to_local(evaluation, &remote, "remote changed since last sync"),
            (false, true) => self.to_remote(evaluation, &local, "local changed since last sync"),
            (false, false) if is_unset(&local) => self.to_local(evaluation, &remote, "local was never set"),
            (false, false) if self.hold_the_defaults(&local, &remote) => {
                Verdict::unchanged(format!("the defaults of both sides, local {} and remote {}", shown(&local), shown(&remote)))
            }
            (false, false) => self.to_remote(evaluation, &local, "they differ, and remote did not change since last sync"),
        }
    }
}

impl TwoWay {
    /// Whether a value differs from the one of the last sync. A side that was never synced counts as changed on the remote side
    /// only, so that a first sync takes the remote values.
    fn changed(&self, evaluation: &Evaluation<'_>, side: Side, now: &Value) -> bool {
        let before = match side {
            Side::Local => evaluation.base().local.get(&self.pair.local),
            Side::Remote => evaluation.base().remote.get(&self.pair.remote),
        };
        match (side, before) {
            (Side::Remote, before) => {
                !evaluation.equality().equal(&self.pair.mapping.seen(before.unwrap_or(&Value::Null)), now)
            }
            (Side::Local, Some(before)) => !equal(before, now),
            (Side::Local, None) => false,
        }
    }

    fn resolve(&self, evaluation: &mut Evaluation<'_>, local: &Value, remote: &Value) -> Verdict {
        match self.conflict {
            // Somebody has decided.
            _ if evaluation.options().remote_change => {
                self.to_local(evaluation, remote, "both sides changed since last sync, and the remote value was asked for")
            }
            Conflict::Remote => self.to_local(evaluation, remote, "both sides changed since last sync, conflict = \"remote\""),
            Conflict::Local => self.to_remote(evaluation, local, "both sides changed since last sync, conflict = \"local\""),
            Conflict::Newest if local_is_newer(evaluation) => {
                self.to_remote(evaluation, local, "both sides changed since last sync, and the local issue is the newer one")
            }
            Conflict::Newest => {
                self.to_local(evaluation, remote, "both sides changed since last sync, and the remote issue is the newer one")
            }
            Conflict::Hold => Verdict::new(
                RuleOutcome::Held,
                format!("both sides changed since last sync, local {} and remote {}: held", shown(local), shown(remote)),
            ),
        }
    }

    /// What stands for an unset value on the remote and on the local side.
    fn defaults(&self) -> (Value, Value) {
        let of_unset = |value: Result<Value, _>| value.unwrap_or_default();
        (of_unset(self.pair.mapping.to_remote(&Value::Null)), of_unset(self.pair.mapping.to_local(&Value::Null)))
    }

    /// Whether both sides are as [`TwoWay::set_defaults`] left them. A map need not hold the two defaults for the same.
    fn hold_the_defaults(&self, local: &Value, remote: &Value) -> bool {
        let (to_remote, to_local) = self.defaults();
        let both_given = !is_unset(&to_remote) && !is_unset(&to_local);
        both_given && equal(local, &to_local) && equal(remote, &self.pair.mapping.seen(&to_remote))
    }

    fn set_defaults(&self, evaluation: &mut Evaluation<'_>) -> Verdict {
        let (to_remote, to_local) = self.defaults();
        let mut verdicts = Vec::new();
        if !is_unset(&to_remote) && evaluation.local_exists() {
            verdicts.push(evaluation.set(Side::Remote, &self.pair.remote, to_remote, "both are unset, l_default"));
        }
        if !is_unset(&to_local) {
            verdicts.push(evaluation.set(Side::Local, &self.pair.local, to_local, "both are unset, r_default"));
        }
        if verdicts.is_empty() { Verdict::unchanged("both are unset") } else { together(verdicts) }
    }

    fn to_local(&self, evaluation: &mut Evaluation<'_>, remote: &Value, because: &str) -> Verdict {
        match self.pair.mapping.to_local(remote) {
            Ok(wanted) if is_unset(&wanted) => Verdict::unchanged(format!("remote {} is unset", self.pair.remote)),
            Ok(wanted) => evaluation.set(Side::Local, &self.pair.local, wanted, because),
            Err(missing) => Verdict::failed(missing.reason()),
        }
    }

    fn to_remote(&self, evaluation: &mut Evaluation<'_>, local: &Value, because: &str) -> Verdict {
        match self.pair.mapping.to_remote(local) {
            Ok(wanted) => {
                let empties = is_unset(&wanted);
                let verdict = evaluation.set(Side::Remote, &self.pair.remote, wanted, because);
                // Both are unset then. Were that left to the next run, it would have something to do without any change.
                let default = self.defaults().1;
                if empties && verdict.outcome == RuleOutcome::Change && !is_unset(&default) {
                    let of_local = evaluation.set(Side::Local, &self.pair.local, default, "both are unset, r_default");
                    return together(vec![verdict, of_local]);
                }
                verdict
            }
            Err(missing) => Verdict::failed(missing.reason()),
        }
    }
}

/// One verdict of what was tried on both sides.
fn together(verdicts: Vec<Verdict>) -> Verdict {
    let changed = verdicts.iter().any(|verdict| verdict.outcome == RuleOutcome::Change);
    let reasons: Vec<String> = verdicts.into_iter().map(|verdict| verdict.reason).collect();
    Verdict::new(if changed { RuleOutcome::Change } else { RuleOutcome::Skipped }, reasons.join("; "))
}

fn local_is_newer(evaluation: &Evaluation<'_>) -> bool {
    let local = evaluation.local().and_then(|issue| issue.updated);
    local.zip(evaluation.remote().updated).is_some_and(|(local, remote)| local > remote)
}
