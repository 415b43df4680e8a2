//! The files of a package that was taken in cannot be put away.

use crate::{
    package::{Issue, Package},
    site::{Site, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_not_there_keeps_no_other_package_from_being_taken_in() {
    let site = Site::with(&["trackers.pfiff.archive=/nowhere/archive"]).await;
    let working = site.work();
    for number in [4_711_001, 4_711_002] {
        let second = i8::try_from(number - 4_711_000).unwrap();
        site.receive_package(&Package::at(second, 0).with_issues(&[Issue::new(number, "Display stays dark")]));
        until("the issue is there", async || site.issue(number).is_some()).await;
    }
    assert_eq!(site.names_in("inbox").len(), 4, "nothing is lost");
    working.end().await;
}
