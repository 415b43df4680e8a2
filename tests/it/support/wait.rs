//! Waiting for something that nobody tells: asked again and again until a deadline.

use std::time::{Duration, Instant};

/// How long a change may take to arrive on a machine that is busy with other tests.
pub const LONG: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer; panics at the deadline.
pub async fn until<T>(what: &str, limit: Duration, probe: impl AsyncFnMut() -> Option<T>) -> T {
    until_every(PAUSE, what, limit, probe).await
}

/// The same with a pause of the caller's, where the pause is part of what is measured.
pub async fn until_every<T>(pause: Duration, what: &str, limit: Duration, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = probe().await {
            return answer;
        }
        assert!(started.elapsed() < limit, "not within {} s: {what}", limit.as_secs());
        tokio::time::sleep(pause).await;
    }
}

/// Waits until something is so.
pub async fn until_so(what: &str, limit: Duration, mut probe: impl AsyncFnMut() -> bool) {
    until(what, limit, async || probe().await.then_some(())).await;
}
