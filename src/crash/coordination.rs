//! The coordination, with a point before and after each call that says what was taken, seen or done. The pace of trackers is a
//! matter of their patience and of nothing that may be lost.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::step;
use crate::{
    coordination::{
        Claim, Coordination, Generation, Lease, Pacing,
        pacing::{Admission, Budget, Pause, Standing, Window},
    },
    sync::fault::Fault,
};

pub(super) struct Pointed(pub Arc<dyn Coordination>);

#[async_trait]
impl Coordination for Pointed {
    async fn acquire(&self, key: &str, ttl: Duration) -> Result<Option<Lease>, Fault> {
        step("coordination", "acquire", self.0.acquire(key, ttl)).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<bool, Fault> {
        self.0.renew(lease, ttl).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Fault> {
        step("coordination", "release", self.0.release(lease)).await
    }

    async fn claim(&self, delivery: &str, ttl: Duration) -> Result<Claim, Fault> {
        step("coordination", "claim", self.0.claim(delivery, ttl)).await
    }

    async fn finish(&self, delivery: &str, ttl: Duration) -> Result<(), Fault> {
        step("coordination", "finish", self.0.finish(delivery, ttl)).await
    }

    async fn forget(&self, delivery: &str) -> Result<(), Fault> {
        step("coordination", "forget", self.0.forget(delivery)).await
    }

    async fn bump(&self, key: &str) -> Result<Generation, Fault> {
        step("coordination", "bump", self.0.bump(key)).await
    }

    async fn generation(&self, key: &str) -> Result<Option<Generation>, Fault> {
        self.0.generation(key).await
    }

    async fn cover(&self, key: &str, generation: &Generation) -> Result<(), Fault> {
        step("coordination", "cover", self.0.cover(key, generation)).await
    }

    async fn is_covered(&self, key: &str, generation: &Generation) -> Result<bool, Fault> {
        self.0.is_covered(key, generation).await
    }

    async fn recall(&self, name: &str) -> Result<Option<String>, Fault> {
        self.0.recall(name).await
    }

    async fn keep(&self, name: &str, text: &str, ttl: Duration) -> Result<(), Fault> {
        self.0.keep(name, text, ttl).await
    }

    async fn drop_kept(&self, name: &str) -> Result<(), Fault> {
        self.0.drop_kept(name).await
    }

    async fn ping(&self) -> Result<(), Fault> {
        self.0.ping().await
    }
}

#[async_trait]
impl Pacing for Pointed {
    async fn pause(&self, tracker: &str, time: Duration, reason: &str) -> Result<bool, Fault> {
        self.0.pause(tracker, time, reason).await
    }

    async fn paused(&self, tracker: &str) -> Result<Option<Pause>, Fault> {
        self.0.paused(tracker).await
    }

    async fn admit(&self, tracker: &str, patience: Duration) -> Result<Admission, Fault> {
        self.0.admit(tracker, patience).await
    }

    async fn learn(&self, tracker: &str, budget: &Budget) -> Result<(), Fault> {
        self.0.learn(tracker, budget).await
    }

    async fn take(&self, key: &str, windows: &[Window], patience: Duration) -> Result<Admission, Fault> {
        self.0.take(key, windows, patience).await
    }

    async fn refuse(&self, tracker: &str, first: Duration, longest: Duration, reason: &str) -> Result<Option<Duration>, Fault> {
        self.0.refuse(tracker, first, longest, reason).await
    }

    async fn standing(&self, tracker: &str) -> Result<Standing, Fault> {
        self.0.standing(tracker).await
    }

    async fn accept(&self, tracker: &str) -> Result<bool, Fault> {
        self.0.accept(tracker).await
    }
}
