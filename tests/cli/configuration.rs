//! `check --offline` and `config show`.

use serde_json::json;

use crate::program::{GOOD, folder_with, run, run_on, run_with};

#[test]
fn a_good_file_is_said_to_be_good() {
    let ran = run_on(GOOD, &["check", "--offline"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.contains("2 trackers, 1 syncs, 1 rules") && ran.out.contains("ok"), "{ran:?}");
    let ran = run_on(GOOD, &["--json", "check", "--offline"]);
    assert_eq!((ran.code, ran.json()), (Some(0), vec![json!({ "ok": true, "errors": 0, "warnings": 0 })]));
}

#[test]
fn an_error_shows_file_line_column_the_line_itself_and_a_hint() {
    for command in [&["check", "--offline"][..], &["config", "show"], &["serve"], &["sync", "--all"], &["links"]] {
        let ran = run_on(&GOOD.replace("remote_filter =", "remote_fliter ="), command);
        assert_eq!(ran.code, Some(2), "{command:?}: {ran:?}");
        for told in ["trackersync.toml:19:1", "remote_fliter = \"project = UP\"", "did you mean `remote_filter`?"] {
            assert!(ran.err.contains(told), "{command:?} does not tell {told}: {ran:?}");
        }
    }
}

#[test]
fn all_errors_are_told_at_once() {
    let bad = GOOD
        .replace("kind = \"roundup\"", "kind = \"roundpu\"")
        .replace("[[sync]]\n", "[[sync]]\ncreate_local = true\n")
        .replace("remote = \"upstream\"", "remote = \"upstraem\"")
        .replace("kind = \"two_way\"", "kind = \"two_ways\"")
        .replace("{ env = \"OFFICE_PASSWORD\" }", "{ env = \"UNSET_VARIABLE\" }");
    let ran = run_on(&bad, &["check", "--offline"]);
    assert_eq!(ran.code, Some(2));
    for told in ["roundpu", "create_local", "upstraem", "UNSET_VARIABLE", "did you mean `roundup`?", "did you mean `upstream`?"]
    {
        assert!(ran.err.contains(told), "{told} is not told:\n{}", ran.err);
    }
    let ran = run_on(&bad, &["--json", "check", "--offline"]);
    let findings: Vec<serde_json::Value> = ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(findings.len() >= 4, "{findings:?}");
    for finding in &findings {
        assert!(finding["line"].as_u64().is_some_and(|line| line > 0) && finding["column"].is_u64(), "{finding}");
        assert!(finding["code"].as_str().is_some_and(|code| code.contains("::")), "{finding}");
    }
    assert_eq!(ran.json()[0]["ok"], false);
}

#[test]
fn errors_of_rules_are_told_with_their_line() {
    let ran = run_on(&GOOD.replace("kind = \"two_way\"", "kind = \"two_ways\""), &["check", "--offline"]);
    assert_eq!(ran.code, Some(2));
    for told in ["trackersync.toml:22:", "two_ways", "did you mean `two_way`?"] {
        assert!(ran.err.contains(told), "{told} is not told: {ran:?}");
    }
}

#[test]
fn errors_of_settings_and_of_rules_are_told_together() {
    let bad = GOOD.replace("remote_filter =", "remote_fliter =").replace("kind = \"two_way\"", "kind = \"two_ways\"");
    let ran = run_on(&bad, &["check", "--offline"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("remote_fliter") && ran.err.contains("two_ways"), "{ran:?}");
    assert!(ran.out.contains("2 errors in the configuration"), "{ran:?}");
}

#[test]
fn rules_that_work_against_each_other_are_found_without_a_tracker() {
    let quarrel =
        format!("{GOOD}\n[[sync.rule]]\nkind = \"to_local\"\nlocal_name = \"title\"\nremote_name = \"environment\"\n");
    for command in [&["check", "--offline"][..], &["serve"], &["sync", "--all"]] {
        let ran = run_on(&quarrel, command);
        assert_eq!(ran.code, Some(2), "{command:?}: {ran:?}");
        assert!(ran.err.contains("rules::loop") && ran.err.contains("trackersync.toml:28:14"), "{command:?}: {ran:?}");
    }
    let ran = run_on(&quarrel, &["--json", "check", "--offline"]);
    assert_eq!(ran.json(), [json!({ "ok": false, "errors": 1, "warnings": 0 })]);
    let found: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!((&found["code"], &found["line"], &found["column"]), (&json!("rules::loop"), &json!(28), &json!(14)));
}

#[test]
fn text_that_is_no_toml_is_shown_where_it_ends_to_be() {
    let ran = run_on(&GOOD.replace("name = \"up\"", "name = up"), &["check", "--offline"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("trackersync.toml:16:"), "{ran:?}");
    assert!(ran.err.contains("name = up"), "{ran:?}");
}

#[test]
fn a_file_that_is_not_there_is_an_error_of_usage() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["check", "--offline"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.err.contains("trackersync.toml") && ran.err.contains("-c FILE"), "{ran:?}");
}

#[test]
fn a_folder_stands_for_all_its_files_in_their_order() {
    let (trackers, sync) = GOOD.split_at(GOOD.find("[[sync]]").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let parts = folder.path().join("conf");
    std::fs::create_dir(&parts).unwrap();
    std::fs::write(parts.join("20-sync.toml"), sync).unwrap();
    std::fs::write(parts.join("10-trackers.toml"), trackers).unwrap();
    std::fs::write(parts.join("30-upper.toml"), "[server]\nlisten = \"127.0.0.1:7777\"\n").unwrap();
    std::fs::write(parts.join("notes.txt"), "no = configuration").unwrap();
    let ran = run(folder.path(), &["-c", "conf", "--json", "config", "show"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()[0]["server"]["listen"], "127.0.0.1:7777");
    // An error names the one file that it is in.
    std::fs::write(parts.join("30-upper.toml"), "\n[server]\nlisen = \"127.0.0.1:7777\"\n").unwrap();
    let ran = run(folder.path(), &["-c", "conf", "check", "--offline"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("30-upper.toml:3:1"), "{ran:?}");
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(run(folder.path(), &["-c", "empty", "check", "--offline"]).code, Some(2));
}

#[test]
fn variables_override_files_and_arguments_override_variables() {
    let folder = folder_with(&format!("[server]\nlisten = \"127.0.0.1:1\"\n{GOOD}"));
    let listen = |arguments: &[&str], variables: &[(&str, &str)]| {
        let arguments: Vec<&str> = ["--json", "config", "show"].iter().chain(arguments).copied().collect();
        let ran = run_with(folder.path(), &arguments, variables);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let shown = ran.json().remove(0);
        (shown["server"]["listen"].clone(), shown["trackers"]["office"]["url"].clone())
    };
    assert_eq!(listen(&[], &[]).0, "127.0.0.1:1");
    let variables = [
        ("TRACKERSYNC_SERVER__LISTEN", "127.0.0.1:2"),
        ("TRACKERSYNC_TRACKERS__OFFICE__URL", "https://elsewhere.example.com/tracker"),
    ];
    assert_eq!(listen(&[], &variables), (json!("127.0.0.1:2"), json!("https://elsewhere.example.com/tracker/")));
    assert_eq!(listen(&["--set", "server.listen=127.0.0.1:3"], &variables).0, "127.0.0.1:3");
    // An override that cannot be is told with its own name.
    let ran = run_with(folder.path(), &["check", "--offline"], &[("TRACKERSYNC_SERVER__LISEN", "x")]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("TRACKERSYNC_SERVER__LISEN") && ran.err.contains("did you mean `listen`?"), "{ran:?}");
    let ran = run(folder.path(), &["--set", "server.max_rate=many", "check", "--offline"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("server.max_rate"), "{ran:?}");
    // The file is named by a variable too.
    let elsewhere = tempfile::tempdir().unwrap();
    let path = folder.path().join("trackersync.toml").display().to_string();
    let ran = run_with(elsewhere.path(), &["check", "--offline"], &[("TRACKERSYNC_CONFIG", &path)]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn what_is_shown_can_be_read_again() {
    let ran = run_on(GOOD, &["config", "show"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    let shown: toml::Table = ran.out.parse().unwrap();
    assert_eq!(shown["sync"][0]["remote_filter"].as_str(), Some("project = UP"));
    assert_eq!(shown["sync"][0]["rule"][0]["remote_name"].as_str(), Some("summary"));
    assert_eq!(shown["trackers"]["upstream"]["webhook_secret"].as_array().unwrap().len(), 2);
}
