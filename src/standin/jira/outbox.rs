//! What was given to the courier: it can be held back, sent in another order, sent twice, and sent again.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::mpsc::UnboundedSender;

use super::{courier::Parcel, site::locked};

/// How many deliveries can be sent again.
const REMEMBERED: usize = 1_000;

/// A delivery and the way to its receiver.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) parcel: Parcel,
    pub(super) way: UnboundedSender<Parcel>,
}

impl Letter {
    fn send(self) {
        // The receiving end is gone only when the site has stopped.
        let _ = self.way.send(self.parcel);
    }
}

/// All deliveries of a site on their way out.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    held: Mutex<Option<Vec<Letter>>>,
    twice: AtomicBool,
    sent: Mutex<VecDeque<Letter>>,
}

impl Outbox {
    pub(super) fn put(&self, letter: Letter) {
        let mut sent = locked(&self.sent);
        if sent.len() == REMEMBERED {
            sent.pop_front();
        }
        sent.push_back(letter.clone());
        drop(sent);
        let copy = self.twice.load(Ordering::Relaxed).then(|| letter.clone());
        for letter in std::iter::once(letter).chain(copy) {
            match locked(&self.held).as_mut() {
                Some(held) => held.push(letter),
                None => letter.send(),
            }
        }
    }

    /// From now on everything is held back.
    pub(super) fn hold(&self) {
        locked(&self.held).get_or_insert_default();
    }

    /// Sends what was held back, and holds nothing back any more.
    pub(super) fn release(&self, reversed: bool) {
        let mut held = locked(&self.held).take().unwrap_or_default();
        if reversed {
            held.reverse();
        }
        held.into_iter().for_each(Letter::send);
    }

    /// Whether each delivery goes out twice, under the same identifier.
    pub(super) fn send_twice(&self, twice: bool) {
        self.twice.store(twice, Ordering::Relaxed);
    }

    /// Sends a delivery once more; `false` if it is not remembered.
    pub(super) fn again(&self, id: u64) -> bool {
        let letter = locked(&self.sent).iter().find(|letter| letter.parcel.id == id).cloned();
        letter.is_some_and(|letter| {
            letter.send();
            true
        })
    }
}
