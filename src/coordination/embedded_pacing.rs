//! The pace of trackers within one process.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use async_trait::async_trait;

use super::{
    embedded::Embedded,
    pacing::{Admission, BUDGET_TTL, Budget, Pacing, Pause, PauseCause, REFUSAL_TTL, Standing, Window, doubled},
};
use crate::sync::fault::Fault;

/// What is known of the pace of each tracker.
#[derive(Default)]
pub(super) struct Pace {
    asked: HashMap<String, (Instant, String)>,
    refused: HashMap<String, Refusal>,
    budgets: HashMap<String, Purse>,
    taken: HashMap<String, Taken>,
}

struct Refusal {
    in_a_row: u32,
    reason: String,
    paused_until: Instant,
    until: Instant,
}

/// What is left of a budget, as of a time, which may be in the future: nothing is spent before.
struct Purse {
    limit: u32,
    most: f64,
    rate: f64,
    left: f64,
    at: Instant,
    until: Instant,
}

struct Taken {
    times: VecDeque<Instant>,
    longest: Duration,
}

impl Pace {
    pub(super) fn sweep(&mut self, now: Instant) {
        self.asked.retain(|_, (until, _)| *until > now);
        self.refused.retain(|_, refusal| refusal.until > now);
        self.budgets.retain(|_, purse| purse.until > now);
        self.taken.retain(|_, taken| taken.times.back().is_some_and(|last| *last + taken.longest > now));
    }

    fn asked(&self, tracker: &str, now: Instant) -> Option<Pause> {
        let (until, reason) = self.asked.get(tracker)?;
        pause(PauseCause::Asked, *until, reason, now)
    }

    fn refused(&self, tracker: &str, now: Instant) -> Option<Pause> {
        let refusal = self.refused.get(tracker)?;
        pause(PauseCause::Credentials, refusal.paused_until, &refusal.reason, now)
    }
}

fn pause(cause: PauseCause, until: Instant, reason: &str, now: Instant) -> Option<Pause> {
    let left = until.checked_duration_since(now).filter(|left| !left.is_zero())?;
    Some(Pause { cause, left, reason: reason.to_owned() })
}

impl Purse {
    fn at(&mut self, now: Instant) {
        if let Some(passed) = now.checked_duration_since(self.at) {
            self.left = (self.left + self.rate * passed.as_secs_f64() * 1_000.0).min(self.most);
            self.at = now;
        }
    }

    /// How long until one request can be paid.
    fn wait(&self, now: Instant) -> Duration {
        let missing = ((1.0 - self.left) / self.rate).max(0.0);
        self.at.saturating_duration_since(now) + Duration::try_from_secs_f64(missing / 1_000.0).unwrap_or(Duration::MAX)
    }
}

#[async_trait]
impl Pacing for Embedded {
    async fn pause(&self, tracker: &str, time: Duration, reason: &str) -> Result<bool, Fault> {
        let now = Instant::now();
        let mut state = self.state();
        let before = state.pace.asked(tracker, now);
        if before.as_ref().is_none_or(|before| before.left < time) {
            state.pace.asked.insert(tracker.to_owned(), (now + time, reason.to_owned()));
        }
        Ok(before.is_none())
    }

    async fn paused(&self, tracker: &str) -> Result<Option<Pause>, Fault> {
        let (state, now) = (self.state(), Instant::now());
        let both = [state.pace.asked(tracker, now), state.pace.refused(tracker, now)];
        Ok(both.into_iter().flatten().max_by_key(|pause| pause.left))
    }

    async fn admit(&self, tracker: &str, patience: Duration) -> Result<Admission, Fault> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(pause) = state.pace.asked(tracker, now) {
            return Ok(Admission::Paused(pause));
        }
        let Some(purse) = state.pace.budgets.get_mut(tracker).filter(|purse| purse.until > now) else {
            return Ok(Admission::After(Duration::ZERO));
        };
        purse.at(now);
        let wait = purse.wait(now);
        if wait > patience {
            return Ok(Admission::TooLate(wait));
        }
        purse.left -= 1.0;
        Ok(Admission::After(wait))
    }

    async fn learn(&self, tracker: &str, budget: &Budget) -> Result<(), Fault> {
        let (now, spending) = (Instant::now(), budget.spending());
        let mut state = self.state();
        if state.pace.budgets.get(tracker).is_none_or(|purse| purse.until <= now) {
            let left = spending.most;
            let purse = Purse { limit: budget.limit, most: left, rate: 0.0, left, at: now, until: now };
            state.pace.budgets.insert(tracker.to_owned(), purse);
        }
        let Some(purse) = state.pace.budgets.get_mut(tracker) else { return Ok(()) };
        purse.at(now);
        // Of several limits the smallest holds for all requests.
        if budget.limit <= purse.limit {
            (purse.limit, purse.most, purse.rate) = (budget.limit, spending.most, spending.rate);
            purse.until = now + BUDGET_TTL;
        }
        purse.left = purse.left.min(spending.left).min(purse.most);
        if spending.hold > 0.0 {
            purse.at = purse.at.max(now + Duration::try_from_secs_f64(spending.hold / 1_000.0).unwrap_or_default());
        }
        Ok(())
    }

    async fn take(&self, key: &str, windows: &[Window], patience: Duration) -> Result<Admission, Fault> {
        let now = Instant::now();
        let longest = windows.iter().map(|window| window.span).max().unwrap_or_default();
        let mut state = self.state();
        let taken = state.pace.taken.entry(key.to_owned()).or_insert_with(|| Taken { times: VecDeque::new(), longest });
        while taken.times.front().is_some_and(|first| *first + longest <= now) {
            taken.times.pop_front();
        }
        let mut at = taken.times.back().map_or(now, |last| now.max(*last));
        for window in windows {
            let most = usize::try_from(window.most).unwrap_or(usize::MAX);
            if let Some(first) = taken.times.len().checked_sub(most).and_then(|before| taken.times.get(before)) {
                at = at.max(*first + window.span);
            }
        }
        let wait = at - now;
        if wait > patience {
            return Ok(Admission::TooLate(wait));
        }
        taken.times.push_back(at);
        Ok(Admission::After(wait))
    }

    async fn refuse(&self, tracker: &str, first: Duration, longest: Duration, reason: &str) -> Result<Option<Duration>, Fault> {
        let now = Instant::now();
        let mut state = self.state();
        if state.pace.refused(tracker, now).is_some() {
            return Ok(None);
        }
        let before =
            state.pace.refused.get(tracker).filter(|refusal| refusal.until > now).map_or(0, |refusal| refusal.in_a_row);
        let time = doubled(first, longest, before);
        let refusal =
            Refusal { in_a_row: before + 1, reason: reason.to_owned(), paused_until: now + time, until: now + REFUSAL_TTL };
        state.pace.refused.insert(tracker.to_owned(), refusal);
        Ok(Some(time))
    }

    async fn standing(&self, tracker: &str) -> Result<Standing, Fault> {
        let (state, now) = (self.state(), Instant::now());
        if let Some(pause) = state.pace.refused(tracker, now) {
            return Ok(Standing::Refused(pause));
        }
        let known = state.pace.refused.get(tracker).is_some_and(|refusal| refusal.until > now);
        Ok(if known { Standing::ToBeProved } else { Standing::Good })
    }

    async fn accept(&self, tracker: &str) -> Result<bool, Fault> {
        Ok(self.state().pace.refused.remove(tracker).is_some())
    }
}
