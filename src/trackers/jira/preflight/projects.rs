//! Projects: what is called so, and what our account may see.

use serde_json::Value;

use super::super::client::{Client, Dialect};
use super::{pages, report::Report, told};
use crate::{config::section::nearest, sync::fault::Fault};

/// A project that our account may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) name: String,
}

impl Project {
    fn of(shown: &Value) -> Option<Self> {
        let text = |key: &str| shown[key].as_str().map(str::to_owned);
        Some(Self { id: text("id")?, key: text("key")?, name: text("name").unwrap_or_default() })
    }
}

/// The project of this key or id.
pub(super) async fn find(client: &Client, key_or_id: &str) -> Result<Option<Project>, Fault> {
    let is_one = !key_or_id.is_empty() && key_or_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_one {
        return Ok(None);
    }
    let shown = told(client, &format!("rest/api/2/project/{key_or_id}"), &[]).await?;
    Ok(shown.as_ref().and_then(Project::of))
}

/// All projects that our account may see, as far as Jira lists them.
pub(super) async fn visible(client: &Client) -> Result<Vec<Project>, Fault> {
    let listed = match client.dialect().await? {
        Dialect::Cloud => pages(client, "rest/api/2/project/search", "values").await?.map(Value::Array),
        Dialect::DataCenter => told(client, "rest/api/2/project", &[]).await?,
    };
    Ok(listed.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Project::of).collect())
}

/// That there is no such project, and what may be done.
pub(super) fn missing(report: &Report, called: &str, visible: &[Project]) -> (String, String) {
    let message = format!("the {} has no project `{called}`, or our account may not see it", report.tracker);
    let keys = || visible.iter().map(|project| project.key.as_str());
    let near = if visible.is_empty() { "our account sees no project at all".to_owned() } else { nearest(called, keys()) };
    (message, format!("{near}; if it is there, our account needs the permission Browse Projects in it"))
}
