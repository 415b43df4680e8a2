//! One stand-in: its settings, its memory, and what is ordered to go wrong.

use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;

use super::{contract::Contract, faults::Fault, journal::Journal, mailbox::Mailbox, options::KpmOptions, store::Store, times};
use crate::standin::{fault_queue::FaultQueue, lock::locked};

/// A stand-in, shared between the server's threads and the in-process handle.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) options: KpmOptions,
    pub(super) contract: Contract,
    pub(super) journal: Journal,
    pub(super) faults: FaultQueue<Fault>,
    /// Where the service is to be had.
    pub(super) address: String,
    store: Mutex<Store>,
    latency: Milliseconds,
    read_back_delay: Milliseconds,
}

#[derive(Debug, Default)]
struct Milliseconds(AtomicU64);

impl Milliseconds {
    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn set(&self, duration: Duration) {
        self.0.store(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Service {
    pub(super) fn new(options: KpmOptions, contract: Contract, address: String) -> Self {
        let service = Self {
            store: Mutex::new(Store::new(options.first_problem_number, options.zone_offset_minutes)),
            contract,
            journal: Journal::default(),
            faults: FaultQueue::default(),
            address,
            latency: Milliseconds::default(),
            read_back_delay: Milliseconds::default(),
            options,
        };
        service.set_read_back_delay(service.options.read_back_delay);
        service
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        locked(&self.store)
    }

    /// How much longer every answer takes.
    pub(super) fn latency(&self) -> Duration {
        self.latency.get()
    }

    pub(super) fn set_latency(&self, latency: Duration) {
        self.latency.set(latency);
    }

    pub(super) fn set_read_back_delay(&self, delay: Duration) {
        self.read_back_delay.set(delay);
    }

    /// When something that comes in now can be seen.
    pub(super) fn visible_from(&self) -> Timestamp {
        times::after(self.read_back_delay.get())
    }

    /// Whether a mailbox is one of the caller's.
    pub(super) fn is_ours(&self, mailbox: &Mailbox) -> bool {
        self.options.mailboxes.contains(mailbox)
    }
}
