//! The real RabbitMQ, under names of this test's own.

use lapin::{
    Channel, Connection, ConnectionProperties,
    options::{ExchangeDeleteOptions, QueueDeleteOptions},
};

/// The seconds of the delay queues.
const DELAYS: [u64; 8] = trackersync::queue::DELAYS;

pub struct Broker {
    url: String,
    prefix: String,
    connection: Connection,
    channel: Channel,
}

impl Broker {
    pub async fn connect() -> Self {
        let given = std::env::var("TRACKERSYNC_TEST_RABBITMQ").ok();
        let url = given.unwrap_or_else(|| "amqp://guest:guest@127.0.0.1:5672".to_owned());
        let connected = Connection::connect(&url, ConnectionProperties::default()).await;
        let connection = connected.unwrap_or_else(|error| panic!("this test needs RabbitMQ; tests/run starts it: {error}"));
        let channel = connection.create_channel().await.unwrap();
        Self { url, prefix: format!("test-{}", uuid::Uuid::new_v4().simple()), connection, channel }
    }

    pub fn configuration(&self) -> String {
        format!("[queue]\nurl = \"{}\"\nprefix = \"{}\"\n", self.url, self.prefix)
    }

    /// Removes all that the service declared for its sync `up`. That nothing was left in the dead queue is part of the test.
    pub async fn remove(self) {
        let prefix = &self.prefix;
        let delays: Vec<String> = DELAYS.iter().map(|seconds| format!("{prefix}.retry.{seconds}")).collect();
        let queues = ["live", "bulk", "dead"].map(|lane| format!("{prefix}.up.{lane}"));
        for queue in queues.iter().chain(&delays) {
            let left = self.channel.queue_delete(queue.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
            assert_eq!(left, 0, "events were left in {queue}");
        }
        for exchange in delays.iter().chain([&format!("{prefix}.events")]) {
            self.channel.exchange_delete(exchange.as_str().into(), ExchangeDeleteOptions::default()).await.unwrap();
        }
        self.connection.close(200, "done".into()).await.unwrap();
    }
}
