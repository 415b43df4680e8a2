//! Compares the site's answers with the official descriptions of both products.

use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::Dialect;

use crate::kit::{Site, description::Description, reference_data};

/// Where real answers are known to differ from their description, and ours follow the real ones.
const KNOWN: &[&str] = &[
    "serverInfo: 'defaultLocale'",
    "serverInfo: 'displayUrlConfluence'",
    // Data Center describes the entries of a page where the page itself is answered.
    "/api/2/issue/createmeta/{projectIdOrKey}/issuetypes: ",
    "/api/2/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}: ",
    // The Data Center description leaves out half of what a project has, and every `expand`.
    "/api/2/project: 'projectTypeKey'",
    "/api/2/project/{projectIdOrKey}: '",
    "GET /api/2/issue/{issueIdOrKey}: 'expand'",
    "GET /api/2/issue/{issueIdOrKey}/transitions: 'expand'",
    "/api/2/search .issues: 'expand'",
    // Any JSON can be the value of a property.
    "properties/{propertyKey} .value: ",
];

/// Method, path as described, path as called, body.
type Case = (&'static str, &'static str, String, Option<Value>);

fn get(described: &'static str, called: impl Into<String>) -> Case {
    ("GET", described, called.into(), None)
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn common(key: &str, comment: &str, attachment: &str, text: &Value) -> Vec<Case> {
    let issue = |rest: &str| format!("issue/{key}{rest}");
    let fields = json!({"project": {"key": "UP"}, "issuetype": {"name": "Bug"}, "summary": "x", "description": text});
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
        get("attachment/{id}", format!("attachment/{attachment}")),
        ("POST", "issue", "issue".to_owned(), Some(json!({"fields": fields}))),
        ("PUT", "issue/{issueIdOrKey}", issue(""), Some(json!({"fields": {"summary": "y"}}))),
        ("PUT", "issue/{issueIdOrKey}/assignee", issue("/assignee"), Some(json!({"name": null, "accountId": null}))),
        ("POST", "issue/{issueIdOrKey}/comment", issue("/comment"), Some(json!({"body": text}))),
        ("PUT", "issue/{issueIdOrKey}/comment/{id}", issue(&format!("/comment/{comment}")), Some(json!({"body": text}))),
        ("PUT", "issue/{issueIdOrKey}/properties/{propertyKey}", issue("/properties/k"), Some(json!({"a": 1}))),
        get("issue/{issueIdOrKey}/properties/{propertyKey}", issue("/properties/k")),
        ("DELETE", "issue/{issueIdOrKey}/properties/{propertyKey}", issue("/properties/k"), None),
        (
            "POST",
            "issue/{issueIdOrKey}/remotelink",
            issue("/remotelink"),
            Some(json!({"globalId": "g", "object": {"url": "http://x/", "title": "t"}})),
        ),
        get("issue/{issueIdOrKey}/remotelink", issue("/remotelink?globalId=g")),
        ("DELETE", "issue/{issueIdOrKey}/remotelink", issue("/remotelink?globalId=g"), None),
        ("POST", "issue/{issueIdOrKey}/transitions", issue("/transitions"), Some(json!({"transition": {"id": "21"}}))),
        ("DELETE", "attachment/{id}", format!("attachment/{attachment}"), None),
        ("DELETE", "issue/{issueIdOrKey}/comment/{id}", issue(&format!("/comment/{comment}")), None),
    ]
}

async fn compare(dialect: Dialect, file: &str, called: &str, described: &str, own: Vec<Case>) {
    let Some(folder) = reference_data() else {
        println!("no official description to compare with");
        return;
    };
    let description = Description::load(&folder.join("openapi").join(file));
    let site = Site::start(dialect).await;
    let key = site.issue("x").await;
    let path = format!("/rest/api/2/issue/{key}/comment");
    let marked = json!({"body": "c", "properties": [{"key": "k", "value": "v"}]});
    let comment = site.expect(201, Method::POST, &path, Some(&marked)).await["id"].as_str().unwrap().to_owned();
    let files: Value = site.attach(&key, "a.txt", b"x").await.json().await.unwrap();
    let attachment = files[0]["id"].as_str().unwrap();
    let mut complaints = description.complaints("POST", &format!("{described}issue/{{issueIdOrKey}}/attachments"), 200, &files);
    let document = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "t"}]}]});
    let text = if dialect == Dialect::Cloud { document } else { json!("t") };
    let mut cases = common(&key, &comment, attachment, &text);
    cases.extend(own);
    cases.push(("DELETE", "issue/{issueIdOrKey}", format!("issue/{key}"), None));
    for (method, template, path, body) in cases {
        let request = site.request(method.parse().unwrap(), &format!("{called}{path}"));
        let request = if let Some(body) = &body { request.json(body) } else { request };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        assert!(status < 300, "{method} {path}: {status} {text}");
        let shown = serde_json::from_str(&text).unwrap_or(Value::Null);
        complaints.extend(description.complaints(method, &format!("{described}{template}"), status, &shown));
    }
    complaints.retain(|complaint| !KNOWN.iter().any(|known| complaint.contains(known)));
    complaints.dedup();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[tokio::test]
async fn cloud_answers_as_described() {
    let own = vec![
        get("issue/createmeta", "issue/createmeta?expand=projects.issuetypes.fields"),
        get("project/search", "project/search"),
        get("user", "user?accountId=712020:standin-jane"),
        get("user/search", "user/search?query=jane"),
        get("user/assignable/search", "user/assignable/search?project=UP"),
        get("search/jql", "search/jql?jql=project%3DUP&fields=summary"),
        ("POST", "search/jql", "search/jql".to_owned(), Some(json!({"jql": "project = UP", "fields": ["*all"]}))),
        ("POST", "search/approximate-count", "search/approximate-count".to_owned(), Some(json!({"jql": "project = UP"}))),
        ("POST", "comment/list", "comment/list".to_owned(), Some(json!({"ids": [1]}))),
    ];
    compare(Dialect::Cloud, "jira-cloud-v3.json", "/rest/api/3/", "/rest/api/3/", own).await;
}

#[tokio::test]
async fn data_center_answers_as_described() {
    let own = vec![
        get("user", "user?username=jane"),
        get("user/search", "user/search?username=jane"),
        get("user/assignable/search", "user/assignable/search?project=UP"),
        get("search", "search?jql=project%3DUP"),
        ("POST", "search", "search".to_owned(), Some(json!({"jql": "project = UP", "fields": ["summary"]}))),
    ];
    compare(Dialect::DataCenter, "jira-dc-10.3.json", "/rest/api/2/", "/api/2/", own).await;
}
