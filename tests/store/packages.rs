//! Packages: what they tell, and what we answer.

use jiff::Timestamp;
use trackersync::sync::{
    issue::Attributes,
    ports::{Annotation, ArrivedIssue, Ingest, PackageRecords},
};

use crate::place::Place;

pub async fn an_annotation_waits_from_when_it_comes_whenever_it_was_written(place: &Place) {
    let store = place.open().await;
    let (tracker, issue) = ("pfiff".into(), "4711001".into());
    let package = Ingest {
        tracker,
        reference: "26112012000000PAG".to_owned(),
        at: store.now().await.unwrap(),
        findings: Vec::new(),
        issues: vec![ArrivedIssue { issue, attributes: Attributes::default(), files: Vec::new() }],
    };
    store.ingest(&package).await.unwrap();
    let (tracker, issue) = (&package.tracker, &package.issues[0].issue);
    for (id, at) in [("old", "2001-01-01T00:00:00Z"), ("of a clock that is ahead", "2101-01-01T00:00:00Z")] {
        let annotation =
            Annotation { id: id.to_owned(), text: id.to_owned(), author: None, at: at.parse::<Timestamp>().unwrap() };
        store.add_annotation(tracker, issue, &annotation).await.unwrap();
        let (waiting, now) = (store.unanswered(tracker, 10).await.unwrap(), store.now().await.unwrap());
        assert!(waiting[0].since >= package.at && waiting[0].since <= now, "{id}: {waiting:?}");
        let changed = store.mirrored_issues(tracker, Some(package.at)).await.unwrap();
        assert_eq!(changed, std::slice::from_ref(issue), "{id}: a look at what changed since then finds it");
    }
    let dates: Vec<i16> = store
        .annotations(tracker, issue)
        .await
        .unwrap()
        .iter()
        .map(|one| one.at.strftime("%Y").to_string().parse().unwrap())
        .collect();
    assert_eq!(dates, [2001, 2101], "they keep their dates");
}
