//! The gate before a tracker: what all workers know of its pauses and its budget decides when a request is sent. Waiting here is
//! short, and comes before a request; nothing is sent twice.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{StatusCode, header::HeaderMap};
use tracing::{debug, error, info, warn};

use super::classify::retry_after;
use crate::{
    coordination::{
        Coordination, Lease,
        pacing::{Admission, Budget, Pause, PauseCause, Standing, Window},
    },
    ids::TrackerName,
    sync::fault::{Fault, FaultKind},
    telemetry::metrics::Metrics,
};

/// How long a request may wait here; an event whose request would wait longer is put off.
const PATIENCE: Duration = Duration::from_secs(3);
/// The pause after a 429 that names none.
const UNNAMED_PAUSE: Duration = Duration::from_secs(10);
/// The period of a budget that names none.
const UNNAMED_PERIOD: Duration = Duration::from_secs(1);
/// What Jira Cloud takes of changes of one issue (20 in 2 s, 100 in 30 s), less a little: others write, too, and requests that
/// were sent evenly may arrive closer together.
const ISSUE_WRITES: [Window; 2] =
    [Window { most: 16, span: Duration::from_millis(2_200) }, Window { most: 90, span: Duration::from_secs(31) }];

/// The pause after our credentials were refused; it doubles with each refusal in a row.
const FIRST_REFUSAL: Duration = Duration::from_mins(1);
/// For how long one worker asks whether our credentials are good again, and all others wait.
const PROBE: Duration = Duration::from_secs(30);

/// The gate before one tracker.
#[derive(Clone)]
pub struct Gate {
    tracker: TrackerName,
    shared: Arc<dyn Coordination>,
    metrics: Metrics,
    longest_refusal: Duration,
    /// Held while this process finds out whether our credentials are good again.
    probe: Arc<Mutex<Option<Lease>>>,
}

impl Gate {
    /// A gate whose knowledge is shared with all that use the same coordination. After our credentials were refused, the tracker is
    /// left alone for `longest_refusal` at most.
    #[must_use]
    pub fn new(tracker: TrackerName, shared: Arc<dyn Coordination>, metrics: Metrics, longest_refusal: Duration) -> Self {
        Self { tracker, shared, metrics, longest_refusal, probe: Arc::default() }
    }

    /// What all workers share.
    pub(super) fn shared(&self) -> &Arc<dyn Coordination> {
        &self.shared
    }

    /// Waits until a request may be sent. What cannot be asked for is not waited for: a limit that was overlooked costs a refusal.
    pub(super) async fn admit(&self) -> Result<(), Fault> {
        let admission = self.shared.admit(self.tracker.as_str(), PATIENCE).await;
        self.wait(admission, "budget", "our budget of requests is spent").await
    }

    /// Whether our credentials may be used. `true`: the tracker refused them some time ago, and the caller is the one to find out
    /// whether they are good by now; it is to report by [`Gate::refuse`] or [`Gate::accept`].
    pub(super) async fn is_probe(&self) -> Result<bool, Fault> {
        match self.shared.standing(self.tracker.as_str()).await {
            Ok(Standing::Refused(pause)) => Err(waiting(&self.tracker, &pause)),
            Ok(Standing::ToBeProved) => {
                // It ends by itself should the caller never report.
                if let Some(lease) = self.shared.acquire(&format!("probe/{}", self.tracker), PROBE).await? {
                    *self.probe.lock().unwrap_or_else(PoisonError::into_inner) = Some(lease);
                    return Ok(true);
                }
                let message = format!("{}: another worker asks whether our credentials are accepted again", self.tracker);
                Err(Fault {
                    kind: FaultKind::Credentials { retry_after: Some(Duration::from_secs(1)) },
                    ..Fault::credentials(message)
                })
            }
            Ok(Standing::Good) | Err(_) => Ok(false),
        }
    }

