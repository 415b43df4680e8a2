//! `users = true`: the two attributes hold people, who are known by the table `[sync.users]`.
//!
//! A person who is not in the table becomes the fallback user of the other side. That is told in the Plan each time, so that
//! somebody adds the person; and the fallback user never comes back in the place of the person.

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::Value;

use super::{
    Access, Direction,
    evaluation::{Evaluation, Verdict},
};
use crate::{
    config::{
        diagnostic::Diagnostic,
        node::{Node, NodeValue, Table},
        section::{Findings, Section},
        users::Users,
    },
    sync::{
        issue::Side,
        plan::{RuleOutcome, Write},
        value::{is_unset, same_text, shown, to_text},
    },
};

/// The parameter of rules, and the name of the table.
const USERS: &str = "users";

/// The rule with the people of its sync in the place of `true`.
pub(super) fn filled_in<'t>(rule: &'t Table, people: Option<&Table>) -> Cow<'t, Table> {
    let asked = rule.get(USERS).is_some_and(|node| node.value == NodeValue::Boolean(true));
    let Some(people) = people.filter(|_| asked) else { return Cow::Borrowed(rule) };
    let mut rule = rule.clone();
    for entry in rule.entries.iter_mut().filter(|entry| entry.key == USERS) {
        entry.value = Node { value: NodeValue::Table(people.clone()), place: entry.value.place.clone() };
    }
    Cow::Owned(rule)
}

/// The people that a rule is about, if it is about people.
pub(super) fn read(section: &Section<'_>) -> Option<Users> {
    let node = section.node(USERS)?;
    match &node.value {
        NodeValue::Boolean(false) => None,
        NodeValue::Boolean(true) => {
            let message = "`users = true` needs to know who is who, and this sync has no [sync.users]";
            let diagnostic = Diagnostic::error("rules::users", message, node.place.clone());
            section.findings.add(diagnostic.hint("write [sync.users] with map = { \"local user\" = \"remote user\" }"));
            None
        }
        _ => {
            for key in ["map", "imap"] {
                if let Some(other) = section.node(key) {
                    let message = format!("`{key}` cannot be used with `users`, which is a map by itself");
                    section.findings.add(Diagnostic::error("rules::users", message, other.place.clone()));
                }
            }
            section.section(USERS).map(Users::read)
        }
    }
}

/// The people of one rule, and where they stand.
#[derive(Clone, Debug)]
pub(super) struct People {
    users: Users,
    local: Option<String>,
    remote: Option<String>,
}

impl People {
    /// Of a rule that was compiled: whatever is wrong with its table has been told.
    pub(super) fn of(rule: &Table, access: &Access) -> Option<Self> {
        let NodeValue::Table(table) = &rule.get(USERS)?.value else { return None };
        let users = Users::read(Section::new(USERS, table, &Findings::default()));
        let first = |paths: &BTreeSet<String>| paths.first().cloned();
        Some(Self { users, local: first(&access.local.paths), remote: first(&access.remote.paths) })
    }

    /// Lets the rule decide, and adds a warning that names those for whom a fallback user stands now.
    pub(super) fn watch(
        &self,
        direction: Direction,
        evaluation: &mut Evaluation<'_>,
        decide: impl FnOnce(&mut Evaluation<'_>) -> Verdict,
    ) -> Verdict {
        let value = |side, path: Option<&String>| path.map_or(Value::Null, |path| evaluation.value(side, path));
        let before =
            [(Side::Local, value(Side::Local, self.local.as_ref())), (Side::Remote, value(Side::Remote, self.remote.as_ref()))];
        let verdict = decide(evaluation);
        let counterparts = Self::told_sides(direction, &verdict, evaluation.writes());
        let told: Vec<String> = before
            .iter()
            .filter(|(side, _)| counterparts.contains(&side.other()))
            .flat_map(|(side, value)| self.unmapped(*side, value).map(move |user| format!("{side} user {}", shown(&user))))
            .collect();
        if told.is_empty() {
            return verdict;
        }
        let unmapped = format!("not in [sync.users], so a fallback user stands for: {}", told.join(", "));
        let warnings: Vec<String> = verdict.warning.iter().cloned().chain([unmapped]).collect();
        verdict.warning(warnings.join("; "))
    }

    /// The sides whose values the rule has set or found in line.
    fn told_sides(direction: Direction, verdict: &Verdict, writes: &[Write]) -> Vec<Side> {
        match (verdict.outcome, direction) {
            (RuleOutcome::Change, _) => writes.iter().map(|write| write.side).collect(),
            (RuleOutcome::Unchanged, Direction::ToLocal) => vec![Side::Local],
            (RuleOutcome::Unchanged, Direction::ToRemote) => vec![Side::Remote],
            (RuleOutcome::Unchanged, Direction::Both) => vec![Side::Local, Side::Remote],
            _ => Vec::new(),
        }
    }

    /// The people of a value whom the table does not know, if there is somebody to stand for them.
    fn unmapped(&self, side: Side, value: &Value) -> impl Iterator<Item = Value> {
        let Users { map, remote_fallback, local_fallback } = &self.users;
        let (stand_in, own_fallback) = match side {
            Side::Local => (remote_fallback, local_fallback),
            Side::Remote => (local_fallback, remote_fallback),
        };
        let known = |user: &Value| {
            let user = to_text(user, ", ");
            let here = |(local, remote): &(String, String)| same_text(if side == Side::Local { local } else { remote }, &user);
            map.iter().any(here) || own_fallback.as_deref().is_some_and(|fallback| same_text(fallback, &user))
        };
        let users = match value {
            Value::Array(users) => users.clone(),
            single => vec![single.clone()],
        };
        let unmapped = users.into_iter().filter(|user| stand_in.is_some() && !is_unset(user) && !known(user));
        unmapped.collect::<Vec<_>>().into_iter()
    }
}
