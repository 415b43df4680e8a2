//! Rules that work against each other. No tracker is asked for this.
//!
//! Two rules are looked at together when they write the same attribute, or when each reads what the other writes. They are then
//! evaluated, just as for an issue, with values out of their own maps and defaults, and what they decide is applied, again and
//! again. They quarrel when
//!
//! * the values never come to rest (two maps that do not agree, a prefix that is added in each round), or
//! * the values do, and yet in each further round both rules still write, the later one undoing the earlier (two sources for one
//!   attribute), or
//! * one of them is `two_way` and the other a one-way rule that writes one of its attributes at any time: an edit on that side
//!   would never last.
//!
//! So whatever comes to rest is no finding: a default beside a rule that keeps the attribute in step, rules for creation beside
//! rules for updates, several prefixes on one list, one attribute in step with two others, two one-way rules that agree. Where it
//! takes an unset value for the quarrel to show, it is a warning.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Options, RuleSet, compiled::Compiled, evaluate};
use crate::{
    config::diagnostic::Diagnostic,
    ids::IssueId,
    sync::{
        issue::{Attributes, Base, Side, Snapshot},
        plan::{Plan, RuleOutcome},
        value::{equal, is_unset, shown},
    },
};

/// Rounds after which two rules that still change values are taken to go on for ever; those that end need two or three.
const ROUNDS: usize = 8;
/// How many combinations of values are tried for two rules, and for all of them together; but a few for any two.
const MOST_TRIED: usize = 200;
const MOST_IN_ALL: usize = 20_000;
const FEWEST_TRIED: usize = 12;
/// Kinds that write whenever the sides differ, in one direction.
const ONE_WAY: [&str; 5] = ["to_local", "to_remote", "to_local_multilink", "to_local_concatenate", "multi_to_remote"];

type Paths = BTreeSet<(Side, String)>;

/// Finds the rules that quarrel.
pub(super) fn find(rules: &RuleSet) -> Vec<Diagnostic> {
    let mut pairs = Vec::new();
    for (at, earlier) in rules.rules.iter().enumerate() {
        pairs.extend(rules.rules[at + 1..].iter().filter_map(|later| Pair::of(earlier, later)));
    }
    let most_tried = (MOST_IN_ALL / pairs.len().max(1)).clamp(FEWEST_TRIED, MOST_TRIED);
    pairs.iter().filter_map(|pair| pair.diagnose(most_tried)).collect()
}

/// Two rules that have to do with each other, in their order.
struct Pair<'r> {
    earlier: &'r Compiled,
    later: &'r Compiled,
    /// What both write.
    contested: Paths,
    /// All that they read or write.
    paths: Paths,
}

/// The values of one trial.
type Trial = Vec<Value>;

/// How a trial went wrong.
enum Quarrel {
    /// The values never come to rest.
    Endless,
    /// They do, and both rules still write.
    Undoing,
}

impl<'r> Pair<'r> {
    fn of(earlier: &'r Compiled, later: &'r Compiled) -> Option<Self> {
        let (first, second) = (earlier.rule.access(), later.rule.access());
        let contested: Paths = first.writes.intersection(&second.writes).cloned().collect();
        let (reads_first, reads_second) = (reads(earlier), reads(later));
        let each_other = !first.writes.is_disjoint(&reads_second) && !second.writes.is_disjoint(&reads_first);
        if contested.is_empty() && !each_other {
            return None;
        }
        let paths = [reads_first, reads_second, first.writes, second.writes].into_iter().flatten().collect();
        Some(Self { earlier, later, contested, paths })
    }

    fn diagnose(&self, most_tried: usize) -> Option<Diagnostic> {
        if let Some((side, path)) = self.against_two_way() {
            let message = format!(
                "a `two_way` rule and a one-way rule write {side} `{path}` (the other one: {}); an edit there would be undone",
                self.earlier.place
            );
            return Some(self.finding(false, message).hint("keep one of the two"));
        }
        // Those without an unset value first: they are the worse ones.
        let mut trials = self.trials(most_tried);
        trials.sort_by_key(|trial| trial.iter().any(is_unset));
        trials.into_iter().find_map(|trial| {
            let quarrel = self.try_out(&trial)?;
            let warning = trial.iter().any(is_unset);
            let what = match quarrel {
                Quarrel::Endless => "this rule and the one at {} never come to an end: each changes what the other has written",
                Quarrel::Undoing => "this rule and the one at {} write the same attribute, and each undoes what the other does",
            };
            let message = format!("{}, as with {}", what.replace("{}", &self.earlier.place), self.example(&trial));
            let hint = "let their maps agree, or let one of them write on creation only, or only while the attribute is unset";
            Some(self.finding(warning, message).hint(hint))
        })
    }

