//! Searching on both products.

use reqwest::Method;
use serde_json::{Value, json};
use trackersync::standin::jira::{CustomFieldKind, CustomFieldSpec, Dialect, JiraOptions, ProjectSpec};

use crate::kit::Site;

async fn filled(dialect: Dialect) -> Site {
    let mut options = JiraOptions { dialect, ..JiraOptions::default() };
    options.projects.push(ProjectSpec::new(10_001, "OT", "Other"));
    let site = Site::with(options).await;
    let state = site.jira.state();
    for (number, priority) in ["High", "Low", "High"].iter().enumerate() {
        let fields = json!({"summary": format!("Crash number {number}"), "priority": {"name": priority}, "labels": [format!("l{number}")]});
        state.create_issue("jane", fields).unwrap();
    }
    state.create_issue("sync", json!({"summary": "Elsewhere", "project": {"key": "OT"}})).unwrap();
    state.move_to_status("jane", "UP-2", "Done").unwrap();
    state.edit_fields("jane", "UP-3", json!({"customfield_10050": "bpo 77"})).unwrap();
    site
}

#[tokio::test]
async fn queries_find_what_they_say() {
    let site = filled(Dialect::DataCenter).await;
    let tomorrow = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(26)).strftime("%Y-%m-%d %H:%M").to_string();
    let dated = format!("created < \"{tomorrow}\" and updated >= \"2020-01-01\" order by id");
    for (jql, keys) in [
        ("project = UP order by key", "UP-1 UP-2 UP-3"),
        ("project = upstream and status != Done order by key desc", "UP-3 UP-1"),
        ("project in (UP, OT) and reporter = currentUser()", "OT-1"),
        ("labels in (l0, l2) order by created asc, key", "UP-1 UP-3"),
        ("NOT labels is EMPTY and priority = High order by key", "UP-1 UP-3"),
        ("labels is EMPTY", "OT-1"),
        ("labels != l0 and labels not in (l1)", "UP-3"),
        ("assignee is EMPTY and (summary ~ \"crash 1\" or key = OT-1) order by summary", "UP-2 OT-1"),
        ("resolution is not empty", "UP-2"),
        ("key > UP-1 and issuekey <= UP-3 and id != UP-2", "UP-3"),
        ("cf[10050] ~ bpo and \"External reference\" ~ 77", "UP-3"),
        ("statusCategory = Done && type = Bug || key = UP-1 order by key", "UP-1 UP-2"),
        ("updated >= -10m and created >= -1h and project = OT", "OT-1"),
        ("updated < -1d", ""),
        (dated.as_str(), "UP-1 UP-2 UP-3 OT-1"),
    ] {
        let body = json!({"jql": jql, "fields": ["summary"]});
        let page = site.expect(200, Method::POST, "/rest/api/2/search", Some(&body)).await;
        let found: Vec<&str> = page["issues"].as_array().unwrap().iter().map(|issue| issue["key"].as_str().unwrap()).collect();
        assert_eq!(found.join(" "), keys, "{jql}");
    }
    for bad in [
        "nonsense = 1",
        "project = NO",
        "key = UP-99",
        "summary = x",
        "updated > soon",
        "project =",
        "reporter = nobody",
        "labels > x",
    ] {
        let refusal = site.expect(400, Method::POST, "/rest/api/2/search", Some(&json!({"jql": bad}))).await;
        assert!(refusal["errorMessages"][0].is_string(), "{bad}");
    }
}

#[tokio::test]
async fn data_center_pages_have_totals() {
    let site = filled(Dialect::DataCenter).await;
    let page = site.expect(200, Method::GET, "/rest/api/2/search?jql=order+by+key&startAt=1&maxResults=2", None).await;
    assert_eq!((&page["total"], &page["startAt"], &page["maxResults"]), (&json!(4), &json!(1), &json!(2)));
    assert_eq!(page["issues"].as_array().unwrap().len(), 2);
    assert!(page["issues"][0]["fields"]["comment"].is_null(), "comments are not navigable");
    site.expect(404, Method::POST, "/rest/api/2/search/jql", Some(&json!({"jql": "project=UP"}))).await;
}