    /// Takes note that our credentials were refused: all workers leave the tracker alone. The fault, with the pause.
    pub(super) async fn refuse(&self, fault: Fault) -> Fault {
        let name = self.tracker.as_str();
        let noted = self.shared.refuse(name, FIRST_REFUSAL, self.longest_refusal, &fault.message).await;
        if let Ok(Some(pause)) = noted {
            self.metrics.pause(name, "credentials");
            let seconds = pause.as_secs();
            error!(tracker = name, %fault, seconds, "our credentials are refused; the tracker is left alone, its events wait");
        }
        let left = match self.shared.paused(name).await {
            Ok(Some(pause)) => pause.left,
            _ => FIRST_REFUSAL,
        };
        self.end_probe().await;
        Fault { kind: FaultKind::Credentials { retry_after: Some(left) }, ..fault }
    }

    /// Takes note that our credentials are accepted.
    pub(super) async fn accept(&self) {
        if let Ok(true) = self.shared.accept(self.tracker.as_str()).await {
            info!(tracker = %self.tracker, "our credentials are accepted again");
        }
        self.end_probe().await;
    }

    async fn end_probe(&self) {
        let lease = self.probe.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(lease) = lease
            && let Err(fault) = self.shared.release(&lease).await
        {
            debug!(tracker = %self.tracker, %fault, "the right to ask about our credentials ends by itself");
        }
    }

    /// Waits until an issue may be changed once more.
    pub(super) async fn admit_write(&self, issue: &str) -> Result<(), Fault> {
        let admission = self.shared.take(&format!("{}/{issue}", self.tracker), &ISSUE_WRITES, PATIENCE).await;
        let why = format!("issue {issue} has been changed as often as Jira takes it");
        self.wait(admission, "issue_writes", &why).await
    }

    async fn wait(&self, admission: Result<Admission, Fault>, cause: &'static str, why: &str) -> Result<(), Fault> {
        match admission {
            Ok(Admission::After(wait)) if wait.is_zero() => Ok(()),
            Ok(Admission::After(wait)) => {
                debug!(tracker = %self.tracker, cause, ?wait, "waiting before a request");
                self.metrics.wait(self.tracker.as_str(), cause, "waited");
                tokio::time::sleep(wait).await;
                match self.shared.paused(self.tracker.as_str()).await {
                    Ok(Some(pause)) if pause.cause == PauseCause::Asked => Err(waiting(&self.tracker, &pause)),
                    _ => Ok(()),
                }
            }
            Ok(Admission::TooLate(wait)) => {
                self.metrics.wait(self.tracker.as_str(), cause, "put_off");
                let message = format!("{}: {why}; it goes on in {} s", self.tracker, wait.as_secs() + 1);
                Err(Fault::asked_to_wait(wait, message))
            }
            Ok(Admission::Paused(pause)) => Err(waiting(&self.tracker, &pause)),
            Err(fault) => {
                debug!(tracker = %self.tracker, %fault, "the pace of this tracker is not known now");
                Ok(())
            }
        }
    }

    /// Takes note of what an answer says of limits.
    pub(super) async fn learn(&self, status: StatusCode, headers: &HeaderMap) {
        let noted = if let Some(time) = asked_pause(status, headers) {
            self.pause(time, status, headers).await
        } else if let Some(budget) = budget(headers) {
            self.shared.learn(self.tracker.as_str(), &budget).await
        } else {
            Ok(())
        };
        if let Err(fault) = noted {
            debug!(tracker = %self.tracker, %fault, "what this tracker says of its limits could not be noted");
        }
    }

    async fn pause(&self, time: Duration, status: StatusCode, headers: &HeaderMap) -> Result<(), Fault> {
        let reason = match word(headers, "ratelimit-reason") {
            Some(reason) => format!("{status}, {}", reason.chars().take(80).collect::<String>()),
            None => status.to_string(),
        };
        if self.shared.pause(self.tracker.as_str(), time, &reason).await? {
            self.metrics.pause(self.tracker.as_str(), "asked");
            let until = jiff::Timestamp::now().checked_add(time).map(|until| until.strftime("%H:%M:%SZ").to_string());
            let until = until.unwrap_or_default();
            warn!(tracker = %self.tracker, reason, seconds = time.as_secs(), until, "the tracker asks us to pause; its events wait");
        }
        Ok(())
    }
}

