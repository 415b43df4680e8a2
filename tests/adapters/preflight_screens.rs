//! What the screens of a Jira lack for a sync: fields, what new issues need, values.

use trackersync::{
    config::diagnostic::Diagnostic,
    standin::jira::{CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec, ScreenSpec},
    sync::issue::Side,
};

use crate::preflight::{DIALECTS, FORMS, STATUS, SYNC, ask, lacks, only, options, start, without_pages};

fn with_screens(dialect: Dialect, screen: ScreenSpec) -> JiraOptions {
    JiraOptions { screens: vec![screen], ..options(dialect) }
}

/// All fields of the rules but these.
fn without(missing: &[&str]) -> Option<Vec<String>> {
    let all = ["summary", "customfield_10050", "customfield_10060", "components", "assignee", "security", "issuetype"];
    Some(all.iter().filter(|field| !missing.contains(field)).map(|field| (*field).to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_on_no_screen_is_named_with_type_and_project() {
    for dialect in DIALECTS {
        let edit = ScreenSpec { edit: without(&["customfield_10050"]), ..ScreenSpec::default() };
        let jira = start(with_screens(dialect, edit)).await;
        let line = "remote_name = \"External reference\"";
        let words =
            ["field `External reference` (customfield_10050) is not on the edit screen of issue type `Bug` in project `UP`"];
        only(&lacks(&jira, SYNC).await, ("preflight::screen", true, line), &words);
        // The filter may hold none of the type that new issues have.
        let elsewhere = SYNC.replace("project = UP\"", "project = OTHER\"");
        only(&lacks(&jira, &elsewhere).await, ("preflight::screen", true, line), &words);
        // It may be on the screen of a transition.
        let found = lacks(&jira, &format!("{SYNC}{STATUS}")).await;
        only(&found, ("preflight::screen", false, line), &words);
        // What is set on new issues only needs no edit screen, and what waits for an unset value may never come to it.
        let rule = "local_name = \"environment\"";
        assert_eq!(lacks(&jira, &SYNC.replace(rule, &format!("{rule}\nonly_create = true"))).await, []);
        let edit = ScreenSpec { edit: without(&["components"]), ..ScreenSpec::default() };
        let jira = start(with_screens(dialect, edit)).await;
        only(&lacks(&jira, SYNC).await, ("preflight::screen", false, "remote_name = \"components\""), &["`Component"]);

        let create = ScreenSpec { create: without(&["customfield_10050"]), ..ScreenSpec::default() };
        let jira = start(with_screens(dialect, create)).await;
        let words = ["is not on the create screen of issue type `Bug` in project `UP`"];
        only(&lacks(&jira, SYNC).await, ("preflight::screen", false, line), &words);
        let found = lacks(&jira, &SYNC.replace(rule, &format!("{rule}\nonly_create = true"))).await;
        only(&found, ("preflight::screen", true, line), &words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_cannot_be_edited_tells_nothing_of_others() {
    for dialect in DIALECTS {
        let closed = ScreenSpec { edit: Some(Vec::new()), ..ScreenSpec::default() };
        let jira = start(with_screens(dialect, closed)).await;
        assert_eq!(lacks(&jira, SYNC).await, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_new_issues_need_and_no_rule_sets_is_named() {
    for (dialect, version) in FORMS {
        // Jira has a priority for whatever comes without one.
        let required = ["duedate", "customfield_10050", "priority"].map(str::to_owned).to_vec();
        let screen = ScreenSpec { required, ..ScreenSpec::default() };
        let jira = start(JiraOptions { server_version: [version, 3, 0], ..with_screens(dialect, screen) }).await;
        without_pages(&jira, version);
        let words = ["new issues of issue type `Bug` in project `UP`", "need `Due date`", "to_remote_default"];
        let found = lacks(&jira, SYNC).await;
        only(&found, ("preflight::required", true, "[[sync]]"), &words);
        let rule = "local_name = \"environment\"";
        let found = lacks(&jira, &SYNC.replace(rule, &format!("{rule}\nonly_update = true"))).await;
        assert_eq!(found.len(), 2, "a rule that does not run at creation gives no value: {found:#?}");
        assert!(found.iter().any(|(.., told)| told.contains("`External reference` (customfield_10050)")), "{found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_of_sub_tasks_is_told_to_be_one() {
    let subtask_types = vec!["Task".to_owned()];
    let jira = start(JiraOptions { subtask_types, ..options(Dialect::DataCenter) }).await;
    let found = lacks(&jira, &SYNC.replace("l_default = \"Bug\"", "l_default = \"Task\"")).await;
    only(&found, ("preflight::required", true, "[[sync]]"), &["Parent", "sub-task"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_a_field_does_not_take_is_told_where_it_stands() {
    for dialect in DIALECTS {
        let jira = start(options(dialect)).await;
        let map = "map = { r = \"Red\", b = \"Bleu\" }";
        let wrong = SYNC.replace("map = { r = \"Red\", b = \"Blue\" }", map);
        let words = ["`Colour` cannot be \"Bleu\"", "issue type `Bug` in project `UP`", "did you mean `Blue`?"];
        only(&lacks(&jira, &wrong).await, ("preflight::value", true, map), &words);
        // Known from an issue that is there, the others may be others.
        let found = lacks(&jira, &wrong.replace("create_remote = true\n", "")).await;
        only(&found, ("preflight::value", false, map), &words);
        let wrong = SYNC.replace("[\"Brakes\"]", "[\"Wheels\"]");
        let found = lacks(&jira, &wrong).await;
        only(&found, ("preflight::value", true, "l_default = [\"Wheels\"]"), &["components", "`Brakes`"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_that_fits_one_of_two_projects_is_no_error() {
    let mut options = options(Dialect::DataCenter);
    let screen = ScreenSpec {
        project: Some("OTHER".to_owned()),
        create: without(&["customfield_10060"]),
        required: vec!["duedate".to_owned()],
        ..ScreenSpec::default()
    };
    options.screens.push(screen);
    let jira = start(options).await;
    let two = SYNC.replace("l_default = \"UP\"", "local_name = \"labels\"\nmap = { u = \"UP\", o = \"OTHER\" }");
    let found = lacks(&jira, &two).await;
    assert!(!found.is_empty() && found.iter().all(|(_, is_error, ..)| !is_error), "{found:#?}");
    assert!(found.iter().all(|(.., told)| told.contains("project `OTHER`")), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cascade_is_known_by_both_of_its_parts() {
    for dialect in DIALECTS {
        let mut options = options(dialect);
        let regions = vec![("EU".to_owned(), vec!["AT".to_owned()]), ("US".to_owned(), vec!["NY".to_owned()])];
        let kind = CustomFieldKind::Cascading(regions);
        options.custom_fields.push(CustomFieldSpec { number: 10_070, name: "Region".to_owned(), kind });
        let jira = start(options).await;
        let rule = |name: &str, value: &str| {
            format!("{SYNC}[[sync.rule]]\nkind = \"to_remote_default\"\nremote_name = \"{name}\"\nl_default = \"{value}\"\n")
        };
        for (name, good, bad) in [
            ("Region", "EU / AT", "EU / NY"),
            ("Region", "US", "AT"),
            ("Region.child.value", "NY", "EU"),
            ("Region.value", "EU", "NY"),
        ] {
            assert_eq!(lacks(&jira, &rule(name, good)).await, [], "{name} {good}");
            let line = format!("l_default = \"{bad}\"");
            only(&lacks(&jira, &rule(name, bad)).await, ("preflight::value", true, &line), &[name, bad]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_field_of_the_external_id_is_looked_at_like_those_of_rules() {
    let sync = |field: &str| format!("{}\n[trackers.home.external_id]\naway = \"{field}\"\n", include_str!("two_jiras.toml"));
    for dialect in DIALECTS {
        let told = async |screen: ScreenSpec, field: &str| {
            let mut options = with_screens(dialect, screen);
            options.projects.push(ProjectSpec::new(10_002, "HOME", "Home"));
            options.custom_fields.push(CustomFieldSpec { number: 10_070, name: "Key".to_owned(), kind: CustomFieldKind::Text });
            options.custom_fields.push(CustomFieldSpec {
                number: 10_051,
                name: "Supplier".to_owned(),
                kind: CustomFieldKind::Text,
            });
            let jira = start(options).await;
            ask(&jira, &sync(field), Side::Local).await
        };
        assert_eq!(told(ScreenSpec::default(), "Key").await, []);
        let found = told(ScreenSpec::default(), "Kye").await;
        assert_eq!((found.len(), found[0].code, found[0].is_warning), (1, "preflight::external_id", false));
        let found = told(ScreenSpec::default(), "Labels").await;
        assert_eq!((found.len(), found[0].code), (1, "preflight::external_id"));
        let found = told(ScreenSpec { create: without(&["customfield_10070"]), ..ScreenSpec::default() }, "Key").await;
        let of_key: Vec<&Diagnostic> = found.iter().filter(|found| found.message.contains("(customfield_10070)")).collect();
        assert_eq!(of_key.len(), 1, "{found:?}");
        assert!(of_key[0].message.contains("is not on the create screen"), "{of_key:?}");
    }
}
