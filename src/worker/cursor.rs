//! How far a sweep has to look back, and when the next one is due: from what is stored, by a clock that may be set.

use std::time::Duration;

use jiff::Timestamp;

/// How much each sweep looks back beyond the last one: clocks differ, and trackers list with a lag.
const OVERLAP: Duration = Duration::from_mins(5);

/// Since when issues have to be looked at; `None`: all of them. `last` is when the last sweep that succeeded began, and `ago` how long
/// ago that was by a clock that nobody sets, where this very process made it.
pub(super) fn look_back(last: Option<Timestamp>, ago: Option<Duration>, period: Duration, now: Timestamp) -> Option<Timestamp> {
    // What was before the first sweep is for the full one.
    let Some(last) = last else { return now.checked_sub(period + OVERLAP).ok() };
    let since = match ago.and_then(|ago| now.checked_sub(ago).ok()) {
        // Had the clock been set back meanwhile, `last` would be too late.
        Some(counted) => last.min(counted),
        None if last > now => return None,
        None => last,
    };
    since.checked_sub(OVERLAP).ok()
}

/// For how long the next sweep can wait yet; nothing where the clock was set back, since nobody knows then.
pub(super) fn rest(last: Option<Timestamp>, period: Duration, now: Timestamp) -> Option<Duration> {
    let ago = Duration::try_from(now.duration_since(last?)).ok()?;
    period.checked_sub(ago).filter(|rest| !rest.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_mins(10);

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_mins(minutes)
    }

    #[test]
    fn a_sweep_looks_back_to_the_last_success_however_long_ago() {
        assert_eq!(look_back(None, None, PERIOD, at(1_000)), Some(at(985)), "the first one");
        assert_eq!(look_back(Some(at(990)), Some(minutes(10)), PERIOD, at(1_000)), Some(at(985)));
        assert_eq!(look_back(Some(at(100)), None, PERIOD, at(2_000)), Some(at(95)), "after an outage");
    }

    #[test]
    fn a_clock_that_is_set_loses_no_window() {
        // Eight minutes ahead at the last sweep, and set right since: ten minutes ago is 1000, not 1008.
        assert_eq!(look_back(Some(at(1_008)), Some(minutes(10)), PERIOD, at(1_010)), Some(at(995)));
        assert_eq!(look_back(Some(at(2_000)), Some(minutes(10)), PERIOD, at(1_010)), Some(at(995)));
        assert_eq!(look_back(Some(at(2_000)), None, PERIOD, at(1_010)), None, "nobody knows how long ago that was: everything");
        assert_eq!(look_back(Some(at(1_000)), Some(minutes(10)), PERIOD, at(5_000)), Some(at(995)), "set ahead");
    }

    #[test]
    fn a_sweep_waits_for_its_period_unless_the_clock_was_set_back() {
        assert_eq!(rest(None, PERIOD, at(100)), None);
        assert_eq!(rest(Some(at(97)), PERIOD, at(100)), Some(minutes(7)));
        assert_eq!(rest(Some(at(90)), PERIOD, at(100)), None);
        assert_eq!(rest(Some(at(50)), PERIOD, at(100)), None);
        assert_eq!(rest(Some(at(101)), PERIOD, at(100)), None);
    }
}
