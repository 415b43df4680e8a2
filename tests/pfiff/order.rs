//! Packages in whatever order their files come: none is lost, none is taken twice, and what is newer wins.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

use trackersync::sync::ports::Ingested;

use crate::{
    package::{Issue, Package, sample},
    site::{Site, until},
    steps::{AT_ONCE, at_once, number},
};

impl Site {
    /// What Jira has of an issue: the summary, and the names of the attachments that the other side sent.
    pub fn told(&self, number: u32) -> (String, Vec<String>) {
        let issue = self.issue(number).unwrap_or_else(|| panic!("{number} is not in Jira"));
        let mut names: Vec<String> = issue.attachments.into_iter().map(|file| file.file_name).collect();
        names.sort();
        (issue.summary, names)
    }

    /// Makes files of the inbox two hours old.
    pub fn age(&self, names: &[&str]) {
        for name in names {
            let file = std::fs::File::options().append(true).open(self.folder("inbox").join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_hours(2)).unwrap();
        }
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn one_issue(second: i8, running: u8, issue: Issue) -> Package {
    Package::at(second, running).with_issues(&[issue])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_a_package_come_in_any_order() {
    let files = sample("2-two-zips");
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let site = Site::with(&AT_ONCE).await;
        for at in &order[..2] {
            site.receive_files(&files[*at..=*at]);
            assert_eq!(site.look().await.complete, [""; 0], "{order:?}");
            let early = site.ingest("26112011000001PAG").await;
            assert!(matches!(early, Ingested::Incomplete(_)), "{order:?}: {early:?}");
        }
        site.receive_files(&files[order[2]..=order[2]]);
        assert_eq!(site.take_in().await, ["26112011000001PAG"], "{order:?}");
        site.run_due().await;
        let (summary, attached) = site.told(4_711_001);
        assert_eq!(summary, "Anzeige flackert nach Klemme 15");
        assert_eq!(attached, names(&["Prüfbericht Größe.pdf", "trace.asc"]), "{order:?}");
        assert_eq!(site.told(4_711_004), ("Second archive".to_owned(), Vec::new()), "{order:?}");
        assert_eq!(site.summaries().len(), 2, "{order:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_packages_whose_files_are_mixed_are_two() {
    let site = Site::with(&AT_ONCE).await;
    let one = one_issue(1, 0, Issue::new(1, "one").attaching("a.txt"));
    let other = one_issue(1, 1, Issue::new(2, "other").attaching("a.txt"));
    let (one_files, other_files) = (one.files(), other.files());
    for (name, content) in [&one_files[0], &other_files[1], &other_files[0], &one_files[1]] {
        site.receive(name, content);
    }
    assert_eq!(site.take_in().await, [one.reference(), other.reference()]);
    assert_eq!(site.run_due().await, [number(1), number(2)]);
    assert_eq!(site.told(1), ("one".to_owned(), names(&["a.txt"])));
    assert_eq!(site.told(2), ("other".to_owned(), names(&["a.txt"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_packages_of_one_second_the_running_number_tells_the_newer() {
    for newer_first in [false, true] {
        let site = Site::with(&AT_ONCE).await;
        let mut packages = vec![
            one_issue(1, 0, Issue::new(1, "older").attaching("older.txt")),
            one_issue(1, 1, Issue::new(1, "newer").attaching("newer.txt")),
        ];
        if newer_first {
            packages.reverse();
        }
        for package in &packages {
            site.receive_package(package);
            site.turn().await;
        }
        assert_eq!(site.told(1), ("newer".to_owned(), names(&["newer.txt", "older.txt"])), "{newer_first}");
    }
    // Where even that is the same, what comes later is the newer.
    let site = Site::with(&AT_ONCE).await;
    for code in ["XYZ", "ABC"] {
        site.receive_package(&Package::coded(1, 0, code).with_issues(&[Issue::new(1, code)]));
        site.turn().await;
    }
    assert_eq!(site.told(1).0, "ABC");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_package_again_changes_nothing() {
    let site = Site::with(&AT_ONCE).await;
    let package = one_issue(1, 0, Issue::new(1, "once").attaching("a.txt"));
    site.receive_package(&package);
    assert_eq!(site.turn().await.len(), 1);
    // Written over by the same, and once more as a server names what it has already.
    site.receive_package(&package);
    for (name, content) in package.files() {
        site.receive(&format!("{name}_20261120.0002"), &content);
    }
    assert_eq!(site.look().await.complete, [""; 0]);
    assert_eq!(site.ingest(package.reference()).await, Ingested::Before);
    assert_eq!(site.turn().await, [""; 0]);
    assert_eq!(site.told(1), ("once".to_owned(), names(&["a.txt"])));
    assert_eq!(site.summaries(), ["once"]);
    // From the start with an ending, and twice before it is looked at.
    let package = one_issue(2, 0, Issue::new(2, "twice").attaching("a.txt"));
    for (name, content) in package.files() {
        site.receive(&format!("{name}.0001"), &content);
        site.receive(&format!("{name}.0002"), &content);
    }
    assert_eq!(site.turn().await.len(), 1);
    assert_eq!(site.told(2), ("twice".to_owned(), names(&["a.txt"])));
    assert_eq!(site.summaries(), ["once", "twice"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_package_that_comes_late_adds_what_only_it_has() {
    let site = Site::with(&AT_ONCE).await;
    site.receive_package(&one_issue(9, 0, Issue::new(1, "newer").state("CLOSED").attaching("newer.txt")));
    site.turn().await;
    let older = [Issue::new(1, "older").attaching("older.txt"), Issue::new(2, "only there").attaching("only.txt")];
    site.receive_package(&Package::at(3, 0).with_issues(&older));
    assert_eq!(site.take_in().await.len(), 1);
    assert_eq!(site.run_due().await, [number(1), number(2)]);
    assert_eq!(site.told(1), ("newer".to_owned(), names(&["newer.txt", "older.txt"])));
    assert_eq!(site.told(2), ("only there".to_owned(), names(&["only.txt"])));
    assert_eq!(site.issue(1).unwrap().labels, ["PFIFF-Status-CLOSED"]);
    // One that has nothing of its own is no news.
    site.receive_package(&one_issue(4, 0, Issue::new(1, "between").attaching("older.txt")));
    assert_eq!(site.take_in().await.len(), 1);
    assert_eq!(site.run_due().await, []);
    assert_eq!(site.told(1).0, "newer");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_package_waits_and_is_told_of() {
    let site = Site::with(&AT_ONCE).await;
    let files = one_issue(1, 0, Issue::new(1, "late")).files();
    site.receive(&files[1].0, &files[1].1);
    let look = site.look().await;
    assert_eq!((look.complete.len(), look.overdue.len()), (0, 0), "it is on its way");
    site.age(&[&files[1].0]);
    let look = site.look().await;
    assert_eq!(look.complete, [""; 0]);
    let lacking = "of its 2 files these are missing: 001".to_owned();
    assert_eq!(look.overdue, [("26112012000100PAG".to_owned(), lacking)]);
    site.turn().await;
    assert_eq!(site.summaries(), [""; 0]);
    site.receive(&files[0].0, &files[0].1);
    let look = site.look().await;
    assert_eq!((look.complete.len(), look.overdue.len()), (1, 0));
    site.turn().await;
    assert_eq!(site.summaries(), ["late"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_is_not_read() {
    let site = Site::with(&["trackers.pfiff.settle=100ms", "trackers.pfiff.pack.every=0ms"]).await;
    let files = one_issue(1, 0, Issue::new(1, "grown").attaching("a.txt")).files();
    site.receive(&files[0].0, &files[0].1);
    let content = &files[1].1;
    // All of it takes longer than a file takes to settle.
    let began = std::time::Instant::now();
    let mut end = 0;
    while end < content.len() {
        end = (end + content.len() / 40).min(content.len());
        site.receive(&files[1].0, &content[..end]);
        assert_eq!(site.look().await.complete, [""; 0], "{end} bytes of {}", content.len());
        until("some time goes by", async || began.elapsed() > Duration::from_millis(5 * end as u64 / 40)).await;
    }
    until("it is settled", async || !site.look().await.complete.is_empty()).await;
    site.turn().await;
    assert_eq!(site.told(1), ("grown".to_owned(), names(&["a.txt"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_files_are_left_alone() {
    let site = Site::with(&at_once(&["trackers.pfiff.keep_arrived=false"])).await;
    let foreign = ["ENG26112012000100PAG00200", "README", "XNG26112012000100PAG002001", "eng26112012000100pag002001", "x.tmp"];
    for name in foreign {
        site.receive(name, b"of somebody else");
    }
    std::fs::create_dir(site.folder("inbox").join("ENG26112012000100PAG002001")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", site.folder("inbox").join("ENG26112012000100PAG002002")).unwrap();
    site.age(&foreign);
    let look = site.look().await;
    assert_eq!((look.complete, look.overdue), (Vec::new(), Vec::new()));
    site.receive_package(&one_issue(2, 0, Issue::new(1, "beside them")));
    site.turn().await;
    assert_eq!(site.summaries(), ["beside them"]);
    let left: BTreeSet<String> = site.names_in("inbox").into_iter().collect();
    let expected = foreign.into_iter().chain(["ENG26112012000100PAG002001", "ENG26112012000100PAG002002"]);
    assert_eq!(left, expected.map(str::to_owned).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_file_is_news_even_while_newer_news_is_told() {
    let site = Site::with(&AT_ONCE).await;
    site.receive_package(&one_issue(9, 0, Issue::new(1, "newer")));
    site.take_in().await;
    let due = site.packages().unannounced().await.unwrap();
    site.settle(&number(1)).await;
    // Between the event of the newer package and the note that it was made.
    site.receive_package(&one_issue(3, 0, Issue::new(1, "older").attaching("older.txt")));
    site.take_in().await;
    site.packages().announced(&due).await.unwrap();
    assert_eq!(site.run_due().await, [number(1)]);
    assert_eq!(site.told(1), ("newer".to_owned(), names(&["older.txt"])));
}
