//! Jira's schema: the fields of `rest/api/2/field`, the objects that they hold, and the names of priorities, statuses,
//! resolutions and issue types, which are those of the whole site.
//!
//! Versions and components depend on the project, see [`super::places`]. Options depend on project and screen; any value of theirs is
//! taken to be possible.

use std::collections::BTreeMap;

use serde_json::Value;
use tracing::debug;

use super::{
    OWN_PATHS,
    client::{Client, Dialect},
};
use crate::{
    ids::TrackerName,
    sync::{
        fault::Fault,
        schema::{Class, Field, Kind, Schema},
    },
};

/// The class of issues; no field holds an object of this kind.
const ISSUE: &str = "issue";
/// More values than people tell apart; then the list is not kept.
const MOST_VALUES: usize = 500;

/// Objects that are chosen among those of the whole site.
const VOCABULARIES: [&str; 4] = ["priority", "status", "resolution", "issuetype"];

/// Members of the objects that fields hold; the first one stands for the object. Objects may have members beyond these.
const OBJECTS: [(&str, &[&str]); 11] = [
    ("priority", &["name", "id", "description", "iconUrl", "self"]),
    ("status", &["name", "id", "description", "iconUrl", "statusCategory", "self"]),
    ("resolution", &["name", "id", "description", "self"]),
    ("issuetype", &["name", "id", "description", "iconUrl", "subtask", "self"]),
    ("version", &["name", "id", "description", "archived", "released", "releaseDate", "self"]),
    ("component", &["name", "id", "description", "self"]),
    ("securitylevel", &["name", "id", "description", "self"]),
    ("project", &["key", "name", "id", "projectTypeKey", "projectCategory", "avatarUrls", "self"]),
    ("option", &["value", "id", "disabled", "self"]),
    ("option-with-child", &["value", "id", "child", "disabled", "self"]),
    (
        "user",
        &["displayName", "name", "accountId", "key", "emailAddress", "active", "timeZone", "accountType", "avatarUrls", "self"],
    ),
];

/// Members by which an object is chosen when a field is set.
const KEYS: [&str; 5] = ["id", "name", "key", "value", "accountId"];

/// Fields that Jira keeps itself, on Cloud and Data Center: no edit screen can have them (`orderable` is false), or they have
/// resources of their own (comments, attachments, links, work logs).
pub(super) const KEPT: [&str; 26] = [
    "aggregateprogress",
    "aggregatetimeestimate",
    "aggregatetimeoriginalestimate",
    "aggregatetimespent",
    "archivedby",
    "archiveddate",
    "attachment",
    "comment",
    "created",
    "creator",
    "issuekey",
    "issuelinks",
    "lastViewed",
    "parent",
    "progress",
    "resolutiondate",
    "statusCategory",
    "statuscategorychangedate",
    "subtasks",
    "thumbnail",
    "timespent",
    "updated",
    "votes",
    "watches",
    "worklog",
    "workratio",
];

/// Asks for all of it, one request after the other.
pub(super) async fn read(client: &Client, tracker: &TrackerName) -> Result<Schema, Fault> {
    let mut schema = Schema::new(tracker.clone(), ISSUE);
    schema.classes = OBJECTS.iter().map(|(name, members)| ((*name).to_owned(), object(members))).collect();
    schema.classes.insert(ISSUE.to_owned(), issue(&client.fields().await?));
    if let Some(user) = schema.classes.get_mut("user") {
        user.label = Some(if client.dialect().await? == Dialect::Cloud { "accountId" } else { "name" }.to_owned());
    }
    for name in VOCABULARIES {
        let Some(class) = schema.classes.get_mut(name) else { continue };
        match client.get(&format!("rest/api/2/{name}"), &[]).await {
            Ok(Some(Value::Array(items))) if items.len() <= MOST_VALUES => fill_in(class, &items),
            Ok(_) => {}
            Err(fault) if !fault.is_transient() => debug!(%tracker, what = name, %fault, "no vocabulary"),
            Err(fault) => return Err(fault),
        }
    }
    Ok(schema)
}

fn object(members: &[&str]) -> Class {
    let keys = members.iter().filter(|member| KEYS.contains(*member)).map(|member| (*member).to_owned()).collect();
    let fields = members.iter().map(|member| ((*member).to_owned(), Field::new(kind_of_member(member)))).collect();
    let label = members.first().map(|first| (*first).to_owned());
    Class { fields, open: true, label, keys: Some(keys), ..Class::default() }
}

fn kind_of_member(member: &str) -> Kind {
    match member {
        "statusCategory" | "projectCategory" | "avatarUrls" | "child" => Kind::Unknown,
        "archived" | "released" | "subtask" | "disabled" | "active" => Kind::Flag,
        "releaseDate" => Kind::Date,
        _ => Kind::Text,
    }
}

