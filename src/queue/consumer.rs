//! Consuming from `RabbitMQ`: whatever ends (stream, channel, connection), everything is built anew, with a growing pause.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream::FuturesUnordered};
use lapin::{
    Acker, Connection, Consumer,
    options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions},
    types::FieldTable,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    Delivery, Prefetch, Route, Settle,
    connection::{connect, failed},
    job::Job,
    topology::{Topology, short},
};
use crate::{config::secret::Secret, sync::fault::Fault};

const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Everything a consumer needs to build itself anew.
pub(super) struct Consuming {
    pub url: Secret,
    pub topology: Topology,
    pub prefetch: Prefetch,
    pub until: CancellationToken,
    pub deliveries: mpsc::Sender<Delivery>,
}

impl Consuming {
    /// Consumes until cancelled.
    pub(super) async fn run(self) {
        let mut pause = SHORTEST_PAUSE;
        let mut last_told = String::new();
        while !self.until.is_cancelled() {
            match self.consume().await {
                Ok(()) => pause = SHORTEST_PAUSE,
                Err(fault) => {
                    let told = fault.to_string();
                    if told != last_told {
                        warn!(%fault, "consuming ended; building it anew until it works");
                        last_told = told;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.until.cancelled() => {}
            }
        }
    }

    /// One life: `Ok` once it worked and then ended.
    async fn consume(&self) -> Result<(), Fault> {
        let connection = connect(&self.url, "trackersync consumer").await?;
        let channel = connection.create_channel().await.map_err(|error| failed(&error))?;
        self.topology.declare(&channel).await?;
        let mut consumers = Vec::new();
        for route in self.topology.routes() {
            let consumer = self.start(&connection, &route).await?;
            consumers.push((route, consumer));
        }
        info!(queues = consumers.len(), "consuming from RabbitMQ");
        let mut ending: FuturesUnordered<_> =
            consumers.into_iter().map(|(route, consumer)| self.forward(route, consumer)).collect();
        // One that ends is enough to build all anew: half a set of consumers is a silent outage. Its consumer is kept, since its
        // channel closes with it, and what is still being worked on is to be acknowledged there.
        let _ended = ending.next().await;
        if self.until.is_cancelled() {
            self.wait_for_settlement(&connection).await;
        }
        Ok(())
    }

    async fn start(&self, connection: &Connection, route: &Route) -> Result<Consumer, Fault> {
        let channel = connection.create_channel().await.map_err(|error| failed(&error))?;
        let prefetch = self.prefetch.of(route.lane);
        channel.basic_qos(prefetch, BasicQosOptions::default()).await.map_err(|error| failed(&error))?;
        let queue = self.topology.queue(route);
        let tag = short(&format!("trackersync-{}", uuid::Uuid::new_v4().simple()));
        channel
            .basic_consume(queue, tag, BasicConsumeOptions::default(), FieldTable::default())
            .await
            .map_err(|error| failed(&error))
    }

    /// Hands deliveries on until they end; gives the consumer back.
    async fn forward(&self, route: Route, mut consumer: Consumer) -> Consumer {
        loop {
            let next = tokio::select! {
                next = consumer.next() => next,
                () = self.until.cancelled() => return consumer,
            };
            let Some(Ok(message)) = next else { return consumer };
            let delivery = Delivery {
                route: route.clone(),
                job: Job::decode(&message.data),
                body: message.data,
                settle: Box::new(OnChannel(message.acker)),
            };
            if self.deliveries.send(delivery).await.is_err() {
                return consumer;
            }
        }
    }

    /// Keeps the connection while deliveries are still being worked on: their acknowledgements go over it. The receiver is dropped
    /// when the worker has settled the last one.
    async fn wait_for_settlement(&self, connection: &Connection) {
        self.deliveries.closed().await;
        if let Err(error) = connection.close(200, "done".into()).await {
            warn!(%error, "the connection to RabbitMQ did not close in order");
        }
    }
}

/// An acknowledgement is good on its own channel only. On one that is gone it fails, and the message comes again.
struct OnChannel(Acker);

#[async_trait]
impl Settle for OnChannel {
    async fn ack(self: Box<Self>) -> Result<(), Fault> {
        settled(self.0.ack(BasicAckOptions::default())).await
    }

    async fn release(self: Box<Self>) -> Result<(), Fault> {
        let options = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
        settled(self.0.nack(options)).await
    }
}

/// Waits for a settlement to be sent. On a connection that broke at the wrong moment nobody sends it any more and nobody says so;
/// the message then comes again, and whoever waits must not wait for ever. On a channel that is closed nothing is sent: `false`.
async fn settled(sent: impl Future<Output = Result<bool, lapin::Error>>) -> Result<(), Fault> {
    let Ok(sent) = tokio::time::timeout(SETTLE_TIMEOUT, sent).await else {
        let seconds = SETTLE_TIMEOUT.as_secs();
        return Err(Fault::transient(format!("RabbitMQ: the settlement of a message was not sent within {seconds} s")));
    };
    match sent {
        Ok(true) => Ok(()),
        Ok(false) => Err(Fault::transient("RabbitMQ: the channel of a message was closed before the message was settled")),
        Err(error) => Err(failed(&error)),
    }
}