#[tokio::test]
async fn cloud_pages_have_tokens() {
    let site = filled(Dialect::Cloud).await;
    let gone = site.expect(410, Method::GET, "/rest/api/2/search?jql=project%3DUP", None).await;
    assert!(gone["errorMessages"][0].as_str().unwrap().contains("CHANGE-2046"));
    let path = "/rest/api/3/search/jql";
    let first = site.expect(200, Method::POST, path, Some(&json!({"jql": "project = UP order by key", "maxResults": 2}))).await;
    assert_eq!(first["isLast"], false);
    assert!(first.get("total").is_none());
    assert_eq!(first["issues"][0].as_object().unwrap().len(), 1, "ids only: {first}");
    let token = first["nextPageToken"].as_str().unwrap();
    let next = json!({"jql": "project = UP order by key", "maxResults": 2, "nextPageToken": token, "fields": ["summary"]});
    let second = site.expect(200, Method::POST, path, Some(&next)).await;
    assert_eq!(second["isLast"], true);
    assert!(second.get("nextPageToken").is_none());
    assert_eq!(second["issues"][0]["key"], "UP-3");
    for bad in [
        json!({"jql": "order by key"}),
        json!({"jql": "project = UP", "startAt": 0}),
        json!({"jql": "project = UP", "nextPageToken": "x"}),
    ] {
        let refusal = site.expect(400, Method::POST, path, Some(&bad)).await;
        assert!(refusal["errorMessages"][0].is_string(), "{bad}");
    }
    let count =
        site.expect(200, Method::POST, "/rest/api/3/search/approximate-count", Some(&json!({"jql": "project = UP"}))).await;
    assert_eq!(count, json!({"count": 3}));
    let got: Value = site.expect(200, Method::GET, "/rest/api/2/search/jql?jql=key%3DUP-1&fields=key", None).await;
    assert_eq!(got["issues"][0]["key"], "UP-1");
}

