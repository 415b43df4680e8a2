//! Who may do what, and how those are refused who may not.

use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::{Dialect, JiraOptions, ProjectSpec};

use crate::kit::Site;

const DIALECTS: [Dialect; 2] = [Dialect::Cloud, Dialect::DataCenter];

async fn site(dialect: Dialect) -> Site {
    let mut options = JiraOptions { dialect, ..JiraOptions::default() };
    options
        .projects
        .push(ProjectSpec { security_levels: vec!["internal".to_owned()], ..ProjectSpec::new(10_001, "OT", "Other") });
    Site::with(options).await
}

fn has(permissions: &Value, name: &str) -> bool {
    permissions["permissions"][name]["havePermission"].as_bool().unwrap()
}

#[tokio::test]
async fn permissions_are_told_by_project_and_by_issue() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let key = site.issue("x").await;
        site.jira.state().deny("sync", "EDIT_ISSUES", Some("UP"));
        let path = "/rest/api/2/mypermissions?permissions=EDIT_ISSUES,ADMINISTER";
        for (place, may) in
            [("&projectKey=UP", false), ("&projectKey=OT", true), ("", true), (&format!("&issueKey={key}"), false)]
        {
            let shown = site.expect(200, Method::GET, &format!("{path}{place}"), None).await;
            assert_eq!((has(&shown, "EDIT_ISSUES"), has(&shown, "ADMINISTER")), (may, true), "{dialect:?} {place}");
        }
        site.expect(404, Method::GET, &format!("{path}&projectKey=NO"), None).await;
        site.expect(400, Method::GET, "/rest/api/2/mypermissions?permissions=FLY", None).await;
        let without = site.get("/rest/api/2/mypermissions").await.status().as_u16();
        assert_eq!(without, if dialect == Dialect::Cloud { 400 } else { 200 });
    }
}

#[tokio::test]
async fn what_may_not_be_done_is_refused() {
    for (dialect, create) in [(Dialect::Cloud, 403), (Dialect::DataCenter, 400)] {
        let site = site(dialect).await;
        let state = site.jira.state();
        let key = site.issue("x").await;
        let issue = format!("/rest/api/2/issue/{key}");
        let comments = format!("{issue}/comment");
        let own = site.expect(201, Method::POST, &comments, Some(&json!({"body": "own"}))).await["id"].clone();
        let other = state.add_comment("jane", &key, "another's").unwrap();
        let file = state.add_attachment("jane", &key, "a.txt", "text/plain", &b"x"[..]).unwrap();
        let fields = json!({"project": {"key": "UP"}, "issuetype": {"name": "Bug"}, "summary": "y"});
        let text = json!({"body": "new"});
        let go = json!({"transition": {"id": "21"}});
        let wrong_way = if dialect == Dialect::Cloud { 400 } else { 500 };
        let link = json!({"object": {"url": "http://x/", "title": "t"}});
        let (own, other) = (format!("{comments}/{}", own.as_str().unwrap()), format!("{comments}/{other}"));
        for (permission, status, method, path, body) in [
            ("CREATE_ISSUES", create, "POST", "/rest/api/2/issue".to_owned(), Some(&json!({"fields": fields}))),
            ("EDIT_ISSUES", 403, "PUT", issue.clone(), Some(&json!({"fields": {"summary": "z"}}))),
            ("TRANSITION_ISSUES", wrong_way, "POST", format!("{issue}/transitions"), Some(&go)),
            ("ADD_COMMENTS", 400, "POST", comments.clone(), Some(&text)),
            ("EDIT_ALL_COMMENTS", 400, "PUT", other.clone(), Some(&text)),
            ("DELETE_ALL_COMMENTS", 400, "DELETE", other.clone(), None),
            ("DELETE_ALL_ATTACHMENTS", 403, "DELETE", format!("/rest/api/2/attachment/{file}"), None),
            ("LINK_ISSUES", 403, "POST", format!("{issue}/remotelink"), Some(&link)),
            ("DELETE_ISSUES", 403, "DELETE", issue.clone(), None),
            ("BROWSE_PROJECTS", 404, "GET", issue.clone(), None),
            ("BROWSE_PROJECTS", 404, "PUT", issue.clone(), Some(&json!({"fields": {"summary": "z"}}))),
        ] {
            state.deny("sync", permission, Some("UP"));
            let refusal = site.expect(status, method.parse().unwrap(), &path, body).await;
            assert!(refusal["errorMessages"][0].is_string(), "{permission}: {refusal}");
            state.allow("sync", permission, Some("UP"));
        }
        state.deny("sync", "CREATE_ATTACHMENTS", None);
        assert_eq!(site.attach(&key, "b.txt", b"x").await.status(), 403);
        // One's own comment is one's own, until that is taken away as well.
        state.deny("sync", "EDIT_ALL_COMMENTS", None);
        state.deny("sync", "DELETE_ALL_COMMENTS", None);
        site.expect(200, Method::PUT, &own, Some(&text)).await;
        state.deny("sync", "EDIT_OWN_COMMENTS", None);
        site.expect(400, Method::PUT, &own, Some(&text)).await;
        site.expect(204, Method::DELETE, &own, None).await;
        let left = state.issue(&key).unwrap();
        assert_eq!((left.summary.as_str(), left.comments.len(), left.attachments.len()), ("x", 1, 1));
    }
}

