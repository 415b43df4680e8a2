#![allow(clippy::needless_pass_by_value, reason = "values are written in place")]

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::{
    config::{
        diagnostic::Diagnostic,
        node::{Table, from_toml},
        place::Source,
        section::Findings,
    },
    sync::{
        issue::{Base, Copied, CopyKind, Side, Snapshot},
        plan::{Plan, RuleOutcome},
    },
};

/// Compiles rules written in TOML.
pub(crate) fn rules(text: &str) -> RuleSet {
    try_rules(text).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"))
}

fn try_rules(text: &str) -> Result<RuleSet, Vec<Diagnostic>> {
    let source = Arc::new(Source { name: "rules.toml".to_owned(), text: text.to_owned() });
    let root = from_toml(&source).unwrap();
    let findings = Findings::default();
    let tables: Vec<Table> = Section::new("test", &root, &findings).tables("rule").into_iter().cloned().collect();
    RuleSet::compile(&tables, None)
}

fn snapshot(issue: Value) -> Snapshot {
    let mut issue = issue;
    issue["id"] = json!("1");
    issue["key"] = json!("K-1");
    serde_json::from_value(issue).unwrap()
}

fn run(text: &str, local: Option<Value>, remote: Value, base: Value) -> Plan {
    let base: Base = serde_json::from_value(base).unwrap();
    let local = local.map(snapshot);
    evaluate(&rules(text), local.as_ref(), Some(&snapshot(remote)), &base, &Options::default())
}

fn attributes(value: Value) -> Value {
    json!({ "attributes": value })
}

fn outcome(plan: &Plan) -> RuleOutcome {
    plan.rules[0].outcome
}

const TWO_WAY: &str = "[[rule]]\nkind = \"two_way\"\nlocal_name = \"title\"\nremote_name = \"summary\"\n";

fn two_way(extra: &str, local: Value, remote: Value, base_local: Value, base_remote: Value) -> Plan {
    let base = json!({ "local": { "title": base_local }, "remote": { "summary": base_remote } });
    let (local, remote) = (attributes(json!({ "title": local })), attributes(json!({ "summary": remote })));
    run(&format!("{TWO_WAY}{extra}"), Some(local), remote, base)
}

#[test]
fn two_way_takes_the_side_that_changed() {
    let plan = two_way("", json!("a"), json!("b"), json!("a"), json!("a"));
    assert_eq!(plan.local.fields["title"].new, "b");
    assert!(plan.rules[0].reason.contains("remote changed since last sync"), "{}", plan.rules[0].reason);
    let plan = two_way("", json!("b"), json!("a"), json!("a"), json!("a"));
    assert_eq!(plan.remote.fields["summary"].new, "b");
    assert!(two_way("", json!("a"), json!("a"), json!("x"), json!("y")).is_empty());
}

#[test]
fn a_conflict_ends_as_the_configuration_says() {
    let conflict = |extra| two_way(extra, json!("l"), json!("r"), json!("o"), json!("o"));
    let plan = conflict("");
    assert_eq!(plan.local.fields["title"].new, "r");
    assert!(plan.rules[0].reason.contains("both sides changed"));
    assert_eq!(conflict("conflict = \"local\"").remote.fields["summary"].new, "l");
    let held = conflict("conflict = \"hold\"");
    assert!(held.is_empty());
    assert_eq!(outcome(&held), RuleOutcome::Held);
}

#[test]
fn an_emptied_remote_value_does_not_erase_the_local_one() {
    let plan = two_way("", json!("l"), json!(null), json!("l"), json!("r"));
    assert!(plan.local.is_empty());
    assert_eq!(plan.remote.fields["summary"].new, "l");
}

#[test]
fn remote_change_takes_the_remote_value_whatever_the_base_says() {
    let options = Options { remote_change: true, ..Options::default() };
    let local = snapshot(attributes(json!({ "title": "l" })));
    let remote = snapshot(attributes(json!({ "summary": "r" })));
    let base: Base = serde_json::from_value(json!({ "local": { "title": "o" }, "remote": { "summary": "r" } })).unwrap();
    let plan = evaluate(&rules(TWO_WAY), Some(&local), Some(&remote), &base, &options);
    assert_eq!(plan.local.fields["title"].new, "r");
}

