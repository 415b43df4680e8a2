//! Being told that something may have arrived, by inotify. It wakes, and no more: a file system of another host tells nothing, and
//! notices can be lost.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};
use tracing::{debug, warn};

/// How often it is looked whether the folder is still the one that is watched.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// A burst of notices ends with a pause this long…
const QUIET: Duration = Duration::from_millis(100);
/// …and is told after this time at the latest.
const LONGEST_BURST: Duration = Duration::from_secs(1);

/// A watched folder.
pub(super) struct Watch {
    folder: Arc<Mutex<Watched>>,
    wake: Arc<Notify>,
    look_again: Duration,
}

struct Watched {
    path: PathBuf,
    /// The folder that the path led to, and what watches it.
    now: Option<(Identity, RecommendedWatcher)>,
    told: bool,
}

/// Device and inode: another folder, or another file system, under the same path has another one.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

impl Watch {
    /// Watches a folder, which need not be there yet.
    pub(super) fn new(path: PathBuf) -> Self {
        Self::looking_again(path, LOOK_AGAIN)
    }

    /// As [`Watch::new`]; `look_again` is how often it is looked whether it is still the same folder.
    pub(super) fn looking_again(path: PathBuf, look_again: Duration) -> Self {
        let mut folder = Watched { path, now: None, told: false };
        let wake = Arc::new(Notify::new());
        folder.renew(&wake);
        Self { folder: Arc::new(Mutex::new(folder)), wake, look_again }
    }

    /// Waits until something in the folder changed since the last call, or another folder took its place. One that is broken off loses
    /// nothing: the next one tells.
    pub(super) async fn changed(&self) {
        loop {
            self.renew().await;
            if timeout(self.look_again, self.wake.notified()).await.is_ok() {
                let untold = Untold(&self.wake);
                self.settle().await;
                return std::mem::forget(untold);
            }
        }
    }

    async fn renew(&self) {
        let (folder, wake) = (Arc::clone(&self.folder), Arc::clone(&self.wake));
        // A folder of another host may keep us waiting. That it is another one than before is told by `wake`, as this may be broken off.
        let renewed = tokio::task::spawn_blocking(move || {
            if folder.lock().unwrap_or_else(PoisonError::into_inner).renew(&wake) {
                wake.notify_one();
            }
        });
        // It cannot be broken off, and does not panic.
        let _ = renewed.await;
    }

    /// Waits for the end of a burst.
    async fn settle(&self) {
        let end = Instant::now() + LONGEST_BURST;
        while Instant::now() < end {
            tokio::select! {
                () = self.wake.notified() => {}
                () = sleep(QUIET) => return,
            }
        }
    }
}

/// A notice that was taken and not told yet: it comes again.
struct Untold<'w>(&'w Notify);

impl Drop for Untold<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Watched {
    /// Whether it is another folder now, which may hold anything.
    fn renew(&mut self, wake: &Arc<Notify>) -> bool {
        let there = identity(&self.path);
        // It may be another one that got the number of one that was removed: then this watches it, else it changes nothing.
        let still_watched = |(identity, watcher): &mut (Identity, RecommendedWatcher)| {
            Some(*identity) == there && watcher.watch(&self.path, RecursiveMode::NonRecursive).is_ok()
        };
        if self.now.as_mut().is_some_and(still_watched) || self.now.is_none() && there.is_none() {
            return false;
        }
        self.now = None;
        let Some(there) = there else {
            debug!(folder = %self.path.display(), "the folder is not there, and cannot be watched");
            return false;
        };
        match watch(&self.path, wake) {
            Ok(watcher) => {
                self.now = Some((there, watcher));
                self.told = false;
                true
            }
            Err(error) => {
                if !std::mem::replace(&mut self.told, true) {
                    let folder = self.path.display();
                    warn!(%folder, %error, "changes of this folder are not told to us; it is looked at from time to time");
                }
                false
            }
        }
    }
}

fn identity(folder: &Path) -> Option<Identity> {
    folder.metadata().ok().map(|metadata| Identity(metadata.dev(), metadata.ino()))
}

