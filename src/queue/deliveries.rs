//! What a subscription delivers, and its end: settlements have to reach the queue before the process is gone.

use std::time::Duration;

use tokio::{sync::mpsc, task::JoinSet};
use tracing::warn;

use super::Delivery;

/// How long the end of a subscription may take.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Puts something between a delivery and its settlement.
#[cfg(feature = "crash-points")]
type Settler = fn(Box<dyn super::Settle>) -> Box<dyn super::Settle>;

/// The deliveries of one subscription.
pub struct Deliveries {
    receiver: mpsc::Receiver<Delivery>,
    #[cfg(feature = "crash-points")]
    settled_by: Option<Settler>,
    /// What delivers them.
    delivering: JoinSet<()>,
}

impl Deliveries {
    pub(super) fn new(receiver: mpsc::Receiver<Delivery>, delivering: JoinSet<()>) -> Self {
        Self {
            receiver,
            #[cfg(feature = "crash-points")]
            settled_by: None,
            delivering,
        }
    }

    /// The next one; `None` once the subscription has ended. Nothing is lost when the wait for it is given up.
    pub async fn recv(&mut self) -> Option<Delivery> {
        let delivery = self.receiver.recv().await;
        #[cfg(feature = "crash-points")]
        if let Some(settled_by) = self.settled_by {
            return delivery.map(|delivery| Delivery { settle: settled_by(delivery.settle), ..delivery });
        }
        delivery
    }

    /// Puts something between all deliveries and their settlement.
    #[cfg(feature = "crash-points")]
    pub(crate) fn settled_by(self, settled_by: Settler) -> Self {
        Self { settled_by: Some(settled_by), ..self }
    }

    /// Ends the subscription when all is settled that is going to be: returns when the settlements are with the queue.
    pub async fn close(self) {
        let Self { receiver, mut delivering, .. } = self;
        drop(receiver);
        let ended = async { while delivering.join_next().await.is_some() {} };
        if tokio::time::timeout(END_WITHIN, ended).await.is_err() {
            let seconds = END_WITHIN.as_secs();
            warn!(seconds, "the queue did not end the subscription in time; what was not settled comes again");
        }
    }
}
