//! Searching. Cloud and Data Center have nothing in common here but the query language.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{
    call::Call,
    field_filter::FieldFilter,
    instant::SiteClock,
    issues,
    jql::{self, Query},
    jql_fields::Matcher,
    model::Issue,
    reply::{Answer, Reply},
    store::Store,
};

/// Most issues on one page of Data Center; more are cut without a word.
const SERVER_PAGE: usize = 1_000;
/// Most issues on one page of Cloud: with ids alone, and with fields.
const CLOUD_PAGES: (usize, usize) = (5_000, 100);
/// What may be in a body of Cloud's search.
const CLOUD_BODY: [&str; 8] =
    ["jql", "nextPageToken", "maxResults", "fields", "expand", "properties", "fieldsByKeys", "reconcileIssues"];

/// Everything below `search`.
pub(super) fn route(call: &Call, rest: &[&str]) -> Reply {
    match (call.method, rest, call.cloud()) {
        ("GET" | "POST", [], true) => Err(Answer::json(
            410,
            json!({
                "errorMessages": ["The requested API has been removed. Use /rest/api/3/search/jql instead, see https://developer.atlassian.com/changelog/#CHANGE-2046"],
                "errors": {},
            }),
        )),
        ("GET" | "POST", [], false) => server(call),
        ("GET" | "POST", ["jql"], true) => cloud(call),
        ("POST", ["approximate-count"], true) => count(call),
        _ => Err(super::routes::nowhere(rest)),
    }
}

/// The parameters of a search, from query or body.
struct Wanted {
    given: Map<String, Value>,
}

impl Wanted {
    fn read(call: &Call) -> Result<Self, Answer> {
        if call.method == "POST" {
            return Ok(Self { given: call.object()? });
        }
        let mut given = Map::new();
        for name in ["jql", "nextPageToken"] {
            if let Some(text) = call.query(name) {
                given.insert(name.to_owned(), json!(text));
            }
        }
        for name in ["startAt", "maxResults"] {
            if call.query(name).is_some() {
                given.insert(name.to_owned(), json!(call.number(name, 0)?));
            }
        }
        for name in ["fields", "reconcileIssues"] {
            if let Some(list) = call.query_list(name) {
                given.insert(name.to_owned(), json!(list));
            }
        }
        Ok(Self { given })
    }

    fn text(&self, name: &str) -> &str {
        self.given.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Result<Option<usize>, Answer> {
        match self.given.get(name).filter(|value| !value.is_null()) {
            None => Ok(None),
            Some(value) => {
                let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
                number.map(Some).ok_or_else(|| Answer::message(400, &format!("'{name}' must be a number.")))
            }
        }
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        let list = self.given.get(name)?.as_array()?;
        Some(list.iter().map(|entry| entry.as_str().map_or_else(|| entry.to_string(), str::to_owned)).collect())
    }
}

fn parsed(text: &str) -> Result<Query, Answer> {
    jql::parse(text).map_err(|error| Answer::message(400, &error))
}

/// What a caller finds. Strangers find nothing, whatever they ask.
fn found<'s>(call: &Call, store: &'s Store, query: &Query, reconcile: &[String]) -> Result<Vec<&'s Issue>, Answer> {
    if let Some(caller) = call.caller.name() {
        let matcher = Matcher { site: call.site, store, caller };
        matcher.check(query).map_err(|errors| Answer::json(400, json!({"errorMessages": errors, "errors": {}})))?;
    }
    Ok(found_unchecked(call, store, query, reconcile))
}

/// The same of a query that may name what is not there: that part of it finds nothing.
fn found_unchecked<'s>(call: &Call, store: &'s Store, query: &Query, reconcile: &[String]) -> Vec<&'s Issue> {
    let Some(caller) = call.caller.name() else { return Vec::new() };
    let matcher = Matcher { site: call.site, store, caller };
    let now = SiteClock::now();
    let lag = i64::try_from(call.site.options.index_lag.as_millis()).unwrap_or(i64::MAX);
    let indexed = |issue: &Issue| now.as_millisecond() - issue.created.as_millisecond() >= lag;
    let ids: Vec<u64> = matcher
        .find(query)
        .into_iter()
        .filter(|issue| indexed(issue) || reconcile.contains(&issue.id.to_string()))
        .map(|issue| issue.id)
        .collect();
    ids.iter().filter_map(|id| store.issues.get(id)).collect()
}

