//! Exchanges and queues in `RabbitMQ`: what there is, declared in one place.

use lapin::{
    Channel, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable, ShortString},
};

use super::{DELAYS, Lane, Route, connection::failed};
use crate::{ids::SyncName, sync::fault::Fault};

/// Deliveries of one message until it goes to the dead queue. Generous: a worker that dies counts against all that it held.
const DELIVERY_LIMIT: i64 = 50;

/// How often a parked message may be looked at: as good as always.
const LOOKS_AT_A_PARKED_MESSAGE: i64 = 1_000_000;

/// The names of everything, from the configured prefix.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    prefix: String,
    syncs: Vec<SyncName>,
}

impl Topology {
    pub(super) fn new(prefix: &str, syncs: Vec<SyncName>) -> Self {
        Self { prefix: prefix.to_owned(), syncs }
    }

    pub(super) fn routes(&self) -> impl Iterator<Item = Route> + '_ {
        self.syncs.iter().flat_map(|sync| Lane::ALL.map(|lane| Route { sync: sync.clone(), lane }))
    }

    pub(super) fn events_exchange(&self) -> ShortString {
        short(&format!("{}.events", self.prefix))
    }

    pub(super) fn delay_exchange(&self, seconds: u64) -> ShortString {
        short(&format!("{}.retry.{seconds}", self.prefix))
    }

    pub(super) fn queue(&self, route: &Route) -> ShortString {
        short(&format!("{}.{}", self.prefix, route.key()))
    }

    pub(super) fn dead_queue(&self, sync: &SyncName) -> ShortString {
        short(&format!("{}.{}", self.prefix, Self::dead_key(sync)))
    }

    pub(super) fn dead_key(sync: &SyncName) -> ShortString {
        short(&format!("{sync}.dead"))
    }

    /// Names of all queues, those of delays included.
    pub(super) fn all_queues(&self) -> Vec<ShortString> {
        let lanes = self.routes().map(|route| self.queue(&route));
        let dead = self.syncs.iter().map(|sync| self.dead_queue(sync));
        let delays = DELAYS.into_iter().map(|seconds| self.delay_exchange(seconds));
        lanes.chain(dead).chain(delays).collect()
    }

    /// Declares everything. A queue that is there with other arguments is an error of the broker, which says what differs.
    pub(super) async fn declare(&self, channel: &Channel) -> Result<(), Fault> {
        let events = self.events_exchange();
        declare_exchange(channel, &events, ExchangeKind::Topic).await?;
        for route in self.routes() {
            let queue = self.queue(&route);
            let mut arguments = safe_arguments(&events);
            arguments.insert("x-dead-letter-routing-key".into(), long(Self::dead_key(&route.sync).as_str()));
            arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(DELIVERY_LIMIT));
            declare_queue(channel, &queue, arguments).await?;
            bind(channel, &queue, &events, &short(&route.key())).await?;
        }
        for sync in &self.syncs {
            let (queue, key) = (self.dead_queue(sync), Self::dead_key(sync));
            let mut arguments = quorum();
            // People look at parked messages and put them back; RabbitMQ 4 would drop one after its default of 20 times.
            arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(LOOKS_AT_A_PARKED_MESSAGE));
            declare_queue(channel, &queue, arguments).await?;
            bind(channel, &queue, &events, &key).await?;
        }
        for seconds in DELAYS {
            // Dead-lettering keeps the routing key of the publication: an exchange for each delay lets that be the job's own.
            let name = self.delay_exchange(seconds);
            declare_exchange(channel, &name, ExchangeKind::Fanout).await?;
            let mut arguments = safe_arguments(&events);
            let millis = i64::try_from(seconds * 1_000).unwrap_or(i64::MAX);
            arguments.insert("x-message-ttl".into(), AMQPValue::LongLongInt(millis));
            declare_queue(channel, &name, arguments).await?;
            bind(channel, &name, &name, &short("#")).await?;
        }
        Ok(())
    }
}

fn quorum() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), long("quorum"));
    arguments
}

/// A quorum queue whose dead letters are kept until the next queue has them.
fn safe_arguments(dead_letter_exchange: &ShortString) -> FieldTable {
    let mut arguments = quorum();
    arguments.insert("x-dead-letter-exchange".into(), long(dead_letter_exchange.as_str()));
    arguments.insert("x-dead-letter-strategy".into(), long("at-least-once"));
    arguments.insert("x-overflow".into(), long("reject-publish"));
    arguments
}

async fn declare_exchange(channel: &Channel, name: &ShortString, kind: ExchangeKind) -> Result<(), Fault> {
    let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    let declared = channel.exchange_declare(name.clone(), kind, options, FieldTable::default()).await;
    declared.map_err(|error| differs(&error, name))
}

async fn declare_queue(channel: &Channel, name: &ShortString, arguments: FieldTable) -> Result<(), Fault> {
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    let declared = channel.queue_declare(name.clone(), options, arguments).await;
    declared.map(|_| ()).map_err(|error| differs(&error, name))
}

async fn bind(channel: &Channel, queue: &ShortString, exchange: &ShortString, key: &ShortString) -> Result<(), Fault> {
    let bound = channel
        .queue_bind(queue.clone(), exchange.clone(), key.clone(), QueueBindOptions::default(), FieldTable::default())
        .await;
    bound.map_err(|error| failed(&error))
}

/// 406 `PRECONDITION_FAILED`: it is there, and not as we want it.
fn differs(error: &lapin::Error, name: &ShortString) -> Fault {
    let fault = failed(error);
    if fault.message.contains("PRECONDITION") {
        return Fault::permanent(format!("`{name}` is in RabbitMQ with other settings than ours: {}", fault.message))
            .hint("empty it and delete it, or use another [queue] prefix");
    }
    fault
}

/// A name of ours as the protocol wants it; names are checked to be short when the configuration is read.
pub(super) fn short(text: &str) -> ShortString {
    ShortString::try_new(text).unwrap_or_default()
}

fn long(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}
