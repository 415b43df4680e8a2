//! What is wrong with the content of an interchange: all of it at once, each with its place.

use std::fmt;

use super::error::Place;

/// The most findings that are listed.
pub const MOST_FINDINGS: usize = 50;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Worth a look, and never a reason to refuse.
    Warning,
    /// Not as the standard says, but it is clear what is meant: refused by who is strict.
    Deviation,
    /// It is not clear what is meant: always refused.
    Fault,
}

impl fmt::Display for Gravity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Deviation => "deviation",
            Self::Fault => "fault",
        })
    }
}

/// One thing that is wrong. The message tells no content but references and numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub gravity: Gravity,
    /// Where it is.
    pub place: Place,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding. Beyond [`MOST_FINDINGS`] it takes the place of the last one that is less grave, and is dropped if there is none.
    pub fn add(&mut self, gravity: Gravity, place: Place, message: impl Into<String>) {
        if self.0.len() >= MOST_FINDINGS {
            let Some(lesser) = self.0.iter().rposition(|finding| finding.gravity < gravity) else { return };
            self.0.remove(lesser);
        }
        self.0.push(Finding { gravity, place, message: message.into() });
    }

    /// How bad the worst is; `None` if nothing was found.
    #[must_use]
    pub fn worst(&self) -> Option<Gravity> {
        self.0.iter().map(|finding| finding.gravity).max()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// The same in the order of the bytes.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.0.sort_by_key(|finding| finding.place.offset);
        self
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, finding) in self.iter().enumerate() {
            write!(f, "{}{finding}", if at > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}
