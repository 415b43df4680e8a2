//! A random nemesis while people work on both sides: two workers and intake are killed, services and trackers are cut off, late,
//! silent or lose their answers, Redis forgets, a clock is wrong. The seed is printed, and can be given.

use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng, rngs::StdRng};
use trackersync::{clock::CLOCK_OFF_BY, sync::issue::Side};

use super::{
    own_postgres::OwnPostgres,
    proxy::Trouble,
    site::{Pair, Pairing, Running, Site},
};
use crate::support::{own_redis::OwnRedis, services::Own, wait::until};

/// How large the test is: by default small, `TRACKERSYNC_TEST_NEMESIS=600:500:10000` is ten minutes, 500 issues, 10,000 edits.
struct Size {
    time: Duration,
    issues: usize,
    edits: usize,
}

impl Size {
    fn wanted() -> Self {
        let text = std::env::var("TRACKERSYNC_TEST_NEMESIS").unwrap_or_else(|_| "30:20:300".to_owned());
        let numbers: Vec<u64> = text.split(':').map(|number| number.parse().unwrap()).collect();
        let &[seconds, issues, edits] = numbers.as_slice() else { panic!("TRACKERSYNC_TEST_NEMESIS=SECONDS:ISSUES:EDITS") };
        Self { time: Duration::from_secs(seconds), issues: issues.try_into().unwrap(), edits: edits.try_into().unwrap() }
    }
}

/// How long everything may take to be in line once all trouble is over.
const SETTLES: Duration = Duration::from_mins(15);

/// What the nemesis did, counted.
#[derive(Debug, Default)]
struct Deeds {
    worker_kills: usize,
    intake_kills: usize,
    wrong_clocks: usize,
    flushes: usize,
    crashes_of_postgres: usize,
    troubles: usize,
}

/// The processes of the program.
struct Processes {
    intake: Running,
    workers: [Running; 2],
}

impl Processes {
    fn start(site: &Site) -> Self {
        Self { intake: site.serve("intake", &[]), workers: [site.serve("worker", &[]), site.serve("worker", &[])] }
    }
}

/// What the nemesis is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nemesis {
    /// It does whatever comes to its mind.
    Random,
    /// Redis forgets everything each second, leases included, so that two workers may be at work on one issue; the clock of one of
    /// them is ten minutes ahead.
    Forgetting,
    /// PostgreSQL crashes again and again, and takes a moment to come back.
    Crashing,
}

/// Services that the nemesis has to itself.
struct Services {
    redis: OwnRedis,
    /// Where it is going to crash.
    postgres: Option<OwnPostgres>,
    _folder: tempfile::TempDir,
}

impl Services {
    async fn start(nemesis: Nemesis) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let redis = OwnRedis::start(folder.path()).await;
        let postgres = if nemesis == Nemesis::Crashing { Some(OwnPostgres::start().await) } else { None };
        Self { redis, postgres, _folder: folder }
    }

    fn own(&self) -> Own {
        let postgres = self.postgres.as_ref().map(|postgres| postgres.url.clone());
        Own { redis: Some(self.redis.url.clone()), postgres, rabbitmq: None }
    }
}

