//! What can go wrong with a tracker or a store, in the kinds that decide what happens next.

use std::{fmt, time::Duration};

/// How long events wait for a service of ours before they are tried again.
const SERVICE_PAUSE: Duration = Duration::from_secs(5);

/// What a failure means for the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It may work later: a time-out, a lost connection, 5xx, 429.
    Transient {
        /// What the other side asked us to wait, at least.
        retry_after: Option<Duration>,
    },
    /// The tracker does not accept our credentials. Nothing is wrong with the event: it waits until a person mends them.
    Credentials {
        /// For how long the tracker is left alone.
        retry_after: Option<Duration>,
    },
    /// This value is not accepted; the rule fails, the issue does not.
    Refused,
    /// It will not work until a person changes something.
    Permanent,
    /// It should not be possible.
    Bug,
}

/// A failure, told so that a person knows what to do.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What it means for the event.
    pub kind: FaultKind,
    /// What happened, with the tracker's or the service's own words.
    pub message: String,
    /// What to do, where that is known.
    pub hint: Option<String>,
    /// Fields that the tracker refused, where it names them.
    pub fields: Vec<String>,
    /// Whether the other side may still be at work on the request: it gave no answer in time.
    pub lingering: bool,
}

impl Fault {
    /// A failure that may pass.
    #[must_use]
    pub fn transient(message: impl Into<String>) -> Self {
        Self::of(FaultKind::Transient { retry_after: None }, message)
    }

    /// A service of ours is away. Nothing about the event is wrong, so waiting for it is no attempt.
    #[must_use]
    pub fn service_away(message: impl Into<String>) -> Self {
        Self::of(FaultKind::Transient { retry_after: Some(SERVICE_PAUSE) }, message)
    }

    /// The other side is to be left alone for a time, which is no attempt.
    #[must_use]
    pub fn asked_to_wait(time: Duration, message: impl Into<String>) -> Self {
        Self::of(FaultKind::Transient { retry_after: Some(time) }, message)
    }

    /// Our credentials are not accepted.
    #[must_use]
    pub fn credentials(message: impl Into<String>) -> Self {
        Self::of(FaultKind::Credentials { retry_after: None }, message)
    }

    /// A failure of one value.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::of(FaultKind::Refused, message)
    }

    /// A failure that needs a person.
    #[must_use]
    pub fn permanent(message: impl Into<String>) -> Self {
        Self::of(FaultKind::Permanent, message)
    }

    /// A failure of ours.
    #[must_use]
    pub fn bug(message: impl Into<String>) -> Self {
        Self::of(FaultKind::Bug, message)
    }

    fn of(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, fields: Vec::new(), lingering: false }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts before the message what was being done.
    #[must_use]
    pub fn while_doing(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Whether it may be of one issue alone: a tracker that is left alone, or does not accept us, is so for all of them.
    #[must_use]
    pub fn may_concern_one_issue(&self) -> bool {
        !matches!(self.kind, FaultKind::Credentials { .. } | FaultKind::Transient { retry_after: Some(_) })
    }

    /// Whether it may pass, and says nothing against the event or a value.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, FaultKind::Transient { .. } | FaultKind::Credentials { .. })
    }

    /// One word for metrics and tables.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.kind {
            FaultKind::Transient { .. } => "transient",
            FaultKind::Credentials { .. } => "credentials",
            FaultKind::Refused => "refused",
            FaultKind::Permanent => "permanent",
            FaultKind::Bug => "bug",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}