    fn finding(&self, warning: bool, message: String) -> Diagnostic {
        let writes = self.later.rule.access().writes;
        let written = self.contested.first().or_else(|| writes.first());
        let origin = &self.later.origin;
        let place = written.map_or(&origin.place, |(side, path)| origin.place_of(*side, path)).clone();
        if warning {
            Diagnostic::warning("rules::loop", message, place)
        } else {
            Diagnostic::error("rules::loop", message, place)
        }
    }

    /// The attribute that a one-way rule takes from a `two_way` one.
    fn against_two_way(&self) -> Option<&(Side, String)> {
        let narrowed = self.earlier.origin.narrowed || self.later.origin.narrowed;
        let one_way = match (self.earlier.kind, self.later.kind) {
            ("two_way", other) | (other, "two_way") => ONE_WAY.contains(&other),
            _ => false,
        };
        self.contested.first().filter(|_| one_way && !narrowed)
    }

    /// Combinations of values for all paths, in the order of the paths.
    fn trials(&self, most_tried: usize) -> Vec<Trial> {
        let mut values: Vec<Vec<Value>> = self.paths.iter().map(|(side, path)| self.candidates(*side, path)).collect();
        while values.iter().map(Vec::len).product::<usize>() > most_tried {
            // There is a longest list with more than one value, or the product were 1.
            if let Some(longest) = values.iter_mut().max_by_key(|values| values.len()) {
                longest.pop();
            }
        }
        values.iter().fold(vec![Trial::new()], |trials, values| {
            let with = |trial: &Trial, value: &Value| trial.iter().chain([value]).cloned().collect();
            trials.iter().flat_map(|trial| values.iter().map(move |value| with(trial, value))).collect()
        })
    }

    /// Values that an attribute may have: some that are in no map, unset, and those of the maps.
    fn candidates(&self, side: Side, path: &str) -> Vec<Value> {
        let mut values = vec![Value::from("one"), Value::from("two"), Value::Null];
        for compiled in [self.earlier, self.later] {
            if compiled.origin.path(side) == Some(path) {
                let of_side = compiled.origin.values.iter().filter(|value| value.side == side);
                values.extend(of_side.map(|value| Value::from(value.text.as_str())));
            }
        }
        let mut seen = BTreeSet::new();
        values.retain(|value| seen.insert(value.to_string()));
        values
    }

    /// Evaluates the two with these values, once as at the first sync and once as after a sync that left these values.
    fn try_out(&self, trial: &Trial) -> Option<Quarrel> {
        let of_side = |wanted: Side| -> Attributes {
            let given = self.paths.iter().zip(trial).filter(|((side, _), _)| *side == wanted);
            given.map(|((_, path), value)| (path.clone(), value.clone())).collect()
        };
        let (local, remote) = (of_side(Side::Local), of_side(Side::Remote));
        let settled = Base { local: local.clone(), remote: remote.clone(), ..Base::default() };
        let rules = RuleSet { rules: vec![self.earlier.clone(), self.later.clone()] };
        [Base::default(), settled].into_iter().find_map(|base| go_round(&rules, local.clone(), remote.clone(), base))
    }

    fn example(&self, trial: &Trial) -> String {
        let told = self.paths.iter().zip(trial).map(|((side, path), value)| format!("{side} {path} {}", shown(value)));
        told.collect::<Vec<_>>().join(", ")
    }
}

fn reads(compiled: &Compiled) -> Paths {
    let access = compiled.rule.access();
    let local = access.local.paths.into_iter().map(|path| (Side::Local, path));
    local.chain(access.remote.paths.into_iter().map(|path| (Side::Remote, path))).collect()
}

/// Applies what the rules decide until it changes nothing any more.
fn go_round(rules: &RuleSet, local: Attributes, remote: Attributes, mut base: Base) -> Option<Quarrel> {
    let (mut local, mut remote) = (snapshot(local), snapshot(remote));
    for _ in 0..ROUNDS {
        let plan = evaluate(rules, Some(&local), Some(&remote), &base, &Options::default());
        local.attributes.extend(plan.local.new_values());
        remote.attributes.extend(plan.remote.new_values());
        let before = base.clone();
        base.advance(Side::Local, local.attributes.clone(), &rules.open_paths(&plan, Side::Local));
        base.advance(Side::Remote, remote.attributes.clone(), &rules.open_paths(&plan, Side::Remote));
        // Another base is another situation, even if the values are as they were.
        if !changes_anything(&plan) && base == before {
            let writing = plan.rules.iter().filter(|report| report.outcome == RuleOutcome::Change).count();
            return (writing > 1).then_some(Quarrel::Undoing);
        }
    }
    Some(Quarrel::Endless)
}

fn changes_anything(plan: &Plan) -> bool {
    let mut fields = plan.local.fields.values().chain(plan.remote.fields.values());
    fields.any(|change| !equal(&change.old, &change.new))
}

fn snapshot(attributes: Attributes) -> Snapshot {
    Snapshot { attributes, assigned_to_us: true, ..Snapshot::empty(IssueId::new("1"), "1") }
}