#[tokio::test]
async fn a_lagging_index_can_be_reconciled() {
    let site = Site::with(JiraOptions { index_lag: std::time::Duration::from_mins(1), ..JiraOptions::default() }).await;
    let key = site.issue("new").await;
    let id: u64 = site.jira.state().issue(&key).unwrap().id.parse().unwrap();
    let path = "/rest/api/3/search/jql";
    let hidden = site.expect(200, Method::POST, path, Some(&json!({"jql": "project = UP"}))).await;
    assert_eq!(hidden["issues"], json!([]));
    let body = json!({"jql": "project = UP", "reconcileIssues": [id]});
    let seen = site.expect(200, Method::POST, path, Some(&body)).await;
    assert_eq!(seen["issues"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ids_custom_fields_and_people_are_searched() {
    let field = |number, name: &str, kind| CustomFieldSpec { number, name: name.to_owned(), kind };
    let colours = vec!["red".to_owned(), "green".to_owned()];
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        let custom_fields = vec![
            field(1, "Colour", CustomFieldKind::Select(colours.clone())),
            field(2, "Amount", CustomFieldKind::Number),
            field(3, "Tester", CustomFieldKind::User),
            field(4, "Moment", CustomFieldKind::DateTime),
            field(5, "Day", CustomFieldKind::Date),
            field(6, "Reference", CustomFieldKind::Text),
        ];
        let site = Site::with(JiraOptions { dialect, custom_fields, ..JiraOptions::default() }).await;
        let state = site.jira.state();
        let tester = json!({"accountId": "712020:standin-jane", "name": "jane"});
        let first = json!({"summary": "1", "customfield_1": {"value": "red"}, "customfield_2": 5, "customfield_3": tester,
            "customfield_4": "2020-01-02T10:00:00.000+0000", "customfield_5": "2020-01-02", "customfield_6": "bpo 77",
            "duedate": "2030-01-02"});
        state.create_issue("jane", first).unwrap();
        state.create_issue("sync", json!({"summary": "2", "customfield_1": {"value": "green"}, "customfield_2": 7})).unwrap();
        state.create_issue("sync", json!({"summary": "3"})).unwrap();
        let ids: Vec<String> = state.issues().into_iter().map(|issue| issue.id).collect();
        let by_id = format!("id in ({}, {}) order by key", ids[0], ids[2]);
        let path = if dialect == Dialect::Cloud { "/rest/api/2/search/jql" } else { "/rest/api/2/search" };
        let post = |jql: String| json!({"jql": jql, "fields": ["summary"]});
        for (jql, found) in [
            (by_id.as_str(), "UP-1 UP-3"),
            ("issuekey in (UP-2, UP-3) order by key", "UP-2 UP-3"),
            ("cf[1] = red", "UP-1"),
            ("Colour in (red, green) order by key", "UP-1 UP-2"),
            ("cf[2] > 5", "UP-2"),
            ("Amount = 5.0", "UP-1"),
            ("cf[3] = currentUser() or cf[3] = jane", "UP-1"),
            ("Moment > \"2020-01-01\" and Day <= \"2020-01-02\"", "UP-1"),
            ("cf[6] ~ \"bpo 77\"", "UP-1"),
            ("\"Reference\" is EMPTY and Colour is not EMPTY", "UP-2"),
            ("creator = currentUser() order by key", "UP-2 UP-3"),
            ("due < \"2030-02-01\"", "UP-1"),
        ] {
            let page = site.expect(200, Method::POST, path, Some(&post(jql.to_owned()))).await;
            let keys: Vec<&str> = page["issues"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
            assert_eq!(keys.join(" "), found, "{dialect:?} {jql}");
        }
        for (jql, words) in [
            ("id in (99999)", "A value with ID '99999' does not exist for the field 'id'."),
            ("cf[1] = blue", "The option 'blue' for field 'cf[1]' does not exist."),
            ("cf[6] = bpo", "The operator '=' is not supported by the 'cf[6]' field."),
            ("cf[99] = 1", "Field 'cf[99]' does not exist or you do not have permission to view it."),
            ("component = none", "The value 'none' does not exist for the field 'component'."),
        ] {
            let refusal = site.expect(400, Method::POST, path, Some(&post(jql.to_owned()))).await;
            assert!(refusal["errorMessages"].as_array().unwrap().contains(&json!(words)), "{jql}: {refusal}");
            let nobody = site.anonymous(Method::POST, path).json(&post(jql.to_owned())).send().await.unwrap();
            assert_eq!(nobody.status(), 200);
        }
    }
}

#[tokio::test]
async fn only_the_first_comments_come_with_a_search() {
    for dialect in [Dialect::Cloud, Dialect::DataCenter] {
        for limit in [None, Some(20)] {
            let site = Site::with(JiraOptions { dialect, comments_in_search: limit, ..JiraOptions::default() }).await;
            let key = site.issue("x").await;
            for number in 0..25 {
                site.jira.state().add_comment("jane", &key, &number.to_string()).unwrap();
            }
            site.attach(&key, "a.txt", b"x").await;
            let path = if dialect == Dialect::Cloud { "/rest/api/2/search/jql" } else { "/rest/api/2/search" };
            let body = json!({"jql": "project = UP", "fields": ["comment", "attachment"]});
            let page = site.expect(200, Method::POST, path, Some(&body)).await;
            let fields = &page["issues"][0]["fields"];
            let container = &fields["comment"];
            assert_eq!((container["total"].as_u64(), container["startAt"].as_u64()), (Some(25), Some(0)));
            assert_eq!(container["comments"].as_array().unwrap().len(), limit.unwrap_or(25));
            assert_eq!(container["maxResults"].as_u64().unwrap(), limit.unwrap_or(25) as u64);
            assert_eq!(fields["attachment"][0]["filename"], "a.txt");
        }
    }
}
