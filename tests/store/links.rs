//! Links: every write is compare-and-set.

use serde_json::json;
use tokio::task::JoinSet;
use trackersync::sync::{issue::Attributes, ports::Records};

use crate::place::Place;

const WRITERS: usize = 20;

fn attributes(value: serde_json::Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

pub async fn a_link_comes_back_as_it_was_written(place: &Place) {
    let store = place.open().await;
    assert_eq!(store.link_of_remote(&"s".into(), &"10001".into()).await.unwrap(), None);
    let mut link = store.ensure_link(&"s".into(), &"10001".into(), "UP-1").await.unwrap();
    assert_eq!((link.local.clone(), link.version, link.remote_key.as_str()), (None, 1, "UP-1"));
    link.local = Some("17".into());
    link.local_key = "issue17".to_owned();
    link.remote_key = "NEW-1".to_owned();
    link.base.remote = attributes(json!({ "summary": "Grün \"quoted\" 'x' \u{1F600}", "labels": ["a", "b"], "gone": null }));
    link.base.local = attributes(json!({ "title": "line\nbreak", "n": 1.5 }));
    assert!(store.save_link(&link).await.unwrap());
    link.version += 1;
    assert_eq!(store.link_of_remote(&"s".into(), &"10001".into()).await.unwrap().as_ref(), Some(&link));
    assert_eq!(store.link_of_local(&"s".into(), &"17".into()).await.unwrap().as_ref(), Some(&link));
    assert_eq!(store.links(&"s".into()).await.unwrap(), [link.clone()]);
    // Made again, it is what it was; another sync knows nothing of it.
    assert_eq!(store.ensure_link(&"s".into(), &"10001".into(), "OLD-1").await.unwrap(), link);
    assert_eq!(store.link_of_local(&"other".into(), &"17".into()).await.unwrap(), None);
    assert_eq!(store.links(&"other".into()).await.unwrap(), []);
}

pub async fn one_of_twenty_writers_wins(place: &Place) {
    let store = place.open().await;
    let link = store.ensure_link(&"s".into(), &"1".into(), "UP-1").await.unwrap();
    for round in 0..3 {
        let read = store.link_of_remote(&"s".into(), &"1".into()).await.unwrap().unwrap();
        assert_eq!(read.version, link.version + round);
        let mut writers = JoinSet::new();
        for number in 0..WRITERS {
            let (store, mut mine) = (store.clone(), read.clone());
            mine.base.remote = attributes(json!({ "writer": number }));
            writers.spawn(async move { (number, store.save_link(&mine).await.unwrap()) });
        }
        let outcomes = writers.join_all().await;
        let winners: Vec<usize> = outcomes.iter().filter(|(_, won)| *won).map(|(number, _)| *number).collect();
        assert_eq!(winners.len(), 1, "{winners:?}");
        let after = store.link_of_remote(&"s".into(), &"1".into()).await.unwrap().unwrap();
        assert_eq!(
            after.base.remote,
            attributes(json!({ "writer": winners[0] })),
            "the winner's write is the one that is kept"
        );
        assert_eq!(after.version, read.version + 1);
        assert!(!store.save_link(&read).await.unwrap(), "what was read before loses ever after");
    }
}

pub async fn twenty_makers_make_one_link(place: &Place) {
    let store = place.open().await;
    let mut makers = JoinSet::new();
    for _ in 0..WRITERS {
        let store = store.clone();
        makers.spawn(async move { store.ensure_link(&"s".into(), &"1".into(), "UP-1").await.unwrap() });
    }
    let made = makers.join_all().await;
    assert!(made.iter().all(|link| *link == made[0]), "{made:?}");
    assert_eq!(store.links(&"s".into()).await.unwrap().len(), 1);
}

pub async fn a_local_issue_is_linked_once_in_a_sync(place: &Place) {
    let store = place.open().await;
    let linked = async |sync: &str, remote: &str| {
        let mut link = store.ensure_link(&sync.into(), &remote.into(), remote).await.unwrap();
        link.local = Some("17".into());
        store.save_link(&link).await
    };
    assert!(linked("s", "1").await.unwrap());
    let second = linked("s", "2").await;
    assert!(second.is_err(), "two remote issues must not share a local one: {second:?}");
    assert_eq!(store.link_of_remote(&"s".into(), &"2".into()).await.unwrap().unwrap().local, None);
    assert_eq!(store.link_of_local(&"s".into(), &"17".into()).await.unwrap().unwrap().remote.as_str(), "1");
    assert!(linked("other", "1").await.unwrap(), "another sync may link the same local issue");
}
