//! The program ends at any point, and whoever comes next goes on: nothing is lost, and nothing is done twice.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use trackersync::{
    ids::IssueId,
    sync::{engine::RunOptions, ports::DispatchState},
};

use crate::{
    package::{Issue, Package},
    site::{Site, until},
    steps::{AT_ONCE, at_once, number, pfiff},
};

/// Does something until it has waited so often, and no further; what it came to, if it ended before.
async fn cut<T>(after: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut waited) = (pin!(work), 0);
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if waited == after => Poll::Ready(None),
        Poll::Pending => {
            waited += 1;
            Poll::Pending
        }
    })
    .await
}

/// How often something was cut off, and how often it ended before. How often it waits depends on the machine.
#[derive(Default)]
struct Cuts {
    off: usize,
    ended: usize,
}

impl Cuts {
    /// Notes one more; whether later ones would hardly come before its end.
    fn are_enough(&mut self, ended: bool) -> bool {
        *(if ended { &mut self.ended } else { &mut self.off }) += 1;
        assert!(self.ended < 3 || self.off > 2, "it was cut off {} times", self.off);
        self.ended == 3
    }
}

impl Site {
    /// Brings an issue in line, after a run that was cut off: what became of its copies may not be known at once.
    async fn settle_in_the_end(&self, issue: &IssueId) {
        let began = Instant::now();
        while let Err(fault) = self.engine().run(issue, &RunOptions::default()).await {
            assert!(fault.is_transient() && began.elapsed() < Duration::from_secs(60), "{issue}: {fault}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.settle(issue).await;
    }

    /// How often each file of ours went out, by issue and name.
    fn files_sent(&self) -> BTreeMap<(String, String), usize> {
        let mut sent = BTreeMap::new();
        for answer in self.answers() {
            for name in answer.attachments.into_keys() {
                *sent.entry((answer.number.clone(), name)).or_default() += 1;
            }
        }
        sent
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_after_an_end_between_any_two_steps() {
    let mut site = Site::with(&AT_ONCE).await;
    let package = Package::at(1, 0).with_issues(&[Issue::new(1, "one").attaching("a.txt"), Issue::new(2, "two")]);
    for (name, content) in package.files() {
        site.receive(&name, &content);
        site.look().await;
        site.restart().await;
    }
    assert_eq!(site.look().await.complete, [package.reference()]);
    site.restart().await;
    assert_eq!(site.take_in().await, [package.reference()]);
    site.restart().await;
    // Events are made, and it ends before that is noted.
    let due = site.packages().unannounced().await.unwrap();
    assert_eq!(due.len(), 2);
    for (issue, _) in &due {
        site.settle(issue).await;
        site.restart().await;
    }
    assert_eq!(site.run_due().await, [number(1), number(2)]);
    site.restart().await;
    assert_eq!(site.run_due().await, []);
    // It is packed, and cannot be completed.
    std::fs::rename(site.folder("outbox"), site.folder("away")).unwrap();
    site.packages().dispatch().await.unwrap_err();
    site.restart().await;
    let open = site.records().open_package(&pfiff()).await.unwrap().unwrap();
    assert_eq!(open.state, DispatchState::Packed);
    // It is complete, and half of it is moved.
    std::fs::rename(site.folder("away"), site.folder("outbox")).unwrap();
    let description = site.folder("outbox").join(format!("ENG{}002001", open.reference));
    std::fs::write(&description, "of somebody else").unwrap();
    site.packages().dispatch().await.unwrap_err();
    site.restart().await;
    let open = site.records().open_package(&pfiff()).await.unwrap().unwrap();
    assert_eq!((open.state, site.names_in("outbox").len(), site.names_in("staging").len()), (DispatchState::Staged, 2, 1));
    std::fs::remove_file(&description).unwrap();
    site.restart().await;
    assert_eq!(site.send().await, [open.reference]);
    site.restart().await;
    assert_eq!(site.turn().await, [""; 0]);
    assert_eq!(site.summaries(), ["one", "two"]);
    assert_eq!(site.told(1).1, ["a.txt"]);
    assert_eq!(site.told_by_package(), [[1, 2]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_that_is_cut_off_anywhere_sends_its_answers_once() {
    let (mut site, mut cuts) = (Site::answered(&AT_ONCE, 2).await, Cuts::default());
    for after in 0.. {
        site.comment(1, &format!("[TO OEM] {after}"));
        site.attach(1, &format!("{after}.txt"), b"of ours");
        site.settle_all().await;
        let ended = cut(after, site.packages().dispatch()).await.is_some();
        site.restart().await;
        site.send().await;
        assert_eq!(site.times_told(), BTreeMap::from([(1, after + 2), (2, 1)]), "{after}");
        let last = site.answers().pop().unwrap();
        assert_eq!((last.annotations.len(), last.attachments.len()), (after + 1, 1), "{after}");
        if cuts.are_enough(ended) {
            break;
        }
    }
    assert!(site.files_sent().into_values().all(|times| times == 1), "{:?}", site.files_sent());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_whose_ingest_is_cut_off_anywhere_is_taken_in_once() {
    for setting in ["trackers.pfiff.archive=FOLDER/archive", "trackers.pfiff.keep_arrived=false"] {
        let mut site = Site::with(&at_once(&[setting])).await;
        let (mut taken, mut cuts) = (0, Cuts::default());
        for after in 0..60_u8 {
            let issue = u32::from(after) + 1;
            let issues =
                [Issue::new(issue, &format!("issue {issue}")).attaching("a.txt"), Issue::new(1_000, "last").attaching("a.txt")];
            let package = Package::at(i8::try_from(after).unwrap(), 0).with_issues(&issues);
            site.receive_package(&package);
            let complete = site.look().await.complete;
            assert_eq!(complete, [package.reference()]);
            let ended = cut(usize::from(after), site.packages().ingest(package.reference())).await.is_some();
            site.restart().await;
            until("what is left in the inbox is known", async || {
                site.take_in().await;
                site.names_in("inbox").is_empty()
            })
            .await;
            let due = site.packages().unannounced().await.unwrap();
            assert_eq!(due.iter().map(|(_, by)| by.as_str()).collect::<Vec<_>>(), [package.reference(); 2]);
            site.packages().announced(&due).await.unwrap();
            assert_eq!(site.records().mirrored_files(&pfiff(), &number(issue)).await.unwrap().len(), 1);
            taken += 1;
            if cuts.are_enough(ended) {
                break;
            }
        }
        assert_eq!(site.records().arrived_packages(&pfiff(), 100).await.unwrap().len(), taken);
        assert_eq!(site.records().mirrored_files(&pfiff(), &number(1_000)).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_off_anywhere_answers_once() {
    // So long nobody knows what became of a copy that was cut off.
    let mut site = Site::answered(&at_once(&["worker.deadline=100ms"]), 1).await;
    let mut cuts = Cuts::default();
    let statuses = ["In Progress", "Resolved", "Open"];
    for (after, status) in (0..).zip(statuses.into_iter().cycle()) {
        site.comment(1, &format!("[TO OEM] {after}"));
        site.attach(1, &format!("{after}.txt"), b"of ours");
        site.jira().move_to_status("jane", &site.of_ours(1).id, status).unwrap();
        let ended = cut(after, site.engine().run(&number(1), &RunOptions::default())).await.is_some();
        // Half of it may go out.
        site.restart().await;
        site.send().await;
        site.settle_in_the_end(&number(1)).await;
        site.send().await;
        let last = site.answers().pop().unwrap();
        let annotations: Vec<String> = (0..=after).map(|number| number.to_string()).collect();
        assert_eq!(last.annotations, annotations, "{after}");
        let state = match status {
            "In Progress" => "ESTIMATED",
            "Resolved" => "DELIVERED",
            _ => "RECEIVED",
        };
        assert_eq!(last.state, state, "{after}");
        if cuts.are_enough(ended) {
            break;
        }
        assert!(site.files_sent().len() == after + 1 && site.files_sent().into_values().all(|times| times == 1), "{after}");
    }
    assert_eq!(site.of_ours(1).attachments.iter().filter(|file| file.author == "pfiff-sync").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_roles_end_and_begin_again_in_the_midst_of_it() {
    const ROUNDS: u32 = 6;
    let mut site = Site::with(&["trackers.pfiff.settle=20ms", "trackers.pfiff.pack.every=50ms"]).await;
    for round in 0..ROUNDS {
        let issues: Vec<Issue> =
            (1..=5).map(|at| Issue::new(round * 5 + at, &format!("issue {}", round * 5 + at)).attaching("a.txt")).collect();
        site.receive_package(&Package::at(i8::try_from(round).unwrap(), 0).with_issues(&issues));
        for issue in site.jira().issues() {
            site.jira().add_attachment("jane", &issue.id, &format!("{round}.txt"), "text/plain", "of ours").unwrap();
        }
        let working = site.work();
        let some = usize::try_from(round * 5 + 1 + round % 5).unwrap();
        until("some of it is done", async || site.jira().issues().len() >= some).await;
        working.end().await;
        site.restart().await;
    }
    let working = site.work();
    until("all issues are there", async || site.jira().issues().len() == 30).await;
    until("no event waits", async || site.waiting("live").await + site.waiting("bulk").await == 0).await;
    working.end().await;
    assert_eq!(site.waiting("dead").await, 0);
    for issue in 1..=ROUNDS * 5 {
        site.settle_in_the_end(&number(issue)).await;
        assert_eq!(site.issue(issue).unwrap().attachments.iter().filter(|file| file.author == "pfiff-sync").count(), 1);
    }
    until("all is sent", async || {
        site.send().await;
        site.records().unanswered(&pfiff(), 100).await.unwrap().is_empty()
    })
    .await;
    let ours =
        site.jira().issues().iter().flat_map(|issue| issue.attachments.clone()).filter(|file| file.author == "jane").count();
    assert_eq!(site.files_sent().len(), ours);
    assert!(site.files_sent().into_values().all(|times| times == 1), "{:?}", site.files_sent());
    assert_eq!(site.summaries().len(), 30);
}
