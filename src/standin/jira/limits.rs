//! Limits on how often a site may be called.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
    time::{Duration, Instant},
};

use super::{
    options::{Dialect, JiraOptions},
    reply::Answer,
    site::locked,
};

/// What remains of an account's allowance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) exceeded: bool,
}

/// The tokens an account has left, and when that was so.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

/// Counts calls.
#[derive(Debug)]
pub(super) struct Limits {
    dialect: Dialect,
    per_second: Option<u32>,
    /// Writes to one issue: so many within that time.
    issue_writes: Vec<(u32, Duration)>,
    callers: Mutex<HashMap<String, Bucket>>,
    writes: Mutex<HashMap<u64, VecDeque<Instant>>>,
}

impl Limits {
    pub(super) fn new(options: &JiraOptions) -> Self {
        let issue_writes = if options.limit_issue_writes { options.issue_writes.clone() } else { Vec::new() };
        Self {
            dialect: options.dialect,
            per_second: options.requests_per_second,
            issue_writes,
            callers: Mutex::default(),
            writes: Mutex::default(),
        }
    }

    /// Counts a call of an account; `None` where no limit holds. Cloud counts by the second, Data Center fills a bucket
    /// with tokens all the time.
    pub(super) fn count_call(&self, account: &str) -> Option<Allowance> {
        let limit = self.per_second?;
        let (now, full) = (Instant::now(), f64::from(limit));
        let mut callers = locked(&self.callers);
        let bucket = callers.entry(account.to_owned()).or_insert(Bucket { tokens: full, at: now });
        let passed = now.duration_since(bucket.at).as_secs_f64();
        if self.dialect == Dialect::DataCenter {
            *bucket = Bucket { tokens: (bucket.tokens + passed * full).min(full), at: now };
        } else if passed >= 1.0 {
            *bucket = Bucket { tokens: full, at: now };
        }
        let exceeded = bucket.tokens < 1.0;
        if !exceeded {
            bucket.tokens -= 1.0;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between nothing and the limit")]
        let remaining = bucket.tokens as u32;
        Some(Allowance { limit, remaining, exceeded })
    }

    /// Counts a write to an issue; the error is the limit that is reached, and the seconds to wait.
    pub(super) fn count_write(&self, issue: u64) -> Result<(), (u32, u64)> {
        let Some(longest) = self.issue_writes.iter().map(|(_, span)| *span).max() else {
            return Ok(());
        };
        let now = Instant::now();
        let mut writes = locked(&self.writes);
        let times = writes.entry(issue).or_default();
        times.retain(|time| now.duration_since(*time) < longest);
        for (allowed, span) in &self.issue_writes {
            let recent = times.iter().filter(|time| now.duration_since(**time) < *span).count();
            if recent >= *allowed as usize {
                return Err((*allowed, span.as_secs().max(1)));
            }
        }
        times.push_back(now);
        Ok(())
    }
}

/// The refusal of a call too many.
pub(super) fn refusal(dialect: Dialect, limit: u32, wait: u64, reason: &str) -> Answer {
    let answer = Answer::message(429, "Rate limit exceeded.");
    if dialect == Dialect::DataCenter {
        return server_headers(answer, limit, 0, wait);
    }
    let reset = jiff::Timestamp::now()
        .checked_add(jiff::SignedDuration::from_secs(i64::try_from(wait).unwrap_or(60)))
        .map(|at| at.strftime("%Y-%m-%dT%H:%MZ").to_string());
    let answer = answer
        .with("Retry-After", wait.to_string())
        .with("X-RateLimit-Limit", limit.to_string())
        .with("X-RateLimit-Remaining", "0")
        .with("X-RateLimit-NearLimit", "true")
        .with("RateLimit-Reason", reason);
    match reset {
        Ok(reset) => answer.with("X-RateLimit-Reset", reset),
        Err(_) => answer,
    }
}

/// The headers of an answer to a call that was not too many.
pub(super) fn told(dialect: Dialect, left: Allowance, answer: Answer) -> Answer {
    if dialect == Dialect::DataCenter {
        return server_headers(answer, left.limit, left.remaining, 0);
    }
    let answer =
        answer.with("X-RateLimit-Limit", left.limit.to_string()).with("X-RateLimit-Remaining", left.remaining.to_string());
    // Told where less than a fifth is left.
    if left.remaining.saturating_mul(5) < left.limit { answer.with("X-RateLimit-NearLimit", "true") } else { answer }
}

fn server_headers(answer: Answer, limit: u32, remaining: u32, wait: u64) -> Answer {
    answer
        .with("X-RateLimit-Limit", limit.to_string())
        .with("X-RateLimit-Remaining", remaining.to_string())
        .with("X-RateLimit-Interval-Seconds", "1")
        .with("X-RateLimit-FillRate", limit.to_string())
        .with("Retry-After", wait.to_string())
}
