//! The steps of the program, one at a time, so that a test can do something between any two of them.

use trackersync::{
    ids::{IssueId, TrackerName},
    sync::{
        engine::{Engine, RunOptions},
        outcome::Outcome,
        ports::{Ingested, Look, PackageRecords},
    },
};

use crate::site::Site;

/// No pauses: a file that is there is complete, and an answer is due.
pub const AT_ONCE: [&str; 2] = ["trackers.pfiff.settle=0ms", "trackers.pfiff.pack.every=0ms"];

/// Further settings beside these.
pub fn at_once<'s>(settings: &[&'s str]) -> Vec<&'s str> {
    [&AT_ONCE[..], settings].concat()
}

pub fn pfiff() -> TrackerName {
    "pfiff".into()
}

pub fn number(number: u32) -> IssueId {
    IssueId::new(number.to_string())
}

impl Site {
    pub fn engine(&self) -> &Engine {
        &self.app().engines[&"pfiff".into()]
    }

    pub fn records(&self) -> &dyn PackageRecords {
        &self.app().store
    }

    pub async fn look(&self) -> Look {
        self.packages().look().await.unwrap()
    }

    pub async fn ingest(&self, reference: &str) -> Ingested {
        self.packages().ingest(reference).await.unwrap()
    }

    /// Takes in what is complete; the references.
    pub async fn take_in(&self) -> Vec<String> {
        let complete = self.look().await.complete;
        for reference in &complete {
            let ingested = self.ingest(reference).await;
            assert!(matches!(ingested, Ingested::Now { .. }), "{reference}: {ingested:?}");
        }
        complete
    }

    /// Brings an issue in line with its counterpart.
    pub async fn settle(&self, issue: &IssueId) {
        for _ in 0..5 {
            let outcome = self.engine().run(issue, &RunOptions::default()).await.unwrap();
            let failures = outcome.report().map(|report| report.failures.clone()).unwrap_or_default();
            assert_eq!(failures, [""; 0], "{issue}");
            if matches!(outcome, Outcome::Unchanged(_) | Outcome::Stopped(_)) {
                return;
            }
        }
        panic!("issue {issue} does not come to rest");
    }

    /// Brings what packages told in line with Jira; the issues.
    pub async fn run_due(&self) -> Vec<IssueId> {
        let mut all = Vec::new();
        loop {
            let due = self.packages().unannounced().await.unwrap();
            if due.is_empty() {
                return all;
            }
            for (issue, _) in &due {
                self.settle(issue).await;
                all.push(issue.clone());
            }
            self.packages().announced(&due).await.unwrap();
        }
    }

    /// Brings all issues that are known in line with Jira.
    pub async fn settle_all(&self) {
        for issue in self.records().mirrored_issues(&pfiff(), None).await.unwrap() {
            self.settle(&issue).await;
        }
    }

    /// Sends what is due; the references.
    pub async fn send(&self) -> Vec<String> {
        let mut sent = Vec::new();
        while let Some(dispatched) = self.packages().dispatch().await.unwrap() {
            sent.push(dispatched.reference);
        }
        assert_eq!(self.names_in("staging"), [""; 0], "nothing stays beside the outbox");
        sent
    }

    /// All of it: takes in what is there, runs what is due, sends the answers; the references of what was sent.
    pub async fn turn(&self) -> Vec<String> {
        self.take_in().await;
        self.run_due().await;
        self.settle_all().await;
        self.send().await
    }

    /// Issues in Jira, oldest first: what they are called.
    pub fn summaries(&self) -> Vec<String> {
        self.jira().issues().into_iter().map(|issue| issue.summary).collect()
    }
}
