//! `remote_filter`: whether Jira takes it, which projects it names, and some of the issues that it holds.

use reqwest::Method;
use serde_json::json;

use super::super::{
    client::{Client, Dialect},
    search,
};
use super::{
    existing::Existing,
    jql,
    projects::{self, Project},
    report::{Certainty, Report},
};
use crate::sync::{
    fault::{Fault, FaultKind},
    requirements::Requirements,
};

/// How many issues are looked at.
const MOST_ISSUES: usize = 20;

/// What a filter leads to.
#[derive(Default)]
pub(super) struct Filtered {
    /// The projects that it names.
    pub(super) projects: Vec<Project>,
    /// The issues that changed last.
    pub(super) issues: Vec<Existing>,
}

/// Asks for the issues of the sync's filter.
pub(super) async fn ask(client: &Client, asked: &Requirements, report: &mut Report) -> Result<Filtered, Fault> {
    let Some(filter) = &asked.filter else { return Ok(Filtered::default()) };
    let found = newest(client, search::without_order(filter), MOST_ISSUES).await;
    let (issues, refusal) = match found {
        Ok(issues) => (issues, None),
        Err(fault) if fault.kind == FaultKind::Refused => (Vec::new(), Some(fault)),
        Err(fault) => return Err(fault),
    };
    let (projects, missing) = named(client, filter).await?;
    for (called, visible) in &missing {
        let (message, hint) = projects::missing(report, called, visible);
        let message = format!("{message}; `remote_filter` names it");
        report.add(Certainty::if_so(refusal.is_some()), "preflight::project", &asked.place, message, hint);
    }
    if let Some(fault) = refusal.filter(|_| missing.is_empty()) {
        let message = format!("the {} does not take `remote_filter`: {}", report.tracker, fault.message);
        let hint = "try it in Jira's search, signed in as our account".to_owned();
        report.add(Certainty::Certain, "preflight::filter", &asked.place, message, hint);
    }
    Ok(Filtered { projects, issues })
}

/// The projects that a filter names, and those of them that are not to be seen, with all that are.
async fn named(client: &Client, filter: &str) -> Result<(Vec<Project>, Vec<(String, Vec<Project>)>), Fault> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for called in jql::projects_in(filter) {
        if let Some(project) = projects::find(client, &called).await? {
            found.push(project);
            continue;
        }
        let visible = projects::visible(client).await?;
        match visible.iter().find(|project| project.name.eq_ignore_ascii_case(&called)) {
            Some(project) => found.push(project.clone()),
            None => missing.push((called, visible)),
        }
    }
    Ok((found, missing))
}

/// The issues of a query that changed last.
pub(super) async fn newest(client: &Client, jql: &str, most: usize) -> Result<Vec<Existing>, Fault> {
    let path = match client.dialect().await? {
        Dialect::Cloud => "rest/api/3/search/jql",
        Dialect::DataCenter => "rest/api/2/search",
    };
    let jql = format!("{} ORDER BY updated DESC", if jql.is_empty() { String::new() } else { format!("({jql})") });
    let body = json!({ "jql": jql.trim(), "fields": ["project", "issuetype"], "maxResults": most });
    let page = client.send(Method::POST, path, &body).await?;
    Ok(page["issues"].as_array().into_iter().flatten().filter_map(Existing::of).collect())
}
