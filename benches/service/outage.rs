//! The broker is away for a minute while webhooks keep coming.

use std::{sync::Arc, time::Duration};

use crate::{
    intake::assert_all_accepted,
    load::Load,
    own_rabbitmq::OwnRabbitMq,
    report::{Report, latencies},
    site::Site,
    wait::{LONG, until_so},
};

const PER_SECOND: u32 = 200;
const BEFORE: Duration = Duration::from_secs(5);
const AWAY: Duration = Duration::from_secs(60);

pub async fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let mut rabbitmq = OwnRabbitMq::start(folder.path()).await;
    let site = Site::start(Some(rabbitmq.url.clone())).await;
    let _intake = site.serve("intake").await;
    let issues = (0..10_000).map(|number| (20_000 + number).to_string()).collect();
    let load = Arc::new(Load::about(issues, site.receiver()));
    let sending = tokio::spawn({
        let load = Arc::clone(&load);
        async move { load.at_rate(PER_SECOND, BEFORE + AWAY + BEFORE).await }
    });
    tokio::time::sleep(BEFORE).await;
    rabbitmq.kill();
    tokio::time::sleep(AWAY).await;
    rabbitmq.start_again().await;
    let answers = sending.await.unwrap();
    assert_all_accepted(&answers);
    let sent = u32::try_from(answers.len()).unwrap();
    until_so("all events are in the queue", LONG * 5, async || site.waiting().await == Some(sent)).await;
    let mut report = Report::of("RabbitMQ away for 60 s at 200 webhooks a second");
    let mut figures = vec![("count", f64::from(sent)), ("answered 202", f64::from(sent))];
    figures.extend(latencies(answers.into_iter().map(|answer| answer.took).collect()));
    report.row("webhooks", figures);
    report.row("events in the queue afterwards", vec![("count", f64::from(sent))]);
    report.print();
}
