//! Rule lists, issues and edits, drawn from a tape of bytes: cheap to make in great numbers, and a shorter tape with smaller bytes
//! makes a simpler case, which is what a failure is shrunk to.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    config::{
        node::{Entry, Node, NodeValue, Table},
        place::Place,
    },
    ids::IssueId,
    sync::{
        issue::{Attributes, Base, Copied, CopyKind, File, Message, READABLE, Side, Snapshot},
        rules::{KINDS, Options, rehearsal::Rehearsal},
        value::Equality,
    },
};

/// A tape of bytes; when it is at its end, each draw gives the simplest there is.
pub(super) struct Tape<'t>(pub std::slice::Iter<'t, u8>);

impl Tape<'_> {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % bound)
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub(super) fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())].clone()
    }
}

/// How many attributes of each side rules have to share.
const NAMES: usize = 8;

/// A list of 1 to 8 rules of all kinds.
pub(super) fn rules(tape: &mut Tape<'_>) -> Vec<Table> {
    let number = 1 + tape.below(NAMES);
    (0..number).map(|index| rule(tape, index)).collect()
}

/// A `two_way` rule with all that belongs to it, and no gate.
pub(super) fn two_way(tape: &mut Tape<'_>) -> Vec<Table> {
    let mut rule = Builder::new("two_way");
    rule.text("local_name", "l0").text("remote_name", "r0");
    mapping(tape, &mut rule);
    conflict(tape, &mut rule);
    vec![rule.done()]
}

fn rule(tape: &mut Tape<'_>, index: usize) -> Table {
    // Checks stop whole lists, and kinds of two names stand for one.
    let mut kind = KINDS[tape.below(KINDS.len())].0;
    if kind.starts_with("check") && tape.chance(50) {
        kind = "two_way";
    }
    let mut rule = Builder::new(kind);
    match kind {
        "to_local_concatenate" => concatenate(tape, &mut rule, index),
        "multi_to_remote" => multi(tape, &mut rule, index),
        "files" | "messages" | "kpm_message" | "pfiff_messages" | "default_message" => copying(tape, &mut rule),
        "message" => {
            let remote = name(tape, 'r', index);
            rule.text("remote_name", &remote).text("headline", &format!("H{index}:"));
        }
        _ => pair(tape, &mut rule, index),
    }
    gates(tape, &mut rule);
    rule.done()
}

fn pair(tape: &mut Tape<'_>, rule: &mut Builder, index: usize) {
    let (local, remote) = (name(tape, 'l', index), name(tape, 'r', index));
    rule.text("local_name", &local).text("remote_name", &remote);
    mapping(tape, rule);
    match rule.kind {
        "two_way" => conflict(tape, rule),
        "check" | "check_remote" => check(tape, rule),
        "to_local_multistring" | "to_local_multistring_default" => drop(rule.text("prefix", "M-")),
        "to_local_multilink" | "to_local_multilink_default" => drop(rule.flag("use_r_default", tape.chance(50))),
        _ => {}
    }
}

/// Mostly the attribute that belongs to this place in the list: lists are to be long and yet seldom contradict themselves.
fn name(tape: &mut Tape<'_>, side: char, index: usize) -> String {
    let index = if tape.chance(6) { tape.below(NAMES) } else { index };
    format!("{side}{index}")
}

fn mapping(tape: &mut Tape<'_>, rule: &mut Builder) {
    match tape.below(7) {
        1 => drop(rule.map("map", &[("p", "u"), ("q", "v")])),
        2 => drop(rule.map("map", &[("p", "u"), ("q", "u"), ("r", "v")])),
        3 => drop(rule.map("imap", &[("u", "p"), ("v", "p")])),
        4 => drop(rule.map("map", &[("p", "u"), ("q", "v"), ("", "w")]).map("imap", &[("u", "q"), ("v", "p"), ("w", "r")])),
        5 => users(tape, rule),
        _ => {}
    }
    if tape.chance(30) {
        rule.text("l_default", tape.pick(&["u", "v", "p"]));
    }
    if tape.chance(30) {
        let key = tape.pick(&["r_default", "default"]);
        rule.text(key, tape.pick(&["p", "q", "u"]));
    }
    let texts = [("strip_prefix", "X-"), ("local_prefix", "P-"), ("allowed_chars", "pqruv"), ("local_unset", "q")];
    for (key, text) in texts {
        if tape.chance(15) {
            rule.text(key, text);
        }
    }
    if tape.chance(20) {
        rule.flag("join_multilink", true).text("separator", tape.pick(&[", ", "; "]));
    }
}

