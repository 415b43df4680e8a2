//! Failures ordered in advance, in the order given; what they do is the matter of each stand-in.

use std::sync::Mutex;

use super::lock::locked;

/// A failure that hits so many requests.
pub(super) trait Counted: Clone {
    /// How many requests it still hits.
    fn left(&mut self) -> &mut u32;
}

/// The failures still to come.
#[derive(Debug)]
pub(super) struct FaultQueue<F> {
    list: Mutex<Vec<F>>,
}

impl<F> Default for FaultQueue<F> {
    fn default() -> Self {
        Self { list: Mutex::default() }
    }
}

impl<F: Counted> FaultQueue<F> {
    pub(super) fn add(&self, fault: F) {
        locked(&self.list).push(fault);
    }

    pub(super) fn clear(&self) {
        locked(&self.list).clear();
    }

    pub(super) fn list(&self) -> Vec<F> {
        locked(&self.list).clone()
    }

    /// Uses up one hit of the first failure that fits.
    pub(super) fn take(&self, fits: impl Fn(&F) -> bool) -> Option<F> {
        let mut list = locked(&self.list);
        let at = list.iter_mut().position(|fault| *fault.left() > 0 && fits(fault))?;
        let fault = list.get_mut(at)?;
        *fault.left() -= 1;
        let taken = fault.clone();
        list.retain_mut(|fault| *fault.left() > 0);
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Word(&'static str, u32);

    impl Counted for Word {
        fn left(&mut self) -> &mut u32 {
            &mut self.1
        }
    }

    #[test]
    fn the_first_that_fits_is_used_up() {
        let queue = FaultQueue::default();
        for word in [Word("never", 0), Word("a", 2), Word("b", 1), Word("a", 1)] {
            queue.add(word);
        }
        let take = |name| queue.take(|word: &Word| word.0 == name).map(|word| word.1);
        assert_eq!(take("never"), None);
        assert_eq!([take("a"), take("a"), take("a"), take("a")], [Some(1), Some(0), Some(0), None]);
        assert_eq!(queue.list(), [Word("b", 1)]);
        queue.clear();
        assert_eq!(take("b"), None);
    }
}
