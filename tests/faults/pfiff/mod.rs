//! A Jira and a PFIFF: the program is killed at each numbered step of taking packages in and of answering, so many times; it is started
//! again, and everything has to be in the Jira once, and to have gone out once.

mod answers;
mod ledger;
mod oftp;
#[allow(dead_code, reason = "these tests need less of it than those it was written for")]
#[path = "../../pfiff/package.rs"]
mod package;
mod site;
mod stage;

use std::{collections::BTreeMap, sync::Mutex};

use rand::{Rng, SeedableRng, rngs::StdRng};
use trackersync::crash::points;

use self::{oftp::Takes, site::Arrived, stage::Stage};
use crate::ledger::Figures;

/// Points that are passed several times in one plan are met at one of so many passages, from the second repetition on.
const PASSAGES: u32 = 6;
/// Which points these tests are about.
const TRIED: [&str; 6] = ["packages.", "folders.", "storage.", "queue.publish_now.", "local.", "remote."];
/// Calls that the plan of these tests cannot come to, and why.
const NOT_PASSED: [(&str, &str); 9] = [
    ("local.create_marked.", "local issues are created with a claim"),
    ("local.mark_linked.", "that is for remote issues that are made here or change their key, and those of a PFIFF do neither"),
    ("local.add_message.", "annotations go one way, and what PFIFF tells are fields"),
    ("local.edit_message.", "annotations go one way, and what PFIFF tells are fields"),
    ("local.remove_message.", "annotations go one way, and what PFIFF tells are fields"),
    ("remote.create.", "PFIFF takes no issues that begin with us"),
    ("remote.create_marked.", "PFIFF takes no issues that begin with us"),
    ("remote.mirror.", "only the local tracker shows what the remote one holds"),
    ("remote.mark_linked.", "only local issues say what they stand for"),
];

/// One death.
#[derive(Clone, Debug)]
pub struct Death {
    point: String,
    passage: u32,
    /// Where the one that goes on is to die as well.
    then: Option<String>,
    /// Whether another process is at work all the time.
    in_company: bool,
}

impl Death {
    /// Whether it can be met on a site where that becomes of the files that arrived.
    fn suits(&self, arrived: Arrived) -> bool {
        match self.call() {
            "folders.archive" => arrived == Arrived::Archived,
            "folders.remove" => arrived == Arrived::Removed,
            _ => true,
        }
    }

    /// Whether a package has to be refused for it.
    fn needs_refusal(&self) -> bool {
        self.call() == "packages.refuse"
    }

    /// Whether somebody else has to be at work on the same package for it.
    fn needs_attempts(&self) -> bool {
        self.call() == "folders.unstage"
    }

    fn call(&self) -> &str {
        self.point.rsplit_once('.').map_or("", |(call, _)| call)
    }
}

fn repetitions() -> Option<usize> {
    std::env::var("TRACKERSYNC_TEST_FAULT_REPETITIONS").ok().map(|text| text.parse().unwrap())
}

/// How many sites are at work at the same time: most of a run is waiting. At least one of each kind.
fn sites() -> usize {
    std::env::var("TRACKERSYNC_TEST_FAULT_SITES").map_or(6, |text| text.parse().unwrap()).max(3)
}

/// The deaths of one repetition. Where none are asked for, of each call the point before it or the one after it, without those of the
/// local tracker, which other pairings have as well. From the second one on,
/// some of those that go on die as well, and some deaths are in company.
fn deaths(repetition: usize, random: &mut StdRng) -> Vec<Death> {
    let is_passed = |point: &String| {
        TRIED.iter().any(|tried| point.starts_with(tried)) && !NOT_PASSED.iter().any(|(call, _)| point.starts_with(call))
    };
    let all: Vec<String> = points().into_iter().filter(is_passed).collect();
    let mut deaths = Vec::new();
    for (number, point) in all.iter().enumerate() {
        if repetitions().is_none() && (point.starts_with("local.") || (number / 2 + number % 2).is_multiple_of(2)) {
            continue;
        }
        let later = repetition > 0;
        let passage = if later { random.random_range(1..=PASSAGES) } else { 1 };
        let then = (later && random.random_ratio(1, 3)).then(|| all[random.random_range(0..all.len())].clone());
        deaths.push(Death { point: point.clone(), passage, then, in_company: later && random.random_ratio(1, 4) });
    }
    deaths
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_by_a_death_at_any_point_between_jira_and_pfiff() {
    let seed: u64 = std::env::var("TRACKERSYNC_TEST_FAULT_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    figure!("crashes, Jira and PFIFF: seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let all: Vec<Death> = (0..repetitions().unwrap_or(1)).flat_map(|repetition| deaths(repetition, &mut random)).collect();
    let tried = all.len();
    let queue = Mutex::new(all);
    let worked = futures_util::future::join_all((0..sites()).map(async |number| {
        let arrived = [Arrived::Archived, Arrived::Removed, Arrived::Kept][number % 3];
        let mut stage = Stage::set(arrived, if number % 2 == 0 { Takes::Files } else { Takes::Packages }).await;
        let mut met = Vec::new();
        loop {
            let next = {
                let mut queue = queue.lock().unwrap();
                queue.iter().position(|death| death.suits(arrived)).map(|at| queue.remove(at))
            };
            let Some(death) = next else { break };
            let mut hit = stage.die(&death).await;
            if !hit && (death.passage > 1 || death.in_company) {
                // It was not passed so often this time, or somebody else was quicker.
                hit = stage.die(&Death { passage: 1, in_company: false, ..death.clone() }).await;
            }
            met.push((death, hit));
        }
        let more = stage.second_deaths;
        (stage.end().await, met, more)
    }))
    .await;
    assert!(queue.lock().unwrap().is_empty(), "no site was for {queue:?}");
    let mut figures = Figures::default();
    let mut by_point: BTreeMap<String, usize> = BTreeMap::new();
    let mut second_deaths = 0;
    for (part, met, more) in worked {
        figures.add(part);
        second_deaths += more;
        for (death, hit) in met {
            *by_point.entry(death.point).or_default() += usize::from(hit);
        }
    }
    let never: Vec<&String> = by_point.iter().filter(|(_, times)| **times == 0).map(|(point, _)| point).collect();
    let deaths: usize = by_point.values().sum();
    let points = by_point.len();
    figure!(
        "{deaths} deaths at {points} points in {tried} runs, {second_deaths} more of those that went on, Jira and PFIFF: {figures}"
    );
    assert!(never.is_empty(), "points that were never met: {never:?}");
}
