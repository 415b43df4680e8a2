//! From the first signal to the end: the first one drains, the second one aborts.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::info;

/// The two ends of a process, shared by everything that has to know.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
}

impl Lifecycle {
    /// Ends taking new work; what is held is finished.
    pub fn drain(&self) {
        self.soft.cancel();
    }

    /// Ends everything; what is held goes back to the queue.
    pub fn abort(&self) {
        self.soft.cancel();
        self.hard.cancel();
    }

    /// Whether no new work is to be begun.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Cancelled when no new work is to be begun.
    #[must_use]
    pub fn draining(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Cancelled when everything is to end.
    #[must_use]
    pub fn aborted(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Returns some time after no new work is to be begun, at once when everything is to end.
    pub async fn lingering(&self, time: Duration) {
        self.soft.cancelled().await;
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = self.hard.cancelled() => {}
        }
    }

    /// Listens for SIGTERM and SIGINT as long as the process lives.
    ///
    /// # Errors
    /// The signals cannot be listened for.
    pub fn listen_for_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let lifecycle = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if lifecycle.is_draining() {
                    info!("second signal: returning what is held, and ending");
                    lifecycle.abort();
                } else {
                    info!("signal: finishing what is held, and ending; a second one ends at once");
                    lifecycle.drain();
                }
            }
        });
        Ok(())
    }
}
