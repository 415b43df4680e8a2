//! The time, passed in, so that tests can set it.

use std::sync::Arc;

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock, shared.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock, shared.
#[must_use]
pub fn system() -> SharedClock {
    #[cfg(feature = "crash-points")]
    if let Some(off_by) = OffBy::of_environment() {
        return Arc::new(off_by);
    }
    Arc::new(SystemClock)
}

/// By how many seconds the clock of this process is off, before zero for one that is behind.
#[cfg(feature = "crash-points")]
pub const CLOCK_OFF_BY: &str = "TRACKERSYNC_CLOCK_OFF_BY";

/// A clock that is wrong, for tests of what comes of that.
#[cfg(feature = "crash-points")]
struct OffBy(jiff::SignedDuration);

#[cfg(feature = "crash-points")]
impl OffBy {
    fn of_environment() -> Option<Self> {
        let seconds = std::env::var(CLOCK_OFF_BY).ok()?.parse().ok()?;
        Some(Self(jiff::SignedDuration::from_secs(seconds)))
    }
}

#[cfg(feature = "crash-points")]
impl Clock for OffBy {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.0).unwrap_or(now)
    }
}

/// Whole milliseconds since 1970, as the databases keep times.
#[must_use]
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}