/// Some people are in the table, some become the fallback user, who may be one of the table.
fn users(tape: &mut Tape<'_>, rule: &mut Builder) {
    let known = table(vec![("p", text("u")), ("q", text("v"))]);
    let mut users = vec![("map", known)];
    for (key, names) in [("remote_fallback", ["w", "u"]), ("local_fallback", ["r", "p"])] {
        if tape.chance(70) {
            users.push((key, text(tape.pick(&names))));
        }
    }
    rule.value("users", table(users));
}

fn conflict(tape: &mut Tape<'_>, rule: &mut Builder) {
    if tape.chance(60) {
        rule.text("conflict", tape.pick(&["remote", "local", "newest", "hold"]));
    }
}

fn check(tape: &mut Tape<'_>, rule: &mut Builder) {
    if tape.chance(50) {
        rule.text("value", tape.pick(&["p", "u"]));
    }
    rule.flag("invert", tape.chance(70));
    if rule.kind == "check" {
        rule.flag("update", tape.chance(50));
    }
}

fn concatenate(tape: &mut Tape<'_>, rule: &mut Builder, index: usize) {
    let local = name(tape, 'l', index);
    let remote = [name(tape, 'r', index), name(tape, 'r', index + NAMES)];
    rule.text("local_name", &local).texts("remote_names", &remote);
    rule.flag("add_prefix", !tape.chance(30));
    if tape.chance(30) {
        rule.map("name_map", &[(remote[1].as_str(), tape.pick(&["", "Name"]))]);
    }
    for (key, text) in [("field_prefix", "* "), ("field_postfix", ": "), ("delimiter", "\r\n"), ("short_delimiter", "/")] {
        if tape.chance(20) {
            rule.text(key, text);
        }
    }
}

fn multi(tape: &mut Tape<'_>, rule: &mut Builder, index: usize) {
    let (local, remote) = ([name(tape, 'l', index), name(tape, 'l', index + NAMES)], name(tape, 'r', index));
    rule.texts("local_names", &local).text("remote_name", &remote);
    let any = || table(vec![("any", NodeValue::Boolean(true))]);
    let pattern = |first: NodeValue, second: NodeValue, value: &str| {
        let when = NodeValue::Array([first, second].map(node).into());
        table(vec![("when", when), ("value", text(value))])
    };
    let mut patterns = vec![pattern(text("p"), any(), "u"), pattern(any(), text("q"), tape.pick(&["", "v"]))];
    if tape.chance(60) {
        patterns.push(pattern(any(), any(), tape.pick(&["u", "", "w"])));
    }
    rule.value("patterns", NodeValue::Array(patterns.into_iter().map(node).collect()));
    if tape.chance(30) {
        rule.text("l_default", "w");
    }
    if tape.chance(20) {
        rule.text("strip_prefix", "X-");
    }
}

fn copying(tape: &mut Tape<'_>, rule: &mut Builder) {
    match rule.kind {
        "files" if tape.chance(60) => drop(rule.text("prefix", tape.pick(&["", "e"]))),
        "messages" => {
            if tape.chance(40) {
                rule.text("keyword", "k");
            }
            if tape.chance(40) {
                rule.text("prefix", "@");
            }
            if tape.chance(50) {
                rule.text("edits", tape.pick(&["new", "update"]));
            }
            if tape.chance(40) {
                rule.text("deletions", tape.pick(&["keep", "remove"]));
            }
        }
        "kpm_message" => {
            if tape.chance(50) {
                rule.text("kpm_process_step", tape.pick(&["Aussage", "Rückfrage"]));
            }
            if tape.chance(50) {
                rule.text("prefix", "@").text("local_prefix", tape.pick(&["", "@", "KPM "]));
            }
        }
        "pfiff_messages" => drop(rule.text("prefix", "@")),
        "default_message" => drop(rule.text("message", "Taken over.")),
        _ => {}
    }
}

