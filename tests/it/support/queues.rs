//! A look into the queues of a site from outside.

use std::path::{Path, PathBuf};

use lapin::{
    Channel,
    options::{BasicGetOptions, QueueDeclareOptions},
    types::FieldTable,
};
use serde_json::Value;
use sqlx::{ConnectOptions, Row, sqlite::SqliteConnectOptions};
use trackersync::queue::DELAYS;

use super::services::{Corner, connect};

/// The queues of one site.
pub enum Queues<'a> {
    /// In RabbitMQ.
    RabbitMq(&'a Corner),
    /// In a file below this data folder.
    Embedded(PathBuf),
}

impl Queues<'_> {
    /// Events that wait for a worker, those on their way through a delay included; none if it cannot be told.
    pub async fn waiting(&self) -> Option<u64> {
        match self {
            Self::RabbitMq(corner) => {
                let channel = channel(corner).await?;
                let mut waiting = 0;
                let delays = DELAYS.iter().map(|seconds| format!("retry.{seconds}"));
                for name in ["up.live", "up.bulk"].map(str::to_owned).into_iter().chain(delays) {
                    waiting += depth(&channel, &format!("{}.{name}", corner.name)).await?;
                }
                Some(waiting)
            }
            Self::Embedded(data) => Some(rows(data, "queue <> 'up.dead'").await?.len() as u64),
        }
    }

    /// The events that were parked.
    pub async fn dead(&self) -> Vec<Value> {
        match self {
            Self::RabbitMq(corner) => {
                let (channel, queue) = (channel(corner).await.unwrap(), format!("{}.up.dead", corner.name));
                let mut dead = Vec::new();
                // Not acknowledged: they go back when the connection ends.
                while let Some(message) = channel.basic_get(queue.as_str().into(), BasicGetOptions::default()).await.unwrap() {
                    dead.push(serde_json::from_slice(&message.delivery.data).unwrap());
                }
                dead
            }
            Self::Embedded(data) => {
                let rows = rows(data, "queue = 'up.dead'").await.unwrap();
                rows.iter().map(|body| serde_json::from_slice(body).unwrap()).collect()
            }
        }
    }
}

async fn channel(corner: &Corner) -> Option<Channel> {
    connect(&corner.rabbitmq).await.ok()?.create_channel().await.ok()
}

async fn depth(channel: &Channel, name: &str) -> Option<u64> {
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let queue = channel.queue_declare(name.into(), passive, FieldTable::default()).await.ok()?;
    Some(u64::from(queue.message_count()))
}

async fn rows(data: &Path, condition: &str) -> Option<Vec<Vec<u8>>> {
    let options = SqliteConnectOptions::new().filename(data.join("queue.db")).read_only(true);
    let mut file = options.connect().await.ok()?;
    let query = sqlx::AssertSqlSafe(format!("SELECT body FROM messages WHERE {condition}"));
    let rows = sqlx::query(query).fetch_all(&mut file).await.ok()?;
    Some(rows.iter().map(|row| row.get::<Vec<u8>, _>(0)).collect())
}
