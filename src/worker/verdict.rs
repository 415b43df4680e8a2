//! What happens to an event after an attempt: one pure function.

use std::time::Duration;

use crate::{
    config::worker::WorkerConfig,
    sync::fault::{Fault, FaultKind},
};

/// What happens to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Done,
    /// It is tried again after a pause.
    Retry {
        /// The pause.
        pause: Duration,
        /// Whether the attempt counts against the limit. Waiting because a tracker asked for it does not.
        counts: bool,
    },
    /// A person is needed: it goes to the dead queue.
    Park,
}

/// Decides after a failed attempt. `before` counts earlier failed attempts; `jitter`, from 0 to 1, spreads the pauses.
#[must_use]
pub fn after_fault(fault: &Fault, before: u32, config: &WorkerConfig, jitter: f64) -> Verdict {
    match fault.kind {
        FaultKind::Transient { retry_after: Some(asked) } | FaultKind::Credentials { retry_after: Some(asked) } => {
            put_off(asked, jitter)
        }
        FaultKind::Credentials { retry_after: None } => put_off(config.max_backoff, jitter),
        FaultKind::Transient { retry_after: None } if before + 1 < config.max_attempts => {
            Verdict::Retry { pause: backoff(before, config, jitter), counts: true }
        }
        FaultKind::Transient { .. } | FaultKind::Refused | FaultKind::Permanent | FaultKind::Bug => Verdict::Park,
    }
}

/// Waiting that was asked for, which is no attempt: a little longer for some than for others, so that not all come back at once.
#[must_use]
pub fn put_off(asked: Duration, jitter: f64) -> Verdict {
    let asked = asked.max(Duration::from_secs(1));
    let spread = (asked / 4).min(LONGEST_SPREAD).mul_f64(jitter.clamp(0.0, 1.0));
    Verdict::Retry { pause: asked + spread, counts: false }
}

/// By how much waits that were asked for are spread at most.
const LONGEST_SPREAD: Duration = Duration::from_secs(30);

/// Decides after a panic: once may be bad luck.
#[must_use]
pub fn after_panic(before: u32, config: &WorkerConfig) -> Verdict {
    if before == 0 { Verdict::Retry { pause: config.backoff, counts: true } } else { Verdict::Park }
}

/// Doubles with each attempt up to the longest pause; between half and all of it.
fn backoff(before: u32, config: &WorkerConfig, jitter: f64) -> Duration {
    let doubled = config.backoff.saturating_mul(2_u32.saturating_pow(before.min(30)));
    doubled.min(config.max_backoff).mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn config() -> WorkerConfig {
        WorkerConfig {
            max_attempts: 4,
            backoff: Duration::from_secs(1),
            max_backoff: Duration::from_mins(1),
            ..WorkerConfig::default()
        }
    }

    #[test]
    fn each_fault_has_its_verdict() {
        let config = config();
        let after = |fault: &Fault, before| after_fault(fault, before, &config, 1.0);
        let transient = Fault::transient("x");
        assert_eq!(after(&transient, 0), Verdict::Retry { pause: Duration::from_secs(1), counts: true });
        assert_eq!(after(&transient, 2), Verdict::Retry { pause: Duration::from_secs(4), counts: true });
        assert_eq!(after(&transient, 3), Verdict::Park);
        let asked = Fault { kind: FaultKind::Transient { retry_after: Some(Duration::from_secs(90)) }, ..transient };
        assert_eq!(after_fault(&asked, 100, &config, 0.0), Verdict::Retry { pause: Duration::from_secs(90), counts: false });
        let spread = Verdict::Retry { pause: Duration::from_millis(112_500), counts: false };
        assert_eq!(after(&asked, 100), spread);
        let locked_out = Fault { kind: FaultKind::Credentials { retry_after: Some(Duration::from_secs(90)) }, ..asked };
        assert_eq!(after(&locked_out, 100), spread, "a credential that is wrong says nothing against an event");
        for fault in [Fault::permanent("x"), Fault::refused("x"), Fault::bug("x")] {
            assert_eq!(after(&fault, 0), Verdict::Park);
        }
        assert_eq!(after_panic(1, &config), Verdict::Park);
        assert_ne!(after_panic(0, &config), Verdict::Park);
    }

    proptest! {
        #[test]
        fn a_pause_stays_within_its_bounds(before in any::<u32>(), jitter in any::<f64>()) {
            let pause = backoff(before, &config(), if jitter.is_nan() { 0.0 } else { jitter });
            prop_assert!(pause >= Duration::from_millis(500) && pause <= Duration::from_mins(1));
        }
    }
}
