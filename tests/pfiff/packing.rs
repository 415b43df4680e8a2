//! Which answers go out with which package, and when.

use std::collections::BTreeMap;

use serde_json::json;
use trackersync::sync::{
    issue::Attributes,
    ports::{Packages, Tracker, WriteTerms},
};

use crate::{
    another::Still,
    package::{Issue, Package},
    site::Site,
    steps::{AT_ONCE, at_once, number, pfiff},
};

/// Answers gather, and files are complete at once.
const GATHERING: [&str; 2] = ["trackers.pfiff.settle=0ms", "trackers.pfiff.pack.every=1h"];

fn gathering<'s>(settings: &[&'s str]) -> Vec<&'s str> {
    [&GATHERING[..], settings].concat()
}

impl Site {
    /// The numbers of the issues that each package in the outbox tells of.
    pub fn told_by_package(&self) -> Vec<Vec<u32>> {
        let numbers = |answers: Vec<crate::outgoing::Answer>| {
            let mut numbers: Vec<u32> = answers.into_iter().map(|answer| answer.number.parse().unwrap()).collect();
            numbers.sort_unstable();
            numbers
        };
        self.sent().into_iter().map(|sent| numbers(sent.answers)).collect()
    }

    /// How often each issue is told of in the outbox.
    pub fn times_told(&self) -> BTreeMap<u32, usize> {
        let mut times = BTreeMap::new();
        for number in self.told_by_package().into_iter().flatten() {
            *times.entry(number).or_default() += 1;
        }
        times
    }

