//! The pace of trackers over Redis. The clock is that of Redis.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_redis::redis::Script;

use super::{
    pacing::{Admission, BUDGET_TTL, Budget, Pacing, Pause, PauseCause, REFUSAL_TTL, Standing, Window},
    random_token,
    redis::{Redis, millis},
};
use crate::sync::fault::Fault;

/// Sets a pause unless one is under way that is longer; whether there was none.
const PAUSE: &str = "local left = redis.call('PTTL', KEYS[1]) \
    if left < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1]) end \
    if left > 0 then return 0 else return 1 end";

/// Both pauses of a tracker, and whether its last word on our credentials was no.
const PAUSES: &str = "return {redis.call('PTTL', KEYS[1]), redis.call('GET', KEYS[1]) or '', \
    redis.call('PTTL', KEYS[2]), redis.call('GET', KEYS[2]) or '', redis.call('EXISTS', KEYS[3])}";

/// Pays one request: `{paused, ms, reason}`, `{pay after, ms}`, `{too late, ms}`. What is left is as of `at`, which may be in the
/// future: nothing is spent before.
const ADMIT: &str = "local paused = redis.call('PTTL', KEYS[1]) \
    if paused > 0 then return {2, paused, redis.call('GET', KEYS[1])} end \
    local purse = redis.call('HMGET', KEYS[2], 'most', 'rate', 'left', 'at') \
    if not purse[1] then return {0, 0, ''} end \
    local time = redis.call('TIME') \
    local now = time[1] * 1000 + math.floor(time[2] / 1000) \
    local most, rate, left, at = tonumber(purse[1]), tonumber(purse[2]), tonumber(purse[3]), tonumber(purse[4]) \
    if now > at then left = math.min(most, left + rate * (now - at)) at = now end \
    local wait = at - now + math.max(0, math.ceil((1 - left) / rate)) \
    if wait > tonumber(ARGV[1]) then return {1, wait, ''} end \
    redis.call('HSET', KEYS[2], 'left', tostring(left - 1), 'at', string.format('%.0f', at)) \
    return {0, wait, ''}";

/// Takes note of a budget. Of several limits the smallest holds for all requests.
const LEARN: &str = "local time = redis.call('TIME') \
    local now = time[1] * 1000 + math.floor(time[2] / 1000) \
    local limit, most, rate, told, hold = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]) \
    local purse = redis.call('HMGET', KEYS[1], 'limit', 'most', 'rate', 'left', 'at') \
    local left, at = most, now \
    if purse[1] then \
        left, at = tonumber(purse[4]), tonumber(purse[5]) \
        if now > at then left = math.min(tonumber(purse[2]), left + tonumber(purse[3]) * (now - at)) at = now end \
        if limit > tonumber(purse[1]) then limit, most, rate = tonumber(purse[1]), tonumber(purse[2]), tonumber(purse[3]) \
        else redis.call('PEXPIRE', KEYS[1], ARGV[6]) end \
    end \
    left = math.min(left, told, most) \
    if hold > 0 then at = math.max(at, now + hold) end \
    redis.call('HSET', KEYS[1], 'limit', limit, 'most', tostring(most), 'rate', tostring(rate), 'left', tostring(left), \
        'at', string.format('%.0f', at)) \
    if not purse[1] then redis.call('PEXPIRE', KEYS[1], ARGV[6]) end return 0";

/// Takes a place in all windows, at the first moment at which there is one: `{0, ms}`, or `{1, ms}` if that is too late.
const TAKE: &str = "local time = redis.call('TIME') \
    local now = time[1] * 1000 + math.floor(time[2] / 1000) \
    local longest = tonumber(ARGV[3]) \
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - longest)) \
    local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES') \
    local at = now \
    if last[2] then at = math.max(at, tonumber(last[2])) end \
    for i = 4, #ARGV, 2 do \
        local first = redis.call('ZREVRANGE', KEYS[1], ARGV[i] - 1, ARGV[i] - 1, 'WITHSCORES') \
        if first[2] then at = math.max(at, tonumber(first[2]) + ARGV[i + 1]) end \
    end \
    if at - now > tonumber(ARGV[1]) then return {1, at - now} end \
    redis.call('ZADD', KEYS[1], string.format('%.0f', at), ARGV[2]) \
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', at - now + longest)) \
    return {0, at - now}";

/// Takes note of a refusal and pauses, each time in a row twice as long; the pause, or 0 if there is one.
const REFUSE: &str = "if redis.call('PTTL', KEYS[1]) > 0 then return 0 end \
    local before = redis.call('INCR', KEYS[2]) - 1 \
    redis.call('PEXPIRE', KEYS[2], ARGV[4]) \
    local time = math.min(ARGV[1] * 2 ^ math.min(before, 30), tonumber(ARGV[2])) \
    redis.call('SET', KEYS[1], ARGV[3], 'PX', string.format('%.0f', time)) \
    return time";