impl Nemesis {
    async fn strike(self, site: &Site, own: &mut Services, processes: &mut Processes, random: &mut StdRng, deeds: &mut Deeds) {
        match self {
            Self::Random => strike(site, &own.redis, processes, random, deeds).await,
            Self::Forgetting => {
                deeds.flushes += 1;
                own.redis.flush_all().await;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Self::Crashing => {
                deeds.crashes_of_postgres += 1;
                let postgres = own.postgres.as_mut().unwrap();
                postgres.crash().await;
                tokio::time::sleep(Duration::from_millis(random.random_range(0..2_000))).await;
                postgres.start_again().await;
                tokio::time::sleep(Duration::from_millis(random.random_range(500..3_000))).await;
            }
        }
    }
}

/// One deed, and the pause after it.
async fn strike(site: &Site, redis: &OwnRedis, processes: &mut Processes, random: &mut StdRng, deeds: &mut Deeds) {
    match random.random_range(0..10) {
        0..=2 => {
            let one = random.random_range(0..2);
            let off = ["600", "-600", "0", "0", "0", "0"][random.random_range(0..6)];
            deeds.wrong_clocks += usize::from(off != "0");
            deeds.worker_kills += 1;
            let dead = std::mem::replace(&mut processes.workers[one], site.serve("worker", &[(CLOCK_OFF_BY, off)]));
            dead.kill();
        }
        3 => {
            deeds.intake_kills += 1;
            // It has a port of its own: the next one can listen once this one is gone.
            processes.intake.kill_in_place();
            processes.intake = site.serve("intake", &[]);
        }
        4 | 5 => {
            deeds.flushes += 1;
            redis.flush_all().await;
        }
        _ => {
            deeds.troubles += 1;
            let all = &site.proxies.as_ref().unwrap().all;
            let (name, proxy) = &all[random.random_range(0..all.len())];
            let troubles = [Trouble::Cut, Trouble::Silent, Trouble::AnswersLost, Trouble::Late(Duration::from_millis(200))];
            let trouble = troubles[random.random_range(0..troubles.len())];
            println!("{name}: {trouble:?}");
            proxy.make(trouble);
            tokio::time::sleep(Duration::from_millis(random.random_range(100..2_500))).await;
            proxy.make(Trouble::None);
        }
    }
    tokio::time::sleep(Duration::from_millis(random.random_range(100..1_500))).await;
}

/// When what was edited was first seen on the other side.
#[derive(Default)]
struct Convergence {
    waiting: Vec<Waiting>,
    worst: Duration,
}

struct Waiting {
    pair: Pair,
    side: Side,
    text: String,
    since: Instant,
}

impl Convergence {
    /// Looks at what has arrived; a title that was overwritten before it arrived is waited for no more.
    fn look(&mut self, site: &Site) {
        let mut seen = Vec::new();
        self.waiting.retain(|edit| {
            let there = site.tracker(edit.side.other()).one(edit.pair.on(edit.side.other()));
            let title = edit.text == there.title;
            let arrived = title || there.comments.iter().chain(&there.files).any(|text| text.trim_end().ends_with(&edit.text));
            if arrived {
                seen.push(edit.since.elapsed());
            }
            !arrived
        });
        self.worst = seen.into_iter().fold(self.worst, Duration::max);
    }