    /// Sets what we answer, as a run does.
    pub async fn set_own(&self, issue: u32, fields: serde_json::Value) {
        let fields: Attributes = serde_json::from_value(fields).unwrap();
        self.engine().remote.set_fields(&number(issue), &fields, WriteTerms::default()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_within_the_interval_makes_one_package() {
    let mut site = Site::answered(&GATHERING, 2).await;
    assert_eq!(site.told_by_package(), [[0; 0]; 0]);
    for text in ["[TO OEM] one", "[TO OEM] two"] {
        site.comment(1, text);
        assert_eq!(site.turn().await, [""; 0]);
    }
    site.attach(2, "log.txt", b"of ours");
    assert_eq!(site.turn().await, [""; 0]);
    site.restart_with(&AT_ONCE).await;
    assert_eq!(site.turn().await.len(), 1);
    assert_eq!(site.told_by_package(), [[1, 2]]);
    let answers = site.answers();
    assert_eq!(answers[0].annotations, ["one", "two"]);
    assert_eq!(answers[1].attachments.len(), 1);
    // What is told is told; what comes now waits as long again.
    site.restart_with(&GATHERING).await;
    site.comment(1, "[TO OEM] three");
    assert_eq!(site.turn().await, [""; 0]);
    assert_eq!(site.records().unanswered(&pfiff(), 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_as_a_package_holds_go_at_once_and_the_rest_waits() {
    let mut site = Site::answered(&gathering(&["trackers.pfiff.pack.issues=2"]), 5).await;
    assert_eq!(site.told_by_package(), [[1, 2], [3, 4]]);
    site.restart_with(&at_once(&["trackers.pfiff.pack.issues=2"])).await;
    assert_eq!(site.turn().await.len(), 1);
    assert_eq!(site.told_by_package(), [vec![1, 2], vec![3, 4], vec![5]]);
    assert_eq!(site.turn().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_attachments_are_spread_over_packages() {
    let site = Site::with(&at_once(&["trackers.pfiff.pack.size=1KiB"])).await;
    let issues: Vec<Issue> = (1..=5).map(|number| Issue::new(number, "large")).collect();
    site.receive_package(&Package::at(1, 0).with_issues(&issues));
    site.take_in().await;
    site.run_due().await;
    for (number, size) in [(1, 600), (2, 400), (3, 200), (4, 3000), (5, 1)] {
        site.attach(number, "log.bin", &vec![7; size]);
    }
    site.settle_all().await;
    assert_eq!(site.send().await.len(), 4);
    // In the order in which they wait; the one that is too large for any goes alone.
    let mut waited = site.told_by_package();
    assert!(waited.iter().all(|package| !package.contains(&4) || package.len() == 1), "{waited:?}");
    waited.sort();
    assert_eq!(waited.concat(), [1, 2, 3, 4, 5]);
    let answers = site.answers();
    assert!(answers.iter().all(|answer| answer.attachments.len() == 1));
    for sent in site.sent() {
        let size: usize = sent.answers.iter().flat_map(|answer| answer.attachments.values()).map(Vec::len).sum();
        assert!(size <= 1024 || sent.answers.len() == 1, "{size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_whose_key_is_not_known_waits_and_holds_up_nobody() {
    let site = Site::with(&AT_ONCE).await;
    site.receive_package(&Package::at(1, 0).with_issues(&[Issue::new(1, "without"), Issue::new(2, "with")]));
    site.take_in().await;
    site.set_own(1, json!({ "supplier_status": "RECEIVED" })).await;
    assert_eq!(site.send().await, [""; 0]);
    site.set_own(2, json!({ "supplier_company_id": "SPORT-2" })).await;
    assert_eq!(site.send().await.len(), 1);
    assert_eq!(site.told_by_package(), [[2]]);
    site.set_own(1, json!({ "supplier_company_id": "SPORT-1" })).await;
    assert_eq!(site.send().await.len(), 1);
    assert_eq!(site.told_by_package(), [[2], [1]]);
    assert_eq!(site.send().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_without_a_key_does_not_make_others_go_early() {
    let site = Site::with(&GATHERING).await;
    site.receive_package(&Package::at(1, 0).with_issues(&[Issue::new(1, "without"), Issue::new(2, "with")]));
    site.take_in().await;
    let clock = Still::at(1_795_000_000);
    let other = site.another(clock.clone()).await;
    let set = async |issue, path: &str, value: &str| {
        let fields = Attributes::from([(path.to_owned(), json!(value))]);
        other.set_fields(&number(issue), &fields, WriteTerms::default()).await.unwrap();
    };
    set(1, "supplier_status", "RECEIVED").await;
    clock.advance(3_600);
    assert_eq!(other.dispatch().await.unwrap(), None);
    set(2, "supplier_company_id", "SPORT-2").await;
    assert_eq!(other.dispatch().await.unwrap(), None, "it has not waited yet");
    clock.advance(3_600);
    assert_eq!(other.dispatch().await.unwrap().map(|sent| sent.answers), Some(1));
    assert_eq!(site.told_by_package(), [[2]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_a_package_is_under_way_goes_with_the_next() {
    let site = Site::answered(&AT_ONCE, 2).await;
    site.comment(1, "[TO OEM] before");
    site.attach(1, "before.txt", b"before");
    site.settle_all().await;
    // It is complete, and cannot be moved yet.
    std::fs::rename(site.folder("outbox"), site.folder("away")).unwrap();
    site.packages().dispatch().await.unwrap_err();
    let under_way = site.records().open_package(&pfiff()).await.unwrap().unwrap();
    site.comment(1, "[TO OEM] meanwhile");
    site.attach(1, "meanwhile.txt", b"meanwhile");
    site.comment(2, "[TO OEM] the other");
    site.settle_all().await;
    site.packages().dispatch().await.unwrap_err();
    std::fs::rename(site.folder("away"), site.folder("outbox")).unwrap();
    let sent = site.send().await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], under_way.reference);
    let [first] = site.answers_of(&sent[0]).try_into().unwrap();
    assert_eq!((first.number.as_str(), first.annotations), ("1", vec!["before".to_owned()]));
    assert_eq!(first.attachments.keys().collect::<Vec<_>>(), ["before.txt"]);
    let [second, other] = site.answers_of(&sent[1]).try_into().unwrap();
    assert_eq!(second.annotations, ["before", "meanwhile"]);
    assert_eq!(second.attachments.keys().collect::<Vec<_>>(), ["meanwhile.txt"]);
    assert_eq!(other.annotations, ["the other"]);
    assert_eq!(site.turn().await, [""; 0]);
}
