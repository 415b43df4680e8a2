//! Requests that are compared with the official descriptions of both products.

use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::Dialect;

use crate::kit::Site;

/// One request.
#[derive(Clone)]
pub struct Case {
    pub method: &'static str,
    /// The path as described, after the version.
    #[allow(dead_code, reason = "one of the two comparisons finds it itself")]
    pub described: &'static str,
    /// The path as called, after the version.
    pub called: String,
    pub body: Option<Value>,
}

fn case(method: &'static str, described: &'static str, called: impl Into<String>, body: Option<Value>) -> Case {
    Case { method, described, called: called.into(), body }
}

fn get(described: &'static str, called: impl Into<String>) -> Case {
    case("GET", described, called, None)
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn common(key: &str, other: &str, comment: &str, attachment: &str, text: &Value, assignee: Value) -> Vec<Case> {
    let issue = |rest: &str| format!("issue/{key}{rest}");
    let fields = json!({"project": {"key": "UP"}, "issuetype": {"name": "Bug"}, "summary": "x", "description": text});
    let work = json!({"started": "2024-01-02T10:00:00.000+0100", "timeSpentSeconds": 60, "comment": text});
    let link = json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": key}, "outwardIssue": {"key": other}});
    vec![
        get("serverInfo", "serverInfo"),
        get("myself", "myself"),
        get("field", "field"),
        get("project", "project"),
        get("project/{projectIdOrKey}", "project/UP"),
        get("project/{projectIdOrKey}/components", "project/UP/components"),
        get("project/{projectIdOrKey}/versions", "project/UP/versions"),
        get("project/{projectIdOrKey}/statuses", "project/UP/statuses"),
        get("issuetype", "issuetype"),
        get("priority", "priority"),
        get("status", "status"),
        get("status/{idOrName}", "status/Open"),
        get("resolution", "resolution"),
        get("mypermissions", "mypermissions?permissions=BROWSE_PROJECTS"),
        get("issue/createmeta/{projectIdOrKey}/issuetypes", "issue/createmeta/UP/issuetypes"),
        get("issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}", "issue/createmeta/UP/issuetypes/10001"),
        get("issue/{issueIdOrKey}", issue("?expand=changelog,names")),
        get("issue/{issueIdOrKey}/editmeta", issue("/editmeta")),
        get("issue/{issueIdOrKey}/transitions", issue("/transitions?expand=transitions.fields")),
        get("issue/{issueIdOrKey}/comment", issue("/comment")),
        get("issue/{issueIdOrKey}/comment/{id}", issue(&format!("/comment/{comment}"))),
        get("comment/{commentId}/properties", format!("comment/{comment}/properties")),
        get("comment/{commentId}/properties/{propertyKey}", format!("comment/{comment}/properties/k")),
        get("issue/{issueIdOrKey}/properties", issue("/properties")),
        get("attachment/meta", "attachment/meta"),
        get("issueLinkType", "issueLinkType"),
        get("issueLinkType/{issueLinkTypeId}", "issueLinkType/10000"),
        get("statuscategory", "statuscategory"),
        get("statuscategory/{idOrKey}", "statuscategory/new"),
        get("issue/{issueIdOrKey}/watchers", issue("/watchers")),
        get("issue/{issueIdOrKey}/votes", issue("/votes")),
        case("POST", "issue/{issueIdOrKey}/worklog", issue("/worklog"), Some(work)),
        get("issue/{issueIdOrKey}/worklog", issue("/worklog")),
        case("POST", "component", "component", Some(json!({"name": "core", "project": "UP"}))),
        get("component/{id}", "component/10500"),
        case("POST", "version", "version", Some(json!({"name": "1.0", "projectId": 10_000}))),
        get("version/{id}", "version/10501"),
        case("POST", "issue/bulk", "issue/bulk", Some(json!({"issueUpdates": [{"fields": &fields}]}))),
        case("POST", "issueLink", "issueLink", Some(link)),
        get("attachment/{id}", format!("attachment/{attachment}")),
        case("POST", "issue", "issue", Some(json!({"fields": fields}))),
        case("PUT", "issue/{issueIdOrKey}", issue(""), Some(json!({"fields": {"summary": "y"}}))),
        case("PUT", "issue/{issueIdOrKey}/assignee", issue("/assignee"), Some(assignee)),
        case("POST", "issue/{issueIdOrKey}/comment", issue("/comment"), Some(json!({"body": text}))),
        case("PUT", "issue/{issueIdOrKey}/comment/{id}", issue(&format!("/comment/{comment}")), Some(json!({"body": text}))),
        case("PUT", "issue/{issueIdOrKey}/properties/{propertyKey}", issue("/properties/k"), Some(json!({"a": 1}))),
        get("issue/{issueIdOrKey}/properties/{propertyKey}", issue("/properties/k")),
        case("DELETE", "issue/{issueIdOrKey}/properties/{propertyKey}", issue("/properties/k"), None),
        case(
            "POST",
            "issue/{issueIdOrKey}/remotelink",
            issue("/remotelink"),
            Some(json!({"globalId": "g", "object": {"url": "http://x/", "title": "t"}})),
        ),
        get("issue/{issueIdOrKey}/remotelink", issue("/remotelink?globalId=g")),
        case("DELETE", "issue/{issueIdOrKey}/remotelink", issue("/remotelink?globalId=g"), None),
        case("POST", "issue/{issueIdOrKey}/transitions", issue("/transitions"), Some(json!({"transition": {"id": "21"}}))),
        case("DELETE", "attachment/{id}", format!("attachment/{attachment}"), None),
        case("DELETE", "issue/{issueIdOrKey}/comment/{id}", issue(&format!("/comment/{comment}")), None),
    ]
}

fn of_cloud() -> Vec<Case> {
    vec![
        get("issue/createmeta", "issue/createmeta?expand=projects.issuetypes.fields"),
        get("project/search", "project/search"),
        get("user", "user?accountId=712020:standin-jane"),
        get("user/search", "user/search?query=jane"),
        get("user/assignable/search", "user/assignable/search?project=UP"),
        get("search/jql", "search/jql?jql=project%3DUP&fields=summary"),
        case("POST", "search/jql", "search/jql", Some(json!({"jql": "project = UP", "fields": ["*all"]}))),
        case("POST", "search/approximate-count", "search/approximate-count", Some(json!({"jql": "project = UP"}))),
        case("POST", "comment/list", "comment/list", Some(json!({"ids": [1]}))),
    ]
}

fn of_data_center() -> Vec<Case> {
    vec![
        get("user", "user?username=jane"),
        get("user/search", "user/search?username=jane"),
        get("user/assignable/search", "user/assignable/search?project=UP"),
        get("search", "search?jql=project%3DUP"),
        case("POST", "search", "search", Some(json!({"jql": "project = UP", "fields": ["summary"]}))),
    ]
}

/// Makes an issue with a comment and a file, and tells all requests about them; the answer to the upload comes along.
pub async fn prepare(site: &Site, dialect: Dialect) -> (Vec<Case>, Value) {
    let key = site.issue("x").await;
    let other = site.issue("y").await;
    let path = format!("/rest/api/2/issue/{key}/comment");
    let marked = json!({"body": "c", "properties": [{"key": "k", "value": "v"}]});
    let comment = site.expect(201, Method::POST, &path, Some(&marked)).await["id"].as_str().unwrap().to_owned();
    let files: Value = site.attach(&key, "a.txt", b"x").await.json().await.unwrap();
    let document = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "t"}]}]});
    let (text, assignee) = match dialect {
        Dialect::Cloud => (document, json!({"accountId": "712020:standin-jane"})),
        Dialect::DataCenter => (json!("t"), json!({"name": "jane"})),
    };
    let mut cases = common(&key, &other, &comment, files[0]["id"].as_str().unwrap(), &text, assignee);
    cases.extend(if dialect == Dialect::Cloud { of_cloud() } else { of_data_center() });
    cases.push(case("DELETE", "issue/{issueIdOrKey}", format!("issue/{key}"), None));
    (cases, files)
}