#[tokio::test]
async fn fields_need_permissions_of_their_own() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let state = site.jira.state();
        let key = state.create_issue("sync", json!({"summary": "x", "project": {"key": "OT"}})).unwrap();
        let path = format!("/rest/api/2/issue/{key}");
        let jane = json!({"accountId": "712020:standin-jane", "name": "jane"});
        for (permission, field, value) in [
            ("ASSIGN_ISSUES", "assignee", jane.clone()),
            ("MODIFY_REPORTER", "reporter", jane),
            ("SET_ISSUE_SECURITY", "security", json!({"name": "internal"})),
        ] {
            let edit = json!({"fields": {field: value}});
            state.deny("sync", permission, None);
            let refusal = site.expect(400, Method::PUT, &path, Some(&edit)).await;
            assert!(refusal["errors"][field].as_str().unwrap().contains("cannot be set"), "{refusal}");
            let meta = site.expect(200, Method::GET, &format!("{path}/editmeta"), None).await;
            assert!(meta["fields"][field].is_null());
            state.allow("sync", permission, None);
            site.expect(204, Method::PUT, &path, Some(&edit)).await;
        }
        state.deny("jane", "ASSIGNABLE_USER", Some("OT"));
        let found = site.expect(200, Method::GET, &format!("/rest/api/2/user/assignable/search?issueKey={key}"), None).await;
        assert_eq!(found.as_array().unwrap().len(), 1);
        state.deny("sync", "EDIT_ISSUES", None);
        let meta = site.expect(200, Method::GET, &format!("{path}/editmeta"), None).await;
        assert_eq!(meta["fields"], json!({}));
    }
}

#[tokio::test]
async fn what_may_not_be_seen_is_not_found() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        site.issue("x").await;
        let search = if dialect == Dialect::Cloud { "search/jql" } else { "search" };
        let path = format!("/rest/api/2/{search}?jql=created%20%3E%20-1d");
        let count = |page: Value| page["issues"].as_array().unwrap().len();
        assert_eq!(count(site.expect(200, Method::GET, &path, None).await), 1);
        // The same over the control interface, as people outside of the process do it.
        let denial = json!({"user": "sync", "permission": "BROWSE_PROJECTS", "project": "UP"});
        site.expect(204, Method::POST, "/standin/permissions", Some(&denial)).await;
        assert_eq!(count(site.expect(200, Method::GET, &path, None).await), 0);
        site.expect(404, Method::GET, "/rest/api/2/project/UP", None).await;
        let projects = site.expect(200, Method::GET, "/rest/api/2/project", None).await;
        assert_eq!(projects.as_array().unwrap().len(), 1);
        let named = site.request(Method::GET, &format!("/rest/api/2/{search}?jql=project%3DUP")).send().await.unwrap();
        assert_eq!(named.status(), 400);
        assert_eq!(site.expect(200, Method::GET, "/standin/permissions", None).await, json!([denial]));
        site.expect(204, Method::DELETE, "/standin/permissions", Some(&denial)).await;
        assert_eq!(count(site.expect(200, Method::GET, &path, None).await), 1);
        let typo = json!({"user": "sync", "permission": "BROWSE"});
        site.expect(400, Method::POST, "/standin/permissions", Some(&typo)).await;
    }
}

#[tokio::test]
async fn a_project_ends_without_a_word() {
    for dialect in DIALECTS {
        let site = site(dialect).await;
        let key = site.issue("x").await;
        let before = site.jira.state().deliveries().len();
        site.expect(204, Method::DELETE, "/standin/projects/UP", None).await;
        site.expect(404, Method::GET, &format!("/rest/api/2/issue/{key}"), None).await;
        let search = if dialect == Dialect::Cloud { "search/jql" } else { "search" };
        let refusal = site.expect(400, Method::GET, &format!("/rest/api/2/{search}?jql=project%3DUP"), None).await;
        assert_eq!(refusal["errorMessages"], json!(["The value 'UP' does not exist for the field 'project'."]));
        let nobody = site.anonymous(Method::GET, &format!("/rest/api/2/{search}?jql=project%3DUP")).send().await.unwrap();
        assert_eq!(nobody.status(), 200);
        assert_eq!(site.jira.state().deliveries().len(), before);
        assert!(!site.jira.state().delete_project("UP"));
    }
}
