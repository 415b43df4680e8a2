//! A listing that is complete. What it does not hold is not there: so only the word of the tracker that it has told all makes one.

use std::collections::HashSet;

use crate::{ids::IssueId, sync::fault::Fault};

/// The ids of all issues of a query, each once. Only [`Pages`] makes one, at its end.
#[derive(Debug, PartialEq, Eq)]
pub struct Listing(Vec<IssueId>);

impl Listing {
    /// The issues, in the order in which they were told.
    #[must_use]
    pub fn issues(&self) -> &[IssueId] {
        &self.0
    }
}

impl IntoIterator for Listing {
    type Item = IssueId;
    type IntoIter = std::vec::IntoIter<IssueId>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The pages of a listing as they come: no listing yet.
#[derive(Debug, Default)]
pub struct Pages {
    issues: Vec<IssueId>,
    seen: HashSet<IssueId>,
    /// Issues of all pages, those that came twice included.
    told: u64,
    in_all: Option<u64>,
}

/// How a tracker tells that a page was the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In so many words: it marks the last page, or offers no next one.
    Said,
    /// By the number of issues in all, as given to [`Pages::in_all`].
    Counted,
}

impl Pages {
    /// Adds a page.
    pub fn add(&mut self, page: impl IntoIterator<Item = IssueId>) {
        for issue in page {
            self.told += 1;
            if self.seen.insert(issue.clone()) {
                self.issues.push(issue);
            }
        }
    }

    /// How many issues all pages so far had: where the next one begins.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.told
    }

    /// Takes note of how many issues there are in all, as told with each page; whether that many have been told.
    ///
    /// # Errors
    /// There are fewer than before. What was listed has left the query meanwhile, what stands behind it has moved up, and some of
    /// that may have passed from the next page to the last one unseen.
    pub fn in_all(&mut self, count: u64) -> Result<bool, Fault> {
        let before = self.in_all.replace(count);
        if before.is_some_and(|before| count < before) {
            return Err(Fault::transient("issues left the search while it was read; the listing may not be complete"));
        }
        Ok(self.told >= count)
    }

    /// The listing, if that was the end of it.
    ///
    /// # Errors
    /// The tracker counted more issues than it told.
    pub fn end(self, end: End) -> Result<Listing, Fault> {
        if end == End::Counted && self.in_all.is_none_or(|count| self.told < count) {
            return Err(Fault::transient("the tracker ended a search before its end; the listing is not complete"));
        }
        Ok(Listing(self.issues))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<IssueId> {
        numbers.into_iter().map(|number| IssueId::new(number.to_string())).collect()
    }

    #[test]
    fn what_was_counted_must_have_been_told() {
        let mut pages = Pages::default();
        pages.add(ids(0..2));
        assert!(!pages.in_all(3).unwrap());
        assert!(pages.end(End::Counted).is_err());
        assert!(Pages::default().end(End::Counted).is_err(), "nothing was counted");
        let mut pages = Pages::default();
        pages.add(ids(0..2));
        assert!(pages.in_all(2).unwrap());
        assert_eq!(pages.end(End::Counted).unwrap().issues(), ids(0..2));
    }

    #[test]
    fn a_search_that_shrinks_while_it_is_read_is_no_listing() {
        let mut pages = Pages::default();
        pages.add(ids(0..2));
        assert!(!pages.in_all(5).unwrap());
        pages.add(ids(3..5));
        assert!(pages.in_all(4).is_err(), "issue 2 is on no page");
        let mut pages = Pages::default();
        pages.add(ids(0..2));
        assert!(!pages.in_all(3).unwrap());
        pages.add(ids(2..4));
        assert!(pages.in_all(4).unwrap(), "one that came meanwhile stands at the end");
    }

    proptest! {
        #[test]
        fn each_issue_is_listed_once(pages in prop::collection::vec(prop::collection::vec(0_u32..20, 0..8), 0..6)) {
            let mut read = Pages::default();
            for page in &pages {
                read.add(ids(page.iter().copied()));
            }
            let all: HashSet<u32> = pages.concat().into_iter().collect();
            let listing: Vec<IssueId> = read.end(End::Said).unwrap().into_iter().collect();
            prop_assert_eq!(listing.len(), all.len());
            prop_assert_eq!(listing.into_iter().collect::<HashSet<_>>(), ids(all).into_iter().collect::<HashSet<_>>());
        }
    }
}
