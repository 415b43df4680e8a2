use proptest::prelude::*;

use super::*;
use crate::sync::{
    rules::tests::rules,
    schema::{Class, Field, Kind, tests::office},
};

/// A small Jira.
fn upstream() -> Schema {
    let mut schema = Schema::new("upstream".into(), "issue");
    let mut add = |class: &str, fields: Vec<(&str, Field)>| {
        let fields = fields.into_iter().map(|(name, field)| (name.to_owned(), field)).collect();
        schema.classes.insert(class.to_owned(), Class { fields, label: Some("name".to_owned()), ..Class::default() });
    };
    let link = |class: &str| Field::new(Kind::Link(class.to_owned()));
    let named = |values: &[&str]| {
        let vocabulary = Some(values.iter().map(|value| (*value).to_owned()).collect());
        Field { vocabulary, ..Field::new(Kind::Text) }
    };
    add(
        "issue",
        vec![
            ("summary", Field::new(Kind::Text)),
            ("priority", link("priority")),
            ("status", link("status")),
            ("labels", Field { list: true, ..Field::new(Kind::Text) }),
            ("created", Field::new(Kind::Date).read_only()),
        ],
    );
    add("priority", vec![("name", named(&["High", "Medium", "Low"]))]);
    add("status", vec![("name", named(&["Open", "In Progress", "Done"]))]);
    schema
}

/// Code, severity, line and column of each finding of a rule, and the finding as text.
fn found(text: &str) -> Vec<(&'static str, bool, (usize, usize), String)> {
    let (office, upstream) = (office(), upstream());
    let found = diagnose(&rules(text), Some(&office), Some(&upstream));
    let told = |d: &Diagnostic| format!("{} {}", d.message, d.hint.clone().unwrap_or_default());
    found.iter().map(|d| (d.code, d.is_warning, d.place.line_and_column().unwrap(), told(d))).collect()
}

