//! Search by JQL, in the form of each dialect.

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, Dialect};
use crate::{
    ids::IssueId,
    sync::{
        fault::Fault,
        ports::{End, Listing, Pages},
    },
};

/// Issues on one page: Data Center gives no more, and fewer where its administrator says so.
const PAGE: usize = 1_000;
/// A listing longer than this is refused rather than walked: a filter that forgot its project.
const MAX_PAGES: usize = 2_000;

/// The filter without its ORDER BY, which cannot stand within parentheses.
pub(super) fn without_order(filter: &str) -> &str {
    let lower = filter.to_ascii_lowercase();
    lower.rfind("order by").map_or(filter, |at| filter[..at].trim_end())
}

/// Whether a filter holds one issue.
pub(super) async fn matches(client: &Client, id: &IssueId, filter: &str) -> Result<bool, Fault> {
    let jql = format!("id = {id} AND ({})", without_order(filter));
    let found = match client.dialect().await? {
        Dialect::Cloud => {
            let mut body = json!({ "jql": jql, "fields": ["id"], "maxResults": 1 });
            // An issue that was just made may not be in the index yet.
            if let Ok(number) = id.as_str().parse::<u64>() {
                body["reconcileIssues"] = json!([number]);
            }
            client.send(Method::POST, "rest/api/3/search/jql", &body).await?
        }
        Dialect::DataCenter => {
            let body = json!({ "jql": jql, "fields": ["id"], "maxResults": 1 });
            client.send(Method::POST, "rest/api/2/search", &body).await?
        }
    };
    let issues = ids(&found)?;
    if issues.is_empty() {
        client.prove_credentials().await?;
    }
    Ok(issues.contains(id))
}

/// All issues of a JQL query.
pub(super) async fn list(client: &Client, jql: &str) -> Result<Listing, Fault> {
    let found = match client.dialect().await? {
        Dialect::Cloud => list_cloud(client, jql).await?,
        Dialect::DataCenter => list_data_center(client, jql).await?,
    };
    if found.issues().is_empty() {
        client.prove_credentials().await?;
    }
    Ok(found)
}

async fn list_cloud(client: &Client, jql: &str) -> Result<Listing, Fault> {
    let mut pages = Pages::default();
    let mut token: Option<Value> = None;
    for _ in 0..MAX_PAGES {
        let mut body = json!({ "jql": jql, "fields": ["id"], "maxResults": PAGE });
        if let Some(token) = &token {
            body["nextPageToken"] = token.clone();
        }
        let page = client.send(Method::POST, "rest/api/3/search/jql", &body).await?;
        pages.add(ids(&page)?);
        let next = page.get("nextPageToken").filter(|token| token.is_string()).cloned();
        if next.is_none() || page["isLast"] == true {
            return pages.end(End::Said);
        }
        // Jira has been seen to hand out the same token again.
        if next == token {
            return Err(Fault::transient("Jira repeats a page of a search; the listing is not complete"));
        }
        token = next;
    }
    Err(too_long())
}

async fn list_data_center(client: &Client, jql: &str) -> Result<Listing, Fault> {
    let mut pages = Pages::default();
    for _ in 0..MAX_PAGES {
        let body = json!({ "jql": jql, "fields": ["id"], "maxResults": PAGE, "startAt": pages.told() });
        let page = client.send(Method::POST, "rest/api/2/search", &body).await?;
        let issues = ids(&page)?;
        let is_blank = issues.is_empty();
        pages.add(issues);
        let Some(total) = page["total"].as_u64() else {
            return Err(Fault::transient("Jira answered a search without its number of issues"));
        };
        if pages.in_all(total)? || is_blank {
            return pages.end(End::Counted);
        }
    }
    Err(too_long())
}

fn too_long() -> Fault {
    Fault::permanent(format!("the search has more than {} issues", MAX_PAGES * PAGE))
}

/// These issues as Jira tells them, with these fields, in one request; it leaves out those that are gone or not shown to us.
pub(super) async fn several(client: &Client, ids: &[IssueId], fields: &[&str]) -> Result<Vec<Value>, Fault> {
    let mut answer = match client.dialect().await? {
        Dialect::Cloud => {
            let body = json!({ "issueIdsOrKeys": ids, "fields": fields });
            client.send(Method::POST, "rest/api/2/issue/bulkfetch", &body).await?
        }
        Dialect::DataCenter => {
            let list = ids.iter().map(IssueId::as_str).collect::<Vec<_>>().join(",");
            // Jira would refuse the whole query for one id that is gone.
            let body =
                json!({ "jql": format!("id in ({list})"), "fields": fields, "maxResults": ids.len(), "validateQuery": false });
            client.send(Method::POST, "rest/api/2/search", &body).await?
        }
    };
    match answer["issues"].take() {
        Value::Array(issues) => Ok(issues),
        _ => Err(Fault::transient("Jira answered without a list of issues")),
    }
}

/// The query of a filter and a time since when issues changed. Jira reads times in the account's zone and by the minute, so the
/// time is given relative to now, rounded down.
pub(super) fn jql(filter: Option<&str>, minutes: Option<i64>) -> String {
    let filter = filter.map(without_order).filter(|filter| !filter.is_empty()).map(|filter| format!("({filter})"));
    let since = minutes.map(|minutes| format!("updated >= -{minutes}m"));
    let mut parts: Vec<String> = [filter, since].into_iter().flatten().collect();
    if parts.is_empty() {
        // Cloud refuses a query without a restriction; each issue has a project.
        parts.push("project IS NOT EMPTY".to_owned());
    }
    format!("{} ORDER BY key ASC", parts.join(" AND ")).trim().to_owned()
}

fn ids(page: &Value) -> Result<Vec<IssueId>, Fault> {
    let Some(issues) = page["issues"].as_array() else {
        return Err(Fault::transient("Jira answered a search without a list of issues"));
    };
    Ok(issues.iter().filter_map(|issue| issue["id"].as_str()).map(IssueId::new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_may_have_an_order_of_its_own() {
        assert_eq!(without_order("project = UP order by key"), "project = UP");
        assert_eq!(jql(Some("project = UP ORDER BY key"), Some(12)), "(project = UP) AND updated >= -12m ORDER BY key ASC");
        assert_eq!(jql(None, None), "project IS NOT EMPTY ORDER BY key ASC");
    }
}