/// The fault of an event whose tracker is left alone.
#[must_use]
pub fn waiting(tracker: &TrackerName, pause: &Pause) -> Fault {
    let left = pause.left.as_secs() + 1;
    match pause.cause {
        PauseCause::Asked => {
            let message = format!("{tracker} asked us to pause ({}), for {left} s still", pause.reason);
            Fault::asked_to_wait(pause.left, message)
        }
        PauseCause::Credentials => {
            let kind = FaultKind::Credentials { retry_after: Some(pause.left) };
            let message =
                format!("{tracker} does not accept our credentials ({}); it is asked again in {left} s", pause.reason);
            Fault { kind, ..Fault::credentials(message) }
        }
    }
}

/// The pause that an answer asks for. Data Center sends Retry-After with each answer, where it asks for nothing.
fn asked_pause(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(retry_after(headers).unwrap_or(UNNAMED_PAUSE)),
        StatusCode::SERVICE_UNAVAILABLE => retry_after(headers),
        _ => None,
    }
}

/// The budget that an answer tells: Data Center's bucket, which says how it is filled, or Cloud's, which does not.
fn budget(headers: &HeaderMap) -> Option<Budget> {
    let number = |name: &str| word(headers, name)?.parse::<u32>().ok();
    let limit = number("x-ratelimit-limit").filter(|limit| *limit > 0)?;
    let left = number("x-ratelimit-remaining")?;
    let period = number("x-ratelimit-interval-seconds").filter(|period| *period > 0);
    let gain = number("x-ratelimit-fillrate").filter(|gain| *gain > 0).unwrap_or(limit);
    // Told where little is left of one of several budgets, some of which have no numbers.
    let near = word(headers, "x-ratelimit-nearlimit").is_some_and(|near| near.eq_ignore_ascii_case("true"));
    let left = if near { left.min(limit / 5) } else { left };
    let period = period.map_or(UNNAMED_PERIOD, |period| Duration::from_secs(period.min(3_600).into()));
    Some(Budget { limit, left, gain, period })
}

fn word<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair =
            |(name, value): &(&'static str, &str)| (reqwest::header::HeaderName::from_static(name), value.parse().unwrap());
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn both_products_tell_their_budget() {
        let cloud = headers(&[("x-ratelimit-limit", "400"), ("x-ratelimit-remaining", "399")]);
        let told = Budget { limit: 400, left: 399, gain: 400, period: Duration::from_secs(1) };
        assert_eq!(budget(&cloud), Some(told));
        let bucket = headers(&[
            ("x-ratelimit-limit", "500"),
            ("x-ratelimit-remaining", "17"),
            ("x-ratelimit-interval-seconds", "60"),
            ("x-ratelimit-fillrate", "10"),
            ("retry-after", "0"),
        ]);
        let told = Budget { limit: 500, left: 17, gain: 10, period: Duration::from_mins(1) };
        assert_eq!(budget(&bucket), Some(told));
        assert_eq!(asked_pause(StatusCode::OK, &bucket), None, "Retry-After comes with each answer");
        assert_eq!(budget(&HeaderMap::new()), None);
        let near = headers(&[("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "90"), ("x-ratelimit-nearlimit", "true")]);
        assert_eq!(budget(&near).unwrap().left, 20);
    }

    #[test]
    fn a_pause_is_what_is_asked_for_within_bounds() {
        let after = |seconds: &str| headers(&[("retry-after", seconds)]);
        assert_eq!(asked_pause(StatusCode::TOO_MANY_REQUESTS, &after("7")), Some(Duration::from_secs(7)));
        assert_eq!(asked_pause(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new()), Some(UNNAMED_PAUSE));
        assert_eq!(asked_pause(StatusCode::TOO_MANY_REQUESTS, &after("9223372036854775807")), Some(Duration::from_hours(1)));
        assert_eq!(asked_pause(StatusCode::SERVICE_UNAVAILABLE, &after("7")), Some(Duration::from_secs(7)));
        assert_eq!(asked_pause(StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new()), None, "it may be one request's");
    }
}
