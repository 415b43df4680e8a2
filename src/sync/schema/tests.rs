use proptest::prelude::*;

use super::*;

/// A small Roundup, with one field as Jira has them.
pub(crate) fn office() -> Schema {
    let mut schema = Schema::new("office".into(), "issue");
    let link = |class: &str| Field::new(Kind::Link(class.to_owned()));
    let mut add = |class: &str, fields: Vec<(&str, Field)>| {
        let fields = fields.into_iter().map(|(name, field)| (name.to_owned(), field)).collect();
        schema.classes.insert(class.to_owned(), Class { fields, ..Class::default() });
    };
    let titled = |title: &str| Field { title: Some(title.to_owned()), ..Field::new(Kind::Text) };
    add(
        "issue",
        vec![
            ("title", Field::new(Kind::Text)),
            ("creation", Field::new(Kind::Date).read_only()),
            ("status", link("status")),
            ("assignedto", link("user")),
            ("keyword", Field { list: true, ..link("keyword") }),
            ("blob", Field::new(Kind::Unknown)),
            ("place", link("place")),
            ("c1", titled("Twin")),
            ("c2", titled("twin")),
            ("c3", titled("Story Points")),
        ],
    );
    add("user", vec![("username", Field::new(Kind::Text)), ("realname", Field::new(Kind::Text)), ("boss", link("user"))]);
    add("state", vec![("issue", link("issue")), ("ext_status", Field::new(Kind::Text)), ("status", link("status"))]);
    add("status", vec![("name", Field::new(Kind::Text)), ("description", Field::new(Kind::Text))]);
    add("keyword", vec![("name", Field::new(Kind::Text))]);
    add("place", vec![("country", link("place.country"))]);
    add("place.country", vec![("code", Field::new(Kind::Text)), ("seen", Field::new(Kind::Date).read_only())]);
    for group in ["place", "place.country"] {
        schema.classes.get_mut(group).unwrap().group = true;
    }
    let user = schema.classes.get_mut("user").unwrap();
    user.keys = Some(vec!["username".to_owned(), "id".to_owned()]);
    let status = schema.classes.get_mut("status").unwrap();
    status.keys = Some(vec!["name".to_owned()]);
    status.label = Some("name".to_owned());
    let values = ["unread", "chatting", "resolved"].map(str::to_owned).to_vec();
    status.fields.get_mut("name").unwrap().vocabulary = Some(values);
    let keyword = schema.classes.get_mut("keyword").unwrap();
    keyword.open = true;
    keyword.label = Some("name".to_owned());
    keyword.fields.get_mut("name").unwrap().vocabulary = Some(["red", "green"].map(str::to_owned).to_vec());
    schema
}

fn found<'s>(schema: &'s Schema, path: &str) -> Attribute<'s> {
    match schema.lookup(path) {
        Lookup::Found(attribute) => attribute,
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn paths_lead_through_links_and_into_classes_that_link_to_the_issue() {
    let office = office();
    for (path, kind, list) in [
        ("title", "text", false),
        ("status", "link to status", false),
        ("status.name", "text", false),
        ("assignedto.boss.realname", "text", false),
        ("keyword.name", "text", true),
        ("keyword", "link to keyword", true),
        ("/state/ext_status", "text", false),
        ("/state/status.name", "text", false),
        ("Story Points", "text", false),
        ("story points", "text", false),
    ] {
        let attribute = found(&office, path);
        assert_eq!((attribute.field.kind.words().as_str(), attribute.list), (kind, list), "{path}");
    }
}

#[test]
fn what_does_not_exist_is_told_with_what_could_be_meant() {
    let office = office();
    for (path, wrong, candidate) in [
        ("titel", "titel", Some("title")),
        ("status.nmae", "nmae", Some("name")),
        ("assignedto.boss.nickname", "nickname", Some("username")),
        ("/stat/ext_status", "stat", Some("state")),
        ("/user/username", "user", Some("state")),
        ("/state/ext_stat", "ext_stat", Some("ext_status")),
        ("/state", "", Some("ext_status")),
        ("title.length", "length", None),
        ("keyword.namee", "namee", Some("name")),
    ] {
        let Lookup::Missing { part, candidates, .. } = office.lookup(path) else { panic!("{path} is said to be there") };
        assert_eq!(part, wrong, "{path}");
        assert!(candidate.is_none_or(|candidate| candidates.iter().any(|c| c == candidate)), "{path}: {candidates:?}");
    }
}

#[test]
fn what_cannot_be_decided_is_said_to_be_so() {
    let office = office();
    for path in ["blob.part", "keyword.colour"] {
        assert_eq!(office.lookup(path), Lookup::Undecided, "{path}");
    }
    let Lookup::Ambiguous { ids, .. } = office.lookup("TWIN") else { panic!("the name of two fields") };
    assert_eq!(ids, ["c1", "c2"]);
}

#[test]
fn only_attributes_and_keys_of_what_they_link_to_can_be_set() {
    let office = office();
    for path in
        ["title", "status", "status.name", "assignedto.username", "keyword.name", "/state/status.name", "place.country.code"]
    {
        assert_eq!(found(&office, path).read_only, None, "{path}");
    }
    for path in ["creation", "status.description", "assignedto.realname", "assignedto.boss.username", "place.country.seen"] {
        assert!(found(&office, path).read_only.is_some(), "{path}");
    }
}

#[test]
fn a_link_has_the_values_of_its_label() {
    let office = office();
    for path in ["status", "status.name", "/state/status"] {
        assert_eq!(found(&office, path).vocabulary.unwrap(), ["unread", "chatting", "resolved"], "{path}");
    }
    assert_eq!(found(&office, "title").vocabulary, None);
    assert_eq!(found(&office, "status.description").vocabulary, None);
}

#[test]
fn a_schema_is_read_back_as_it_was_written() {
    let text = serde_json::to_string(&office()).unwrap();
    assert_eq!(serde_json::from_str::<Schema>(&text).unwrap(), office());
    assert!(text.contains(r#""status":{"type":"link","class":"status","list":false,"writable":true}"#), "{text}");
}

proptest! {
    #[test]
    fn any_path_has_an_answer(path in "[a-z/. ]{0,20}") {
        let _ = office().lookup(&path);
    }
}
