//! Opening: the schema is brought up to date once, whoever comes first.

use tokio::task::JoinSet;
use trackersync::{clock, store::Store, sync::ports::Records};

use crate::place::Place;

pub async fn five_openers_at_once_find_one_schema(place: &Place) {
    let mut openers = JoinSet::new();
    for number in 0..5 {
        // A pool for each, as five processes would have.
        let pool = place.pool().await;
        openers.spawn(async move {
            let store = Store::open(pool, clock::system()).await.unwrap_or_else(|error| panic!("opener {number}: {error}"));
            store.ensure_link(&"s".into(), &format!("{number}").as_str().into(), "UP-1").await.unwrap();
        });
    }
    openers.join_all().await;
    let store = place.open().await;
    store.ping().await.unwrap();
    assert_eq!(store.links(&"s".into()).await.unwrap().len(), 5);
}

pub async fn opening_again_keeps_what_is_there(place: &Place) {
    let first = place.open().await;
    let link = first.ensure_link(&"s".into(), &"1".into(), "UP-1").await.unwrap();
    let second = place.open().await;
    assert_eq!(second.link_of_remote(&"s".into(), &"1".into()).await.unwrap(), Some(link.clone()));
    // Both work side by side, and each sees what the other writes.
    assert!(second.save_link(&link).await.unwrap());
    assert!(!first.save_link(&link).await.unwrap());
}

pub async fn what_is_committed_outlives_its_process(place: &Place) {
    let store = place.open().await;
    let link = store.ensure_link(&"s".into(), &"1".into(), "UP-1").await.unwrap();
    drop(store);
    assert_eq!(place.open().await.links(&"s".into()).await.unwrap(), [link]);
}