/// The fields of issues, by id, with their display names.
fn issue(listed: &[Value]) -> Class {
    let named = listed.iter().filter_map(|field| Some((field["id"].as_str()?.to_owned(), field)));
    let mut fields: BTreeMap<String, Field> = named.map(|(id, told)| (id.clone(), field(&id, told))).collect();
    for own in OWN_PATHS {
        fields.insert(own.to_owned(), Field::new(Kind::Text).read_only());
    }
    Class { fields, ..Class::default() }
}

fn field(id: &str, told: &Value) -> Field {
    let schema = &told["schema"];
    let (kind, list) = match schema["type"].as_str() {
        Some("array") => (kind(schema["items"].as_str()), true),
        one => (kind(one), false),
    };
    let title = told["name"].as_str().map(str::to_owned);
    Field { title, kind, list, writable: !KEPT.contains(&id), vocabulary: None }
}

/// What a field of a type holds. What apps bring along is not described.
fn kind(kind: Option<&str>) -> Kind {
    match kind {
        Some("string") => Kind::Text,
        Some("number") => Kind::Number,
        Some("date" | "datetime") => Kind::Date,
        Some(object) if OBJECTS.iter().any(|(name, _)| *name == object) => Kind::Link(object.to_owned()),
        _ => Kind::Unknown,
    }
}

fn fill_in(class: &mut Class, items: &[Value]) {
    for member in ["name", "id"] {
        let values: Option<Vec<String>> = items.iter().map(|item| item[member].as_str().map(str::to_owned)).collect();
        if let Some(field) = class.fields.get_mut(member) {
            field.vocabulary = values;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sync::schema::Lookup;

    fn schema() -> Schema {
        let listed = [
            json!({ "id": "summary", "name": "Summary", "schema": { "type": "string" } }),
            json!({ "id": "priority", "name": "Priority", "schema": { "type": "priority" } }),
            json!({ "id": "fixVersions", "name": "Fix versions", "schema": { "type": "array", "items": "version" } }),
            json!({ "id": "created", "name": "Created", "schema": { "type": "datetime" } }),
            json!({ "id": "customfield_1", "name": "Story Points", "schema": { "type": "number" } }),
            json!({ "id": "customfield_2", "name": "Team", "schema": { "type": "any" } }),
            json!({ "id": "customfield_3", "name": "Team", "schema": { "type": "option" } }),
            json!({ "id": "thumbnail", "name": "Images" }),
        ];
        let mut schema = Schema::new("upstream".into(), ISSUE);
        schema.classes = OBJECTS.iter().map(|(name, members)| ((*name).to_owned(), object(members))).collect();
        schema.classes.insert(ISSUE.to_owned(), issue(&listed));
        let priorities = [json!({ "id": "1", "name": "High" }), json!({ "id": "2", "name": "Low" })];
        fill_in(schema.classes.get_mut("priority").unwrap(), &priorities);
        schema
    }

    #[test]
    fn fields_are_found_by_id_and_by_name_with_their_parts() {
        let schema = schema();
        for (path, words, list, writable) in [
            ("summary", "text", false, true),
            ("Story Points", "number", false, true),
            ("priority.name", "text", false, true),
            ("priority.description", "text", false, false),
            ("Fix versions.name", "text", true, true),
            ("customfield_3.value", "text", false, true),
            ("created", "date", false, false),
            ("key", "text", false, false),
        ] {
            let Lookup::Found(found) = schema.lookup(path) else { panic!("{path}") };
            assert_eq!(
                (found.field.kind.words().as_str(), found.list, found.read_only.is_none()),
                (words, list, writable),
                "{path}"
            );
        }
        assert!(matches!(schema.lookup("team"), Lookup::Ambiguous { .. }));
        assert!(matches!(schema.lookup("priority.nmae"), Lookup::Missing { .. }));
        assert!(matches!(schema.lookup("summary.name"), Lookup::Missing { .. }));
        for open in ["customfield_2.id", "thumbnail.x", "priority.schemes"] {
            assert_eq!(schema.lookup(open), Lookup::Undecided, "{open}");
        }
    }

    #[test]
    fn the_names_of_the_site_are_a_vocabulary() {
        let schema = schema();
        for (path, first) in [("priority", "High"), ("priority.name", "High"), ("priority.id", "1")] {
            let Lookup::Found(found) = schema.lookup(path) else { panic!("{path}") };
            assert_eq!(found.vocabulary.unwrap()[0], first, "{path}");
        }
        let Lookup::Found(version) = schema.lookup("fixVersions") else { panic!() };
        assert_eq!(version.vocabulary, None);
    }
}
