//! Packages: what they tell, and what we answer.

use std::time::Duration;

use jiff::Timestamp;
use trackersync::sync::{
    issue::Attributes,
    ports::{Annotation, ArrivedIssue, Ingest, Mark, PackageRecords, Records},
};

use crate::place::Place;

pub async fn an_annotation_waits_from_when_it_comes_whenever_it_was_written(place: &Place) {
    let store = place.open().await;
    let (tracker, issue) = ("pfiff".into(), "4711001".into());
    let package = Ingest {
        tracker,
        reference: "26112012000000PAG".to_owned(),
        at: PackageRecords::now(&store).await.unwrap(),
        findings: Vec::new(),
        issues: vec![ArrivedIssue { issue, attributes: Attributes::default(), files: Vec::new() }],
    };
    store.ingest(&package).await.unwrap();
    let (tracker, issue) = (&package.tracker, &package.issues[0].issue);
    for (id, at) in [("old", "2001-01-01T00:00:00Z"), ("of a clock that is ahead", "2101-01-01T00:00:00Z")] {
        let annotation =
            Annotation { id: id.to_owned(), text: id.to_owned(), author: None, at: at.parse::<Timestamp>().unwrap() };
        store.add_annotation(tracker, issue, &annotation).await.unwrap();
        let (waiting, now) = (store.unanswered(tracker, 10).await.unwrap(), PackageRecords::now(&store).await.unwrap());
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

/// A run that takes too long is cut off wherever it is.
pub async fn what_is_written_after_another_call_was_cut_off_is_there_for_all(place: &Place) {
    const CUT_OFF: u64 = 300;
    let (store, other) = (place.open().await, place.open().await);
    let (tracker, issue) = ("pfiff".into(), "4711001".into());
    // Some come through, and the time that a call takes is where the others are cut off.
    let mut longest = Duration::from_millis(20);
    for number in 0..CUT_OFF {
        let part = longest.mul_f64(f64::from(u32::try_from(number % 50).unwrap()) / 50.0);
        let started = std::time::Instant::now();
        let text = number.to_string();
        let call = store.edit_annotation(&tracker, &issue, "none", &text, Timestamp::UNIX_EPOCH);
        if tokio::time::timeout(part, call).await.is_ok() {
            longest = started.elapsed();
        }
        let sync = number.to_string().as_str().into();
        let at = Timestamp::from_second(i64::try_from(number).unwrap()).unwrap();
        store.set_mark(&sync, Mark::SweptFull, at).await.unwrap();
        assert_eq!(other.mark(&sync, Mark::SweptFull).await.unwrap(), Some(at), "after {number} calls that were cut off");
    }
}
