//! Limits on how often a site may be called.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
    time::{Duration, Instant},
};

use super::{options::Dialect, reply::Answer, site::locked};

/// Writes to one issue: so many within that time.
const ISSUE_WRITES: [(usize, Duration); 2] = [(20, Duration::from_secs(2)), (100, Duration::from_secs(30))];

/// What remains of an account's allowance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) exceeded: bool,
}

/// Counts calls.
#[derive(Debug)]
pub(super) struct Limits {
    per_second: Option<u32>,
    issue_writes: bool,
    callers: Mutex<HashMap<String, (Instant, u32)>>,
    writes: Mutex<HashMap<u64, VecDeque<Instant>>>,
}

impl Limits {
    pub(super) fn new(per_second: Option<u32>, issue_writes: bool) -> Self {
        Self { per_second, issue_writes, callers: Mutex::default(), writes: Mutex::default() }
    }

    /// Counts a call of an account; `None` where no limit holds.
    pub(super) fn count_call(&self, account: &str) -> Option<Allowance> {
        let limit = self.per_second?;
        let now = Instant::now();
        let mut callers = locked(&self.callers);
        let (since, used) = callers.entry(account.to_owned()).or_insert((now, 0));
        if now.duration_since(*since) >= Duration::from_secs(1) {
            (*since, *used) = (now, 0);
        }
        let exceeded = *used >= limit;
        *used += u32::from(!exceeded);
        Some(Allowance { limit, remaining: limit - *used, exceeded })
    }

    /// Counts a write to an issue; the error is the seconds to wait.
    pub(super) fn count_write(&self, issue: u64) -> Result<(), u64> {
        if !self.issue_writes {
            return Ok(());
        }
        let now = Instant::now();
        let mut writes = locked(&self.writes);
        let times = writes.entry(issue).or_default();
        times.retain(|time| now.duration_since(*time) < Duration::from_secs(30));
        for (allowed, span) in ISSUE_WRITES {
            let recent = times.iter().filter(|time| now.duration_since(**time) < span).count();
            if recent >= allowed {
                return Err(span.as_secs());
            }
        }
        times.push_back(now);
        Ok(())
    }
}

/// The refusal of a call too many.
pub(super) fn refusal(dialect: Dialect, limit: u32, wait: u64, reason: &str) -> Answer {
    let answer = Answer::message(429, "Rate limit exceeded.")
        .with("Retry-After", wait.to_string())
        .with("X-RateLimit-Limit", limit.to_string())
        .with("X-RateLimit-Remaining", "0");
    if dialect == Dialect::DataCenter {
        return answer;
    }
    let reset = jiff::Timestamp::now()
        .checked_add(jiff::SignedDuration::from_secs(i64::try_from(wait).unwrap_or(60)))
        .map(|at| at.strftime("%Y-%m-%dT%H:%MZ").to_string());
    let answer = answer.with("RateLimit-Reason", reason);
    match reset {
        Ok(reset) => answer.with("X-RateLimit-Reset", reset),
        Err(_) => answer,
    }
}