fn gates(tape: &mut Tape<'_>, rule: &mut Builder) {
    for key in ["only_update", "only_create", "l_only_update", "l_only_create", "only_assigned", "after_create"] {
        if tape.chance(6) {
            rule.flag(key, true);
        }
    }
    if tape.chance(10) {
        rule.text("r_unreadable", "p");
    }
}

/// Two issues, of which one may be missing, and a base that may fit them or not.
pub(super) fn issue(tape: &mut Tape<'_>) -> Rehearsal {
    let missing = tape.below(8);
    let local = (missing != 6).then(|| snapshot(tape, 'l'));
    let mut remote = (missing != 7).then(|| snapshot(tape, 'r'));
    if let Some(remote) = &mut remote {
        restrict(tape, remote);
    }
    let base = base(tape, local.as_ref(), remote.as_ref());
    Rehearsal::new(local, remote, base)
}

/// A value of an attribute.
pub(super) fn value(tape: &mut Tape<'_>) -> Value {
    let texts = ["p", "q", "r", "u", "v", "w", "X-p", "X-u", "", "one\r\n\r\ntwo \n", " p ", "P-p", "M-p"];
    match tape.below(12) {
        0 => Value::Null,
        8 => json!(["p", "q"]),
        9 => tape.pick(&[json!([]), json!(["u"]), json!(["M-p", "own"]), json!(["v", "u"])]),
        10 => tape.pick(&[json!(5), json!(0), json!(true), json!(false), json!(1.5)]),
        _ => Value::from(tape.pick(&texts)),
    }
}

/// A text of characters that something could trip over.
pub(super) fn wild(tape: &mut Tape<'_>) -> String {
    let characters =
        ['a', 'X', '-', '@', '\r', '\n', ' ', '\u{a0}', 'ä', '\u{301}', '😀', '\0', '#', ':', 'H', '0', '\u{2028}', '\u{feff}'];
    (0..tape.below(8)).map(|_| tape.pick(&characters)).collect()
}

fn attributes(tape: &mut Tape<'_>, side: char) -> Attributes {
    let mut attributes = Attributes::new();
    for index in 0..2 * NAMES {
        if tape.chance(70) {
            attributes.insert(format!("{side}{index}"), value(tape));
        }
    }
    attributes
}

fn snapshot(tape: &mut Tape<'_>, side: char) -> Snapshot {
    let mut issue = Snapshot::empty(IssueId::new("1"), "1");
    issue.attributes = attributes(tape, side);
    issue.messages = (0..tape.below(4)).map(|number| message(tape, side, number)).collect();
    let names = ["e.txt", "f.txt", "e", "ä?.bin"];
    let file = |tape: &mut Tape<'_>, number| File {
        id: format!("{side}f{number}"),
        name: tape.pick(&names).to_owned(),
        size: None,
        withheld: side == 'r' && tape.chance(20),
    };
    issue.files = (0..tape.below(4)).map(|number| file(tape, number)).collect();
    issue.assigned_to_us = tape.chance(50);
    issue.updated = tape.chance(70).then(|| second(tape));
    issue
}

fn second(tape: &mut Tape<'_>) -> jiff::Timestamp {
    jiff::Timestamp::from_second(i64::try_from(tape.below(4)).unwrap()).unwrap()
}

fn message(tape: &mut Tape<'_>, side: char, number: usize) -> Message {
    let texts = ["hello", "@ to you", "@", "", "Joe:\n\nhello", "H0:\np", "H1:\r\nu", " @hello\r\n"];
    Message {
        id: format!("{side}m{number}"),
        author: "Joe".to_owned(),
        date: second(tape),
        text: tape.pick(&texts).to_owned(),
        keywords: if tape.chance(30) { vec!["k".to_owned()] } else { Vec::new() },
        kind: tape.pick(&[None, Some("Aussage".to_owned()), Some("Rückfrage".to_owned())]),
    }
}