    fn wait_for(&mut self, pair: &Pair, side: Side, text: String, is_title: bool) {
        if is_title {
            let tag = format!("{} ", pair.tag);
            self.waiting.retain(|edit| !edit.text.starts_with(&tag));
        }
        self.waiting.push(Waiting { pair: pair.clone(), side, text, since: Instant::now() });
    }
}

/// One edit: titles of one half of the issues change on the local side, of the other on the remote one, so that each has one last
/// value; comments and files come from both sides for all.
fn edit(site: &mut Site, pairs: &[Pair], number: usize, random: &mut StdRng, convergence: &mut Convergence) {
    let at = random.random_range(0..pairs.len());
    let side = if random.random_bool(0.5) { Side::Local } else { Side::Remote };
    let pair = &pairs[at];
    let what = random.random_range(0..10);
    // Of a title that was overwritten nobody can tell afterwards whether it was set.
    site.loses_answers = what < 3 && random.random_ratio(1, 4);
    match what {
        0 | 1 => {
            let text = format!("Comment {number}.");
            site.comment(side, &pair.tag, pair.on(side), &text);
            convergence.wait_for(pair, side, text, false);
        }
        2 => {
            let edit = site.attach(side, &pair.tag, pair.on(side), &format!("file-{number}.bin"));
            let text = site.ledger.edit(edit).text.clone();
            convergence.wait_for(pair, side, text, false);
        }
        _ => {
            let side = if at % 2 == 0 { Side::Local } else { Side::Remote };
            let edit = site.set_title(side, pair, &format!("title {number}"));
            let text = site.ledger.edit(edit).text.clone();
            convergence.wait_for(pair, side, text, true);
        }
    }
}

async fn linked(site: &mut Site, issues: usize) -> Vec<Pair> {
    let tags: Vec<String> = (0..issues).map(|number| format!("[{number}]")).collect();
    for (number, tag) in tags.iter().enumerate() {
        site.create(if number % 3 == 0 { Side::Local } else { Side::Remote }, tag);
    }
    let figures = site.settle(SETTLES).await;
    assert!(figures.are_clean(), "{figures}");
    let (local, remote) = (site.local.contents(), site.remote.contents());
    let id = |all: &[(String, super::ledger::Contents)], tag: &str| {
        all.iter().find(|(_, contents)| contents.tag() == tag).map(|(id, _)| id.clone()).unwrap()
    };
    tags.into_iter().map(|tag| Pair { local: id(&local, &tag), remote: id(&remote, &tag), tag }).collect()
}

async fn disturbed(pairing: Pairing, nemesis: Nemesis) {
    let size = Size::wanted();
    let seed: u64 = std::env::var("TRACKERSYNC_TEST_FAULT_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    figure!("{nemesis:?} nemesis, {pairing:?}: seed {seed}");
    let mut own = Services::start(nemesis).await;
    let mut site = Site::start(pairing, own.own(), true).await;
    let mut processes = Processes::start(&site);
    let pairs = linked(&mut site, size.issues).await;
    if nemesis == Nemesis::Forgetting {
        let ahead = site.serve("worker", &[(CLOCK_OFF_BY, "600")]);
        std::mem::replace(&mut processes.workers[0], ahead).kill();
    }
    let (mut of_edits, mut of_deeds) = (StdRng::seed_from_u64(seed), StdRng::seed_from_u64(!seed));
    let (mut convergence, mut deeds) = (Convergence::default(), Deeds::default());
    let (started, pause) = (Instant::now(), size.time / u32::try_from(size.edits).unwrap());
    let mut made = 0;
    while started.elapsed() < size.time || made < size.edits {
        let site_now = &mut site;
        // People go on while the nemesis is at work: what is due by now is made between two of its deeds.
        let due = size.edits.min(usize::try_from(started.elapsed().as_nanos() / pause.as_nanos()).unwrap() + 1);
        for number in made..due {
            edit(site_now, &pairs, number, &mut of_edits, &mut convergence);
        }
        made = made.max(due);
        convergence.look(site_now);
        nemesis.strike(site_now, &mut own, &mut processes, &mut of_deeds, &mut deeds).await;
    }
    for (_, proxy) in &site.proxies.as_ref().unwrap().all {
        proxy.make(Trouble::None);
    }
    until("everything arrived", SETTLES, async || {
        convergence.look(&site);
        convergence.waiting.is_empty().then_some(())
    })
    .await;
    let figures = site.settle(SETTLES).await;
    let worst = convergence.worst.as_millis();
    figure!(
        "{deeds:?} in {} s on {} issues: {figures}; the slowest edit arrived after {worst} ms",
        size.time.as_secs(),
        size.issues
    );
    assert!(figures.are_clean());
    assert_eq!(figures.ok + figures.recovered, figures.attempted, "all that was attempted was done, told or not");
    assert_eq!(site.queues().dead().await, Vec::<serde_json::Value>::new(), "parked events");
    for worker in processes.workers {
        assert_eq!(worker.terminate().await, Some(0), "a worker ends in order");
    }
    assert!(site.check().are_clean(), "after the end: {}", site.check());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_whatever_the_nemesis_does_between_roundup_and_jira() {
    disturbed(Pairing::RoundupAndJira, Nemesis::Random).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_whatever_the_nemesis_does_between_two_jiras() {
    disturbed(Pairing::TwoJiras, Nemesis::Random).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_while_redis_forgets_everything_each_second_and_a_clock_is_wrong() {
    disturbed(Pairing::RoundupAndJira, Nemesis::Forgetting).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_while_postgresql_crashes_again_and_again() {
    disturbed(Pairing::RoundupAndJira, Nemesis::Crashing).await;
}