#[test]
fn a_map_that_is_not_one_to_one_comes_to_rest() {
    let map = "map = { high = \"Urgent\", critical = \"Urgent\", low = \"Minor\" }";
    assert!(two_way(map, json!("high"), json!("Urgent"), json!("low"), json!("Minor")).is_empty());
    assert!(two_way(map, json!("critical"), json!("Urgent"), json!("low"), json!("Minor")).is_empty());
    let unknown = two_way(map, json!("low"), json!("Strange"), json!("low"), json!("Minor"));
    assert_eq!(outcome(&unknown), RuleOutcome::Failed);
    assert!(unknown.rules[0].reason.contains("Strange"));
}

#[test]
fn defaults_cross_when_both_sides_are_unset() {
    let plan =
        two_way("l_default = \"to remote\"\nr_default = \"to local\"", json!(null), json!(null), json!(null), json!(null));
    assert_eq!(plan.remote.fields["summary"].new, "to remote");
    assert_eq!(plan.local.fields["title"].new, "to local");
}

#[test]
fn to_local_follows_the_remote_side_and_never_erases() {
    let rule = "[[rule]]\nkind = \"to_local\"\nlocal_name = \"l\"\nremote_name = \"r\"\nstrip_prefix = \"X-\"\n";
    let with = |remote| run(rule, Some(attributes(json!({ "l": "old" }))), attributes(json!({ "r": remote })), json!({}));
    assert_eq!(with(json!("X-new")).local.fields["l"].new, "new");
    assert!(with(json!("X-old")).is_empty());
    assert!(with(json!(null)).is_empty());
}

#[test]
fn one_way_rules_leave_alone_what_a_map_holds_for_the_same() {
    let map = "map = { high = \"Urgent\", critical = \"Urgent\" }\n";
    for kind in ["to_local", "to_remote"] {
        let rule = format!("[[rule]]\nkind = \"{kind}\"\nlocal_name = \"l\"\nremote_name = \"r\"\n{map}");
        let (local, remote) = (attributes(json!({ "l": "high" })), attributes(json!({ "r": "Urgent" })));
        assert!(run(&rule, Some(local), remote, json!({})).is_empty(), "{kind}");
    }
}

#[test]
fn to_local_default_fills_only_what_is_unset() {
    let rule = "[[rule]]\nkind = \"to_local_default\"\nlocal_name = \"l\"\nremote_name = \"r\"\nr_default = \"d\"\nlocal_unset = \"-\"\n";
    let with = |local, remote| {
        let plan = run(rule, Some(attributes(json!({ "l": local }))), attributes(json!({ "r": remote })), json!({}));
        plan.local.fields.get("l").map(|change| change.new.clone())
    };
    assert_eq!(with(json!(null), json!("v")), Some(json!("v")));
    assert_eq!(with(json!("-"), json!(null)), Some(json!("d")));
    assert_eq!(with(json!("kept"), json!("v")), None);
}

#[test]
fn to_remote_is_silent_before_the_local_issue_exists() {
    let rule =
        "[[rule]]\nkind = \"to_remote\"\nlocal_name = \"l\"\nremote_name = \"r\"\njoin_multilink = true\nseparator = \"; \"\n";
    let remote = attributes(json!({ "r": "old" }));
    assert_eq!(outcome(&run(rule, None, remote.clone(), json!({}))), RuleOutcome::Skipped);
    let plan = run(rule, Some(attributes(json!({ "l": ["a", "b"] }))), remote, json!({}));
    assert_eq!(plan.remote.fields["r"].new, "a; b");
}

#[test]
fn later_rules_see_what_earlier_ones_set() {
    let text = "[[rule]]\nkind = \"to_local\"\nlocal_name = \"l\"\nremote_name = \"r\"\n[[rule]]\nkind = \"to_remote\"\nlocal_name = \"l\"\nremote_name = \"copy\"\n";
    let plan = run(text, Some(attributes(json!({ "l": "old" }))), attributes(json!({ "r": "new" })), json!({}));
    assert_eq!(plan.remote.fields["copy"].new, "new");
}