/// Of some issues only a part is shown, and of some nothing but that they are there.
fn restrict(tape: &mut Tape<'_>, remote: &mut Snapshot) {
    let shown: BTreeSet<String> = match tape.below(10) {
        8 => ["r0".to_owned(), "r2".to_owned()].into(),
        9 => [READABLE.to_owned()].into(),
        _ => return,
    };
    remote.attributes.retain(|path, _| shown.contains(path));
    if shown.contains(READABLE) {
        remote.attributes.insert(READABLE.to_owned(), Value::Bool(false));
    }
    remote.restricted = Some(shown);
}

fn base(tape: &mut Tape<'_>, local: Option<&Snapshot>, remote: Option<&Snapshot>) -> Base {
    let side = |tape: &mut Tape<'_>, issue: Option<&Snapshot>, name| match (issue, tape.below(3)) {
        (Some(issue), 0) => issue.attributes.clone(),
        (_, 1) => attributes(tape, name),
        _ => Attributes::new(),
    };
    let mut base = Base { local: side(tape, local, 'l'), remote: side(tape, remote, 'r'), copies: Vec::new() };
    for number in 0..3 {
        let (to, kind) = (tape.pick(&[Side::Local, Side::Remote]), tape.pick(&[CopyKind::Message, CopyKind::File]));
        let (from, to_name) = if to == Side::Local { ('r', 'l') } else { ('l', 'r') };
        let letter = if kind == CopyKind::Message { 'm' } else { 'f' };
        let item = |side, number: usize| format!("{side}{letter}{number}");
        if tape.chance(30) {
            let text = tape.pick(&[None, Some("hello".to_owned()), Some("helo".to_owned())]);
            base.copies.push(Copied { kind, to, source: item(from, number), copy: item(to_name, number), text });
        }
    }
    base
}

pub(super) fn options(tape: &mut Tape<'_>) -> Options {
    let equality = if tape.chance(30) { Equality::Kpm } else { Equality::Plain };
    let words = || ["p", "q", "P-p"].map(str::to_owned).into();
    let local_vocabularies = (0..NAMES).filter(|_| tape.chance(30)).map(|index| (format!("l{index}"), words())).collect();
    Options { equality, local_vocabularies, ..Options::default() }
}

/// A rule of texts.
pub(super) fn rule_of(kind: &'static str, parameters: &[(&str, &str)]) -> Table {
    let mut rule = Builder::new(kind);
    for (key, value) in parameters {
        rule.text(key, value);
    }
    rule.done()
}

/// A rule while it is put together.
struct Builder {
    kind: &'static str,
    entries: Vec<Entry>,
}

impl Builder {
    fn new(kind: &'static str) -> Self {
        let mut builder = Self { kind, entries: Vec::new() };
        builder.text("kind", kind);
        builder
    }

    fn value(&mut self, key: &str, value: NodeValue) -> &mut Self {
        self.entries.push(Entry { key: key.to_owned(), place: Place::Default, value: node(value) });
        self
    }

    fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.value(key, text(value))
    }

    fn texts(&mut self, key: &str, values: &[String]) -> &mut Self {
        self.value(key, NodeValue::Array(values.iter().map(|value| node(text(value))).collect()))
    }

    fn flag(&mut self, key: &str, flag: bool) -> &mut Self {
        self.value(key, NodeValue::Boolean(flag))
    }

    fn map(&mut self, key: &str, entries: &[(&str, &str)]) -> &mut Self {
        self.value(key, table(entries.iter().map(|(key, value)| (*key, text(value))).collect()))
    }

    fn done(self) -> Table {
        Table { entries: self.entries, place: Place::Default }
    }
}

fn text(value: &str) -> NodeValue {
    NodeValue::String(value.to_owned())
}

fn node(value: NodeValue) -> Node {
    Node { value, place: Place::Default }
}

fn table(entries: Vec<(&str, NodeValue)>) -> NodeValue {
    let entry = |(key, value): (&str, NodeValue)| Entry { key: key.to_owned(), place: Place::Default, value: node(value) };
    NodeValue::Table(Table { entries: entries.into_iter().map(entry).collect(), place: Place::Default })
}
