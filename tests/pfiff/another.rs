//! The adapter as another process has it, and a clock of its own for it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use trackersync::{
    app::connect_by_hand,
    clock::Clock,
    store::{Pool, Store},
    trackers::pfiff::Pfiff,
};

use crate::{site::Site, steps::pfiff};

/// A clock that stands still until it is set.
pub struct Still(AtomicI64);

impl Still {
    pub fn at(seconds: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(seconds)))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Site {
    /// The adapter as another process has it, with a connection of its own to the same records.
    pub async fn another(&self, clock: Arc<dyn Clock>) -> Arc<Pfiff> {
        let config = self.config();
        let pool = Pool::sqlite(&config.server.data_dir.join("store.db")).await.unwrap();
        let store = Store::open(pool, clock).await.unwrap();
        Arc::new(connect_by_hand(&config, &pfiff(), &store).unwrap())
    }
}