#[test]
fn a_stopped_sync_writes_nothing() {
    let text = "[[rule]]\nkind = \"to_local\"\nlocal_name = \"l\"\nremote_name = \"r\"\n[[rule]]\nkind = \"check\"\nlocal_name = \"go\"\nvalue = \"yes\"\n[[rule]]\nkind = \"to_local\"\nlocal_name = \"m\"\nremote_name = \"r\"\n";
    let stopped = run(text, Some(attributes(json!({ "l": "old", "go": "no" }))), attributes(json!({ "r": "new" })), json!({}));
    assert!(stopped.is_empty());
    assert_eq!(stopped.rules[1].outcome, RuleOutcome::Stopped);
    assert_eq!(stopped.rules[2].outcome, RuleOutcome::NotReached);
    let goes = run(text, Some(attributes(json!({ "l": "old", "go": "yes" }))), attributes(json!({ "r": "new" })), json!({}));
    assert_eq!(goes.local.fields.len(), 2);
}

#[test]
fn check_fills_the_attribute_of_a_new_issue_and_stops_an_old_one_without() {
    let text = "[[rule]]\nkind = \"check\"\nlocal_name = \"go\"\nremote_name = \"r\"\n";
    let filled = run(text, None, attributes(json!({ "r": "new" })), json!({}));
    assert_eq!(filled.local.fields["go"].new, "new");
    for cleared in [json!(null), json!(false), json!(0), json!("")] {
        let stopped = run(text, Some(attributes(json!({ "go": cleared }))), attributes(json!({ "r": "new" })), json!({}));
        assert_eq!(outcome(&stopped), RuleOutcome::Stopped, "{cleared}");
    }
    let inverted = format!("{text}invert = true\n");
    assert_eq!(
        outcome(&run(&inverted, Some(attributes(json!({ "go": 1 }))), attributes(json!({})), json!({}))),
        RuleOutcome::Stopped
    );
    let goes = run(&inverted, Some(attributes(json!({}))), attributes(json!({ "r": "new" })), json!({}));
    assert_eq!(goes.local.fields["go"].new, "new");
}

fn message(id: &str, text: &str, second: u32, keywords: &[&str]) -> Value {
    json!({ "id": id, "author": "Jane", "date": format!("2026-11-22T10:00:{second:02}Z"), "text": text, "keywords": keywords })
}

#[test]
fn messages_cross_once_and_never_come_back() {
    let text = "[[rule]]\nkind = \"messages\"\nkeyword = \"customer\"\n";
    let local = json!({ "messages": [message("l1", "for you", 1, &["customer"]), message("l2", "internal", 2, &[]), message("l3", "was remote", 3, &["customer"])] });
    let remote = json!({ "messages": [message("r1", "hello", 4, &[]), message("r3", "was remote", 9, &[])] });
    let copied = Copied { kind: CopyKind::Message, to: Side::Local, source: "r3".into(), copy: "l3".into(), text: None };
    let plan = run(text, Some(local), remote, json!({ "copies": [copied] }));
    assert_eq!(plan.local.messages.iter().map(|m| m.source.as_str()).collect::<Vec<_>>(), ["r1"]);
    assert_eq!(plan.remote.messages.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["for you"]);
}

#[test]
fn a_message_is_known_by_date_and_content_too() {
    let text = "[[rule]]\nkind = \"messages\"\n";
    let local = json!({ "messages": [message("l1", "Jane:\n\nhello", 1, &[])] });
    assert!(run(text, Some(local.clone()), json!({ "messages": [message("r1", "hello", 1, &[])] }), json!({})).is_empty());
    assert!(!run(text, Some(local), json!({ "messages": [message("r1", "hello", 2, &[])] }), json!({})).is_empty());
}

#[test]
fn a_field_becomes_a_message_each_time_it_changes() {
    let text = "[[rule]]\nkind = \"message\"\nremote_name = \"Analyse\"\nheadline = \"Analysis:\"\n";
    let local = json!({ "messages": [message("1", "Analysis:\nA", 1, &[]), message("2", "Analysis:\nB", 2, &[])] });
    let with = |content: &str| run(text, Some(local.clone()), attributes(json!({ "Analyse": content })), json!({}));
    assert!(with("B").is_empty());
    assert_eq!(with("A").local.messages[0].text, "Analysis:\nA");
}

