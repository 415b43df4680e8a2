//! The queue, with a point before and after each call that writes, settlements included.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::step;
use crate::{
    ids::SyncName,
    queue::{Deliveries, Destination, Prefetch, Queue, Settle, job::Job},
    sync::fault::Fault,
};

pub(super) struct Pointed(pub Arc<dyn Queue>);

#[async_trait]
impl Queue for Pointed {
    async fn publish(&self, to: &Destination, job: &Job) -> Result<(), Fault> {
        let call = match to {
            Destination::Now(_) => "publish_now",
            Destination::Later(..) => "publish_later",
            Destination::Dead(_) => "publish_dead",
        };
        step("queue", call, self.0.publish(to, job)).await
    }

    async fn park_raw(&self, sync: &SyncName, body: &[u8], why: &str) -> Result<(), Fault> {
        step("queue", "park_raw", self.0.park_raw(sync, body, why)).await
    }

    fn subscribe(&self, prefetch: Prefetch, until: CancellationToken) -> Deliveries {
        self.0.subscribe(prefetch, until).settled_by(|settle| Box::new(PointedSettle(settle)))
    }

    async fn ping(&self) -> Result<(), Fault> {
        self.0.ping().await
    }

    async fn depths(&self) -> Result<Vec<(String, u64)>, Fault> {
        self.0.depths().await
    }
}

struct PointedSettle(Box<dyn Settle>);

#[async_trait]
impl Settle for PointedSettle {
    async fn ack(self: Box<Self>) -> Result<(), Fault> {
        step("queue", "ack", self.0.ack()).await
    }

    async fn release(self: Box<Self>) -> Result<(), Fault> {
        step("queue", "release", self.0.release()).await
    }
}