fn watch(folder: &Path, wake: &Arc<Notify>) -> notify::Result<RecommendedWatcher> {
    let wake = Arc::clone(wake);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| !may_be_an_arrival(&event)) {
            return;
        }
        wake.notify_one();
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Not what we do ourselves: reading files, and taking them away.
fn may_be_an_arrival(event: &Event) -> bool {
    let ours = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) | EventKind::Remove(_) => true,
        EventKind::Modify(ModifyKind::Name(mode)) => mode == RenameMode::From,
        _ => false,
    };
    event.need_rescan() || !ours
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);
    const LOOK: Duration = Duration::from_millis(20);

    async fn wakes(watch: &Watch) {
        timeout(SOON, watch.changed()).await.expect("it wakes");
    }

    /// Nothing may wake it in several times the time in which something would.
    async fn sleeps(watch: &Watch) {
        let woken = timeout(Duration::from_millis(300), watch.changed()).await;
        assert!(woken.is_err(), "nothing happened");
    }

    #[tokio::test]
    async fn a_file_that_appears_wakes_and_what_we_do_ourselves_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::looking_again(folder.path().to_owned(), LOOK);
        sleeps(&watch).await;
        fs::write(folder.path().join("one"), "1").unwrap();
        wakes(&watch).await;
        sleeps(&watch).await;
        fs::read(folder.path().join("one")).unwrap();
        fs::read_dir(folder.path()).unwrap().for_each(drop);
        fs::remove_file(folder.path().join("one")).unwrap();
        sleeps(&watch).await;
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("two"), "2").unwrap();
        fs::rename(elsewhere.path().join("two"), folder.path().join("two")).unwrap();
        wakes(&watch).await;
    }

    #[tokio::test]
    async fn what_comes_while_nobody_waits_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::looking_again(folder.path().to_owned(), SOON * 10);
        fs::write(folder.path().join("one"), "1").unwrap();
        wakes(&watch).await;
    }

    #[tokio::test]
    async fn a_folder_that_is_made_later_or_takes_the_place_of_another_is_watched() {
        let above = tempfile::tempdir().unwrap();
        let inbox = above.path().join("inbox");
        let watch = Watch::looking_again(inbox.clone(), LOOK);
        sleeps(&watch).await;
        fs::create_dir(&inbox).unwrap();
        wakes(&watch).await;
        fs::write(inbox.join("one"), "1").unwrap();
        wakes(&watch).await;
        fs::rename(&inbox, above.path().join("old")).unwrap();
        sleeps(&watch).await;
        fs::create_dir(&inbox).unwrap();
        wakes(&watch).await;
        sleeps(&watch).await;
        fs::write(inbox.join("two"), "2").unwrap();
        wakes(&watch).await;
        fs::remove_dir_all(&inbox).unwrap();
        fs::create_dir(&inbox).unwrap();
        // It may have the same number, and then it is only watched after a while.
        let woken = async {
            for number in 0.. {
                fs::write(inbox.join(format!("three-{number}")), "3").unwrap();
                if timeout(LOOK * 5, watch.changed()).await.is_ok() {
                    break;
                }
            }
        };
        timeout(SOON, woken).await.expect("it wakes");
    }

    #[tokio::test]
    async fn a_call_that_is_broken_off_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::looking_again(folder.path().to_owned(), LOOK);
        fs::write(folder.path().join("one"), "1").unwrap();
        // Within the pause that ends a burst.
        for _ in 0..5 {
            assert!(timeout(QUIET / 4, watch.changed()).await.is_err());
        }
        wakes(&watch).await;
        sleeps(&watch).await;
    }

    #[tokio::test]
    async fn a_burst_is_told_once_and_one_without_end_is_told_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::looking_again(folder.path().to_owned(), SOON * 10);
        for number in 0..50 {
            fs::write(folder.path().join(number.to_string()), "x").unwrap();
        }
        wakes(&watch).await;
        sleeps(&watch).await;
        let path = folder.path().to_owned();
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let writer = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    fs::write(path.join("busy"), "x").unwrap();
                }
            }
        });
        wakes(&watch).await;
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        writer.join().unwrap();
    }
}
