//! Issues that are there: what can be edited, only they tell.

use serde_json::Value;

use super::super::client::Client;
use super::{filter::newest, projects::Project, targets::Target, told};
use crate::{ids::IssueId, sync::fault::Fault};

/// An issue, and where it belongs.
#[derive(Clone, Debug)]
pub(super) struct Existing {
    pub(super) id: IssueId,
    pub(super) project: Project,
    /// Id and name of its type.
    pub(super) issue_type: (String, String),
}

impl Existing {
    /// From an answer to a search that has its project and issue type.
    pub(super) fn of(shown: &Value) -> Option<Self> {
        let fields = &shown["fields"];
        let text = |field: &str, key: &str| fields[field][key].as_str().map(str::to_owned);
        let name = text("project", "name").unwrap_or_default();
        Some(Self {
            id: IssueId::new(shown["id"].as_str()?),
            project: Project { id: text("project", "id")?, key: text("project", "key")?, name },
            issue_type: (text("issuetype", "id")?, text("issuetype", "name")?),
        })
    }
}

/// Those of these issues that are to be seen.
pub(super) async fn read(client: &Client, ids: &[IssueId]) -> Result<Vec<Existing>, Fault> {
    let mut found = Vec::new();
    for id in ids {
        let shown = told(client, &format!("rest/api/2/issue/{id}"), &[("fields", "project,issuetype")]).await?;
        found.extend(shown.as_ref().and_then(Existing::of));
    }
    Ok(found)
}

/// The issue of a project and a type that changed last, if there is one and Jira tells.
pub(super) async fn newest_of(client: &Client, target: &Target) -> Result<Option<Existing>, Fault> {
    let jql = format!("project = {} AND issuetype = {}", target.project.id, target.issue_type.id);
    match newest(client, &jql, 1).await {
        Ok(issues) => Ok(issues.into_iter().next()),
        Err(fault) if !fault.is_transient() => Ok(None),
        Err(fault) => Err(fault),
    }
}
