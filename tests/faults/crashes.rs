//! The program is killed at each crash point, with each pairing of trackers, so many times; it is started again, and everything has
//! to be in both trackers once.

use std::{collections::BTreeMap, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};
use trackersync::{
    clock::CLOCK_OFF_BY,
    crash::{CRASH_AT, points},
    sync::issue::Side,
};

use super::{
    ledger::Figures,
    site::{Pair, Pairing, Running, Site},
};
use crate::support::services::Own;

/// Points that are passed several times in one plan are met at one of so many passages, from the second repetition on.
const PASSAGES: u32 = 6;
/// How long everything may take to be in line again.
const SETTLES: Duration = Duration::from_secs(60);

/// Calls that the plan of these tests cannot come to, and why.
const NOT_PASSED: [(&str, &str); 14] = [
    ("records.set_mark.", "says how far a sweep has got, and nothing sweeps here"),
    ("records.forget_spent.", "somebody makes a fuse good"),
    ("remote.create.", "remote issues are created with a mark"),
    ("local.create_marked.", "local issues are created with a claim"),
    ("remote.mirror.", "only the local tracker shows what the remote one holds"),
    ("remote.mark_linked.", "only local issues say what they stand for"),
    ("queue.release.", "gives back what a death gives back as well"),
    ("queue.publish_dead.", "no event of these tests is parked; see `parked`"),
    ("queue.park_raw.", "every message of these tests is an event; see `parked`"),
    ("coordination.forget.", "intake forgets a delivery that the queue did not take, and then it is not acknowledged either"),
    ("remote.edit_message.", "people cannot rewrite messages in the stand-in Roundup"),
    ("packages.", "nothing comes in packages here; see `pfiff`"),
    ("folders.", "nothing comes in packages here; see `pfiff`"),
    ("storage.", "nothing comes in packages here; see `pfiff`"),
];

/// Calls that the plan cannot come to with a KPM, and those that are the same whatever the trackers are.
const NOT_PASSED_WITH_KPM: [(&str, &str); 6] = [
    ("records.note_text.", "nothing can be rewritten in KPM"),
    ("local.edit_message.", "nothing can be rewritten in KPM"),
    ("local.remove_message.", "nothing can be taken back in KPM"),
    ("remote.remove_message.", "nothing can be taken back in KPM"),
    ("queue.", "the queue knows nothing of trackers"),
    ("coordination.", "leases know nothing of trackers"),
];

/// How often each point is tried with each pairing: `TRACKERSYNC_TEST_FAULT_REPETITIONS`. Not given, each is tried once with one of
/// those whose remote tracker is a Jira; with a KPM, those of the remote tracker are.
fn repetitions() -> Option<usize> {
    std::env::var("TRACKERSYNC_TEST_FAULT_REPETITIONS").ok().map(|text| text.parse().unwrap())
}

/// How many sites of one pairing are at work at the same time: most of a run is waiting for leases and deadlines of the dead. More than
/// these are worth it with a program that was built for speed: `TRACKERSYNC_TEST_FAULT_SITES`.
fn sites() -> usize {
    std::env::var("TRACKERSYNC_TEST_FAULT_SITES").map_or(4, |text| text.parse().unwrap())
}

/// Whether a point is tried with this pairing where each is tried with one: of each call, the point before it with one, and the one
/// after it with the other.
fn is_tried_once(pairing: Pairing, number: usize, point: &str) -> bool {
    let before = (number / 2 + number % 2).is_multiple_of(2);
    match pairing {
        Pairing::TwoJiras => before || point.starts_with("remote.edit_message."),
        Pairing::RoundupAndJira => !before,
        Pairing::JiraAndKpm => point.starts_with("remote.") || point.starts_with("http."),
    }
}

fn is_passed(pairing: Pairing, point: &str) -> bool {
    let is_among = |calls: &[(&str, &str)]| calls.iter().any(|(call, _)| point.starts_with(call));
    match pairing {
        Pairing::TwoJiras => !is_among(&NOT_PASSED) || point.starts_with("remote.edit_message."),
        Pairing::RoundupAndJira => !is_among(&NOT_PASSED),
        // Here the scheduler sweeps.
        Pairing::JiraAndKpm => {
            point.starts_with("records.set_mark.") || !is_among(&NOT_PASSED) && !is_among(&NOT_PASSED_WITH_KPM)
        }
    }
}

/// One death.
#[derive(Clone, Debug)]
struct Death {
    point: String,
    passage: u32,
}

