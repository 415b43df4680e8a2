//! Leases: never two runs for one issue, nor two sweeps of one sync. A lease is prolonged while the work lasts, and whoever dies with
//! it keeps the others waiting for no longer than its time.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    coordination::{Coordination, Lease},
    sync::fault::Fault,
};

/// How often a lease that another holds is asked for again before the event is put off, and how far apart.
const ATTEMPTS: u32 = 8;
const BETWEEN: Duration = Duration::from_millis(50);

/// A lease that is prolonged until it is released.
pub(super) struct HeldLease {
    coordination: Arc<dyn Coordination>,
    lease: Lease,
    renewal: JoinHandle<()>,
    /// Cancelled when the lease is ours no more.
    pub lost: CancellationToken,
}

/// Takes the lease; `None` while another run holds it.
pub(super) async fn take(coordination: &Arc<dyn Coordination>, key: &str, ttl: Duration) -> Result<Option<HeldLease>, Fault> {
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            tokio::time::sleep(BETWEEN).await;
        }
        if let Some(lease) = coordination.acquire(key, ttl).await? {
            let lost = CancellationToken::new();
            let renewal = tokio::spawn(renew(Arc::clone(coordination), lease.clone(), ttl, lost.clone()));
            return Ok(Some(HeldLease { coordination: Arc::clone(coordination), lease, renewal, lost }));
        }
    }
    Ok(None)
}

async fn renew(coordination: Arc<dyn Coordination>, lease: Lease, ttl: Duration, lost: CancellationToken) {
    let mut until = tokio::time::Instant::now() + ttl;
    loop {
        tokio::time::sleep(ttl / 3).await;
        // Counted from before the request: from then on the lease lives, at the earliest.
        let asked = tokio::time::Instant::now();
        // A request that hangs must not outlast the lease.
        let Ok(answer) = tokio::time::timeout_at(until, coordination.renew(&lease, ttl)).await else {
            warn!(key = lease.key, "the lease could not be prolonged in time");
            lost.cancel();
            return;
        };
        match answer {
            Ok(true) => until = asked + ttl,
            Ok(false) => {
                warn!(key = lease.key, "the lease is lost");
                lost.cancel();
                return;
            }
            // Not lost yet: it is when nobody can be asked until its time is over.
            Err(fault) => warn!(key = lease.key, %fault, "the lease could not be prolonged"),
        }
    }
}

impl HeldLease {
    /// Gives the lease back.
    pub(super) async fn release(self) {
        self.renewal.abort();
        if let Err(fault) = self.coordination.release(&self.lease).await {
            warn!(key = self.lease.key, %fault, "the lease could not be given back; it ends by itself");
        }
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}
