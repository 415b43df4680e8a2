//! RabbitMQ, PostgreSQL and Redis: where they are, and a corner of them for one test that is removed at its end.

use deadpool_redis::redis;
use lapin::{
    Connection, ConnectionProperties,
    options::{ExchangeDeleteOptions, QueueDeleteOptions},
};
use sqlx::{Connection as _, PgConnection, PgPool};
use trackersync::queue::DELAYS;

fn from_environment(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// The shared RabbitMQ.
pub fn rabbitmq() -> String {
    from_environment("TRACKERSYNC_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672")
}

/// The shared Redis.
pub fn redis() -> String {
    from_environment("TRACKERSYNC_TEST_REDIS", "redis://127.0.0.1:6379")
}

/// The shared PostgreSQL.
fn postgres() -> String {
    from_environment("TRACKERSYNC_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432")
}

/// A database of a PostgreSQL.
fn database(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.into()
}

/// Services of a test's own, in place of the shared ones: their URLs.
#[derive(Default)]
pub struct Own {
    pub rabbitmq: Option<String>,
    pub redis: Option<String>,
    pub postgres: Option<String>,
}

/// A corner of each service, under one name.
pub struct Corner {
    /// Prefix of queues and keys, and the name of the database.
    pub name: String,
    /// RabbitMQ.
    pub rabbitmq: String,
    /// Redis.
    pub redis: String,
    postgres: String,
}

impl Corner {
    /// Makes the database; the rest comes into being by use.
    pub async fn make(own: Own) -> Self {
        let corner = Self {
            name: format!("it_{}", uuid::Uuid::now_v7().simple()),
            rabbitmq: own.rabbitmq.unwrap_or_else(rabbitmq),
            redis: own.redis.unwrap_or_else(redis),
            postgres: own.postgres.unwrap_or_else(postgres),
        };
        let name = &corner.name;
        let mut server = PgConnection::connect(&corner.every_database())
            .await
            .unwrap_or_else(|error| panic!("this test needs PostgreSQL at {}; tests/run starts it: {error}", corner.postgres));
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create).execute(&mut server).await.unwrap();
        connect(&corner.rabbitmq)
            .await
            .unwrap_or_else(|error| panic!("this test needs RabbitMQ at {}; tests/run starts it: {error}", corner.rabbitmq));
        redis::Client::open(corner.redis.as_str())
            .unwrap()
            .get_multiplexed_async_connection()
            .await
            .unwrap_or_else(|error| panic!("this test needs Redis at {}; tests/run starts it: {error}", corner.redis));
        corner
    }

    /// The database of this corner.
    pub fn database(&self) -> String {
        database(&self.postgres, &self.name)
    }

    /// The database that every PostgreSQL has.
    fn every_database(&self) -> String {
        database(&self.postgres, "postgres")
    }

    async fn remove(&self) {
        if let Ok(connection) = connect(&self.rabbitmq).await {
            self.remove_queues(&connection).await;
        }
        self.remove_keys().await;
        if let Ok(server) = PgPool::connect(&self.every_database()).await {
            let drop = sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
            let _ = sqlx::query(drop).execute(&server).await;
        }
    }

    async fn remove_queues(&self, connection: &Connection) {
        let Ok(channel) = connection.create_channel().await else { return };
        let name = |rest: &str| format!("{}.{rest}", self.name);
        let delays: Vec<String> = DELAYS.iter().map(|seconds| name(&format!("retry.{seconds}"))).collect();
        let queues = ["up.live", "up.bulk", "up.dead"].map(name);
        for queue in queues.iter().chain(&delays) {
            let _ = channel.queue_delete(queue.as_str().into(), QueueDeleteOptions::default()).await;
        }
        for exchange in delays.iter().chain([&name("events")]) {
            let _ = channel.exchange_delete(exchange.as_str().into(), ExchangeDeleteOptions::default()).await;
        }
    }

    async fn remove_keys(&self) {
        let Ok(client) = redis::Client::open(self.redis.as_str()) else { return };
        let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return };
        let pattern = format!("{}:*", self.name);
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap_or_default();
        if !keys.is_empty() {
            let _: Result<(), _> = redis::cmd("DEL").arg(keys).query_async(&mut connection).await;
        }
    }
}

impl Drop for Corner {
    /// On a thread of its own: whatever drops this may itself be within a runtime.
    fn drop(&mut self) {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(self.remove());
            });
        });
    }
}

/// A connection to a RabbitMQ.
pub async fn connect(url: &str) -> Result<Connection, lapin::Error> {
    Connection::connect(url, ConnectionProperties::default().with_connection_name("trackersync test".into())).await
}
