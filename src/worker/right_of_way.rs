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
    use tokio::time::Instant;

    use super::*;

    async fn waits(way: &RightOfWay) -> Duration {
        let started = Instant::now();
        way.give_way().await;
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn bulk_work_gives_way_to_live_work_and_not_for_ever() {
        let way = RightOfWay::default();
        assert_eq!(waits(&way).await, Duration::ZERO, "nobody is there");
        let (one, other) = (way.pass(), way.pass());
        assert!(waits(&way).await >= LONGEST, "it gets on where live work never ends");
        let brief = Duration::from_millis(20);
        let live = async {
            tokio::time::sleep(brief).await;
            drop(one);
            tokio::time::sleep(brief).await;
            drop(other);
        };
        let (waited, ()) = tokio::join!(waits(&way), live);
        assert!(waited >= brief * 2 && waited < LONGEST, "until the last of them is done: {waited:?}");
        assert_eq!(waits(&way).await, Duration::ZERO);
    }
}
