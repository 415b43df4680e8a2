//! What became of a trial of the folders.

use crate::sync::fault::Fault;

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What was tried.
    pub tried: String,
    /// What should have come of it.
    pub expected: String,
    /// What did.
    pub got: String,
    /// What to do; nothing if all is well.
    pub to_do: Option<String>,
}

impl Probe {
    /// Whether all is as it should be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.to_do.is_none()
    }

    /// A trial and its outcome; the hint of a fault is better than `to_do`.
    pub(super) fn of(tried: String, expected: &str, outcome: Result<String, Fault>, to_do: &str) -> Self {
        let expected = expected.to_owned();
        match outcome {
            Ok(got) => Self { tried, expected, got, to_do: None },
            Err(fault) => {
                let to_do = fault.hint.unwrap_or_else(|| to_do.to_owned());
                Self { tried, expected, got: fault.message, to_do: Some(to_do) }
            }
        }
    }
}
