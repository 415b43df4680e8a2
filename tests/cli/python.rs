//! Configurations in the predecessor's syntax: what is refused, and that it is told where and why. Beside each file in
//! `tests/data/python/broken` stands what is expected: code, line, column.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::program::{Ran, folder_with, run, run_with};

const GOOD: &str = "LOCAL_TRACKER = 'roundup'
LOCAL_URL = 'https://office:Kiefer@roundup.example.com/tracker/'
JIRA_URL = 'https://jira.example.com/rest/api/2'
JIRA_USERNAME = 'sync'
JIRA_PASSWORD = 'Kie' + 'fer'
# Titles go both ways
JIRA_ATTRIBUTES = (Sync_Attribute_Two_Way (local_name = 'title', remote_name = 'summary'),)
";

fn broken() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/python/broken")
}

fn findings(ran: &Ran) -> Vec<Value> {
    ran.err.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Code, line and column of each error.
fn errors(ran: &Ran) -> Vec<String> {
    let of = |finding: Value| {
        let code = finding["code"].as_str().unwrap().to_owned();
        (finding["severity"] == "error").then(|| format!("{code} {} {}", finding["line"], finding["column"]))
    };
    findings(ran).into_iter().filter_map(of).collect()
}

fn check(file: &Path) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["-c", file.to_str().unwrap(), "--json", "check", "--offline"]);
    assert!(!ran.both().contains("panicked"), "{}: {ran:?}", file.display());
    ran
}

#[test]
fn each_broken_file_is_refused_at_its_place() {
    let mut files: Vec<PathBuf> = fs::read_dir(broken()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "py"));
    files.sort();
    assert!(files.len() >= 30, "{files:?}");
    let mut wrong = Vec::new();
    for file in files {
        let expected = fs::read_to_string(file.with_extension("expect")).unwrap();
        let ran = check(&file);
        let errors = errors(&ran);
        if ran.code != Some(2) || !errors.iter().any(|error| error == expected.trim()) {
            wrong.push(format!("{}: expected {}, found {errors:?}, {:?}", file.display(), expected.trim(), ran.code));
        }
        // People are shown the same, with the line itself.
        let folder = tempfile::tempdir().unwrap();
        let shown = run(folder.path(), &["-c", file.to_str().unwrap(), "check", "--offline"]);
        assert_eq!(shown.code, Some(2), "{shown:?}");
        assert!(shown.err.contains(file.file_name().unwrap().to_str().unwrap()), "{shown:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_too_much_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.py");
    for (text, code) in [
        (format!("A = '{}'\n", "x".repeat(10 << 20)), "python::too_large 1 1"),
        (format!("A = {}1{}\n", "(".repeat(1_000), ")".repeat(1_000)), "python::too_deep 1 69"),
        (format!("A = {}1\n", "-".repeat(1_000_000)), "python::too_deep"),
        (format!("A = {}\n", "lambda a, b: ".repeat(70_000)), "python::too_deep"),
    ] {
        fs::write(&file, text).unwrap();
        let start = Instant::now();
        let ran = check(&file);
        assert_eq!(ran.code, Some(2), "{}", &ran.err[..ran.err.len().min(400)]);
        assert!(errors(&ran).iter().all(|error| error.starts_with(code)), "{:?} is not {code}", errors(&ran));
        // The limit is a tenth of it; the machine may be busy.
        assert!(start.elapsed() < Duration::from_secs(1), "{code} took {:?}", start.elapsed());
    }
}

#[test]
fn a_good_file_is_read_shown_and_converted_and_its_secrets_are_not() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("office.py"), GOOD).unwrap();
    for arguments in [
        &["-c", "office.py", "check", "--offline"][..],
        &["-c", ".", "check", "--offline"],
        &["-c", "office.py", "config", "show"],
        &["config", "convert", "office.py"],
        &["-c", "office.py", "--set", "server.lisen=x", "check", "--offline"],
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, Some(if arguments.contains(&"--set") { 2 } else { 0 }), "{arguments:?}: {ran:?}");
        assert!(!ran.both().contains("Kie") && !ran.both().contains("fer'"), "{arguments:?}: {ran:?}");
    }
    let ran = run(folder.path(), &["-c", "office.py", "check", "--offline"]);
    assert!(ran.err.contains("config::no_webhooks") && ran.err.contains("config::literal_secret"), "{ran:?}");

    let converted = run(folder.path(), &["config", "convert", "office.py"]).out;
    assert!(converted.contains("# Titles go both ways\n[[sync]]"), "{converted}");
    fs::write(folder.path().join("office.toml"), &converted).unwrap();
    let variables = [("LOCAL_PASSWORD", "Kiefer"), ("JIRA_PASSWORD", "Kiefer")];
    let ran = run_with(folder.path(), &["-c", "office.toml", "check", "--offline"], &variables);
    assert_eq!(ran.code, Some(0), "{ran:?}\n{converted}");
    // What is TOML already is laid out as it is.
    let again = run(folder.path(), &["config", "convert", "office.toml"]);
    assert_eq!(
        (again.code, again.out.split_once("\n\n").map(|(_, rest)| rest)),
        (Some(0), converted.split_once("\n\n").map(|(_, rest)| rest))
    );
}

#[test]
fn a_toml_file_beside_it_adds_the_secret_of_webhooks() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("office.py"), GOOD).unwrap();
    let hooks = "[trackers.local]\nwebhook_secret = { env = \"OFFICE_HOOK\" }\n[trackers.jira]\nwebhook_secret = { env = \"OFFICE_HOOK\" }\n";
    fs::write(folder.path().join("hooks.toml"), hooks).unwrap();
    let ran = run(folder.path(), &["-c", "office.py", "-c", "hooks.toml", "check", "--offline"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.err.contains("config::no_webhooks"), "{ran:?}");
}

#[test]
fn the_service_refuses_what_can_only_be_looked_at() {
    let swapped = crate::program::GOOD
        .replace("local = \"office\"", "local = \"upstream\"")
        .replace("remote = \"upstream\"", "remote = \"office\"");
    let folder = folder_with(&swapped);
    let ran = run(folder.path(), &["check", "--offline"]);
    assert_eq!(ran.err.matches("config::not_yet").count(), 1, "{ran:?}");
    for command in [&["serve"][..], &["sync", "--all"]] {
        let ran = run(folder.path(), command);
        assert_eq!(ran.code, Some(2), "{command:?}: {ran:?}");
        assert!(ran.err.contains("cannot be the remote tracker in this version"), "{ran:?}");
    }
}