#[test]
fn a_default_message_is_only_for_issues_without_any() {
    let text = "[[rule]]\nkind = \"messages\"\n[[rule]]\nkind = \"default_message\"\nmessage = \"Taken over\"\n";
    assert_eq!(run(text, None, json!({}), json!({})).local.messages[0].text, "Taken over");
    let plan = run(text, None, json!({ "messages": [message("r", "hello", 1, &[])] }), json!({}));
    assert_eq!(plan.local.messages.len(), 1);
}

#[test]
fn files_of_one_name_are_kept_apart() {
    let file = |id: &str, name: &str| json!({ "id": id, "name": name });
    let text = "[[rule]]\nkind = \"files\"\nprefix = \"ext_\"\n";
    let local = json!({ "files": [file("l1", "log.txt"), file("l2", "ext_a.bin"), file("l3", "private.txt")] });
    let remote = json!({ "files": [file("r1", "log.txt"), file("r2", "log.txt")] });
    let plan = run(text, Some(local), remote, json!({}));
    assert_eq!(plan.local.files.iter().map(|file| file.source.as_str()).collect::<Vec<_>>(), ["r2"]);
    assert_eq!(plan.remote.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["ext_a.bin"]);
}

#[test]
fn gates_keep_a_rule_from_running_or_writing() {
    let text = "[[rule]]\nkind = \"to_local\"\nlocal_name = \"l\"\nremote_name = \"r\"\n";
    let remote = || attributes(json!({ "r": "new" }));
    let with = |gate: &str, local| outcome(&run(&format!("{text}{gate} = true\n"), local, remote(), json!({})));
    assert_eq!(with("l_only_create", Some(attributes(json!({})))), RuleOutcome::Skipped);
    assert_eq!(with("l_only_update", None), RuleOutcome::Skipped);
    assert_eq!(with("only_assigned", None), RuleOutcome::Skipped);
}

#[test]
fn a_wrong_rule_is_shown_with_its_line() {
    let text = "[[rule]]\nkind = \"two_wai\"\n[[rule]]\nkind = \"two_way\"\nlocal_name = \"a\"\nremot_name = \"b\"\n[[rule]]\nkind = \"two_way\"\nlocal_name = \"a\"\nremote_name = \"b\"\nconflict = \"lcoal\"\n";
    let diagnostics = try_rules(text).unwrap_err();
    let told: Vec<(&str, usize, Option<&str>)> =
        diagnostics.iter().map(|d| (d.code, d.place.line_and_column().unwrap().0, d.hint.as_deref())).collect();
    assert!(told.contains(&("rules::unknown_kind", 2, Some("did you mean `two_way`?"))), "{told:?}");
    assert!(told.contains(&("config::unknown_key", 6, Some("did you mean `remote_name`?"))), "{told:?}");
    assert!(told.contains(&("rules::value", 11, Some("did you mean `local`?"))), "{told:?}");
}

#[test]
fn values_that_depend_on_the_place_are_those_of_the_issue_s_own() {
    const RULES: &str = "[[rule]]\nkind = \"to_local_default\"\nlocal_name = \"project.key\"\nr_default = \"CAR\"\nl_only_create = true\n\
         [[rule]]\nkind = \"to_local_multilink_default\"\nlocal_name = \"versions.name\"\nremote_name = \"software\"\n\
         r_default = \"unknown\"\nuse_r_default = true\n";
    let known = ["1.0", "unknown"].map(str::to_owned).into();
    let values = BTreeMap::from([("CAR".to_owned(), BTreeMap::from([("versions.name".to_owned(), known)]))]);
    let options = Options { local_places: Places { by: "project.key".to_owned(), values }, ..Options::default() };
    let rules = rules(RULES);
    assert_eq!(rules.local_constants("project.key"), BTreeSet::from(["CAR".to_owned()]));
    let in_car = json!({ "project.key": "CAR" });
    for (local, software, expected) in [
        (None, "1.0", "1.0"),
        (None, "0.9", "unknown"),
        (Some(in_car), "0.9", "unknown"),
        (Some(json!({ "project.key": "BUS" })), "0.9", "0.9"),
    ] {
        let (local, remote) =
            (local.map(|local| snapshot(attributes(local))), snapshot(attributes(json!({ "software": software }))));
        let plan = evaluate(&rules, local.as_ref(), Some(&remote), &Base::default(), &options);
        assert_eq!(plan.local.fields["versions.name"].new, json!([expected]), "{local:?} {software}");
    }
}
