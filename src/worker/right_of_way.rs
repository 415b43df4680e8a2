//! The right of way: a change that somebody waits for goes before a sweep or a large package, as far as this process works on both.

use std::time::Duration;

use tokio::sync::watch;

use crate::queue::{
    Lane, Route,
    job::{Job, PACKAGE_ARRIVED},
};

/// How long a job of the bulk lane gives way at most. It has to get on as well where changes never end.
const LONGEST: Duration = Duration::from_millis(150);

/// Counts the live jobs that this process works on.
pub struct RightOfWay {
    live: watch::Sender<usize>,
}

/// A live job that is worked on.
pub(super) struct Passing<'r>(&'r RightOfWay);

impl Default for RightOfWay {
    fn default() -> Self {
        Self { live: watch::Sender::new(0) }
    }
}

impl RightOfWay {
    /// Before a job is begun. A bulk job waits until no live one is worked on, for a moment at most; a live one is one for as long
    /// as what is returned is kept.
    pub(super) async fn take(&self, route: &Route, job: &Job) -> Option<Passing<'_>> {
        match route.lane {
            Lane::Bulk => {
                self.give_way().await;
                None
            }
            // To take a package in is long work, and only its issues are what somebody waits for.
            Lane::Live if job.kind == PACKAGE_ARRIVED => None,
            Lane::Live => Some(self.pass()),
        }
    }

    fn pass(&self) -> Passing<'_> {
        self.live.send_modify(|live| *live += 1);
        Passing(self)
    }

    async fn give_way(&self) {
        let mut live = self.live.subscribe();
        // The sender is ours: that is no end but the first of the two.
        let _ = tokio::time::timeout(LONGEST, live.wait_for(|live| *live == 0)).await;
    }
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        self.0.live.send_modify(|live| *live -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Poll};

    use futures_util::poll;

    use super::*;
    use crate::{
        ids::EventId,
        queue::job::{ISSUE_CHANGED, JobData},
        sync::issue::Side,
    };

    #[tokio::test]
    async fn bulk_work_gives_way_until_the_last_live_work_is_done() {
        let way = RightOfWay::default();
        assert_eq!(poll!(pin!(way.give_way())), Poll::Ready(()), "nobody is there");
        let (one, other) = (way.pass(), way.pass());
        let mut waits = pin!(way.give_way());
        assert_eq!(poll!(waits.as_mut()), Poll::Pending);
        drop(one);
        assert_eq!(poll!(waits.as_mut()), Poll::Pending);
        drop(other);
        assert_eq!(poll!(waits.as_mut()), Poll::Ready(()));
    }

    #[tokio::test]
    async fn bulk_work_gets_on_where_live_work_never_ends() {
        let way = RightOfWay::default();
        let _passing = way.pass();
        way.give_way().await;
    }

    #[tokio::test]
    async fn only_live_changes_of_issues_have_it() {
        let way = RightOfWay::default();
        let job = |kind: &str| {
            let data = JobData::of("porsche".into(), Side::Remote, "4711".into(), "arrival");
            Job::new(EventId::generate(), &"pfiff".into(), kind, "4711".to_owned(), jiff::Timestamp::UNIX_EPOCH, data)
        };
        let route = |lane| Route { sync: "porsche".into(), lane };
        let cases =
            [(Lane::Live, ISSUE_CHANGED, true), (Lane::Live, PACKAGE_ARRIVED, false), (Lane::Bulk, ISSUE_CHANGED, false)];
        for (lane, kind, has_it) in cases {
            let passing = way.take(&route(lane), &job(kind)).await;
            assert_eq!(passing.is_some(), has_it, "{lane:?} {kind}");
        }
    }
}
