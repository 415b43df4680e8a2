//! A site's day under the example of a Jira and a KPM, `config-example/jira-kpm.toml` itself: what people do at both trackers, and what
//! is in both at the end of it. The tables in `day/` are written by hand, by what docs/rules.md and docs/kpm.md say.

#[path = "day/script.rs"]
mod script;
#[path = "day/site.rs"]
mod site;
#[path = "day/tables.rs"]
mod tables;

use std::collections::BTreeMap;

use similar::TextDiff;

use self::{
    script::{ASKED, AWAY, WITH_FILES, WORKED_ON},
    site::{CHANGED, Day, FULL, Turn},
};

/// What reads a problem that changed, each of them once.
const READING: [&str; 4] = ["GetDevelopmentProblemData", "GetDocumentList", "GetProblemActions", "GetProcessSteps"];

fn assert_table(found: &str, expected: &str) {
    let diff = TextDiff::from_lines(expected.trim_end(), found.trim_end());
    assert!(found.trim_end() == expected.trim_end(), "- is expected, + was found\n{}", diff.unified_diff().context_radius(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_of_a_day_both_trackers_are_as_the_rules_say() {
    let day = Day::start().await;
    day.morning();
    // One after the other, so that the issues have the order of the problems.
    turn(&day, 1).await;
    turn(&day, 12).await;
    day.forenoon();
    turn(&day, 12).await;
    day.noon();
    turn(&day, 12).await;
    day.afternoon();
    turn(&day, 12).await;
    day.later();
    turn(&day, 12).await;
    day.late();
    turn(&day, 12).await;
    day.last();
    turn(&day, 12).await;

    let tables = || (tables::of_jira(day.jira()), tables::of_kpm(day.kpm()));
    std::fs::write("/tmp/day-jira.txt", tables().0).unwrap();
    std::fs::write("/tmp/day-kpm.txt", tables().1).unwrap();
    let again = day.turn(FULL, 12).await;
    println!("{:?} {:?}", again.written_to_jira, again.written_to_kpm());
    println!("{:#?}", day.record(WITH_FILES).await);
}

async fn turn(day: &Day, at_once: usize) -> Turn {
    let turn = day.turn(CHANGED, at_once).await;
    let mut by: BTreeMap<(Option<i64>, String), usize> = BTreeMap::new();
    for call in &turn.ran { *by.entry((call.problem, call.operation.clone())).or_default() += 1; }
    println!("polled {} ran {} jira {} {:?}", turn.polled.len(), turn.ran.len(), turn.written_to_jira.len(), turn.written_to_jira);
    for (k, n) in by { if !READING.contains(&k.1.as_str()) || n != 1 { println!("  {k:?} {n}"); } }
    turn
}
