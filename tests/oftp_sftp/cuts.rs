//! Connections that are cut at any point: each file is there once and whole at the end, and never in part where the OFTP server looks.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use trackersync::trackers::pfiff::folders::{Delivered, Folders};

use crate::{
    counting_proxy::{CountingProxy, Then},
    site::{NAME, Site, bytes, names},
};

const SIZE: usize = 300_000;
/// Where the last requests of a delivery are.
const END: u64 = 3_000;
/// No call may fail more often in a row.
const ATTEMPTS: usize = 3;

/// Looks at the outbox all the time, as the OFTP server does.
struct Watcher {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Watcher {
    fn start(outbox: PathBuf, content: Vec<u8>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                let mut seen = 0;
                while !stop.load(Ordering::Relaxed) {
                    for name in names(&outbox) {
                        let found = fs::read(outbox.join(&name)).unwrap();
                        assert!(found == content, "{name} has {} bytes", found.len());
                        seen += 1;
                    }
                }
                seen
            }
        });
        Self { stop, thread }
    }

    fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn random_points(all: u64) -> Vec<u64> {
    let seed: u64 = rand::random();
    eprintln!("seed {seed}, {all} bytes");
    let mut random = StdRng::seed_from_u64(seed);
    let anywhere: Vec<u64> = (0..10).map(|_| random.random_range(1..all)).collect();
    let at_the_end = (0..10).map(|_| random.random_range(all - END..all));
    anywhere.into_iter().chain(at_the_end).collect()
}

async fn send(site: &Site, port: u16, name: &str, local: &Path) -> (usize, Delivered) {
    let folders = site.folders_at(port);
    let mut faults = 0;
    while let Err(fault) = folders.stage(name, local).await {
        faults += 1;
        assert!(fault.is_transient() && faults < ATTEMPTS, "{fault}");
    }
    loop {
        match folders.deliver(name, name).await {
            Ok(delivered) => return (faults, delivered),
            Err(fault) => {
                faults += 1;
                assert!(fault.is_transient() && faults < ATTEMPTS, "{fault}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_cut_anywhere_ends_with_one_whole_file() {
    let site = Site::start();
    let proxy = CountingProxy::start(site.server.port).await;
    let content = bytes(SIZE, 2);
    let local = site.write("package", &content);
    let watcher = Watcher::start(site.path("outbox"), content.clone());
    proxy.count();
    assert_eq!(send(&site, proxy.port, NAME, &local).await, (0, Delivered::Moved));
    let (mut all_faults, mut answers_lost) = (0, 0);
    let points = random_points(proxy.passed());
    for (number, point) in points.iter().enumerate() {
        proxy.after(*point, Then::Cut);
        let name = format!("ENG26112010000000PAG002{number:03}");
        let (faults, delivered) = send(&site, proxy.port, &name, &local).await;
        assert_ne!(delivered, Delivered::Collision, "cut after {point}");
        assert!(fs::read(site.path("outbox").join(&name)).unwrap() == content, "cut after {point}");
        assert!(names(&site.path("staging")).is_empty(), "cut after {point}");
        all_faults += faults;
        answers_lost += usize::from(delivered == Delivered::NotThere);
    }
    assert_eq!(names(&site.path("outbox")).len(), points.len() + 1);
    assert!(watcher.end() > 0);
    eprintln!("{all_faults} calls failed, {answers_lost} renames were done and their answers lost");
    assert!(all_faults >= 10, "only {all_faults} calls failed: the cuts came too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_fetched_over_a_line_that_is_cut_is_whole_or_not_taken() {
    let site = Site::start();
    let proxy = CountingProxy::start(site.server.port).await;
    let content = bytes(SIZE, 3);
    site.write("inbox/ENG1", &content);
    let into = site.path("copy");
    let fetch = async || {
        let folders = site.folders_at(proxy.port);
        let mut faults = 0;
        loop {
            match folders.fetch("ENG1", &into, SIZE as u64).await {
                Ok(size) => return (faults, size),
                Err(fault) => faults += 1 + usize::from(!fault.is_transient()) * 100,
            }
            assert!(faults < ATTEMPTS);
        }
    };
    proxy.count();
    assert_eq!(fetch().await, (0, SIZE as u64));
    let mut all_faults = 0;
    for point in random_points(proxy.passed()) {
        fs::remove_file(&into).unwrap();
        proxy.after(point, Then::Cut);
        let (faults, size) = fetch().await;
        assert_eq!(size, SIZE as u64);
        assert!(fs::read(&into).unwrap() == content, "cut after {point}");
        all_faults += faults;
    }
    assert_eq!(names(&site.path("inbox")), ["ENG1"]);
    assert!(all_faults >= 10, "only {all_faults} calls failed: the cuts came too late");
}

#[tokio::test]
async fn a_rename_whose_answer_is_lost_is_known_for_done_by_the_next_call() {
    let site = Site::start();
    let proxy = CountingProxy::start(site.server.port).await;
    let folders = site.folders_at(proxy.port);
    let local = site.write("package", "ours");
    folders.stage(NAME, &local).await.unwrap();
    proxy.after(0, Then::LoseAnswer);
    let fault = folders.deliver(NAME, NAME).await.unwrap_err();
    assert!(fault.is_transient(), "{fault}");
    assert_eq!(folders.deliver(NAME, NAME).await.unwrap(), Delivered::NotThere);
    assert_eq!(fs::read_to_string(site.path("outbox").join(NAME)).unwrap(), "ours");
}

#[tokio::test]
async fn a_session_that_was_lost_is_made_anew_by_the_next_call() {
    let site = Site::start();
    let proxy = CountingProxy::start(site.server.port).await;
    let folders = site.folders_at(proxy.port);
    folders.arrived().await.unwrap();
    proxy.after(1, Then::Cut);
    assert!(folders.arrived().await.unwrap_err().is_transient());
    folders.arrived().await.unwrap();
    assert_eq!(site.server.log().matches("Accepted publickey").count(), 2);
}
