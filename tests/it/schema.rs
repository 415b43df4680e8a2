//! What a real Roundup tells about itself, and what is found in rules before the first event.

use serde_json::{Value, json};

use crate::support::{
    process::run,
    program,
    site::{Site, Wanted},
};

/// How a run of the program ended: exit code, standard output, standard error.
async fn ran(site: &Site, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = program::command(&site.folder());
    command.args(arguments);
    let done = run(command).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

/// Adds to the configuration; the number of the first line that is added.
fn add_rules(site: &Site, rules: &str) -> usize {
    let file = site.folder().join("trackersync.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}{rules}")).unwrap();
    text.lines().count() + 1
}

const WRONG: &str = r#"[[sync.rule]]
kind = "to_remote"
local_name = "assignedto.realnaem"
remote_name = "environment"

[[sync.rule]]
kind = "to_local"
local_name = "priority.name"
remote_name = "priority.name"
map = { critcal = "Highest", wish = "Low" }

[[sync.rule]]
kind = "to_local"
local_name = "activity"
remote_name = "created"

[[sync.rule]]
kind = "to_local"
local_name = "assignedto.realname"
remote_name = "reporter.displayName"

[[sync.rule]]
kind = "to_local"
local_name = "assignedto.username"
remote_name = "asignee.name"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_checked_against_what_the_trackers_tell() {
    let site = Site::start(Wanted { embedded: true, ..Wanted::default() }).await;
    let (code, out, err) = ran(&site, &["check"]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("office: answers, and knows us as sync") && out.contains("upstream: answers"), "{out}");

    let first = add_rules(&site, WRONG);
    let (code, _, err) = ran(&site, &["--json", "check"]).await;
    assert_eq!(code, Some(2), "{err}");
    let found: Vec<Value> = err.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let at = |line: usize, column: usize| {
        let place = |f: &&Value| f["line"] == json!(first + line) && f["column"] == json!(column);
        found.iter().find(place).unwrap_or_else(|| panic!("nothing is found in line {line}: {found:?}"))
    };
    for (line, column, code, hint) in [
        (2, 14, "rules::unknown_attribute", "did you mean `realname`?"),
        (9, 9, "rules::unknown_value", "did you mean `critical`?"),
        (13, 14, "rules::read_only", ""),
        (18, 14, "rules::read_only", ""),
        (24, 15, "rules::unknown_attribute", "did you mean `assignee`?"),
    ] {
        let finding = at(line, column);
        assert_eq!((&finding["code"], &finding["severity"]), (&json!(code), &json!("error")), "{finding}");
        assert!(finding["hint"].as_str().unwrap_or_default().contains(hint), "{finding}");
    }
    let errors = found.iter().filter(|finding| finding["severity"] == "error").count();
    assert_eq!(errors, 5 + usize::from(found.iter().any(|f| f["code"] == "rules::loop")), "{found:?}");

    let (code, _, err) = ran(&site, &["serve"]).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("assignedto.realnaem") && err.contains("asignee.name"), "all are told: {err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_roundup_tells_its_schema() {
    let site = Site::start(Wanted { embedded: true, ..Wanted::default() }).await;
    let (code, out, err) = ran(&site, &["--json", "schema", "office"]).await;
    assert_eq!(code, Some(0), "{err}");
    let schema: Value = serde_json::from_str(&out).unwrap();
    let issue = &schema["classes"]["issue"]["fields"];
    for (name, kind, class, list, writable) in [
        ("title", "text", json!(null), false, true),
        ("status", "link", json!("status"), false, true),
        ("nosy", "link", json!("user"), true, true),
        ("creation", "date", json!(null), false, false),
        ("creator", "link", json!("user"), false, false),
    ] {
        let field = &issue[name];
        assert_eq!((&field["type"], &field["class"]), (&json!(kind), &class), "{name}: {field}");
        assert_eq!((&field["list"], &field["writable"]), (&json!(list), &json!(writable)), "{name}: {field}");
    }
    let status = &schema["classes"]["status"];
    assert_eq!(status["keys"], json!(["name", "id"]));
    let values: Vec<&str> = status["fields"]["name"]["vocabulary"].as_array().unwrap().iter().flat_map(Value::as_str).collect();
    assert_eq!((values[0], values[7], values.len()), ("unread", "resolved", 8), "in the tracker's order");
    let user = &schema["classes"]["user"];
    assert_eq!((&user["keys"], &user["label"]), (&json!(["username", "id"]), &json!("username")));
    assert_eq!(schema["classes"]["msg"]["fields"]["content"].get("vocabulary"), None, "content is no vocabulary");
    let (_, out, _) = ran(&site, &["schema", "office"]).await;
    assert!(out.contains("link to status: unread, deferred, chatting"), "{out}");
}
