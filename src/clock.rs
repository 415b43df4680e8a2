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
    Arc::new(SystemClock)
}

/// Whole milliseconds since 1970, as the databases keep times.
#[must_use]
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}
