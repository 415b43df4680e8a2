//! Webhooks that are verified, made durable and answered, beside what the broker itself takes in the same window.

use std::{sync::Arc, time::Duration};

use crate::{
    bare,
    load::{Answered, Load},
    report::{Report, latencies},
    site::Site,
};

const COUNT: usize = 10_000;
const WINDOW: usize = 64;
/// Bytes of an event in the queue, about.
const EVENT: usize = 600;
const ROUNDS: usize = 3;
const STEADY: (u32, Duration) = (500, Duration::from_secs(20));

pub async fn measure() {
    let site = Site::start(None).await;
    let _intake = site.serve("intake").await;
    let issues = (0..1_000).map(|number| (20_000 + number).to_string()).collect();
    let load = Arc::new(Load::about(issues, site.receiver()));
    load.in_window(500, WINDOW).await;
    let mut report = Report::of("intake");
    let (mut bare_rates, mut rates, mut took) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare_rates.push(bare::rate(&site.corner.rabbitmq, COUNT, WINDOW, EVENT).await);
        let (answers, time) = load.in_window(COUNT, WINDOW).await;
        assert_all_accepted(&answers);
        rates.push(COUNT as f64 / time.as_secs_f64());
        took.extend(answers.into_iter().map(|answer| answer.took));
    }
    let (bare, accepted) = (median(bare_rates), median(rates));
    report.row("bare publish and confirm", vec![("per second", bare), ("window", WINDOW as f64)]);
    let mut figures = vec![("per second", accepted), ("of bare", accepted / bare)];
    figures.extend(latencies(took));
    report.row("webhooks answered 202", figures);
    let answers = load.at_rate(STEADY.0, STEADY.1).await;
    assert_all_accepted(&answers);
    let mut figures = vec![("count", answers.len() as f64)];
    figures.extend(latencies(answers.into_iter().map(|answer| answer.took).collect()));
    report.row(format!("webhooks at {} a second", STEADY.0), figures);
    report.print();
}

pub fn assert_all_accepted(answers: &[Answered]) {
    let others: Vec<u16> = answers.iter().map(|answer| answer.status).filter(|status| *status != 202).collect();
    assert!(
        others.is_empty(),
        "{} of {} were not answered 202: {:?}",
        others.len(),
        answers.len(),
        &others[..others.len().min(5)]
    );
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
