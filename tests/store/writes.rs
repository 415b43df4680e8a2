//! What was written of late.

use jiff::{SignedDuration, Timestamp};
use trackersync::sync::ports::{Records, Spent};

use crate::place::Place;

pub async fn writes_count_for_an_hour_and_creations_for_a_day(place: &Place) {
    let now: Timestamp = "2026-11-28T12:00:30Z".parse().unwrap();
    let at = |minute: i64| now + SignedDuration::from_mins(minute);
    let (one, other) = (place.open().await, place.open().await);
    let spent = async |minute| one.spent(&"s".into(), at(minute)).await.unwrap();
    assert_eq!(spent(0).await, Spent::default());
    for store in [&one, &other, &one] {
        store.spend(&"s".into(), now, Spent { writes: 5, creations: 1 }).await.unwrap();
    }
    one.spend(&"other".into(), now, Spent { writes: 100, creations: 100 }).await.unwrap();
    assert_eq!(spent(59).await, Spent { writes: 15, creations: 3 }, "all workers count together");
    assert_eq!(spent(60).await, Spent { writes: 0, creations: 3 });
    assert_eq!(spent(24 * 60 - 1).await, Spent { writes: 0, creations: 3 });
    assert_eq!(spent(24 * 60).await, Spent::default());
    assert_eq!(spent(-1).await, Spent::default(), "a clock that was set back blows no fuse");
    one.forget_spent(&"s".into()).await.unwrap();
    assert_eq!(spent(0).await, Spent::default());
    assert_eq!(one.spent(&"other".into(), now).await.unwrap(), Spent { writes: 100, creations: 100 });
}