/// The deaths of one repetition. Requests to trackers come in a row, each of which is a place of its own.
fn deaths(pairing: Pairing, repetition: usize, random: &mut StdRng) -> Vec<Death> {
    let mut deaths = Vec::new();
    for (number, point) in points().into_iter().enumerate().filter(|(_, point)| is_passed(pairing, point)) {
        if repetitions().is_none() && !is_tried_once(pairing, number, &point) {
            continue;
        }
        if point.starts_with("http.") {
            let passages = if repetition == 0 { vec![1, 2, 4, 7] } else { vec![random.random_range(1..20)] };
            deaths.extend(passages.into_iter().map(|passage| Death { point: point.clone(), passage }));
        } else {
            let passage = if repetition == 0 { 1 } else { random.random_range(1..=PASSAGES) };
            deaths.push(Death { point, passage });
        }
    }
    deaths
}

/// Two pairs that were linked before, for edits of what exists.
struct Stage {
    pairing: Pairing,
    site: Site,
    pairs: [Pair; 2],
    /// A comment on the remote side that can be rewritten, and one that can be deleted: number of the edit, id.
    comments: Vec<(usize, String)>,
    runs: usize,
    /// What the process does that dies.
    roles: &'static str,
}

impl Stage {
    async fn set(pairing: Pairing) -> Self {
        let mut site = Site::start(pairing, Own::default(), false).await;
        let roles = if pairing == Pairing::JiraAndKpm { "intake,worker,scheduler" } else { "intake,worker" };
        for tag in ["[a]", "[b]"] {
            site.create(Side::Remote, tag);
        }
        let program = site.serve(roles, &[]).ready().await;
        let figures = site.settle(SETTLES).await;
        assert!(figures.are_clean(), "{figures}");
        let pairs = ["[a]", "[b]"].map(|tag| site.pair(tag).unwrap());
        let mut stage = Self { pairing, site, pairs, comments: Vec::new(), runs: 0, roles };
        stage.set_out_comments();
        let figures = stage.site.settle(SETTLES).await;
        assert!(figures.are_clean(), "{figures}");
        assert_eq!(program.terminate().await, Some(0));
        stage
    }

    /// Comments that the next run rewrites and deletes, one of each on either side.
    fn set_out_comments(&mut self) {
        if self.pairing == Pairing::JiraAndKpm {
            return;
        }
        let run = self.runs;
        let (tag, pair) = (self.pairs[1].tag.clone(), self.pairs[1].clone());
        self.comments = [Side::Remote, Side::Remote, Side::Local, Side::Local]
            .into_iter()
            .enumerate()
            .map(|(number, side)| self.site.comment(side, &tag, pair.on(side), &format!("For later {run}.{number}.")))
            .collect();
    }

    /// Everything that people do: what is new on either side, and what changes.
    fn play(&mut self) {
        self.runs += 1;
        let run = self.runs;
        let site = &mut self.site;
        // A comment that is not taken just now: its intent is left to the next run, which finds that nothing came of it.
        site.remote.refuse_next_comment();
        for side in [Side::Remote, Side::Local] {
            let tag = format!("[{side}-{run}]");
            let id = site.create(side, &tag);
            site.comment(side, &tag, &id, &format!("Said with {tag}."));
            site.attach(side, &tag, &id, &format!("{tag}.bin"));
        }
        let [titled, edited] = &self.pairs;
        if self.pairing == Pairing::JiraAndKpm {
            site.answer(titled, &format!("Answer {run}."));
        } else {
            site.set_title(Side::Local, titled, &format!("local {run}"));
        }
        site.set_title(Side::Remote, edited, &format!("remote {run}"));
        for (number, (edit, id)) in self.comments.drain(..).enumerate() {
            let side = if number < 2 { Side::Remote } else { Side::Local };
            let rewritten = number % 2 == 0 && site.tracker(side).can_rewrite();
            if rewritten {
                let text = format!("Rewritten {run}.{number}.");
                site.tracker(side).rewrite_comment(edited.on(side), &id, &text);
                site.ledger.rewrite(edit, &text);
            } else {
                site.tracker(side).delete_comment(edited.on(side), &id);
                site.ledger.withdraw(edit);
            }
        }
    }

    /// Dies once and lives on; whether the point was met.
    async fn die(&mut self, death: &Death) -> bool {
        self.die_with(death, ["0", "0"]).await
    }

    /// The same, where the clocks of the one that dies and of the one that goes on are off by so many seconds.
    async fn die_with(&mut self, death: &Death, clocks: [&str; 2]) -> bool {
        let at = format!("{}:{}", death.point, death.passage);
        // Of what happens in KPM no event tells: a process that starts asks at once, and then each ten seconds.
        let told_later = self.pairing == Pairing::JiraAndKpm;
        if told_later {
            self.play();
        }
        let mut program = self.site.serve(self.roles, &[(CRASH_AT, &at), (CLOCK_OFF_BY, clocks[0])]);
        if !told_later {
            self.play();
            self.set_out_comments();
        }
        let mut met = self.until_dead_or_done(&mut program).await;
        if met {
            program = self.live_on(clocks[1]).await;
        }
        self.settle_after(&at).await;
        let mut code = program.terminate().await;
        if !met && code.is_none() {
            // It came to the point when all was done: with the next sweep, or while it ended.
            met = true;
            program = self.live_on(clocks[1]).await;
            self.settle_after(&at).await;
            code = program.terminate().await;
        }
        assert_eq!(code, Some(0), "after a death at {at}");
        let figures = self.site.check();
        assert!(figures.are_clean(), "after a death at {at}: {figures}");
        self.site.remote.cancel_faults();
        met
    }

