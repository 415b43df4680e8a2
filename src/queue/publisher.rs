//! Publishing to `RabbitMQ`: confirmed, mandatory, bounded in time, over a connection of its own.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection,
    options::{BasicPublishOptions, ConfirmSelectOptions},
    types::{AMQPValue, FieldTable, ShortString},
};
use tokio::sync::Mutex;

use super::{
    connection::{connect, failed},
    topology::Topology,
};
use crate::{config::secret::Secret, sync::fault::Fault};

const CONFIRM_TIMEOUT: Duration = Duration::from_secs(5);
/// Above that of the connection alone: with a thousand syncs, declaring all queues takes a while.
const OPEN_TIMEOUT: Duration = Duration::from_secs(30);
/// For how long a broker that could not be reached is taken to be away.
const AWAY_FOR: Duration = Duration::from_millis(500);
const PERSISTENT: u8 = 2;

pub(super) struct Publisher {
    url: Secret,
    topology: Topology,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<Open>,
    /// When the broker could last not be reached: whoever waited meanwhile need not try again one after the other.
    away: Option<(Instant, Fault)>,
    /// Counts the connections that were opened.
    generation: u64,
}

struct Open {
    connection: Connection,
    channel: Channel,
}

/// A message and where it goes.
pub(super) struct Message<'a> {
    pub exchange: ShortString,
    pub key: ShortString,
    pub body: &'a [u8],
    pub headers: Vec<(&'static str, String)>,
}

impl Publisher {
    pub(super) fn new(url: Secret, topology: Topology) -> Self {
        Self { url, topology, state: Mutex::default() }
    }

    /// Publishes and waits for the broker's confirmation.
    pub(super) async fn publish(&self, message: Message<'_>) -> Result<(), Fault> {
        let (channel, generation) = self.numbered_channel().await?;
        let outcome = tokio::time::timeout(CONFIRM_TIMEOUT, confirmed(&channel, message)).await;
        match outcome {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => {
                if !channel.status().connected() {
                    self.discard(generation).await;
                }
                Err(fault)
            }
            Err(_) => {
                self.discard(generation).await;
                Err(Fault::transient(format!("RabbitMQ did not confirm within {} s", CONFIRM_TIMEOUT.as_secs())))
            }
        }
    }

    /// A channel that works, if the broker can be reached.
    pub(super) async fn channel(&self) -> Result<Channel, Fault> {
        self.numbered_channel().await.map(|(channel, _)| channel)
    }

    async fn numbered_channel(&self) -> Result<(Channel, u64), Fault> {
        let mut state = self.state.lock().await;
        if let Some(open) = state.open.as_ref()
            && open.channel.status().connected()
            && open.connection.status().connected()
        {
            return Ok((open.channel.clone(), state.generation));
        }
        if let Some((at, fault)) = &state.away
            && at.elapsed() < AWAY_FOR
        {
            return Err(fault.clone());
        }
        let opened = self.open().await;
        *state = match &opened {
            Ok(_) => State { open: None, away: None, generation: state.generation + 1 },
            Err(fault) => State { open: None, away: Some((Instant::now(), fault.clone())), ..*state },
        };
        let open = opened?;
        let channel = open.channel.clone();
        state.open = Some(open);
        Ok((channel, state.generation))
    }

    /// Bounded as a whole: a broker that is still booting may take a connection and then say nothing more.
    async fn open(&self) -> Result<Open, Fault> {
        let seconds = OPEN_TIMEOUT.as_secs();
        let unanswered = || Fault::transient(format!("RabbitMQ took a connection and did not answer within {seconds} s"));
        tokio::time::timeout(OPEN_TIMEOUT, self.open_patiently()).await.unwrap_or_else(|_| Err(unanswered()))
    }

    async fn open_patiently(&self) -> Result<Open, Fault> {
        let connection = connect(&self.url, "trackersync publisher").await?;
        let channel = connection.create_channel().await.map_err(|error| failed(&error))?;
        self.topology.declare(&channel).await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(|error| failed(&error))?;
        Ok(Open { connection, channel })
    }

    /// Gives up a connection that failed; one that was opened since then is left alone.
    async fn discard(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.generation == generation {
            state.open = None;
        }
    }
}

async fn confirmed(channel: &Channel, message: Message<'_>) -> Result<(), Fault> {
    let mut headers = FieldTable::default();
    for (name, value) in message.headers {
        headers.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    let properties = BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type("application/cloudevents+json".into())
        .with_timestamp(u64::try_from(Timestamp::now().as_second()).unwrap_or_default())
        .with_headers(headers);
    // Mandatory: a message that no queue takes must come back, not vanish.
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let confirm = channel
        .basic_publish(message.exchange, message.key.clone(), options, message.body, properties)
        .await
        .map_err(|error| failed(&error))?;
    match confirm.await.map_err(|error| failed(&error))? {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) => Err(Fault::permanent(format!("RabbitMQ has no queue for `{}`", message.key))
            .hint("was a queue deleted? restart to declare it again")),
        Confirmation::Nack(_) => Err(Fault::transient("RabbitMQ refused the message: the queue is full")),
        Confirmation::NotRequested => Err(Fault::bug("the channel has no publisher confirms")),
    }
}
