//! What a Jira lacks for a sync, found before the first event: by name, with the line of the rule, each once.

use std::sync::Arc;

use serde_json::json;
use trackersync::{
    app::connect,
    config::{Config, diagnostic::Diagnostic, environment::Environment, load, place::Source},
    rulebook,
    standin::jira::{self, CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec, RunningJira},
    sync::issue::Side,
    telemetry::metrics::Metrics,
};

/// Rules that write all that there is to write; what each test takes away is told with a line of these.
pub const SYNC: &str = r#"[[sync]]
name = "jiras"
local = "home"
remote = "away"
remote_filter = "project = UP"
create_remote = true
[[sync.rule]]
kind = "check"
local_name = "labels"
update = false
[[sync.rule]]
kind = "to_remote_default"
remote_name = "project.key"
l_default = "UP"
only_create = true
[[sync.rule]]
kind = "to_remote_default"
remote_name = "issuetype.name"
l_default = "Bug"
only_create = true
[[sync.rule]]
kind = "two_way"
local_name = "summary"
remote_name = "summary"
[[sync.rule]]
kind = "to_remote"
local_name = "environment"
remote_name = "External reference"
[[sync.rule]]
kind = "to_remote"
local_name = "labels"
remote_name = "Colour"
map = { r = "Red", b = "Blue" }
[[sync.rule]]
kind = "to_remote_default"
remote_name = "components"
l_default = ["Brakes"]
[[sync.rule]]
kind = "to_remote"
local_name = "assignee"
remote_name = "assignee"
[[sync.rule]]
kind = "to_remote"
local_name = "security"
remote_name = "security"
[[sync.rule]]
kind = "messages"
prefix = "[public]"
edits = "update"
deletions = "remove"
[[sync.rule]]
kind = "files"
prefix = ""
"#;

/// The rule that makes fields settable with transitions, too.
pub const STATUS: &str = "[[sync.rule]]\nkind = \"to_remote\"\nlocal_name = \"status\"\nremote_name = \"status\"\n";

pub const DIALECTS: [Dialect; 2] = [Dialect::Cloud, Dialect::DataCenter];

/// The dialects and versions that tell of creation each in another form.
pub const FORMS: [(Dialect, u32); 3] = [(Dialect::Cloud, 10), (Dialect::DataCenter, 10), (Dialect::DataCenter, 8)];

/// A server that is older than the pages about creation.
pub fn without_pages(jira: &RunningJira, version: u32) {
    if version < 9 {
        let fault = json!({ "path_contains": "/issuetypes", "status": 404, "count": 99 });
        jira.state().add_fault(serde_json::from_value(fault).unwrap());
    }
}

pub fn options(dialect: Dialect) -> JiraOptions {
    let project = ProjectSpec {
        components: vec!["Brakes".to_owned()],
        security_levels: vec!["internal".to_owned()],
        ..ProjectSpec::new(10_000, "UP", "Upstream")
    };
    let colours = CustomFieldKind::Select(vec!["Red".to_owned(), "Blue".to_owned()]);
    let mut custom_fields = JiraOptions::default().custom_fields;
    custom_fields.push(CustomFieldSpec { number: 10_060, name: "Colour".to_owned(), kind: colours });
    let projects = vec![project, ProjectSpec::new(10_001, "OTHER", "Other")];
    JiraOptions { dialect, projects, custom_fields, ..JiraOptions::default() }
}

/// A Jira with an issue that has a value wherever its screen demands one.
pub async fn start(options: JiraOptions) -> RunningJira {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let required = options.screens.iter().filter(|screen| screen.project.is_none()).flat_map(|screen| screen.required.clone());
    let required: Vec<String> = required.collect();
    let jira = jira::start(options).await.unwrap();
    let mut fields = json!({ "project": { "key": "UP" }, "issuetype": { "name": "Bug" }, "summary": "x" });
    for field in required.into_iter().filter(|field| field != "priority") {
        fields[field] = json!("2026-01-01");
    }
    jira.state().create_issue("jane", fields).unwrap();
    jira
}

