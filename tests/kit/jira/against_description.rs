//! Compares the site's answers with the official descriptions of both products.

use serde_json::Value;
use trackersync::standin::jira::Dialect;

use crate::{
    described_requests::{Case, prepare},
    kit::{Site, description::Description, reference_data},
};

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

async fn compare(dialect: Dialect, file: &str, called: &str, described: &str) {
    let Some(folder) = reference_data() else {
        println!("no official description to compare with");
        return;
    };
    let description = Description::load(&folder.join("openapi").join(file));
    let site = Site::start(dialect).await;
    let (cases, files) = prepare(&site, dialect).await;
    let mut complaints = description.complaints("POST", &format!("{described}issue/{{issueIdOrKey}}/attachments"), 200, &files);
    for Case { method, described: template, called: path, body } in cases {
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
    compare(Dialect::Cloud, "jira-cloud-v3.json", "/rest/api/3/", "/rest/api/3/").await;
}

#[tokio::test]
async fn data_center_answers_as_described() {
    compare(Dialect::DataCenter, "jira-dc-10.3.json", "/rest/api/2/", "/api/2/").await;
}
