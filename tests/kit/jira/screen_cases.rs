//! Screens: what is on them, what is required, and the ways an issue can take.

use reqwest::Method;
use serde_json::json;
use trackersync::standin::jira::{
    CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec, ScreenSpec, TransitionSpec, WorkflowSpec,
};

use crate::kit::Site;

const DIALECTS: [Dialect; 2] = [Dialect::Cloud, Dialect::DataCenter];

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn options(dialect: Dialect) -> JiraOptions {
    let mut options = JiraOptions { dialect, subtask_types: texts(&["Task"]), ..JiraOptions::default() };
    options.custom_fields.push(CustomFieldSpec { number: 7, name: "Team".to_owned(), kind: CustomFieldKind::Text });
    options.projects.push(ProjectSpec::new(10_001, "OT", "Other"));
    options.screens = vec![ScreenSpec {
        project: Some("UP".to_owned()),
        issue_types: texts(&["Bug"]),
        create: Some(texts(&["summary", "customfield_7", "reporter"])),
        edit: Some(texts(&["summary", "customfield_7"])),
        required: texts(&["customfield_7"]),
    }];
    let finish = TransitionSpec::new(21, "Finish", &["Open"], "Done").asking("resolution", true).asking("customfield_7", false);
    options.workflows = vec![WorkflowSpec {
        project: Some("OT".to_owned()),
        issue_types: texts(&["Bug"]),
        transitions: vec![finish, TransitionSpec::new(41, "Reopen", &["Done"], "Open")],
    }];
    options
}

#[tokio::test]
async fn what_is_not_on_a_screen_cannot_be_set_and_what_is_required_must() {
    for dialect in DIALECTS {
        let site = Site::with(options(dialect)).await;
        let bug = |fields: serde_json::Value| {
            let mut all = json!({"project": {"key": "UP"}, "issuetype": {"name": "Bug"}, "summary": "x"});
            all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            json!({"fields": all})
        };
        let create = "/rest/api/2/issue";
        let refusal = site.expect(400, Method::POST, create, Some(&bug(json!({})))).await;
        assert_eq!(refusal["errors"], json!({"customfield_7": "Team is required."}));
        let refusal = site.expect(400, Method::POST, create, Some(&bug(json!({"labels": ["a"], "customfield_7": "A"})))).await;
        let words = "Field 'labels' cannot be set. It is not on the appropriate screen, or unknown.";
        assert_eq!(refusal["errors"], json!({"labels": words}));
        let made = site.expect(201, Method::POST, create, Some(&bug(json!({"customfield_7": "A"})))).await;
        let path = format!("{create}/{}", made["key"].as_str().unwrap());
        let refusal = site.expect(400, Method::PUT, &path, Some(&json!({"fields": {"reporter": null}}))).await;
        assert!(refusal["errors"]["reporter"].as_str().unwrap().starts_with("Field 'reporter' cannot be set."));
        let refusal = site.expect(400, Method::PUT, &path, Some(&json!({"fields": {"customfield_7": null}}))).await;
        assert_eq!(refusal["errors"]["customfield_7"], "Team is required.");
        let meta = site.expect(200, Method::GET, &format!("{path}/editmeta"), None).await;
        let on_screen: Vec<&String> = meta["fields"].as_object().unwrap().keys().collect();
        assert_eq!(on_screen, ["customfield_7", "summary"]);
        assert_eq!(meta["fields"]["customfield_7"]["required"], true);
        let page = site.expect(200, Method::GET, "/rest/api/2/issue/createmeta/UP/issuetypes/10001", None).await;
        let fields = page[if dialect == Dialect::Cloud { "fields" } else { "values" }].as_array().unwrap();
        let ids: Vec<&str> = fields.iter().map(|field| field["fieldId"].as_str().unwrap()).collect();
        assert_eq!(ids, ["customfield_7", "issuetype", "project", "reporter", "summary"]);
    }
}

