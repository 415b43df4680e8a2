//! What a Jira lacks for a sync, asked before the first event: projects, issue types, permissions, fields on screens, values.
//!
//! | code | found |
//! | --- | --- |
//! | `preflight::project` | a project that is not there, or that our account may not see |
//! | `preflight::issue_type` | an issue type that the project does not have, or none that a rule names |
//! | `preflight::filter` | Jira refuses `remote_filter` |
//! | `preflight::permission` | a permission that a rule needs and our account lacks |
//! | `preflight::screen` | a field that a rule sets and that is not on the create or the edit screen |
//! | `preflight::required` | a field that the create screen requires and no rule sets |
//! | `preflight::value` | a value of the configuration that the field does not take |
//!
//! What is certain is an error; what holds for some of several projects or types only, or may be set by another way, is a warning.
//! What Jira does not tell is never reported, and nothing is reported twice.

mod create_screens;
mod existing;
mod filter;
mod jql;
mod permissions;
mod projects;
mod report;
mod screens;
mod targets;
mod values;
mod writes;

use std::collections::BTreeMap;

use serde_json::Value;
use tracing::debug;

use self::{filter::Filtered, projects::Project, report::Report, writes::Writes};
use super::client::Client;
use crate::{
    config::diagnostic::Diagnostic,
    ids::TrackerName,
    sync::{fault::Fault, requirements::Requirements},
};

/// Asks one question after the other.
pub(super) async fn find(client: &Client, tracker: &TrackerName, asked: &Requirements) -> Result<Vec<Diagnostic>, Fault> {
    let writes = Writes::of(client, asked).await?;
    let mut report = Report::new(tracker, asked.side);
    let Filtered { projects: named, mut issues } = filter::ask(client, asked, &mut report).await?;
    issues.extend(existing::read(client, &asked.linked).await?);
    let created = if asked.creates { targets::projects(client, asked, &writes, &mut report).await? } else { Vec::new() };
    let all = by_id(named.into_iter().chain(issues.iter().map(|issue| &issue.project).cloned()), &created);
    let denied = permissions::ask(client, asked, &writes, (&all, &created), &mut report).await?;
    let targets = targets::find(client, asked, &writes, &created, &mut report).await?;
    screens::creation(client, asked, &writes, &targets, &denied, &mut report).await?;
    for target in &targets {
        issues.extend(existing::newest_of(client, target).await?);
    }
    screens::editing(client, &writes, &issues, &denied, &mut report).await?;
    Ok(report.into_findings())
}

/// All projects that the sync has to do with, each once.
fn by_id(others: impl Iterator<Item = Project>, created: &[Project]) -> BTreeMap<String, Project> {
    created.iter().cloned().chain(others).map(|project| (project.id.clone(), project)).collect()
}

/// What Jira tells; `None` where it does not, for whatever reason that does not pass by itself.
async fn told(client: &Client, path: &str, query: &[(&str, &str)]) -> Result<Option<Value>, Fault> {
    match client.get(path, query).await {
        Err(fault) if !fault.is_transient() => {
            debug!(path, %fault, "not told");
            Ok(None)
        }
        answer => answer,
    }
}

/// How many pages of a listing are read at most.
const MOST_PAGES: usize = 20;
/// Entries of a page, which servers may make fewer.
const PAGE: &str = "50";

/// All entries of a listing in pages, which each dialect calls by another name; `None` where Jira does not tell.
async fn pages(client: &Client, path: &str, name: &str) -> Result<Option<Vec<Value>>, Fault> {
    let mut all: Vec<Value> = Vec::new();
    for _ in 0..MOST_PAGES {
        let start = all.len().to_string();
        let Some(page) = told(client, path, &[("startAt", start.as_str()), ("maxResults", PAGE)]).await? else {
            return Ok(None);
        };
        let Some(entries) = page[name].as_array().or_else(|| page["values"].as_array()) else { return Ok(None) };
        all.extend(entries.iter().cloned());
        let total = page["total"].as_u64().and_then(|total| usize::try_from(total).ok());
        if entries.is_empty() || page["isLast"] == true || total.is_some_and(|total| all.len() >= total) {
            return Ok(Some(all));
        }
    }
    Ok(None)
}
