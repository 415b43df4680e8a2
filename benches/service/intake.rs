//! Webhooks that are verified, made durable and answered, beside what the broker itself takes in the same window.

use std::{sync::Arc, time::Duration};

use crate::{
    bare,
    load::{Answered, Load},
    report::{Report, latencies},
    site::Site,
};

/// Messages, or deliveries, under way at the same time; the last one is what is quoted.
const WINDOWS: [usize; 4] = [1, 8, 64, 256];
/// Messages of a round for each place in the window, within these bounds.
const PER_PLACE: usize = 500;
const BOUNDS: (usize, usize) = (1_000, 15_000);
/// Bytes of an event in the queue, about.
const EVENT: usize = 600;
const ROUNDS: usize = 3;
const STEADY: (u32, Duration) = (500, Duration::from_secs(20));

pub async fn measure() {
    let site = Site::start(None).await;
    let _intake = site.serve("intake").await;
    let issues = (0..1_000).map(|number| (20_000 + number).to_string()).collect();
    let load = Arc::new(Load::about(issues, site.receiver()));
    load.in_window(500, 64).await;
    let mut report = Report::of("intake");
    for window in WINDOWS {
        measure_window(&site, &load, window, &mut report).await;
    }
    let answers = load.at_rate(STEADY.0, STEADY.1).await;
    assert_all_accepted(&answers);
    let mut figures = vec![("count", answers.len() as f64)];
    figures.extend(latencies(answers.into_iter().map(|answer| answer.took).collect()));
    report.row(format!("webhooks at {} a second", STEADY.0), figures);
    report.print();
}

/// Both in turns, so that whatever else the machine does falls on both.
async fn measure_window(site: &Site, load: &Arc<Load>, window: usize, report: &mut Report) {
    let count = (window * PER_PLACE).clamp(BOUNDS.0, BOUNDS.1);
    let (mut bare_rates, mut rates, mut took) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare_rates.push(bare::rate(&site.corner.rabbitmq, count, window, EVENT).await);
        let (answers, time) = load.in_window(count, window).await;
        assert_all_accepted(&answers);
        rates.push(count as f64 / time.as_secs_f64());
        took.extend(answers.into_iter().map(|answer| answer.took));
    }
    let (bare, accepted) = (median(bare_rates), median(rates));
    report.row(format!("bare publish and confirm, window {window}"), vec![("per second", bare)]);
    let mut figures = vec![("per second", accepted), ("of bare", accepted / bare)];
    figures.extend(latencies(took));
    report.row(format!("webhooks answered 202, window {window}"), figures);
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
