//! What Jira tells of creation: the issue types of a project, and the fields on the create screen of each.
//!
//! In pages since Data Center 8.4 and on Cloud, by a name of its own in each; in one piece before.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::client::Client;
use super::{
    pages,
    projects::Project,
    targets::{IssueType, Target},
    told,
};
use crate::sync::fault::Fault;

/// The fields of a screen, by their ids.
pub(super) type Screen = BTreeMap<String, Value>;

const PATH: &str = "rest/api/2/issue/createmeta";

/// The issue types in which our account may create issues; `None` where Jira does not tell.
pub(super) async fn issue_types(client: &Client, project: &Project) -> Result<Option<Vec<IssueType>>, Fault> {
    let listed = match pages(client, &format!("{PATH}/{}/issuetypes", project.key), "issueTypes").await? {
        Some(listed) => Some(listed),
        None => in_one_piece(client, project, "").await?,
    };
    let issue_type = |shown: &Value| {
        let text = |key: &str| shown[key].as_str().map(str::to_owned);
        Some(IssueType { id: text("id")?, name: text("name")? })
    };
    let types = listed.map(|listed| listed.iter().filter_map(issue_type).collect::<Vec<_>>());
    Ok(types.filter(|types| !types.is_empty()))
}

/// The create screen of a project and a type; `None` where Jira does not tell.
pub(super) async fn fields(client: &Client, target: &Target) -> Result<Option<Screen>, Fault> {
    let Target { project, issue_type } = target;
    let path = format!("{PATH}/{}/issuetypes/{}", project.key, issue_type.id);
    let screen: Screen = if let Some(fields) = pages(client, &path, "fields").await? {
        let id = |field: &Value| ["fieldId", "key"].into_iter().find_map(|key| field[key].as_str()).map(str::to_owned);
        fields.into_iter().filter_map(|field| Some((id(&field)?, field))).collect()
    } else {
        let types = in_one_piece(client, project, "projects.issuetypes.fields").await?.unwrap_or_default();
        by_id(&types.into_iter().find(|shown| shown["id"] == issue_type.id.as_str()).unwrap_or_default()["fields"])
    };
    Ok(Some(screen).filter(|screen| !screen.is_empty()))
}

/// The fields of an object that holds them by their ids.
pub(super) fn by_id(fields: &Value) -> Screen {
    fields.as_object().into_iter().flatten().map(|(id, field)| (id.clone(), field.clone())).collect()
}

async fn in_one_piece(client: &Client, project: &Project, expand: &str) -> Result<Option<Vec<Value>>, Fault> {
    let query = [("projectKeys", project.key.as_str()), ("expand", expand)];
    let shown = told(client, PATH, &query).await?;
    Ok(shown.and_then(|mut shown| shown["projects"][0]["issuetypes"].as_array_mut().map(std::mem::take)))
}