/// Forgets a refusal; whether there was one.
const ACCEPT: &str = "redis.call('DEL', KEYS[1]) return redis.call('DEL', KEYS[2])";

impl Redis {
    /// The keys of a tracker: the pause that it asked for, the pause after it refused our credentials, the refusals in a row.
    fn pause_keys(&self, tracker: &str) -> [String; 3] {
        ["pause", "refusal-pause", "refusals"].map(|kind| self.key(kind, tracker))
    }

    /// Both pauses, and whether our credentials are known to be refused.
    async fn pauses(&self, tracker: &str) -> Result<(Option<Pause>, Option<Pause>, bool), Fault> {
        let script = Script::new(PAUSES);
        let mut call = script.prepare_invoke();
        call.key(&self.pause_keys(tracker));
        let (asked, reason, refused, why, known): (i64, String, i64, String, u8) = self.connection.invoke(&call).await?;
        let asked = pause(PauseCause::Asked, asked, reason);
        Ok((asked, pause(PauseCause::Credentials, refused, why), known == 1))
    }
}

fn pause(cause: PauseCause, left: i64, reason: String) -> Option<Pause> {
    let left = u64::try_from(left).ok().filter(|left| *left > 0)?;
    Some(Pause { cause, left: Duration::from_millis(left), reason })
}

#[async_trait]
impl Pacing for Redis {
    async fn pause(&self, tracker: &str, time: Duration, reason: &str) -> Result<bool, Fault> {
        let script = Script::new(PAUSE);
        let mut call = script.key(self.key("pause", tracker));
        let new: u8 = self.connection.invoke(call.arg(millis(time)).arg(reason)).await?;
        Ok(new == 1)
    }

    async fn paused(&self, tracker: &str) -> Result<Option<Pause>, Fault> {
        let (asked, refused, _) = self.pauses(tracker).await?;
        Ok([asked, refused].into_iter().flatten().max_by_key(|pause| pause.left))
    }

    async fn admit(&self, tracker: &str, patience: Duration) -> Result<Admission, Fault> {
        let script = Script::new(ADMIT);
        let mut call = script.key(self.key("pause", tracker));
        call.key(self.key("budget", tracker)).arg(millis(patience));
        let (verdict, time, reason): (u8, i64, String) = self.connection.invoke(&call).await?;
        Ok(match pause(PauseCause::Asked, time, reason) {
            Some(pause) if verdict == 2 => Admission::Paused(pause),
            wait => admission(verdict, wait.map(|wait| wait.left).unwrap_or_default()),
        })
    }

    async fn learn(&self, tracker: &str, budget: &Budget) -> Result<(), Fault> {
        let (script, spending) = (Script::new(LEARN), budget.spending());
        let mut call = script.key(self.key("budget", tracker));
        call.arg(budget.limit).arg(spending.most).arg(spending.rate).arg(spending.left).arg(spending.hold);
        let _: u8 = self.connection.invoke(call.arg(millis(BUDGET_TTL))).await?;
        Ok(())
    }

    async fn take(&self, key: &str, windows: &[Window], patience: Duration) -> Result<Admission, Fault> {
        let script = Script::new(TAKE);
        let longest = windows.iter().map(|window| window.span).max().unwrap_or_default();
        let mut call = script.key(self.key("taken", key));
        call.arg(millis(patience)).arg(random_token()).arg(millis(longest));
        for window in windows {
            call.arg(window.most).arg(millis(window.span));
        }
        let (verdict, wait): (u8, u64) = self.connection.invoke(&call).await?;
        Ok(admission(verdict, Duration::from_millis(wait)))
    }

    async fn refuse(&self, tracker: &str, first: Duration, longest: Duration, reason: &str) -> Result<Option<Duration>, Fault> {
        let script = Script::new(REFUSE);
        let [_, paused, known] = self.pause_keys(tracker);
        let mut call = script.key(paused);
        call.key(known).arg(millis(first)).arg(millis(longest)).arg(reason).arg(millis(REFUSAL_TTL));
        let time: u64 = self.connection.invoke(&call).await?;
        Ok((time > 0).then(|| Duration::from_millis(time)))
    }

    async fn standing(&self, tracker: &str) -> Result<Standing, Fault> {
        Ok(match self.pauses(tracker).await? {
            (_, Some(pause), _) => Standing::Refused(pause),
            (_, None, true) => Standing::ToBeProved,
            (_, None, false) => Standing::Good,
        })
    }

    async fn accept(&self, tracker: &str) -> Result<bool, Fault> {
        let script = Script::new(ACCEPT);
        let [_, paused, known] = self.pause_keys(tracker);
        let mut call = script.key(paused);
        let known: u8 = self.connection.invoke(call.key(known)).await?;
        Ok(known == 1)
    }
}

fn admission(verdict: u8, wait: Duration) -> Admission {
    if verdict == 1 { Admission::TooLate(wait) } else { Admission::After(wait) }
}
