//! What a subscription delivers, and its end: settlements have to reach the queue before the process is gone.

use std::time::Duration;

use tokio::{sync::mpsc, task::JoinSet};
use tracing::warn;

use super::Delivery;

/// How long the end of a subscription may take.
const END_WITHIN: Duration = Duration::from_secs(5);

/// The deliveries of one subscription.
pub struct Deliveries {
    receiver: mpsc::Receiver<Delivery>,
    /// What delivers them.
    delivering: JoinSet<()>,
}

impl Deliveries {
    pub(super) fn new(receiver: mpsc::Receiver<Delivery>, delivering: JoinSet<()>) -> Self {
        Self { receiver, delivering }
    }

    /// The next one; `None` once the subscription has ended. Nothing is lost when the wait for it is given up.
    pub async fn recv(&mut self) -> Option<Delivery> {
        self.receiver.recv().await
    }

    /// Ends the subscription when all is settled that is going to be: returns when the settlements are with the queue.
    pub async fn close(self) {
        let Self { receiver, mut delivering } = self;
        drop(receiver);
        let ended = async { while delivering.join_next().await.is_some() {} };
        if tokio::time::timeout(END_WITHIN, ended).await.is_err() {
            let seconds = END_WITHIN.as_secs();
            warn!(seconds, "the queue did not end the subscription in time; what was not settled comes again");
        }
    }
}
