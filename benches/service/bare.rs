//! What the broker itself takes: published and confirmed, with a window of messages under way, on a queue like ours.

use std::time::Instant;

use futures_util::{StreamExt, stream};
use lapin::{
    BasicProperties,
    options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions},
    types::{AMQPValue, FieldTable},
};

use crate::services;

/// Messages of this size per second.
pub async fn rate(url: &str, count: usize, window: usize, size: usize) -> f64 {
    let connection = services::connect(url).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let queue = format!("bench_{}", uuid::Uuid::now_v7().simple());
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(queue.as_str().into(), options, arguments).await.unwrap();
    let body = vec![b'x'; size];
    let publish = async || {
        let properties = BasicProperties::default().with_delivery_mode(2);
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let confirm = channel.basic_publish("".into(), queue.as_str().into(), options, &body, properties).await.unwrap();
        assert!(confirm.await.unwrap().is_ack());
    };
    let started = Instant::now();
    stream::iter(0..count).for_each_concurrent(window, |_| publish()).await;
    let rate = count as f64 / started.elapsed().as_secs_f64();
    channel.queue_delete(queue.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    rate
}
