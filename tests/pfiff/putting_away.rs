//! What becomes of the files of packages that were taken in, and of those that are none of a package or of two.

use trackersync::sync::ports::{ArrivalState, Ingested};

use crate::{
    package::{Issue, Package, document},
    site::{Site, until},
    steps::{AT_ONCE, at_once, pfiff},
};

const ARCHIVING: &str = "trackers.pfiff.archive=FOLDER/archive";
const REMOVING: &str = "trackers.pfiff.keep_arrived=false";
const REFERENCE: &str = "26112012000100PAG";

fn package() -> Package {
    Package::at(1, 0).with_issues(&[Issue::new(1, "one").attaching("a.txt")])
}

fn names_of(package: &Package) -> Vec<String> {
    package.files().into_iter().map(|(name, _)| name).collect()
}

/// One with a second archive, whose document cannot be read.
fn half_a_package() -> Package {
    package().and_another().with("broken.xml", &document(&[Issue::new(2, "two")])[..200])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_takes_the_files_and_whatever_comes_of_them_later() {
    let site = Site::with(&at_once(&[ARCHIVING])).await;
    let files = package().files();
    site.receive_package(&package());
    site.turn().await;
    assert_eq!(site.names_in("inbox"), [""; 0]);
    assert_eq!(site.names_in("archive"), names_of(&package()));
    // All of it again, and then one of its files alone.
    site.receive_package(&package());
    assert_eq!(site.look().await, Default::default());
    site.receive(&format!("{}.0002", files[1].0), &files[1].1);
    site.age(&[&format!("{}.0002", files[1].0)]);
    assert_eq!(site.look().await, Default::default(), "it lacks nothing");
    assert_eq!(site.names_in("inbox"), [""; 0]);
    assert_eq!(site.names_in("archive").len(), 5);
    assert_eq!(site.turn().await, [""; 0]);
    assert_eq!(site.told(1).1, ["a.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_away_in_part_is_put_away_by_whoever_comes_next() {
    for (setting, kept) in [(ARCHIVING, 2), (REMOVING, 0)] {
        let mut site = Site::with(&at_once(&[setting])).await;
        let files = package().files();
        site.receive_package(&package());
        // It ends between the two files: as if the first was put away already.
        std::fs::rename(site.folder("archive"), site.folder("elsewhere")).unwrap();
        site.take_in().await;
        std::fs::rename(site.folder("elsewhere"), site.folder("archive")).unwrap();
        let (first, second) = (&files[0].0, &files[1]);
        if setting == ARCHIVING {
            std::fs::rename(site.folder("inbox").join(first), site.folder("archive").join(first)).unwrap();
        } else {
            site.receive(&second.0, &second.1);
        }
        site.restart().await;
        site.age(&[&second.0]);
        assert_eq!(site.look().await, Default::default(), "{setting}");
        assert_eq!(site.names_in("inbox"), [""; 0], "{setting}");
        assert_eq!(site.names_in("archive").len(), kept, "{setting}");
        site.turn().await;
        assert_eq!(site.told(1).1, ["a.txt"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_removed_only_if_all_of_them_was_taken_in() {
    let site = Site::with(&at_once(&[REMOVING])).await;
    site.receive_package(&package());
    assert_eq!(site.look().await.complete, [REFERENCE]);
    assert_eq!(site.names_in("inbox"), names_of(&package()), "not before");
    site.turn().await;
    assert_eq!(site.names_in("inbox"), [""; 0]);

    let site = Site::with(&at_once(&[REMOVING])).await;
    site.receive_package(&half_a_package());
    let complete = site.look().await.complete;
    let Ingested::Now { issues, findings } = site.ingest(&complete[0]).await else { panic!("{complete:?}") };
    assert_eq!(issues, 1);
    assert!(findings.iter().any(|finding| finding.starts_with("left out: ") && finding.contains("broken.xml")), "{findings:?}");
    site.turn().await;
    site.look().await;
    assert_eq!(site.names_in("inbox"), names_of(&half_a_package()));
    assert_eq!(site.summaries(), ["one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_and_stays() {
    for setting in [ARCHIVING, REMOVING] {
        let site = Site::with(&at_once(&[setting])).await;
        let files = package().files();
        site.receive(&files[0].0, &files[0].1);
        site.receive(&files[1].0, &files[1].1[..100]);
        let fault = site.packages().ingest(REFERENCE).await.unwrap_err();
        assert!(!fault.is_transient() && fault.to_string().contains(&files[1].0), "{fault}");
        assert_eq!(site.look().await, Default::default(), "it waits for a person");
        assert_eq!(site.names_in("inbox"), names_of(&package()));
        let refused = site.records().arrived_package(&pfiff(), REFERENCE).await.unwrap().unwrap();
        assert_eq!((refused.state, refused.findings.len()), (ArrivalState::Refused, 1));
        // The other side sends it again, and the person lets it be tried again.
        site.receive(&format!("{}.0001", files[1].0), &files[1].1);
        assert!(matches!(site.ingest(REFERENCE).await, Ingested::Now { issues: 1, .. }));
        site.turn().await;
        assert_eq!(site.told(1).1, ["a.txt"]);
        assert_eq!(site.names_in("inbox"), [""; 0]);
    }
}

/// The second file of a package, under a name that tells of three.
fn stranger(package: &Package) -> (String, Vec<u8>) {
    let (name, content) = package.files().swap_remove(1);
    (name.replace("002002", "003003"), content)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_tells_another_total_hinders_nothing_and_is_left() {
    let (name, content) = stranger(&package());
    for stranger_first in [true, false] {
        let site = Site::with(&at_once(&[REMOVING])).await;
        if !stranger_first {
            site.receive_package(&package());
        }
        site.receive(&name, &content);
        if stranger_first {
            site.age(&[&name]);
            let overdue = site.look().await.overdue;
            assert_eq!(overdue[0].1, "of its 3 files these are missing: 001, 002");
            site.receive_package(&package());
        }
        assert_eq!(site.look().await.complete, [REFERENCE], "{stranger_first}");
        let Ingested::Now { issues: 1, findings } = site.ingest(REFERENCE).await else { panic!("{stranger_first}") };
        assert!(findings.iter().any(|finding| finding.contains(&name)), "{findings:?}");
        site.turn().await;
        assert_eq!(site.told(1).1, ["a.txt"]);
        // Nobody has read it.
        assert!(site.folder("inbox").join(&name).exists());
        site.age(&[&name]);
        assert_eq!(site.look().await, Default::default());
    }
    // While neither is complete, both are told.
    let site = Site::with(&AT_ONCE).await;
    site.receive(&name, &content);
    site.receive(&package().files()[0].0, b"");
    site.age(&[&name, &package().files()[0].0]);
    let overdue = site.look().await.overdue;
    assert!(overdue[0].1.contains("two packages have the same reference"), "{overdue:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_there_and_went_are_waited_for_again() {
    let site = Site::with(&["trackers.pfiff.settle=0ms", "trackers.pfiff.incomplete_after=0ms"]).await;
    let files = package().files();
    site.receive_package(&package());
    let watching = site.watch();
    until("an event was made", async || site.waiting("live").await == 1).await;
    std::fs::rename(site.folder("inbox").join(&files[1].0), site.folder("elsewhere")).unwrap();
    let incomplete = r#"packages_incomplete{tracker="pfiff"} 1"#;
    until("it is told of", async || site.app().metrics.to_text().contains(incomplete)).await;
    let consuming = site.consume();
    until("the event found nothing", async || site.waiting("live").await == 0).await;
    assert_eq!(site.records().arrived_package(&pfiff(), REFERENCE).await.unwrap(), None);
    std::fs::rename(site.folder("elsewhere"), site.folder("inbox").join(&files[1].0)).unwrap();
    until("it is taken in", async || {
        site.records().arrived_package(&pfiff(), REFERENCE).await.unwrap().is_some_and(|it| it.state == ArrivalState::Ingested)
    })
    .await;
    watching.end().await;
    consuming.end().await;
}
