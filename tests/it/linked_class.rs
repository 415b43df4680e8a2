//! Attributes that Roundup keeps in another class, of which one item belongs to an issue: `/class/property`.

use serde_json::json;
use trackersync::{
    ids::{IssueId, TrackerName},
    sync::{
        issue::Attributes,
        ports::{Tracker, WriteTerms},
        rules::Needs,
    },
};

use crate::support::site::{Site, Wanted};

/// A class with an item for each external tracker, and one of the site's own with one for the issue.
const PATHS: [&str; 2] = ["/ext_tracker_state/ext_status", "/assessment/rating"];

async fn values(office: &dyn Tracker, issue: &IssueId, counterpart: &str) -> [serde_json::Value; 2] {
    let paths = PATHS.iter().chain(&["title"]).map(|path| (*path).to_owned()).collect();
    let needs = Needs { paths, counterpart: Some(counterpart.into()), ..Needs::default() };
    let read = office.read(issue, &needs).await.unwrap().unwrap().attributes;
    assert_eq!(read["title"], "Has more elsewhere");
    PATHS.map(|path| read[path].clone())
}

async fn write(office: &dyn Tracker, issue: &IssueId, counterpart: &TrackerName, values: [&str; 2]) {
    let fields: Attributes = PATHS.iter().zip(values).map(|(path, value)| ((*path).to_owned(), json!(value))).collect();
    office.set_fields(issue, &fields, WriteTerms { counterpart: Some(counterpart), ..WriteTerms::default() }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_in_other_classes_are_read_made_and_changed() {
    let site = Site::start(Wanted { embedded: true, ..Wanted::default() }).await;
    let office = site.office();
    let issue: IssueId = site.roundup.create("Has more elsewhere").await.as_str().into();
    assert_eq!(values(&*office, &issue, "upstream").await, [json!(null), json!(null)]);
    write(&*office, &issue, &"upstream".into(), ["Open", "A"]).await;
    assert_eq!(values(&*office, &issue, "upstream").await, [json!("Open"), json!("A")]);
    write(&*office, &issue, &"upstream".into(), ["Closed", ""]).await;
    assert_eq!(values(&*office, &issue, "upstream").await, [json!("Closed"), json!(null)]);
    assert_eq!(site.roundup.count("ext_tracker_state").await, 1, "the item is changed, and not made again");
    // A tracker that Roundup does not know has no state yet; what belongs to the issue alone is the same for all.
    write(&*office, &issue, &"upstream".into(), ["Closed", "B"]).await;
    assert_eq!(values(&*office, &issue, "elsewhere").await, [json!(null), json!("B")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_items_for_one_issue_are_a_conflict_that_names_them() {
    let site = Site::start(Wanted { embedded: true, ..Wanted::default() }).await;
    let issue = site.roundup.create("Has two").await;
    for rating in ["A", "B"] {
        site.roundup.make("assessment", json!({ "issue": issue, "rating": rating })).await;
    }
    let needs = Needs { paths: ["/assessment/rating".to_owned()].into(), ..Needs::default() };
    let fault = site.office().read(&issue.as_str().into(), &needs).await.unwrap_err();
    assert!(fault.to_string().contains("assessment1, assessment2 all belong to issue"), "{fault}");
}