/// A configuration whose trackers are all this Jira; its first line is that of the sync.
fn config(url: &str, sync: &str) -> Config {
    let tracker = |name: &str| {
        format!(
            "[trackers.{name}]\nkind = \"jira\"\nurl = \"{url}\"\nusername = \"sync\"\ntimeout = \"5s\"\n\
             password = {{ env = \"PASSWORD\" }}\ninsecure_no_signature = true\n"
        )
    };
    let source = |name: &str, text: String| Arc::new(Source { name: name.to_owned(), text });
    let sources = [source("sync.toml", sync.to_owned()), source("a.toml", ["home", "away", "customer"].map(tracker).concat())];
    let loaded = load(&sources, &Environment::of_variables([("PASSWORD", "sync-secret")]), &[]);
    loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

pub async fn ask(jira: &RunningJira, sync: &str, side: Side) -> Vec<Diagnostic> {
    let config = config(jira.url(), sync);
    let rules = rulebook::compile_all(&config).unwrap();
    let sync = &config.syncs[0];
    let name = if side == Side::Local { &sync.local } else { &sync.remote };
    let tracker = connect(name, &config.trackers[name], &Metrics::default()).unwrap();
    tracker.preflight(&rules[&sync.name].requirements(sync, side)).await.unwrap()
}

/// Code, whether it is an error, the line itself, and the words of each finding on the remote side.
pub async fn lacks(jira: &RunningJira, sync: &str) -> Vec<(&'static str, bool, String, String)> {
    lacks_on(Side::Remote, jira, sync).await
}

/// The same on either side.
async fn lacks_on(side: Side, jira: &RunningJira, sync: &str) -> Vec<(&'static str, bool, String, String)> {
    let line = |found: &Diagnostic| {
        let (line, _) = found.place.line_and_column().unwrap();
        sync.lines().nth(line - 1).unwrap().to_owned()
    };
    let words = |found: &Diagnostic| format!("{} ({})", found.message, found.hint.clone().unwrap_or_default());
    let found = ask(jira, sync, side).await;
    found.iter().map(|found| (found.code, !found.is_warning, line(found), words(found))).collect()
}

/// The only finding has this code, severity and line, and all of these words.
pub fn only(found: &[(&'static str, bool, String, String)], expected: (&str, bool, &str), words: &[&str]) {
    let [(code, is_error, line, told)] = found else { panic!("{expected:?}: {found:#?}") };
    assert_eq!((*code, *is_error, line.as_str()), expected, "{told}");
    for word in words {
        assert!(told.contains(word), "{word} is not told: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jira_that_has_all_of_it_lacks_nothing() {
    for dialect in DIALECTS {
        let jira = start(options(dialect)).await;
        assert_eq!(lacks(&jira, SYNC).await, []);
        assert_eq!(lacks(&jira, &format!("{SYNC}{STATUS}")).await, []);
        let requests = jira.state().requests();
        let is_write = |method: &str, path: &str| method != "GET" && !path.contains("/search");
        assert!(requests.iter().all(|seen| !is_write(&seen.method, &seen.path)), "{requests:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_is_named_with_project_and_rule() {
    for dialect in DIALECTS {
        let jira = start(options(dialect)).await;
        let sync = format!("{SYNC}{STATUS}");
        for (permission, line, told) in [
            ("CREATE_ISSUES", "[[sync]]", "creates issues"),
            ("EDIT_ISSUES", "remote_name = \"summary\"", "two_way summary <-> summary needs it, and 5 more"),
            ("TRANSITION_ISSUES", "remote_name = \"status\"", "to_remote status"),
            ("ASSIGN_ISSUES", "remote_name = \"assignee\"", "to_remote assignee"),
            ("SET_ISSUE_SECURITY", "remote_name = \"security\"", "to_remote security"),
            ("ADD_COMMENTS", "[[sync.rule]]", "messages"),
            ("EDIT_OWN_COMMENTS", "[[sync.rule]]", "messages"),
            ("DELETE_OWN_COMMENTS", "[[sync.rule]]", "messages"),
            ("CREATE_ATTACHMENTS", "[[sync.rule]]", "files"),
        ] {
            jira.state().deny("sync", permission, Some("UP"));
            let found = lacks(&jira, &sync).await;
            only(&found, ("preflight::permission", true, line), &[permission, "project `UP`", told, "`away`"]);
            jira.state().allow("sync", permission, Some("UP"));
        }
        // What no rule needs may be missing, and so may all of it elsewhere.
        jira.state().deny("sync", "MODIFY_REPORTER", None);
        jira.state().deny("sync", "EDIT_ISSUES", Some("OTHER"));
        assert_eq!(lacks(&jira, &sync).await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_rules_do_takes_a_permission() {
    let jira = start(options(Dialect::DataCenter)).await;
    for permission in ["CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS", "CREATE_ATTACHMENTS"] {
        jira.state().deny("sync", permission, None);
    }
    let reads = "[[sync]]\nname = \"s\"\nlocal = \"home\"\nremote = \"away\"\nremote_filter = \"project = UP\"\n\
                 [[sync.rule]]\nkind = \"to_local\"\nlocal_name = \"summary\"\nremote_name = \"summary\"\n\
                 [[sync.rule]]\nkind = \"messages\"\n[[sync.rule]]\nkind = \"files\"\n";
    assert_eq!(lacks(&jira, reads).await, []);
    let dry = SYNC.replace("create_remote = true", "create_remote = true\nremote_dry_run = true");
    assert_eq!(lacks(&jira, &dry).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_not_there_or_not_to_be_seen_is_named() {
    for dialect in DIALECTS {
        let jira = start(options(dialect)).await;
        let wrong = SYNC.replace("l_default = \"UP\"", "l_default = \"UPP\"");
        let found = lacks(&jira, &wrong).await;
        only(&found, ("preflight::project", true, "l_default = \"UPP\""), &["`UPP`", "did you mean `UP`?", "Browse Projects"]);
        let wrong = SYNC.replace("project = UP\"", "project = OTTER\"");
        let found = lacks(&jira, &wrong).await;
        only(&found, ("preflight::project", true, "[[sync]]"), &["`OTTER`", "did you mean `OTHER`?", "remote_filter"]);
        // By its name, as people write it, too.
        let named = SYNC.replace("project = UP\"", "project = upstream\"");
        assert_eq!(lacks(&jira, &named).await, []);
        jira.state().deny("sync", "BROWSE_PROJECTS", Some("UP"));
        let found = lacks(&jira, SYNC).await;
        let places: Vec<(&str, &str)> = found.iter().map(|(code, _, line, _)| (*code, line.as_str())).collect();
        let project = "preflight::project";
        assert_eq!(places, [(project, "[[sync]]"), (project, "l_default = \"UP\"")], "{found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_jira_refuses_is_told_in_its_words() {
    for dialect in DIALECTS {
        let jira = start(options(dialect)).await;
        let wrong = SYNC.replace("project = UP\"", "project = UP AND prioritty = High\"");
        let found = lacks(&jira, &wrong).await;
        only(&found, ("preflight::filter", true, "[[sync]]"), &["prioritty"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_type_that_the_project_lacks_is_named_in_all_forms_of_telling() {
    for (dialect, version) in FORMS {
        let jira = start(JiraOptions { server_version: [version, 3, 0], ..options(dialect) }).await;
        without_pages(&jira, version);
        let wrong = SYNC.replace("l_default = \"Bug\"", "l_default = \"Bugg\"");
        let found = lacks(&jira, &wrong).await;
        let expected = ("preflight::issue_type", true, "l_default = \"Bugg\"");
        only(&found, expected, &["`Bugg`", "project `UP`", "did you mean `Bug`?"]);
        assert_eq!(lacks(&jira, SYNC).await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_issues_without_project_or_type_are_told() {
    let jira = start(options(Dialect::Cloud)).await;
    for (path, name) in [("project.key", "project"), ("issuetype.name", "issue type")] {
        let without = SYNC.replace(path, "description");
        let found = lacks(&jira, &without).await;
        only(&found, ("preflight::required", true, "[[sync]]"), &["no rule gives them", name, "to_remote_default"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_of_two_jiras_lack_nothing() {
    for dialect in DIALECTS {
        let project = |key: &str, id| ProjectSpec { components: vec!["Brakes".to_owned()], ..ProjectSpec::new(id, key, key) };
        let text = |number, name: &str| CustomFieldSpec { number, name: name.to_owned(), kind: CustomFieldKind::Text };
        let mut options = options(dialect);
        options.projects = vec![project("UP", 1), project("HOME", 2), project("CAR", 3), project("SUP", 4)];
        options.custom_fields.extend([text(10_051, "Supplier"), text(10_052, "Customer"), text(10_053, "Customer issue")]);
        options.issue_types.push("Defect".to_owned());
        options.priorities.extend(["Blocker".to_owned(), "Major".to_owned(), "Minor".to_owned()]);
        let jira = start(options).await;
        let example = include_str!("../../config-example/jira-jira.toml");
        let (_, example) = example.split_once("[[sync]]").unwrap();
        for sync in [include_str!("two_jiras.toml"), &format!("[[sync]]{example}")] {
            for side in [Side::Local, Side::Remote] {
                assert_eq!(ask(&jira, sync, side).await, [], "{dialect:?} {side}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jira_of_ours_is_asked_for_what_new_issues_of_ours_need() {
    let sync = include_str!("two_jiras.toml").replace("\"HOME\"", "\"UP\"");
    for dialect in DIALECTS {
        let mut options = options(dialect);
        let supplier = CustomFieldSpec { number: 10_051, name: "Supplier".to_owned(), kind: CustomFieldKind::Text };
        options.custom_fields.push(supplier);
        let jira = start(options).await;
        assert_eq!(lacks_on(Side::Local, &jira, &sync).await, []);
        let found = lacks_on(Side::Local, &jira, &sync.replace("\"Task\"", "\"Chore\"")).await;
        let line = "r_default = \"Chore\"";
        only(&found, ("preflight::issue_type", true, line), &["`Chore`", "project `UP`", "local tracker `home`"]);
        jira.state().deny("sync", "CREATE_ISSUES", None);
        let found = lacks_on(Side::Local, &jira, &sync).await;
        only(&found, ("preflight::permission", true, "[[sync]]"), &["CREATE_ISSUES", "local tracker `home`"]);
        let found =
            lacks_on(Side::Local, &jira, &sync.replace("local_name = \"project.key\"", "local_name = \"environment\"")).await;
        only(&found, ("preflight::required", true, "[[sync]]"), &["project", "to_local_default", "l_only_create"]);
    }
}
