//! Fields that go with a transition: those that its screen asks for, and those that no other screen has.

use serde_json::{Value, json};
use trackersync::{
    ids::IssueId,
    standin::jira::{Dialect, JiraOptions},
    sync::{
        fault::{Fault, FaultKind},
        ports::WriteTerms,
    },
};

use crate::site::{Site, attributes};

const DIALECTS: [Dialect; 2] = [Dialect::Cloud, Dialect::DataCenter];

/// A Jira whose transition to Done has this screen.
async fn site(dialect: Dialect, screen: Value) -> (Site, IssueId) {
    let site = Site::with(JiraOptions { dialect, ..JiraOptions::default() }, "sync-secret").await;
    let issue = site.new_remote(json!({ "summary": "x" }));
    site.upstream.who_am_i().await.unwrap();
    let finish = json!({
        "id": "21", "name": "Finish", "to": { "id": "10002", "name": "Done" }, "isGlobal": false, "isLooped": false,
        "fields": screen,
    });
    let body = json!({ "expand": "transitions", "transitions": [finish] });
    site.jira_fails(json!({ "method": "GET", "path_contains": "/transitions", "status": 200, "body": body, "count": 10 }));
    (site, issue)
}

async fn set(site: &Site, issue: &IssueId, fields: Value) -> Result<(), Fault> {
    site.upstream.set_fields(issue, &attributes(fields), WriteTerms::default()).await
}

/// What was sent by a method to a path that ends like this.
fn sent(site: &Site, method: &str, path_end: &str) -> Vec<Value> {
    let requests = site.jira.state().requests().into_iter();
    let matching = requests.filter(|seen| seen.method == method && seen.path.ends_with(path_end));
    matching.filter_map(|seen| seen.body).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_transition_asks_for_goes_with_it() {
    for dialect in DIALECTS {
        let screen = json!({ "resolution": { "required": true, "name": "Resolution", "hasDefaultValue": false } });
        let (site, issue) = site(dialect, screen).await;
        set(&site, &issue, json!({ "status": "Done", "resolution": "Duplicate", "summary": "y" })).await.unwrap();
        let now = site.jira.state().issue(issue.as_str()).unwrap();
        assert_eq!((now.status.as_str(), now.summary.as_str(), now.resolution.as_deref()), ("Done", "y", Some("Duplicate")));
        let fields: Vec<Value> = sent(&site, "PUT", &format!("/issue/{issue}"));
        assert_eq!(fields, [json!({ "fields": { "summary": "y" } })], "{dialect:?}");
        let transitions = sent(&site, "POST", "/transitions");
        assert_eq!(transitions, [json!({ "transition": { "id": "21" }, "fields": { "resolution": { "name": "Duplicate" } } })]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named_before_anything_is_sent() {
    for dialect in DIALECTS {
        let screen = json!({
            "customfield_10050": { "required": true, "name": "External reference", "hasDefaultValue": false },
            "priority": { "required": true, "name": "Priority", "hasDefaultValue": true },
        });
        let (site, issue) = site(dialect, screen).await;
        let fault = set(&site, &issue, json!({ "status.name": "Done", "summary": "y" })).await.unwrap_err();
        assert_eq!((fault.kind, fault.fields.as_slice()), (FaultKind::Refused, &["status".to_owned()][..]), "{fault}");
        assert!(fault.to_string().contains("the transition \"Finish\" to \"Done\" asks for External reference"), "{fault}");
        let all = [sent(&site, "POST", "/transitions"), sent(&site, "PUT", &format!("/issue/{issue}"))];
        assert_eq!(all.concat(), Vec::<Value>::new(), "the rest goes without the status, in a request of its own");
        // An issue that has it keeps it.
        site.jira.state().edit_fields("jane", issue.as_str(), json!({ "customfield_10050": "REF-1" })).unwrap();
        set(&site, &issue, json!({ "status.name": "Done" })).await.unwrap();
        assert_eq!(site.jira.state().issue(issue.as_str()).unwrap().status, "Done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_on_no_edit_screen_is_set_on_that_of_the_transition() {
    for dialect in DIALECTS {
        let screen = json!({ "customfield_10050": { "required": false, "name": "External reference" } });
        let (site, issue) = site(dialect, screen).await;
        let words = "Field 'customfield_10050' cannot be set. It is not on the appropriate screen, or unknown.";
        let body = json!({ "errorMessages": [], "errors": { "customfield_10050": words } });
        site.jira_fails(json!({ "method": "PUT", "path_contains": "/issue/", "status": 400, "body": body }));
        set(&site, &issue, json!({ "status": "Done", "External reference": "REF-2", "summary": "y" })).await.unwrap();
        let now = site.jira.state().issue(issue.as_str()).unwrap();
        assert_eq!((now.status.as_str(), now.summary.as_str()), ("Done", "y"));
        let transitions = sent(&site, "POST", "/transitions");
        assert_eq!(transitions[0]["fields"], json!({ "customfield_10050": "REF-2" }), "{dialect:?}");
    }
}

/// The stand-in has no cascades: what is sent is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_choice_below_another_is_sent_with_the_one_above() {
    for dialect in DIALECTS {
        let (site, issue) = site(dialect, json!({})).await;
        let listed = json!([{ "id": "customfield_7", "name": "Place", "schema": { "type": "option-with-child" } }]);
        site.jira_fails(json!({ "path_contains": "rest/api/2/field", "status": 200, "body": listed }));
        let has = |value: Value| json!({ "id": issue, "key": "UP-1", "fields": { "customfield_7": value } });
        for (fields, found, expected) in [
            (json!({ "Place": "EU / AT" }), None, json!({ "value": "EU", "child": { "value": "AT" } })),
            (
                json!({ "Place.value": "EU", "Place.child.value": "AT" }),
                None,
                json!({ "value": "EU", "child": { "value": "AT" } }),
            ),
            (json!({ "Place.value": "EU", "Place.child.value": null }), None, json!({ "value": "EU" })),
            (
                json!({ "Place.child.value": "AT" }),
                Some(json!({ "id": "5" })),
                json!({ "id": "5", "child": { "value": "AT" } }),
            ),
            (json!({ "Place.child.value": null }), Some(json!({ "id": "5" })), json!({ "id": "5" })),
            (json!({ "Place": null }), None, Value::Null),
        ] {
            if let Some(found) = found {
                site.jira_fails(
                    json!({ "method": "GET", "path_contains": "fields=customfield_7", "status": 200, "body": has(found) }),
                );
            }
            site.jira_fails(json!({ "method": "PUT", "path_contains": "/issue/", "status": 204 }));
            set(&site, &issue, fields.clone()).await.unwrap_or_else(|fault| panic!("{fields}: {fault}"));
            let body = sent(&site, "PUT", &format!("/issue/{issue}")).pop().unwrap();
            assert_eq!(body["fields"]["customfield_7"], expected, "{dialect:?} {fields}");
        }
        site.jira_fails(
            json!({ "method": "GET", "path_contains": "fields=customfield_7", "status": 200, "body": has(Value::Null) }),
        );
        let fault = set(&site, &issue, json!({ "Place.child.value": "AT" })).await.unwrap_err();
        assert!(fault.to_string().contains("`Place` has no value"), "{fault}");
    }
}
