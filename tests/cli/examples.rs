//! `check --examples`: the rule tests of users.

use serde_json::{Value, json};

use crate::program::{GOOD, Ran, folder_with, run};

const HOLDS: &str = r#"[[case]]
name = "the title goes across"
sync = "up"
local.attributes = { title = "old" }
remote.attributes = { summary = "new" }
expect.local = { title = "new" }
expect.remote = {}
"#;

fn check(cases: &str, more: &[&str]) -> Ran {
    let folder = folder_with(GOOD);
    std::fs::write(folder.path().join("cases.toml"), cases).unwrap();
    let arguments: Vec<&str> = more.iter().copied().chain(["check", "--examples", "cases.toml"]).collect();
    run(folder.path(), &arguments)
}

#[test]
fn cases_that_hold_are_counted() {
    let ran = check(HOLDS, &[]);
    assert_eq!((ran.code, ran.err.as_str(), ran.out.as_str()), (Some(0), "", "1 examples: ok\n"));
    let ran = check(HOLDS, &["--json"]);
    let told = ran.json();
    assert_eq!(told[0]["case"], "the title goes across");
    assert_eq!((&told[0]["ok"], &told[0]["line"], &told[0]["failures"]), (&json!(true), &json!(1), &json!([])));
    assert_eq!(told[1], json!({ "ok": true, "cases": 1, "failed": 0 }));
}

#[test]
fn a_case_that_does_not_hold_shows_its_place_and_the_difference() {
    let wrong = format!("{HOLDS}\n{}", HOLDS.replace("{ title = \"new\" }", "{ title = \"other\" }"));
    let ran = check(&wrong, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for told in [
        "cases.toml:9: the title goes across",
        "- set local title: \"other\"",
        "+ set local title: \"new\"",
        "2 examples: 1 failed",
    ] {
        assert!(ran.out.contains(told), "{told} is not told: {}", ran.out);
    }
    let ran = check(&wrong, &["--json"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.json()[1]["failures"][0].as_str().is_some_and(|told| told.contains("- set local title")), "{ran:?}");
}

#[test]
fn the_words_of_a_plan_are_compared_line_by_line() {
    let plan = "expect.plan = '''\n1. two_way title <-> summary\n   change: set local title: \"old\" -> \"new\" (because)\n\nset local title: \"old\" -> \"new\"\n'''\n";
    let ran = check(&HOLDS.replace("expect.local = { title = \"new\" }\nexpect.remote = {}\n", plan), &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("    1. two_way title <-> summary"), "{}", ran.out);
    assert!(
        ran.out.contains("  + change: set local title: \"old\" -> \"new\" (remote changed since last sync)"),
        "{}",
        ran.out
    );
}

#[test]
fn rules_that_never_come_to_rest_have_to_be_said_so() {
    let cases = r#"[[case]]
name = "round and round"
local.attributes = { a = "x", n = "1" }
remote.attributes = { r = "2", s = "3" }
expect.local = { a = "2", n = "3" }
[[case.rule]]
kind = "to_local"
local_name = "a"
remote_name = "r"
[[case.rule]]
kind = "to_remote"
local_name = "n"
remote_name = "r"
[[case.rule]]
kind = "to_local"
local_name = "n"
remote_name = "s"
"#;
    let ran = check(cases, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("a second run would not be empty"), "{}", ran.out);
    let said = cases.replace("[[case.rule]]", "settles = false\nbecause = \"they contradict each other\"\n[[case.rule]]");
    let said = said.replacen(
        "settles = false\nbecause = \"they contradict each other\"\n[[case.rule]]\nkind = \"to_remote\"",
        "[[case.rule]]\nkind = \"to_remote\"",
        1,
    );
    let said = said.replace(
        "settles = false\nbecause = \"they contradict each other\"\n[[case.rule]]\nkind = \"to_local\"\nlocal_name = \"n\"",
        "[[case.rule]]\nkind = \"to_local\"\nlocal_name = \"n\"",
    );
    assert_eq!(check(&said, &[]).code, Some(0));
    let ran = check(&HOLDS.replace("sync = ", "settles = false\nbecause = \"so\"\nsync = "), &[]);
    assert!(ran.code == Some(1) && ran.out.contains("a second run is empty"), "{ran:?}");
}

#[test]
fn what_is_wrong_with_the_file_is_told_as_of_a_configuration() {
    let cases = [
        (HOLDS.replace("sync = \"up\"", "sync = \"upp\""), "did you mean `up`?"),
        (HOLDS.replace("expect.local", "expect.locla"), "did you mean `local`?"),
        (HOLDS.replace("local.attributes", "local.atributes"), "did you mean `attributes`?"),
        (HOLDS.replace("name = ", "nam = "), "`name` is missing in [[case]]"),
        (HOLDS.replace("sync = \"up\"\n", ""), "`rule` or `sync` is missing"),
        (HOLDS.replace("sync = ", "options.phase = \"before\"\nsync = "), "`phase` cannot be \"before\""),
        (HOLDS.replace("sync = ", "settles = false\nsync = "), "`because` is missing"),
        (HOLDS.replace("sync = ", "remote.updated = \"noon\"\nsync = "), "no point in time"),
        (HOLDS.replace("expect.remote = {}", "expect.plan = \"\""), "`expect` holds one of"),
        (String::new(), "there is no [[case]]"),
        ("[[case]".to_owned(), "this is not TOML"),
    ];
    for (text, told) in cases {
        let ran = check(&text, &[]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{text}: {ran:?}");
        assert!(ran.err.contains(told) && ran.err.contains("cases.toml:"), "{told} is not told: {}", ran.err);
    }
    let folder = folder_with(GOOD);
    let ran = run(folder.path(), &["check", "--examples", "nowhere.toml"]);
    assert!(ran.code == Some(2) && ran.err.contains("nowhere.toml"), "{ran:?}");
    let finding: Value =
        serde_json::from_str(check(&HOLDS.replace("name = ", "nam = "), &["--json"]).err.lines().next().unwrap()).unwrap();
    assert_eq!(finding["code"], "config::missing_key");
}
