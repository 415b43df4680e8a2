//! Which parked events somebody means.

use jiff::Timestamp;

use super::parked::Parked;

/// What parked events must have in common with what was asked for; an empty one picks all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The issue, as people call it, or its id on the side that the event is of.
    pub issue: Option<String>,
    /// Parked then or later.
    pub since: Option<Timestamp>,
    /// Parked then or before.
    pub until: Option<Timestamp>,
    /// The kind of error.
    pub kind: Option<String>,
    /// The event's id.
    pub event: Option<String>,
}

impl Selection {
    /// Whether it picks this one. What a message does not tell is not what was asked for.
    #[must_use]
    pub fn picks(&self, parked: &Parked) -> bool {
        let job = parked.job.as_ref().ok();
        let asked = |asked: &Option<String>, is: &dyn Fn(&str) -> bool| asked.as_deref().is_none_or(is);
        let since = parked.since();
        asked(&self.issue, &|issue| job.is_some_and(|job| job.subject == issue || job.data.issue.as_str() == issue))
            && asked(&self.event, &|event| job.is_some_and(|job| job.id.as_str() == event))
            && asked(&self.kind, &|kind| parked.kind() == kind)
            && self.since.is_none_or(|bound| since.is_some_and(|since| since >= bound))
            && self.until.is_none_or(|bound| since.is_some_and(|since| since <= bound))
    }
}
