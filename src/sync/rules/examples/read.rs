//! Reads the cases of a file. Whatever is not understood is a finding with its line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::expectation::{Expectation, finding};
use crate::{
    config::{
        diagnostic::Diagnostic,
        node::{NodeValue, Table},
        place::Place,
        section::{Findings, Section, nearest},
        sync::SyncConfig,
    },
    ids::IssueId,
    sync::{
        issue::{Attributes, Base, Copied, CopyKind, File, Message, Side, Snapshot},
        rules::{Options, mapping::plain_value, rehearsal::Rehearsal},
        value::Equality,
    },
};

/// One case.
pub(super) struct Case {
    pub name: String,
    pub place: Place,
    pub rules: Vec<Table>,
    /// The people whom these rules know.
    pub users: Option<Table>,
    pub issue: Rehearsal,
    pub options: Options,
    /// Whether it is about what follows the creation of the remote issue.
    pub after_create: bool,
    pub expect: Expectation,
    /// Why a second run has something to do again.
    pub unsettled_because: Option<String>,
}

const EQUALITIES: [(&str, Equality); 2] = [("plain", Equality::Plain), ("kpm", Equality::Kpm)];
const SIDES: [(&str, Side); 2] = [("local", Side::Local), ("remote", Side::Remote)];
const COPIES: [(&str, CopyKind); 2] = [("message", CopyKind::Message), ("file", CopyKind::File)];
/// When a message was written that says nothing about it.
const SOME_DATE: &str = "2026-01-01T00:00:00Z";

pub(super) fn cases(root: &Table, syncs: &[SyncConfig], findings: &Findings) -> Vec<Case> {
    let section = Section::new("the file", root, findings);
    let tables = section.tables("case");
    section.finish();
    if tables.is_empty() {
        findings.add(Diagnostic::error("examples::empty", "there is no [[case]] in this file", root.place.clone()));
    }
    tables.into_iter().filter_map(|table| case(Section::new("[[case]]", table, findings), syncs)).collect()
}

fn case(section: Section<'_>, syncs: &[SyncConfig]) -> Option<Case> {
    let name = section.required_text("name");
    let (rules, users) = rules(&section, syncs);
    let (local, remote) = (section.section("local").map(issue), section.section("remote").map(issue));
    let base = section.section("base").map(base).unwrap_or_default();
    let (options, after_create) = section.section("options").map(options).unwrap_or_default();
    let expect = section.section("expect").map(expectation);
    if expect.is_none() {
        section.missing("expect");
    }
    let unsettled_because = settling(&section);
    let place = section.place().clone();
    let about_rules = matches!(expect, Some(Some(Expectation::Findings(_))));
    if !about_rules && (local.is_none() && remote.is_none() || after_create && (local.is_none() || remote.is_none())) {
        section.missing("local` or `remote");
    }
    section.finish();
    let issue = Rehearsal::new(local, remote, base);
    Some(Case { name: name?.value, place, rules, users, issue, options, after_create, expect: expect??, unsettled_because })
}

/// The rules, and the people whom they know.
fn rules(section: &Section<'_>, syncs: &[SyncConfig]) -> (Vec<Table>, Option<Table>) {
    let users = section.section("users").map(|section| section.table().clone());
    let written: Vec<Table> = section.tables("rule").into_iter().cloned().collect();
    let Some(name) = section.text("sync") else {
        if written.is_empty() {
            section.missing("rule` or `sync");
        }
        return (written, users);
    };
    if !written.is_empty() {
        let message = "`sync` takes the rules of the configuration; a case has these or its own, not both";
        section.findings.add(Diagnostic::error("examples::value", message, name.place.clone()));
    }
    if let Some(sync) = syncs.iter().find(|sync| sync.name.as_str() == name.value) {
        return (sync.rules.clone(), users.or_else(|| sync.users.clone()));
    }
    let message = format!("the configuration has no sync of the name `{}`", name.value);
    let hint = nearest(&name.value, syncs.iter().map(|sync| sync.name.as_str()));
    section.findings.add(Diagnostic::error("examples::sync", message, name.place).hint(hint));
    (Vec::new(), None)
}

/// `settles = false` and why.
fn settling(section: &Section<'_>) -> Option<String> {
    let (settles, because) = (section.flag("settles", true), section.text("because"));
    match (settles, because) {
        (false, None) => {
            section.missing("because");
            None
        }
        (true, Some(because)) => {
            let message = "`because` says why a case does not settle; it goes with `settles = false`";
            section.findings.add(Diagnostic::error("examples::value", message, because.place));
            None
        }
        (_, because) => because.map(|text| text.value),
    }
}

fn issue(section: Section<'_>) -> Snapshot {
    let findings = section.findings;
    let message = |table| message(Section::new("messages", table, findings));
    let file = |table| file(Section::new("files", table, findings));
    let issue = Snapshot {
        attributes: attributes(&section, "attributes"),
        messages: section.tables("messages").into_iter().filter_map(message).collect(),
        files: section.tables("files").into_iter().filter_map(file).collect(),
        assigned_to_us: section.flag("assigned_to_us", false),
        updated: timestamp(&section, "updated"),
        largest_file: section.node("largest_file").map(|_| section.byte_size("largest_file", 0)),
        restricted: section.texts("restricted").map(|names| names.into_iter().map(|name| name.value).collect()),
        ..Snapshot::empty(IssueId::new("1"), "1")
    };
    section.finish();
    issue
}