#[tokio::test]
async fn creation_is_described_in_pages_that_differ() {
    let cloud = Site::with(options(Dialect::Cloud)).await;
    let page = cloud.expect(200, Method::GET, "/rest/api/2/issue/createmeta/UP/issuetypes", None).await;
    assert_eq!((&page["issueTypes"][1]["subtask"], &page["isLast"]), (&json!(true), &json!(null)));
    cloud.expect(404, Method::GET, "/rest/api/2/issue/createmeta/NO/issuetypes", None).await;
    let old = cloud.get("/rest/api/2/issue/createmeta").await;
    assert!(old.headers()["warning"].to_str().unwrap().contains("deprecated"));
    let server = Site::with(options(Dialect::DataCenter)).await;
    let page = server.expect(200, Method::GET, "/rest/api/2/issue/createmeta/UP/issuetypes", None).await;
    assert_eq!((page["values"].as_array().unwrap().len(), &page["isLast"]), (2, &json!(true)));
    server.expect(400, Method::GET, "/rest/api/2/issue/createmeta/NO/issuetypes", None).await;
    server.expect(404, Method::GET, "/rest/api/2/issue/createmeta", None).await;
    let older = Site::with(JiraOptions { server_version: [8, 20, 1], ..options(Dialect::DataCenter) }).await;
    older.expect(200, Method::GET, "/rest/api/2/issue/createmeta", None).await;
}

#[tokio::test]
async fn a_subtask_needs_a_parent_and_is_shown_by_it() {
    for dialect in DIALECTS {
        let site = Site::with(options(dialect)).await;
        let parent = site.jira.state().create_issue("jane", json!({"summary": "whole", "customfield_7": "A"})).unwrap();
        let part = json!({"project": {"key": "UP"}, "issuetype": {"name": "Task"}, "summary": "part"});
        let refusal = site.expect(400, Method::POST, "/rest/api/2/issue", Some(&json!({"fields": part}))).await;
        assert_eq!(refusal["errors"], json!({"parent": "Issue type is a sub-task but parent issue key or id not specified."}));
        let mut part = part;
        part["parent"] = json!({"key": parent});
        let made = site.expect(201, Method::POST, "/rest/api/2/issue", Some(&json!({"fields": part}))).await;
        let key = made["key"].as_str().unwrap();
        let shown = site.expect(200, Method::GET, &format!("/rest/api/2/issue/{key}"), None).await;
        assert_eq!(
            (&shown["fields"]["parent"]["key"], &shown["fields"]["issuetype"]["subtask"]),
            (&json!(parent), &json!(true))
        );
        let whole = site.expect(200, Method::GET, &format!("/rest/api/2/issue/{parent}"), None).await;
        assert_eq!(whole["fields"]["subtasks"][0]["key"], key);
        site.expect(400, Method::DELETE, &format!("/rest/api/2/issue/{parent}"), None).await;
        site.expect(204, Method::DELETE, &format!("/rest/api/2/issue/{parent}?deleteSubtasks=true"), None).await;
        assert!(site.jira.state().issues().is_empty());
    }
}

#[tokio::test]
async fn a_transition_screen_asks_for_a_resolution() {
    for (dialect, wrong) in [(Dialect::Cloud, 400), (Dialect::DataCenter, 500)] {
        let site = Site::with(options(dialect)).await;
        let fields = json!({"summary": "x", "project": {"key": "OT"}});
        let key = site.jira.state().create_issue("jane", fields).unwrap();
        let path = format!("/rest/api/2/issue/{key}/transitions");
        let open = site.expect(200, Method::GET, &format!("{path}?expand=transitions.fields"), None).await;
        let shown = &open["transitions"][0];
        assert_eq!((open["transitions"].as_array().unwrap().len(), &shown["id"]), (1, &json!("21")));
        assert_eq!(shown["fields"]["resolution"]["required"], true);
        assert_eq!(shown["fields"]["resolution"]["allowedValues"][0]["name"], "Done");
        assert_eq!(shown["fields"]["customfield_7"]["required"], false);
        assert_eq!(shown["fields"].as_object().unwrap().len(), 2);
        let refusal = site.expect(400, Method::POST, &path, Some(&json!({"transition": {"id": "21"}}))).await;
        assert_eq!(refusal["errors"], json!({"resolution": "Resolution is required."}));
        site.expect(wrong, Method::POST, &path, Some(&json!({"transition": {"id": "41"}}))).await;
        let go = |fields: serde_json::Value| json!({"transition": {"id": "21"}, "fields": fields});
        let refusal =
            site.expect(400, Method::POST, &path, Some(&go(json!({"resolution": {"name": "Done"}, "labels": ["a"]})))).await;
        assert!(refusal["errors"]["labels"].is_string());
        let done = go(json!({"resolution": {"name": "Duplicate"}, "customfield_7": "A"}));
        site.expect(204, Method::POST, &path, Some(&done)).await;
        let issue = site.jira.state().issue(&key).unwrap();
        assert_eq!((issue.status.as_str(), issue.resolution.as_deref()), ("Done", Some("Duplicate")));
        assert_eq!(issue.custom["customfield_7"], "A");
    }
}