fn server(call: &Call) -> Reply {
    let wanted = Wanted::read(call)?;
    let start = wanted.number("startAt")?.unwrap_or(0);
    let most = wanted.number("maxResults")?.unwrap_or(50).min(SERVER_PAGE);
    let filter = FieldFilter::new(wanted.list("fields").as_deref(), "*navigable");
    let query = parsed(wanted.text("jql"))?;
    let store = call.site.store();
    let unchecked = wanted.given.get("validateQuery") == Some(&Value::Bool(false));
    let all = if unchecked { found_unchecked(call, &store, &query, &[]) } else { found(call, &store, &query, &[])? };
    let page: Vec<Value> = all.iter().skip(start).take(most).map(|issue| embedded(call, &store, issue, &filter)).collect();
    Ok(Answer::ok(json!({
        "expand": "schema,names", "startAt": start, "maxResults": most, "total": all.len(), "issues": page,
    })))
}

/// A query with a restriction, as Cloud demands.
fn bounded(text: &str) -> Result<Query, Answer> {
    let query = parsed(text)?;
    if query.condition.is_none() {
        let text = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.";
        return Err(Answer::message(400, text));
    }
    Ok(query)
}

fn cloud(call: &Call) -> Reply {
    let wanted = Wanted::read(call)?;
    if wanted.given.keys().any(|name| !CLOUD_BODY.contains(&name.as_str())) {
        return Err(Answer::json(
            400,
            json!({"errorMessages": ["Invalid request payload. Refer to the REST API documentation and try again."]}),
        ));
    }
    let query = bounded(wanted.text("jql"))?;
    let filter = FieldFilter::new(wanted.list("fields").as_deref(), "id");
    let cap = if filter.only("id") || filter.only("key") { CLOUD_PAGES.0 } else { CLOUD_PAGES.1 };
    let most = match wanted.number("maxResults")?.unwrap_or(50) {
        0 => {
            return Err(Answer::message(400, "'maxResults' must be between 1 and 5000."));
        }
        most => most.min(cap),
    };
    let start = page_start(wanted.text("nextPageToken"), wanted.text("jql"))?;
    let reconcile = wanted.list("reconcileIssues").unwrap_or_default();
    if reconcile.len() > 50 {
        return Err(Answer::message(400, "'reconcileIssues' can name at most 50 issues."));
    }
    let store = call.site.store();
    let all = found(call, &store, &query, &reconcile)?;
    let page: Vec<Value> = all.iter().skip(start).take(most).map(|issue| short(call, &store, issue, &filter)).collect();
    let next = start + page.len();
    let last = next >= all.len();
    let mut answer = json!({"issues": page, "isLast": last});
    if !last {
        answer["nextPageToken"] = json!(page_token(next, wanted.text("jql")));
    }
    Ok(Answer::ok(answer))
}

/// An issue among several in one answer, which may have only the first of its comments.
pub(super) fn embedded(call: &Call, store: &Store, issue: &Issue, filter: &FieldFilter) -> Value {
    let mut shown = issues::shown(call, store, issue, filter);
    if let Some(most) = call.site.options.comments_in_search
        && let Some(container) = shown.pointer_mut("/fields/comment")
    {
        container["maxResults"] = json!(most);
        if let Some(comments) = container["comments"].as_array_mut() {
            comments.truncate(most);
        }
    }
    shown
}

/// An issue on a page of Cloud: with nothing but its id unless more is asked for.
fn short(call: &Call, store: &Store, issue: &Issue, filter: &FieldFilter) -> Value {
    if filter.only("id") {
        return json!({"id": issue.id.to_string()});
    }
    let mut shown = embedded(call, store, issue, filter);
    if filter.only("key")
        && let Some(shown) = shown.as_object_mut()
    {
        shown.remove("fields");
    }
    shown
}

/// Opaque to callers; it holds where to go on, and belongs to one query.
fn page_token(start: usize, jql: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{start}:{}", jql.trim()))
}

fn page_start(token: &str, jql: &str) -> Result<usize, Answer> {
    if token.is_empty() {
        return Ok(0);
    }
    let text = BASE64_URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let start = text.as_deref().and_then(|text| text.split_once(':')).filter(|(_, of)| *of == jql.trim());
    start
        .and_then(|(start, _)| start.parse().ok())
        .ok_or_else(|| Answer::message(400, "The provided next page token is invalid or expired."))
}

fn count(call: &Call) -> Reply {
    let body = call.object()?;
    let query = bounded(body.get("jql").and_then(Value::as_str).unwrap_or_default())?;
    let store = call.site.store();
    Ok(Answer::ok(json!({"count": found(call, &store, &query, &[])?.len()})))
}
