//! Points in time that outlive a process.

use jiff::Timestamp;
use trackersync::sync::ports::{Mark, Records};

use crate::place::Place;

pub async fn a_mark_is_of_its_sync_and_the_last_one_counts(place: &Place) {
    let at = |second: i64| Timestamp::from_second(second).unwrap();
    let store = place.open().await;
    assert_eq!(store.mark(&"s".into(), Mark::SweptFull).await.unwrap(), None);
    // A later one may be earlier: clocks are set.
    for second in [100, 300, 200] {
        store.set_mark(&"s".into(), Mark::SweptFull, at(second)).await.unwrap();
    }
    store.set_mark(&"other".into(), Mark::SweptFull, at(7)).await.unwrap();
    let again = place.open().await;
    assert_eq!(again.mark(&"s".into(), Mark::SweptFull).await.unwrap(), Some(at(200)));
    assert_eq!(again.mark(&"s".into(), Mark::SweptChanged).await.unwrap(), None);
    assert_eq!(again.mark(&"other".into(), Mark::SweptFull).await.unwrap(), Some(at(7)));
}
