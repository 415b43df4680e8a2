//! What a tracker told and what is believed for a while, shared by all workers that use the same coordination. Where that has lost
//! it or is away, the tracker is asked again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::Mutex;
use tracing::debug;

use crate::{
    coordination::{Coordination, LONGEST_KEPT},
    sync::fault::Fault,
};

/// For how long it is believed: administrators change things.
const BELIEVED: Duration = Duration::from_mins(10);

/// One thing that a tracker told.
pub(super) struct Kept<T> {
    name: String,
    shared: Arc<dyn Coordination>,
    own: Mutex<Option<Own<T>>>,
}

/// What this process has of it.
struct Own<T> {
    at: Instant,
    text: String,
    value: Arc<T>,
    /// Whether the others have it from us, or we from them.
    is_shared: bool,
}

impl<T: Serialize + DeserializeOwned> Kept<T> {
    /// Nothing yet. All that share it give it the same name.
    pub(super) fn new(shared: Arc<dyn Coordination>, name: String) -> Self {
        Self { name, shared, own: Mutex::default() }
    }

    /// What was told within the last ten minutes, to whomever; else what the tracker is asked for now, once for all of this process.
    ///
    /// # Errors
    /// Those of asking; never those of coordination.
    pub(super) async fn or_ask(&self, ask: impl Future<Output = Result<T, Fault>>) -> Result<Arc<T>, Fault> {
        let mut own = self.own.lock().await;
        if let Some(known) = self.known(&mut own).await {
            return Ok(known);
        }
        let value = Arc::new(ask.await?);
        let text = serde_json::to_string(&*value).map_err(|error| Fault::bug(format!("{}: {error}", self.name)))?;
        let is_shared = text.len() <= LONGEST_KEPT && self.noted(self.shared.keep(&self.name, &text, BELIEVED).await).is_some();
        *own = Some(Own { at: Instant::now(), text, value: Arc::clone(&value), is_shared });
        Ok(value)
    }

    /// Forgets it, for all.
    pub(super) async fn forget(&self) {
        *self.own.lock().await = None;
        self.noted(self.shared.drop_kept(&self.name).await);
    }

    async fn known(&self, own: &mut Option<Own<T>>) -> Option<Arc<T>> {
        let Some(recalled) = self.noted(self.shared.recall(&self.name).await) else {
            return young(own.as_ref());
        };
        let Some(text) = recalled else {
            // What could not be shared is missing there without having been dropped.
            return young(own.as_ref().filter(|own| !own.is_shared));
        };
        if let Some(own) = own.as_ref().filter(|own| own.text == text) {
            return Some(Arc::clone(&own.value));
        }
        // Another version may have written it in another form.
        let value = Arc::new(serde_json::from_str(&text).ok()?);
        *own = Some(Own { at: Instant::now(), text, value: Arc::clone(&value), is_shared: true });
        Some(value)
    }

    fn noted<U>(&self, outcome: Result<U, Fault>) -> Option<U> {
        outcome.inspect_err(|fault| debug!(name = self.name, %fault, "what a tracker told is not shared now")).ok()
    }
}

fn young<T>(own: Option<&Own<T>>) -> Option<Arc<T>> {
    own.filter(|own| own.at.elapsed() < BELIEVED).map(|own| Arc::clone(&own.value))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::coordination::{Embedded, Redis};

    /// A tracker that counts how often it was asked.
    #[derive(Default)]
    struct Asked(AtomicU32);

    impl Asked {
        async fn ask(&self, kept: &Kept<Vec<String>>, told: &str) -> Vec<String> {
            let answer = async {
                self.0.fetch_add(1, Ordering::Relaxed);
                Ok(vec![told.to_owned()])
            };
            kept.or_ask(answer).await.unwrap().to_vec()
        }

        fn times(&self) -> u32 {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn kept(shared: &Arc<dyn Coordination>) -> Kept<Vec<String>> {
        Kept::new(Arc::clone(shared), "up/fields".to_owned())
    }

    #[tokio::test]
    async fn what_one_was_told_another_knows_until_one_forgets_it() {
        let shared: Arc<dyn Coordination> = Arc::new(Embedded::default());
        let (one, other, asked) = (kept(&shared), kept(&shared), Asked::default());
        for kept in [&one, &other, &one] {
            assert_eq!(asked.ask(kept, "first").await, ["first"]);
        }
        assert_eq!(asked.times(), 1);
        other.forget().await;
        assert_eq!(asked.ask(&one, "second").await, ["second"], "what was dropped is not believed from memory");
        assert_eq!(asked.ask(&other, "third").await, ["second"]);
        assert_eq!(asked.times(), 2);
        shared.keep("up/fields", "{\"another\":\"form\"}", BELIEVED).await.unwrap();
        assert_eq!(asked.ask(&one, "fourth").await, ["fourth"], "what cannot be read is asked for");
    }

    #[tokio::test]
    async fn without_coordination_each_process_asks_for_itself() {
        let away: Arc<dyn Coordination> = Arc::new(Redis::new("redis://127.0.0.1:1", "test").unwrap());
        let (one, asked) = (kept(&away), Asked::default());
        for _ in 0..3 {
            assert_eq!(asked.ask(&one, "told").await, ["told"]);
        }
        assert_eq!(asked.times(), 1);
        one.forget().await;
        assert_eq!(asked.ask(&one, "again").await, ["again"]);
    }

    #[tokio::test]
    async fn what_is_too_long_to_be_shared_is_kept_by_each() {
        let shared: Arc<dyn Coordination> = Arc::new(Embedded::default());
        let (one, other, asked, long) = (kept(&shared), kept(&shared), Asked::default(), "x".repeat(LONGEST_KEPT));
        for kept in [&one, &one, &other, &other] {
            assert_eq!(asked.ask(kept, &long).await, [long.as_str()]);
        }
        assert_eq!(asked.times(), 2);
    }
}