fn attributes(section: &Section<'_>, key: &'static str) -> Attributes {
    given_attributes(section, key).unwrap_or_default()
}

fn given_attributes(section: &Section<'_>, key: &'static str) -> Option<Attributes> {
    let node = section.node(key)?;
    let NodeValue::Table(table) = &node.value else {
        return section.wrong(key, node, "must be a table of attributes and their values");
    };
    Some(table.entries.iter().map(|entry| (entry.key.clone(), plain_value(&entry.value))).collect())
}

fn message(section: Section<'_>) -> Option<Message> {
    let (id, text) = (section.required_text("id"), section.required_text("text"));
    let author = section.text("author").map_or_else(|| "Jane".to_owned(), |author| author.value);
    let date = timestamp(&section, "date").or_else(|| SOME_DATE.parse().ok())?;
    let keywords = section.texts("keywords").unwrap_or_default().into_iter().map(|keyword| keyword.value).collect();
    let kind = section.text("kind").map(|kind| kind.value);
    section.finish();
    Some(Message { id: id?.value, author, date, text: text?.value, keywords, kind })
}

fn file(section: Section<'_>) -> Option<File> {
    let (id, name) = (section.required_text("id"), section.required_text("name"));
    let size = section.node("size").map(|_| section.byte_size("size", 0));
    let withheld = section.flag("withheld", false);
    section.finish();
    Some(File { id: id?.value, name: name?.value, size, withheld })
}

fn timestamp(section: &Section<'_>, key: &'static str) -> Option<Timestamp> {
    let text = section.text(key)?;
    let parsed = text.value.parse().ok();
    if parsed.is_none() {
        let message = format!("`{key}` is no point in time: `{}`", text.value);
        let diagnostic = Diagnostic::error("examples::value", message, text.place);
        section.findings.add(diagnostic.hint(format!("write it as {SOME_DATE}")));
    }
    parsed
}

fn base(section: Section<'_>) -> Base {
    let findings = section.findings;
    let copied = |table| copied(Section::new("copies", table, findings));
    let base = Base {
        remote: attributes(&section, "remote"),
        local: attributes(&section, "local"),
        copies: section.tables("copies").into_iter().filter_map(copied).collect(),
    };
    section.finish();
    base
}

fn copied(section: Section<'_>) -> Option<Copied> {
    let (kind, to) = (choice(&section, "kind", &COPIES), choice(&section, "to", &SIDES));
    for (key, value) in [("kind", kind.is_none()), ("to", to.is_none())] {
        if value && section.node(key).is_none() {
            section.missing(key);
        }
    }
    let (source, copy) = (section.required_text("source"), section.required_text("copy"));
    let text = section.text("text").map(|text| text.value);
    section.finish();
    Some(Copied { kind: kind?, to: to?, source: source?.value, copy: copy?.value, text })
}

fn options(section: Section<'_>) -> (Options, bool) {
    let options = Options {
        remote_change: section.flag("remote_change", false),
        equality: choice(&section, "equality", &EQUALITIES).unwrap_or_default(),
        local_vocabularies: vocabularies(&section),
        ..Options::default()
    };
    let after_create = choice(&section, "phase", &[("after_create", true)]).unwrap_or(false);
    section.finish();
    (options, after_create)
}

fn vocabularies(section: &Section<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let words = |value: serde_json::Value| match value {
        serde_json::Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => BTreeSet::new(),
    };
    attributes(section, "vocabularies").into_iter().map(|(path, value)| (path, words(value))).collect()
}

fn choice<T: Copy>(section: &Section<'_>, key: &'static str, known: &[(&str, T)]) -> Option<T> {
    let text = section.text(key)?;
    let found = known.iter().find(|(name, _)| *name == text.value).map(|(_, value)| *value);
    if found.is_none() {
        let message = format!("`{key}` cannot be \"{}\"", text.value);
        let hint = nearest(&text.value, known.iter().map(|(name, _)| *name));
        section.findings.add(Diagnostic::error("examples::value", message, text.place).hint(hint));
    }
    found
}

fn expectation(section: Section<'_>) -> Option<Expectation> {
    let plan = section.text("plan").map(|text| Expectation::Plan(text.value));
    let findings = section.node("diagnostics").map(|_| diagnostics(&section)).map(Expectation::Findings);
    let (local, remote) = (given_attributes(&section, "local"), given_attributes(&section, "remote"));
    let written = (local.is_some() || remote.is_some()).then_some(Expectation::Written { local, remote });
    let mut given: Vec<Expectation> = [plan, findings, written].into_iter().flatten().collect();
    if given.len() != 1 {
        let message = "`expect` holds one of: `plan`; `diagnostics`; `local` and `remote`";
        section.findings.add(Diagnostic::error("examples::value", message, section.place().clone()));
    }
    section.finish();
    given.pop()
}

fn diagnostics(section: &Section<'_>) -> String {
    let told = |table| {
        let one = Section::new("diagnostics", table, section.findings);
        let (code, line) = (one.required_text("code"), one.required_text("line"));
        let (message, hint) = (one.required_text("message"), one.text("hint").map(|hint| hint.value));
        one.finish();
        Some(finding(&code?.value, &line?.value, &message?.value, hint.as_deref()))
    };
    section.tables("diagnostics").into_iter().filter_map(told).collect::<Vec<_>>().join("\n")
}
