//! Calls of the predecessor's `Sync_Attribute_…` classes, which become the tables of `[[sync.rule]]`.

use std::collections::BTreeMap;

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::{
    evaluate::Evaluator,
    value::{Data, Value},
};
use crate::config::{
    diagnostic::Diagnostic,
    node::{Entry, Node, NodeValue, Table},
    place::Place,
    section::nearest,
};

/// The predecessor's modules, from which its classes may be taken.
pub(super) const MODULES: [&str; 9] =
    ["tracker_sync", "roundup_sync", "jira_sync", "jirasync", "kpmsync", "kpmwssync", "pfiffsync", "engdatv2", "ssh"];

/// What all its classes have in common before their names differ.
const PREFIX: &str = "Sync_Attribute_";

/// The parameters of most classes, in the order in which they may be given without their names.
const COMMON: &[&str] = &[
    "local_name",
    "remote_name",
    "only_update",
    "only_create",
    "l_default",
    "r_default",
    "map",
    "imap",
    "strip_prefix",
    "join_multilink",
    "separator",
    "local_prefix",
    "l_only_update",
    "allowed_chars",
    "local_unset",
];

/// A class: its name without the prefix, our kind, and its parameters by position.
struct Class {
    name: &'static str,
    kind: &'static str,
    positions: &'static [&'static str],
}

const fn class(name: &'static str, kind: &'static str, positions: &'static [&'static str]) -> Class {
    Class { name, kind, positions }
}

const CLASSES: [Class; 23] = [
    class("To_Local", "to_local", COMMON),
    class("One_Way", "to_local", COMMON),
    class("To_Local_Default", "to_local_default", COMMON),
    class("Default", "to_local_default", COMMON),
    class(
        "To_Local_Concatenate",
        "to_local_concatenate",
        &[
            "local_name",
            "remote_names",
            "delimiter",
            "short_delimiter",
            "field_prefix",
            "field_postfix",
            "add_prefix",
            "l_only_update",
            "name_map",
            "content_map",
        ],
    ),
    class(
        "To_Local_Multilink",
        "to_local_multilink",
        &[
            "local_name",
            "remote_name",
            "l_default",
            "r_default",
            "map",
            "imap",
            "strip_prefix",
            "use_r_default",
            "l_only_update",
            "l_only_create",
        ],
    ),
    class("To_Local_Multilink_Default", "to_local_multilink_default", &["local_name"]),
    class(
        "To_Local_Multistring",
        "to_local_multistring",
        &["local_name", "remote_name", "l_default", "r_default", "map", "imap", "prefix", "l_only_update", "allowed_chars"],
    ),
    class("To_Local_Multistring_Default", "to_local_multistring_default", &["local_name"]),
    class("To_Remote", "to_remote", COMMON),
    class("To_Remote_Default", "to_remote_default", COMMON),
    class("To_Remote_If_Dirty", "to_remote_if_dirty", COMMON),
    class("Multi_To_Remote", "multi_to_remote", &["local_names", "map"]),
    class("Two_Way", "two_way", COMMON),
    class("Check", "check", &["local_name", "remote_name", "invert", "update", "value"]),
    class("Check_Remote", "check_remote", &["local_name", "remote_name", "invert", "value"]),
    class("Files", "files", &["prefix", "local_name"]),
    class("Messages", "messages", &["keyword"]),
    class("Message", "message", &["headline", "remote_name"]),
    class("Default_Message", "default_message", &["message"]),
    class("KPM_Message", "kpm_message", &["prefix", "local_prefix", "kpm_process_step"]),
    class("Pfiff_Messages", "pfiff_messages", &["prefix"]),
    class("PFIFF_Messages", "pfiff_messages", &["prefix"]),
];

/// Reads a call; `None` after a finding was reported.
pub(super) fn read(evaluator: &mut Evaluator<'_>, name: &str, call: &ast::ExprCall) -> Option<Value> {
    let known = CLASSES.iter().find(|class| name.strip_prefix(PREFIX) == Some(class.name));
    let Some(class) = known else {
        evaluator.values_of(call);
        let full: Vec<String> = CLASSES.iter().map(|class| format!("{PREFIX}{}", class.name)).collect();
        let hint = nearest(name, full.iter().map(String::as_str));
        evaluator.error("python::unknown_class", format!("there is no class `{name}`"), call.func.range(), hint);
        return None;
    };
    let mut reading = Reading { evaluator, class, seen: BTreeMap::new(), entries: Vec::new(), complete: true };
    reading.arguments(call);
    let Reading { entries, complete, .. } = reading;
    if !complete {
        return None;
    }
    let place = evaluator.place(call.range());
    let kind = text(class.kind, evaluator.place(call.func.range()));
    let first = Entry { key: "kind".to_owned(), place: kind.place.clone(), value: kind };
    let table = Table { entries: std::iter::once(first).chain(entries).collect(), place: place.clone() };
    let size = 1 + table.entries.len();
    Some(Value { data: Data::Rule(table), place, depth: 1, size })
}

