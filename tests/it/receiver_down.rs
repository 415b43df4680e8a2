//! Roundup does not notice that nobody takes its events, and they are all there when somebody does.

use std::time::Duration;

use crate::support::{
    roundup::Roundup,
    site::{Site, Wanted},
};

const EDITS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn edits_in_roundup_are_neither_refused_nor_delayed_nor_lost_while_the_receiver_is_down() {
    let site = Site::start(Wanted::default()).await;
    let program = site.serve("intake,worker").await;
    let mut pairs = Vec::new();
    for number in 0..EDITS {
        pairs.push(site.pair(&format!("Issue {number}")).await);
    }
    site.until_idle().await;
    assert_eq!(program.terminate().await, Some(0));
    let folder = tempfile::tempdir().unwrap();
    let silent = Roundup::start(folder.path(), "").await;
    let unheard = silent.create("Nobody is told").await;
    for warming_up in ["a", "b", "c"] {
        silent.set_title(&unheard, warming_up).await;
    }
    // Turn by turn, so that whatever else the machine does concerns both.
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for (number, pair) in pairs.iter().enumerate() {
        without.push(silent.set_title(&unheard, &format!("Edit {number}")).await);
        with.push(site.roundup.set_title(&pair.local, &format!("Edit {number}")).await);
    }
    assert_eq!(site.roundup.spooled(), EDITS);
    let added = with.iter().zip(&without).map(|(with, without)| with.saturating_sub(*without)).max().unwrap_or_default();
    let (plain, away) = (median(&mut without), median(&mut with));
    figure!(
        "receiver down, {EDITS} edits: median {:.1} ms against {:.1} ms without reactor, at most {:.1} ms added to one",
        millis(away),
        millis(plain),
        millis(added)
    );
    assert!(away.saturating_sub(plain) < Duration::from_millis(50), "edits are delayed");
    let program = site.serve("intake,worker").await;
    for (number, pair) in pairs.iter().enumerate() {
        site.until_summary(pair, &format!("Edit {number}")).await;
    }
    site.until_idle().await;
    assert_eq!(program.terminate().await, Some(0));
}

fn median(durations: &mut [Duration]) -> Duration {
    durations.sort_unstable();
    durations[durations.len() / 2]
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