/// The one finding of a rule.
fn only(text: &str) -> (&'static str, bool, (usize, usize), String) {
    let mut found = found(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found.remove(0)
}

fn rule(kind: &str, local: &str, remote: &str, more: &str) -> String {
    format!("[[rule]]\nkind = \"{kind}\"\nlocal_name = \"{local}\"\nremote_name = \"{remote}\"\n{more}\n")
}

#[test]
fn a_path_that_is_not_there_is_told_with_its_place_and_what_was_meant() {
    let (code, warning, place, told) = only(&rule("to_remote", "titel", "summary", ""));
    assert_eq!((code, warning, place), ("rules::unknown_attribute", false, (3, 14)));
    assert!(told.contains("local tracker `office`") && told.contains("did you mean `title`?"), "{told}");
    let (code, _, place, told) = only(&rule("to_local", "title", "sumary", ""));
    assert_eq!((code, place), ("rules::unknown_attribute", (4, 15)));
    assert!(told.contains("did you mean `summary`?"), "{told}");
    let (code, _, _, told) = only(&rule("to_remote", "Twin", "summary", ""));
    assert!(code == "rules::unknown_attribute" && told.contains("`c1`, `c2`"), "{told}");
    assert_eq!(found(&rule("to_remote", "blob.part", "summary", "")), []);
}

#[test]
fn what_cannot_be_set_may_still_be_read() {
    assert_eq!(found(&rule("to_remote", "creation", "summary", "")), []);
    assert_eq!(found(&rule("to_remote", "assignedto.realname", "summary", "")), []);
    for (kind, local, remote, line) in [
        ("to_local", "creation", "summary", 3),
        ("two_way", "title", "created", 4),
        ("to_local", "assignedto.realname", "summary", 3),
    ] {
        let (code, warning, place, told) = only(&rule(kind, local, remote, ""));
        assert_eq!((code, warning, place.0), ("rules::read_only", false, line), "{told}");
    }
}

#[test]
fn a_value_that_would_be_set_must_be_in_the_vocabulary() {
    let mapped = |kind: &str, more: &str| rule(kind, "status.name", "status.name", more);
    for (kind, more, place, near) in [
        ("to_remote", "map = { unread = \"Opne\" }", (5, 18), "`Open`"),
        ("to_remote", "l_default = \"Dnoe\"", (5, 13), "`Done`"),
        ("to_local", "imap = { Open = \"unraed\" }", (5, 17), "`unread`"),
        ("to_local", "r_default = \"resloved\"", (5, 13), "`resolved`"),
        ("to_local", "default = \"resloved\"", (5, 11), "`resolved`"),
        // The inverse of the map sets its keys.
        ("to_local", "map = { unraed = \"Open\" }", (5, 9), "`unread`"),
        ("two_way", "imap = { Opne = \"unread\" }", (5, 10), "`Open`"),
    ] {
        let (code, warning, at, told) = only(&mapped(kind, more));
        assert_eq!((code, warning, at), ("rules::unknown_value", false, place), "{kind} {more}: {told}");
        assert!(told.contains(near), "{told}");
    }
    assert_eq!(found(&mapped("two_way", "map = { unread = \"Open\", resolved = \"Done\" }")), []);
    assert_eq!(found(&rule("to_local", "title", "status.name", "r_default = \"whatever\"")), []);
    assert_eq!(found(&rule("to_remote", "title", "labels", "l_default = \"whatever\"")), []);
}

#[test]
fn a_value_that_is_only_compared_or_spelt_in_other_case_is_a_warning() {
    let mapped = |kind: &str, more: &str| rule(kind, "status.name", "status.name", more);
    for more in
        ["map = { gone = \"Open\" }", "map = { unread = \"open\" }", "map = { gone = \"Open\" }\nimap = { Open = \"unread\" }"]
    {
        let (code, warning, _, told) = only(&mapped("to_remote", more));
        assert_eq!((code, warning), ("rules::unknown_value", true), "{told}");
    }
    let check = "[[rule]]\nkind = \"check\"\nlocal_name = \"status\"\nvalue = \"resloved\"\nupdate = false";
    let (_, warning, place, told) = only(check);
    assert!(warning && place == (4, 9) && told.contains("did you mean `resolved`?"), "{told}");
    // Several items of a list may stand in one text.
    let list = |value: &str| rule("to_local", "keyword", "labels", &format!("r_default = \"{value}\""));
    assert_eq!(found(&list("red, green")), []);
    assert_eq!(only(&list("red,grene")).0, "rules::unknown_value");
    // An id of the tracker is as good as a name, and what is changed on its way cannot be compared.
    assert_eq!(found(&mapped("to_local", "r_default = \"7\"")), []);
    assert_eq!(found(&mapped("to_local", "imap = { Open = \"unread\" }\nstrip_prefix = \"x\"")), []);
}

#[test]
fn without_a_schema_nothing_is_said_of_its_side() {
    let wrong = rules(&rule("two_way", "titel", "sumary", ""));
    assert_eq!(diagnose(&wrong, None, None), []);
    assert_eq!(diagnose(&wrong, Some(&office()), None).len(), 1);
    assert_eq!(diagnose(&wrong, None, Some(&upstream())).len(), 1);
}

/// Two rules; what is found of them as a pair: whether it is a warning.
fn quarrel(first: &str, second: &str) -> Option<bool> {
    let found = diagnose(&rules(&format!("{first}{second}")), None, None);
    assert!(found.iter().all(|d| d.code == "rules::loop") && found.len() <= 1, "{found:?}");
    found.first().map(|d| {
        assert!(d.message.contains("rules.toml:1"), "it names the other rule: {}", d.message);
        assert!(d.place.line_and_column().unwrap().0 > first.lines().count(), "it stands at the later one: {d:?}");
        d.is_warning
    })
}

#[test]
fn rules_that_never_come_to_an_end_are_found() {
    let to_local = |more: &str| rule("to_local", "status", "state", more);
    let to_remote = |more: &str| rule("to_remote", "status", "state", more);
    let there = "map = { a = \"1\", b = \"2\" }";
    let crossed = "map = { a = \"2\", b = \"1\" }";
    for (first, second) in [
        (to_local(there), to_remote(crossed)),
        (to_remote(there), to_local(crossed)),
        (to_local("local_prefix = \"P-\""), to_remote("")),
        (rule("to_local", "title", "summary", ""), rule("to_local", "title", "name", "")),
        (rule("to_remote", "title", "summary", ""), rule("to_remote", "name", "summary", "")),
        (rule("two_way", "title", "summary", ""), rule("to_local", "title", "name", "")),
        (rule("to_remote", "title", "summary", ""), rule("two_way", "title", "summary", "")),
        (rule("two_way", "title", "summary", there), rule("two_way", "title", "summary", crossed)),
    ] {
        assert_eq!(quarrel(&first, &second), Some(false), "{first}{second}");
    }
}

#[test]
fn rules_that_are_often_together_do_not_quarrel() {
    let map = "map = { a = \"1\", b = \"2\" }";
    for (first, second) in [
        (rule("to_local_default", "title", "summary", "r_default = \"x\""), rule("two_way", "title", "summary", "")),
        (rule("two_way", "title", "summary", ""), rule("to_local_default", "title", "name", "r_default = \"x\"")),
        (rule("to_local", "title", "summary", "l_only_create = true"), rule("two_way", "title", "name", "")),
        (rule("to_remote", "title", "summary", "only_create = true"), rule("to_remote", "name", "summary", "")),
        (rule("to_local", "title", "summary", map), rule("to_remote", "title", "summary", map)),
        (rule("to_local", "title", "summary", ""), rule("to_remote", "title", "summary", "")),
        (rule("to_local", "title", "summary", ""), rule("to_local", "other", "summary", "")),
        (rule("to_local", "title", "summary", ""), rule("to_remote", "title", "labels", "")),
        (rule("two_way", "title", "summary", ""), rule("two_way", "title", "labels", "")),
        (rule("two_way", "title", "summary", "conflict = \"hold\""), rule("two_way", "other", "summary", "")),
        (rule("check", "title", "summary", "r_default = \"x\""), rule("two_way", "title", "summary", "")),
        (rule("two_way", "title", "summary", "l_default = \"x\"\nr_default = \"y\""), rule("check", "title", "name", "")),
    ] {
        assert_eq!(quarrel(&first, &second), None, "{first}{second}");
    }
}

#[test]
fn the_example_of_the_repository_has_no_quarrel() {
    let text = include_str!("../../../../config-example/roundup-jira.toml").replace("[[sync.rule]]", "[[rule]]");
    let from = text.find("[[rule]]").unwrap();
    // The people stand above the rules, in the sync.
    let text = text[from..].replace("users = true", "users = { map = { jane = \"712020:0001\" } }");
    assert_eq!(diagnose(&rules(&text), None, None), []);
}

const NAMES: [&str; 8] = ["title", "titel", "status.name", "assignedto.realname", "/state/x", "keyword", "a.b.c", ""];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_rules_are_diagnosed(
        kinds in prop::collection::vec((0usize..5, 0usize..NAMES.len(), "[a-z.]{0,8}", "[a-z]{1,6}", "[a-z]{0,6}"), 0..5),
    ) {
        let kind = ["to_local", "to_local_default", "to_remote", "two_way", "check"];
        let text: String = kinds
            .iter()
            .map(|(at, local, remote, key, value)| {
                rule(kind[*at], NAMES[*local], remote, &format!("map = {{ {key} = \"{value}\" }}\nr_default = \"{value}\""))
            })
            .collect();
        // `/class/property` may be refused when rules are compiled.
        let text = text.replace("/state/x", "state.x");
        let _ = diagnose(&rules(&text), Some(&office()), Some(&upstream()));
    }
}

#[test]
fn what_patterns_give_is_checked_as_well() {
    let patterns = "[[rule]]\nkind = \"multi_to_remote\"\nlocal_names = [\"title\"]\nremote_name = \"priority.name\"\n\
                    patterns = [\n{ when = [\"a\"], value = \"High\" },\n{ when = [\"b\"], value = \"Hihg\" },\n]\n";
    let (code, warning, place, told) = only(patterns);
    assert_eq!((code, warning, place.0), ("rules::unknown_value", false, 7), "{told}");
    assert!(told.contains("did you mean `High`?"), "{told}");
}
