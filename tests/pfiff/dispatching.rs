//! Several who send at the same time: each answer goes out once, whoever sends it.

use std::sync::Arc;

use serde_json::json;
use trackersync::{
    clock::Clock,
    sync::{
        issue::Attributes,
        ports::{ArrivedIssue, Ingest, Packages, Tracker, WriteTerms},
    },
};

use crate::{
    another::Still,
    site::Site,
    steps::{AT_ONCE, at_once, number, pfiff},
};

/// Sends for as long as there is something; how many answers went out.
async fn send_all(packages: Arc<dyn Packages>) -> usize {
    let mut answers = 0;
    while let Some(dispatched) = packages.dispatch().await.unwrap() {
        answers += dispatched.answers;
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn answers_that_several_send_at_once_go_out_once() {
    let site = Site::answered(&at_once(&["trackers.pfiff.pack.issues=2"]), 4).await;
    let mut several: Vec<Arc<dyn Packages>> = vec![site.packages()];
    for _ in 0..3 {
        several.push(site.another(trackersync::clock::system()).await);
    }
    for round in 1..=12 {
        for number in 1..=4 {
            site.comment(number, &format!("[TO OEM] {round}"));
            site.attach(number, &format!("{round}.txt"), b"of ours");
        }
        site.settle_all().await;
        let senders: Vec<_> =
            several.iter().chain(&several).map(|packages| tokio::spawn(send_all(Arc::clone(packages)))).collect();
        for sender in senders {
            sender.await.unwrap();
        }
        site.send().await;
        assert_eq!(site.records().unanswered(&pfiff(), 10).await.unwrap(), []);
        assert!(site.times_told().into_values().all(|times| times == round + 1), "{round}: {:?}", site.told_by_package());
    }
    for number in 1..=4 {
        let answers: Vec<_> = site.answers().into_iter().filter(|answer| answer.number == number.to_string()).collect();
        let files: Vec<&String> = answers.iter().flat_map(|answer| answer.attachments.keys()).collect();
        let mut rounds: Vec<usize> = files.iter().map(|name| name.trim_end_matches(".txt").parse().unwrap()).collect();
        rounds.sort_unstable();
        assert_eq!(rounds, (1..=12).collect::<Vec<_>>(), "each file of {number} goes once");
        assert_eq!(answers.last().unwrap().annotations.len(), 12);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_packages_of_one_second_have_a_hundred_references() {
    let site = Site::with(&at_once(&["trackers.pfiff.pack.issues=1"])).await;
    let clock = Still::at(1_795_000_000);
    let mut several = Vec::new();
    for _ in 0..4 {
        several.push(site.another(clock.clone()).await);
    }
    let issue = |issue: u32| ArrivedIssue { issue: number(issue), attributes: Attributes::new(), files: Vec::new() };
    let package = Ingest {
        tracker: pfiff(),
        reference: "26112012000100PAG".to_owned(),
        at: clock.now(),
        findings: Vec::new(),
        issues: (1..=101).map(issue).collect(),
    };
    site.records().ingest(&package).await.unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let pfiff = Arc::clone(&several[task as usize]);
            tokio::spawn(async move {
                for issue in (1 + task * 25)..=(25 + task * 25) {
                    let fields = json!({ "supplier_company_id": format!("SPORT-{issue}") });
                    let fields: Attributes = serde_json::from_value(fields).unwrap();
                    pfiff.set_fields(&number(issue), &fields, WriteTerms::default()).await.unwrap();
                    pfiff.dispatch().await.unwrap();
                }
                send_all(pfiff).await;
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    while send_all(several[0].clone()).await > 0 {}
    assert_eq!(site.times_told(), (1..=100).map(|number| (number, 1)).collect());
    let sent = site.sent();
    assert_eq!(sent.len(), 100);
    let running: Vec<String> = (0..100).map(|number| format!("{number:02}")).collect();
    assert_eq!(sent.iter().map(|sent| sent.reference[12..14].to_owned()).collect::<Vec<_>>(), running);
    assert!(sent.iter().all(|one| one.reference[..12] == sent[0].reference[..12]), "of one second");
    // There is no name left for one more; the next second has some.
    let fields: Attributes = serde_json::from_value(json!({ "supplier_company_id": "SPORT-101" })).unwrap();
    several[1].set_fields(&number(101), &fields, WriteTerms::default()).await.unwrap();
    let fault = several[1].dispatch().await.unwrap_err();
    assert!(fault.is_transient(), "{fault}");
    clock.advance(1);
    assert_eq!(send_all(several[2].clone()).await, 1);
    assert_eq!(site.sent().len(), 101);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_in_the_outbox_is_told_and_nothing_is_written_over() {
    for taken in ["001", "002"] {
        let site = Site::answered(&AT_ONCE, 1).await;
        site.comment(1, "[TO OEM] hello");
        site.attach(1, "log.txt", b"of ours");
        site.settle_all().await;
        // Its name is known once it is fixed.
        std::fs::rename(site.folder("outbox"), site.folder("away")).unwrap();
        site.packages().dispatch().await.unwrap_err();
        std::fs::rename(site.folder("away"), site.folder("outbox")).unwrap();
        let reference = site.records().open_package(&pfiff()).await.unwrap().unwrap().reference;
        let name = format!("ENG{reference}002{taken}");
        let path = site.folder("outbox").join(&name);
        std::fs::write(&path, "of somebody else").unwrap();
        for _ in 0..2 {
            let fault = site.packages().dispatch().await.unwrap_err();
            assert!(!fault.is_transient() && fault.to_string().contains(&name), "{fault}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "of somebody else");
        // A change meanwhile waits behind it.
        site.comment(1, "[TO OEM] more");
        site.settle_all().await;
        site.packages().dispatch().await.unwrap_err();
        std::fs::rename(&path, site.folder("moved away")).unwrap();
        let sent = site.send().await;
        assert_eq!((sent.len(), &sent[0]), (2, &reference));
        assert_eq!(site.answers_of(&reference)[0].annotations, ["hello"]);
        assert_eq!(site.answers_of(&sent[1])[0].annotations, ["hello", "more"]);
        let files = site.answers().iter().map(|answer| answer.attachments.len()).sum::<usize>();
        assert_eq!((files, site.sent().len()), (1, 3));
    }
}