struct Reading<'r, 's> {
    evaluator: &'r mut Evaluator<'s>,
    class: &'static Class,
    seen: BTreeMap<String, Place>,
    entries: Vec<Entry>,
    complete: bool,
}

impl Reading<'_, '_> {
    fn arguments(&mut self, call: &ast::ExprCall) {
        for (at, argument) in call.arguments.args.iter().enumerate() {
            if argument.is_starred_expr() {
                self.refuse("`*` is not allowed", argument.range());
            } else if let Some(name) = self.class.positions.get(at) {
                let place = self.evaluator.place(argument.range());
                self.argument(name, place, argument);
            } else {
                self.refuse("there are too many arguments without a name", argument.range());
            }
        }
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(name) => {
                    let place = self.evaluator.place(name.range());
                    self.argument(name.as_str(), place, &keyword.value);
                }
                None => self.refuse("`**` is not allowed", keyword.range()),
            }
        }
    }

    fn refuse(&mut self, message: &str, range: TextRange) {
        self.complete = false;
        self.evaluator.error("python::not_allowed", message, range, "write the parameters themselves, name = value");
    }

    fn argument(&mut self, name: &str, place: Place, expression: &ast::Expr) {
        let value = self.evaluator.evaluate(expression);
        if let Some(first) = self.seen.insert(name.to_owned(), place.clone()) {
            let message = format!("the parameter `{name}` is given twice; the other is at {first}");
            let finding = Diagnostic::error("python::duplicate", message, place).hint("keep one of them");
            self.evaluator.findings.push(finding);
            self.complete = false;
            return;
        }
        let Some(value) = value else {
            self.complete = false;
            return;
        };
        if matches!(value.data, Data::None) {
            return;
        }
        let (key, node) = match (self.class.kind, name) {
            ("multi_to_remote", "map") => ("patterns", patterns(self.evaluator, value)),
            _ => (name, self.evaluator.node_of(value)),
        };
        match node {
            Some(value) => self.entries.push(Entry { key: key.to_owned(), place, value }),
            None => self.complete = false,
        }
    }
}

/// The table of `Multi_To_Remote`: `[ { when = ["v1", { any = true }], value = "r" }, … ]`, in its order. It may be written as a list of
/// pairs or as a dict with tuples as keys.
fn patterns(evaluator: &mut Evaluator<'_>, map: Value) -> Option<Node> {
    let place = map.place.clone();
    let pairs: Option<Vec<(Value, Value)>> = match map.data {
        Data::Dict(items) => Some(items),
        Data::List(rows) => rows.into_iter().map(pair).collect(),
        _ => None,
    };
    let rows: Option<Vec<Node>> = pairs.and_then(|pairs| pairs.into_iter().map(pattern).collect());
    if rows.is_none() {
        let finding = Diagnostic::error("python::value", "this `map` is no table of patterns", place.clone());
        evaluator.findings.push(finding.hint("write ((('a', None), 'x'), …): a tuple of patterns, and the value for it"));
    }
    Some(Node { value: NodeValue::Array(rows?), place })
}

fn pair(row: Value) -> Option<(Value, Value)> {
    let Data::List(items) = row.data else { return None };
    let [key, value]: [Value; 2] = items.try_into().ok()?;
    Some((key, value))
}

fn pattern((key, value): (Value, Value)) -> Option<Node> {
    let place = key.place.clone();
    let Data::List(parts) = key.data else { return None };
    let when = parts.into_iter().map(|part| match part.data {
        Data::None => any(part.place),
        _ => part.into_node(),
    });
    let when = Node { value: NodeValue::Array(when.collect()), place: place.clone() };
    let entries = [("when", when), ("value", value.into_node())]
        .into_iter()
        .map(|(key, value)| Entry { key: key.to_owned(), place: value.place.clone(), value })
        .collect();
    Some(Node { value: NodeValue::Table(Table { entries, place: place.clone() }), place })
}

fn any(place: Place) -> Node {
    let flag = Node { value: NodeValue::Boolean(true), place: place.clone() };
    let entries = vec![Entry { key: "any".to_owned(), place: place.clone(), value: flag }];
    Node { value: NodeValue::Table(Table { entries, place: place.clone() }), place }
}

fn text(text: &str, place: Place) -> Node {
    Node { value: NodeValue::String(text.to_owned()), place }
}
