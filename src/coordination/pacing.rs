//! How fast trackers may be asked, for all workers together: pauses that they ask for, budgets that they tell, and credentials that
//! they do not accept. Times are told by one clock, that of the service, and never by those of the processes.

use std::time::Duration;

use async_trait::async_trait;

use crate::sync::fault::Fault;

/// Why a tracker is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseCause {
    /// It asked for it.
    Asked,
    /// It does not accept our credentials.
    Credentials,
}

/// A tracker is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Why.
    pub cause: PauseCause,
    /// For how long still.
    pub left: Duration,
    /// In words, for people.
    pub reason: String,
}

/// Where our credentials stand with a tracker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is known against them.
    Good,
    /// They were refused, and the tracker is left alone.
    Refused(Pause),
    /// They were refused, and it is time to ask again.
    ToBeProved,
}

/// What a tracker tells of its budget for us.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// The most that there can be.
    pub limit: u32,
    /// What there is.
    pub left: u32,
    /// What is added in each period.
    pub gain: u32,
    /// How often it is added.
    pub period: Duration,
}

/// How we spend a budget: so many requests at once, then at an even rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spending {
    /// Requests at once.
    pub most: f64,
    /// Requests in a millisecond.
    pub rate: f64,
    /// What there is for us now.
    pub left: f64,
    /// When nothing is left: for how long nothing is sent.
    pub hold: f64,
}

impl Budget {
    /// Ways of counting differ (by the second, sliding, in batches), and we do not know the tracker's. With four fifths of it, spent
    /// half at once and half evenly, no way of counting finds too much; what remains is for requests that are under way.
    pub(super) fn spending(&self) -> Spending {
        let (limit, gain) = (f64::from(self.limit.max(1)), f64::from(self.gain.max(1)));
        let period = self.period.as_secs_f64().max(0.001) * 1_000.0;
        let even = (gain * 0.9).min(limit * 0.4);
        let reserve = (limit / 10.0).min(gain).floor();
        let left = f64::from(self.left) - reserve;
        let hold = if left <= 0.0 { period } else { 0.0 };
        Spending { most: (limit * 0.8 - even).max(1.0), rate: even / period, left: left.max(0.0), hold }
    }
}

/// At most so many within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many.
    pub most: u32,
    /// Within which time.
    pub span: Duration,
}

/// Whether something may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// After this time, which may be none. The place is taken.
    After(Duration),
    /// Not within the patience of the caller: it would take so long. Nothing was taken.
    TooLate(Duration),
    /// The tracker is left alone.
    Paused(Pause),
}

/// What workers share about the pace of trackers. All of it may vanish, which costs some requests that are refused.
#[async_trait]
pub trait Pacing: Send + Sync {
    /// Leaves a tracker alone, as it asked; a pause is prolonged and never shortened. Whether there was none.
    async fn pause(&self, tracker: &str, time: Duration, reason: &str) -> Result<bool, Fault>;

    /// Whether a tracker is left alone; the longer pause, if there are two.
    async fn paused(&self, tracker: &str) -> Result<Option<Pause>, Fault>;

    /// Takes one request out of a tracker's budget.
    async fn admit(&self, tracker: &str, patience: Duration) -> Result<Admission, Fault>;

    /// Takes note of a tracker's budget.
    async fn learn(&self, tracker: &str, budget: &Budget) -> Result<(), Fault>;

    /// Takes a place in all of these windows.
    async fn take(&self, key: &str, windows: &[Window], patience: Duration) -> Result<Admission, Fault>;

    /// Takes note that a tracker refused our credentials, and leaves it alone: each time in a row twice as long. The pause, unless
    /// there is one already.
    async fn refuse(&self, tracker: &str, first: Duration, longest: Duration, reason: &str) -> Result<Option<Duration>, Fault>;

    /// Where our credentials stand with a tracker.
    async fn standing(&self, tracker: &str) -> Result<Standing, Fault>;

    /// Takes note that a tracker accepts our credentials; whether that is news.
    async fn accept(&self, tracker: &str) -> Result<bool, Fault>;
}

/// How long a budget is remembered.
pub(super) const BUDGET_TTL: Duration = Duration::from_hours(1);
/// How long a refusal of our credentials is remembered, so that the pauses grow.
pub(super) const REFUSAL_TTL: Duration = Duration::from_hours(24);

/// The pause after so many refusals in a row before.
pub(super) fn doubled(first: Duration, longest: Duration, before: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(before.min(30))).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_way_of_counting_finds_too_much(limit in 2_u32..5_000, gain in 1_u32..5_000, seconds in 1_u64..120) {
            let period = Duration::from_secs(seconds);
            let spending = Budget { limit, left: limit, gain, period }.spending();
            let in_a_period = spending.most + spending.rate * period.as_secs_f64() * 1_000.0;
            // Of one that has a single request in a period, half a request more may be unavoidable.
            prop_assert!(in_a_period <= f64::from(limit).max(1.5), "{spending:?}");
            prop_assert!(spending.rate > 0.0 && spending.most >= 1.0, "{spending:?}");
        }
    }

    #[test]
    fn a_budget_that_is_spent_is_left_alone_for_its_period() {
        let spent = Budget { limit: 100, left: 7, gain: 100, period: Duration::from_secs(1) };
        assert_eq!((spent.spending().left, spent.spending().hold), (0.0, 1_000.0));
        let some = Budget { left: 50, ..spent };
        assert_eq!((some.spending().left, some.spending().hold), (40.0, 0.0));
    }
}