    /// The process that goes on where another one died.
    async fn live_on(&self, clock: &str) -> Running {
        self.site.serve(self.roles, &[(CLOCK_OFF_BY, clock)]).ready().await
    }

    async fn settle_after(&self, death: &str) {
        let figures = self.site.settle(SETTLES).await;
        assert!(figures.are_clean(), "after a death at {death}: {figures}");
    }

    /// `true` when the process has died, `false` when it has done everything and lives.
    async fn until_dead_or_done(&self, program: &mut Running) -> bool {
        let started = std::time::Instant::now();
        loop {
            if program.has_ended() {
                return true;
            }
            if self.site.check().are_clean() && self.site.queues().waiting().await == Some(0) {
                // What comes last is the acknowledgement of an echo.
                tokio::time::sleep(Duration::from_millis(300)).await;
                if !program.has_ended() {
                    return false;
                }
            }
            assert!(started.elapsed() < SETTLES, "neither dead nor done: {}", self.site.check());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

/// A process whose clock is ten minutes ahead or behind dies after it has made something and before it has noted that, or another
/// one with such a clock goes on.
async fn clocks(pairing: Pairing) {
    let mut stage = Stage::set(pairing).await;
    // A receiver whose clock is wrong refuses what is signed with a time.
    let _intake = stage.site.serve("intake", &[]).ready().await;
    stage.roles = "worker";
    let points = ["local.create.after", "remote.create_marked.after", "remote.add_message.after", "local.add_file.after"];
    for (number, point) in points.into_iter().enumerate() {
        let all = [["600", "0"], ["-600", "0"], ["0", "600"], ["0", "-600"]];
        // One for each point, another one with the other kind; all of them where repetitions are asked for.
        let one = (number + if pairing == Pairing::TwoJiras { 0 } else { 2 }) % all.len();
        for clocks in if repetitions().is_some() { &all[..] } else { &all[one..=one] } {
            let death = Death { point: point.to_owned(), passage: 1 };
            assert!(stage.die_with(&death, *clocks).await, "{point} was not met");
        }
    }
    assert!(stage.site.queues().dead().await.is_empty(), "parked events");
    figure!("one clock 10 minutes off, {} deaths, {pairing:?}: {}", stage.runs, stage.site.check());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_ten_minutes_off_loses_and_doubles_nothing_between_two_jiras() {
    clocks(Pairing::TwoJiras).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_ten_minutes_off_loses_and_doubles_nothing_between_roundup_and_jira() {
    clocks(Pairing::RoundupAndJira).await;
}

async fn matrix(pairing: Pairing) {
    let seed: u64 = std::env::var("TRACKERSYNC_TEST_FAULT_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    figure!("crashes, {pairing:?}: seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let all: Vec<Death> =
        (0..repetitions().unwrap_or(1)).flat_map(|repetition| deaths(pairing, repetition, &mut random)).collect();
    let tried = all.len();
    let queue = std::sync::Mutex::new(all.into_iter());
    let worked = futures_util::future::join_all((0..sites()).map(async |_| {
        let mut stage = Stage::set(pairing).await;
        let mut met = Vec::new();
        loop {
            let Some(death) = queue.lock().unwrap().next() else { break };
            let mut hit = stage.die(&death).await;
            if !hit && death.passage > 1 {
                // It was not passed so often this time.
                hit = stage.die(&Death { passage: 1, ..death.clone() }).await;
            }
            met.push((death, hit));
        }
        assert!(stage.site.queues().dead().await.is_empty(), "parked events");
        (stage.site.check(), met)
    }))
    .await;
    let mut figures = Figures::default();
    let mut by_point: BTreeMap<String, usize> = BTreeMap::new();
    for (part, met) in worked {
        figures.add(part);
        for (death, hit) in met {
            *by_point.entry(death.point).or_default() += usize::from(hit);
        }
    }
    let never: Vec<&String> = by_point.iter().filter(|(_, times)| **times == 0).map(|(point, _)| point).collect();
    let deaths: usize = by_point.values().sum();
    figure!("{deaths} deaths at {} points in {tried} runs, {pairing:?}: {figures}", by_point.len());
    assert!(never.is_empty(), "points that were never met: {never:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_by_a_death_at_any_point_between_two_jiras() {
    matrix(Pairing::TwoJiras).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_by_a_death_at_any_point_between_roundup_and_jira() {
    matrix(Pairing::RoundupAndJira).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_by_a_death_at_any_point_between_jira_and_kpm() {
    matrix(Pairing::JiraAndKpm).await;
}
