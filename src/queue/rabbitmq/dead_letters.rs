//! Going through a dead queue of `RabbitMQ`. Each message is held unacknowledged until its fate is durable, and returns when the channel
//! closes, in whatever way that happens. What returns goes behind what nobody holds; since all are held, their order stays.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use jiff::Timestamp;
use lapin::{
    BasicProperties, Channel, Connection, Consumer,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions, QueueDeclareOptions},
    types::FieldTable,
};

use super::{
    super::{
        connection::{connect, failed},
        parked::{DeadLetters, Fate, Parked, Visitor},
        publisher::Message,
        topology::short,
    },
    RabbitMq,
};
use crate::{ids::SyncName, sync::fault::Fault};

/// Messages that can be held at a time; the protocol has no larger number for it.
const MOST_HELD: u16 = u16::MAX;
const NEXT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often, and how far apart, a visitor asks whether another one has left.
const ATTEMPTS: u32 = 25;
const BETWEEN: Duration = Duration::from_millis(200);

#[async_trait]
impl DeadLetters for RabbitMq {
    async fn visit(&self, sync: &SyncName, visitor: &mut dyn Visitor) -> Result<(), Fault> {
        let connection = self.connect_alone(sync).await?;
        let channel = connection.create_channel().await.map_err(|error| failed(&error))?;
        let mut held = 0;
        let visited = self.visit_over(&channel, sync, visitor, &mut held).await;
        let left = self.leave(&connection, &channel, sync, held).await;
        visited.and(left)
    }
}

impl RabbitMq {
    /// A connection that is the only one to look at the dead queue of a sync: it owns a queue that no other can declare meanwhile, and
    /// that is gone with it. A second visitor would see what the first one does not hold, and take it for all there is.
    async fn connect_alone(&self, sync: &SyncName) -> Result<Connection, Fault> {
        let connection = connect(&self.url, "trackersync dead letters").await?;
        let name = short(&format!("{}.reader", self.topology.dead_queue(sync)));
        let owned = QueueDeclareOptions { exclusive: true, auto_delete: true, ..QueueDeclareOptions::default() };
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(BETWEEN).await;
            }
            // A refusal closes the channel.
            let channel = connection.create_channel().await.map_err(|error| failed(&error))?;
            match channel.queue_declare(name.clone(), owned, FieldTable::default()).await {
                Ok(_) => {
                    self.topology.declare(&channel).await?;
                    return Ok(connection);
                }
                Err(error) if failed(&error).message.contains("RESOURCE_LOCKED") => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Err(Fault::transient(format!("another program goes through the parked events of sync {sync}"))
            .hint("try again once it is done"))
    }

    /// Counts in `held` the messages that stay.
    async fn visit_over(
        &self,
        channel: &Channel,
        sync: &SyncName,
        visitor: &mut dyn Visitor,
        held: &mut u16,
    ) -> Result<(), Fault> {
        let (mut consumer, there) = self.consume_all(channel, sync).await?;
        for _ in 0..there {
            if *held == MOST_HELD {
                let message = format!("sync {sync} has more parked events than the {MOST_HELD} that can be looked at");
                return Err(Fault::permanent(message).hint("replay or drop the older ones first"));
            }
            let message = next(&mut consumer).await?;
            let parked = parked(sync, &message);
            let fate = visitor.decide(&parked);
            match fate {
                Fate::Keep => {
                    *held += 1;
                    continue;
                }
                Fate::Replay => self.replay(&parked).await?,
                Fate::Drop => {}
            }
            message.acker.ack(BasicAckOptions::default()).await.map_err(|error| failed(&error))?;
            visitor.settled(&parked, fate);
        }
        Ok(())
    }

    /// Lets the broker hand out the queue from its beginning; and how many messages it had at that time.
    async fn consume_all(&self, channel: &Channel, sync: &SyncName) -> Result<(Consumer, u32), Fault> {
        let (queue, there) = (self.topology.dead_queue(sync), self.not_held(channel, sync).await?);
        channel.basic_qos(MOST_HELD, BasicQosOptions::default()).await.map_err(|error| failed(&error))?;
        let tag = short("trackersync-dead");
        let consumer = channel.basic_consume(queue, tag, BasicConsumeOptions::default(), FieldTable::default()).await;
        Ok((consumer.map_err(|error| failed(&error))?, there))
    }

    /// Messages of a dead queue that nobody holds.
    async fn not_held(&self, channel: &Channel, sync: &SyncName) -> Result<u32, Fault> {
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let declared = channel.queue_declare(self.topology.dead_queue(sync), passive, FieldTable::default()).await;
        Ok(declared.map_err(|error| failed(&error))?.message_count())
    }

    /// Lets all that is held return, and waits until it has: whoever looked meanwhile would get the others first, and the order would
    /// be lost.
    async fn leave(&self, connection: &Connection, visited: &Channel, sync: &SyncName, held: u16) -> Result<(), Fault> {
        let channel = connection.create_channel().await.map_err(|error| failed(&error))?;
        let expected = self.not_held(&channel, sync).await? + u32::from(held);
        // Acknowledgements travel before this on the same channel, so they have arrived once it is answered.
        visited.close(200, "done".into()).await.map_err(|error| failed(&error))?;
        for _ in 0..ATTEMPTS {
            if self.not_held(&channel, sync).await? >= expected {
                break;
            }
            tokio::time::sleep(BETWEEN).await;
        }
        connection.close(200, "done".into()).await.map_err(|error| failed(&error))
    }

    async fn replay(&self, parked: &Parked) -> Result<(), Fault> {
        let (exchange, key) = (self.topology.events_exchange(), short(&parked.route().key()));
        let trace = parked.job.as_ref().ok().and_then(|job| job.traceparent.clone());
        let headers = trace.into_iter().map(|trace| ("traceparent", trace)).collect();
        self.publisher.publish(Message { exchange, key, body: &parked.replayed(), headers }).await
    }
}

async fn next(consumer: &mut Consumer) -> Result<Delivery, Fault> {
    match tokio::time::timeout(NEXT_TIMEOUT, consumer.next()).await {
        Ok(Some(Ok(message))) => Ok(message),
        Ok(Some(Err(error))) => Err(failed(&error)),
        Ok(None) => Err(Fault::transient("RabbitMQ ended the look at the parked events")),
        Err(_) => Err(Fault::transient(format!("RabbitMQ gave no parked event within {} s", NEXT_TIMEOUT.as_secs()))),
    }
}

/// Only what the broker gave up has a history of dead letters: what we park is published anew.
fn parked(sync: &SyncName, message: &Delivery) -> Parked {
    let given_up =
        |properties: &BasicProperties| properties.headers().as_ref().is_some_and(|headers| headers.contains_key("x-death"));
    let published = message.properties.timestamp().and_then(|seconds| i64::try_from(seconds).ok());
    let taken_at = published.and_then(|seconds| Timestamp::from_second(seconds).ok());
    Parked::new(sync.clone(), message.data.clone(), taken_at, given_up(&message.properties))
}
