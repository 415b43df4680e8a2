//! What an edit changed, in the words of the changelog.

use serde_json::Value;

use super::{
    catalogue::Choice,
    model::{Change, Fields},
    options::Dialect,
    projects::PartKind,
    site::Site,
    specs::ProjectSpec,
};

/// One field's value: the name in the changelog, the field's id, the raw value and the text.
struct Entry {
    field: String,
    id: String,
    raw: Option<String>,
    text: Option<String>,
}

impl Entry {
    fn new(field: &str, id: &str, raw: Option<String>, text: Option<String>) -> Self {
        Self { field: field.to_owned(), id: id.to_owned(), raw, text }
    }
}

/// The difference of two states of an issue.
pub(super) fn difference(site: &Site, project: &ProjectSpec, before: &Fields, after: &Fields) -> Vec<Change> {
    let pairs = entries(site, project, before).into_iter().zip(entries(site, project, after));
    pairs
        .filter(|(old, new)| old.raw != new.raw || old.text != new.text)
        .map(|(old, new)| change(new.field, new.id, (old.raw, old.text), (new.raw, new.text)))
        .collect()
}

/// The changelog of a new issue: everything it was given, from nothing.
pub(super) fn creation(site: &Site, project: &ProjectSpec, created: &Fields) -> Vec<Change> {
    entries(site, project, created)
        .into_iter()
        .filter(|entry| entry.id != "issuetype" && (entry.raw.is_some() || entry.text.is_some()))
        .map(|entry| {
            let field = if entry.id == "status" { "Status".to_owned() } else { entry.field };
            change(field, entry.id, (None, None), (entry.raw, entry.text))
        })
        .collect()
}

/// The change that a new or removed attachment is.
pub(super) fn attachment(id: u64, name: &str, added: bool) -> Change {
    let value = (Some(id.to_string()), Some(name.to_owned()));
    let (before, after) = if added { ((None, None), value) } else { (value, (None, None)) };
    change("Attachment".to_owned(), "attachment".to_owned(), before, after)
}

type Values = (Option<String>, Option<String>);

fn change(field: String, field_id: String, (from, from_text): Values, (to, to_text): Values) -> Change {
    Change { custom: field_id.starts_with("customfield_"), field, field_id, from, from_text, to, to_text }
}

fn entries(site: &Site, project: &ProjectSpec, fields: &Fields) -> Vec<Entry> {
    let filled = |list: &[String]| (!list.is_empty()).then(|| list.join(" "));
    let mut entries = vec![
        Entry::new("summary", "summary", None, Some(fields.summary.clone())),
        Entry::new("description", "description", None, fields.description.clone()),
        Entry::new("environment", "environment", None, fields.environment.clone()),
        choice(site, "issuetype", Choice::IssueType, Some(fields.issue_type)),
        choice(site, "priority", Choice::Priority, Some(fields.priority)),
        choice(site, "resolution", Choice::Resolution, fields.resolution),
        choice(site, "status", Choice::Status, Some(fields.status)),
        Entry::new("labels", "labels", None, filled(&fields.labels)),
        person(site, "assignee", fields.assignee.as_deref()),
        person(site, "reporter", fields.reporter.as_deref()),
        Entry::new("duedate", "duedate", fields.due.clone(), fields.due.clone()),
        Entry::new("security", "security", None, fields.security.clone()),
        Entry::new("Parent", "parent", None, fields.parent.map(|id| id.to_string())),
    ];
    let known = |kind| site.projects.of(kind, project.id).into_iter().map(|part| part.name).collect::<Vec<_>>();
    let versions = known(PartKind::Version);
    each(&mut entries, "Component", "components", &known(PartKind::Component), &fields.components);
    each(&mut entries, "Fix Version", "fixVersions", &versions, &fields.fix_versions);
    each(&mut entries, "Version", "versions", &versions, &fields.versions);
    for spec in &site.options.custom_fields {
        let text = fields.custom.get(&spec.number).map(|value| match value {
            Value::String(text) => text.clone(),
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            other => other.to_string(),
        });
        entries.push(Entry::new(&spec.name, &format!("customfield_{}", spec.number), None, text));
    }
    entries
}

fn choice(site: &Site, field: &str, choice: Choice, index: Option<usize>) -> Entry {
    let name = index.and_then(|index| choice.names(&site.options).get(index).map(|name| (*name).to_owned()));
    Entry::new(field, field, index.map(|index| choice.id(index)), name)
}

fn person(site: &Site, field: &str, name: Option<&str>) -> Entry {
    let user = name.and_then(|name| site.user(name));
    let raw = user.map(|user| match site.options.dialect {
        Dialect::Cloud => user.account_id.clone(),
        Dialect::DataCenter => user.name.clone(),
    });
    Entry::new(field, field, raw, user.map(|user| user.display_name.clone()))
}

/// Lists of named things have one line per thing that came or went.
fn each(entries: &mut Vec<Entry>, field: &str, id: &str, known: &[String], chosen: &[String]) {
    for name in known {
        let text = chosen.contains(name).then(|| name.clone());
        entries.push(Entry::new(field, id, None, text));
    }
}
