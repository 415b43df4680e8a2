//! The inbox: which packages are complete. Files come one by one, in any order, and may still be growing when they are first seen.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tracing::warn;

use super::{Pfiff, findings::LEFT_OUT, folders::Arrived};
use crate::{
    config::partner::PfiffConfig,
    formats::engdat::{FileName, Parts},
    sync::{
        fault::Fault,
        ports::{ArrivalState, Look},
    },
};

/// What this process has seen of the inbox.
pub(super) struct Inbox {
    poll: Duration,
    settle: Duration,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Since when each file has been as it is.
    files: HashMap<String, (Arrived, Instant)>,
    /// Packages whose files may stay where they are.
    done: HashSet<String>,
    /// The files of packages that were refused, as they were then.
    refused: HashMap<String, Vec<Arrived>>,
    /// Whether a file may still be growing.
    unsettled: bool,
}

/// The files of one package that are in the inbox, by their numbers. Each may be there several times: a server that receives it again
/// adds another ending.
#[derive(Debug)]
pub(super) struct Found {
    pub parts: Parts,
    pub files: BTreeMap<u16, Vec<Arrived>>,
    /// Files that claim to be of the package and cannot be, in words.
    pub strangers: Vec<String>,
}

impl Found {
    /// The file of a number; of several the one that came last.
    pub fn newest(&self, sequence: u16) -> Option<&Arrived> {
        self.files.get(&sequence)?.iter().max_by(|one, other| one.changed.cmp(&other.changed).then(one.name.cmp(&other.name)))
    }

    fn all(&self) -> impl Iterator<Item = &Arrived> {
        self.files.values().flatten()
    }

    /// What is missing, in words.
    pub fn lacking(&self) -> String {
        let missing: Vec<String> = self.parts.missing().iter().map(|number| format!("{number:03}")).collect();
        let missing = format!("of its {} files these are missing: {}", self.parts.total(), missing.join(", "));
        std::iter::once(missing).chain(self.strangers.iter().cloned()).collect::<Vec<_>>().join("; ")
    }

    fn of(name: FileName, file: Arrived) -> Self {
        let files = BTreeMap::from([(name.sequence(), vec![file])]);
        Self { parts: Parts::of(name), files, strangers: Vec::new() }
    }

    fn add(&mut self, name: FileName, file: Arrived) {
        let sequence = name.sequence();
        match self.parts.add(name) {
            Ok(_) => self.files.entry(sequence).or_default().push(file),
            Err(error) => self.strangers.push(error.to_string()),
        }
    }
}

impl Inbox {
    pub fn new(config: &PfiffConfig) -> Self {
        Self { poll: config.poll, settle: config.settle, seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Whoever panicked left at worst an older view of the folder.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what is there now; the names of the files that have not changed for long enough.
    fn note(&self, arrived: &[Arrived], now: Instant) -> HashSet<String> {
        let mut seen = self.seen();
        let before = std::mem::take(&mut seen.files);
        let (mut settled, mut unsettled) = (HashSet::new(), false);
        for file in arrived {
            let since = match before.get(&file.name) {
                Some((as_it_was, since)) if as_it_was == file => *since,
                _ => now,
            };
            if now.duration_since(since) >= self.settle {
                settled.insert(file.name.clone());
            } else {
                unsettled = true;
            }
            seen.files.insert(file.name.clone(), (file.clone(), since));
        }
        seen.unsettled = unsettled;
        settled
    }

    fn is_done(&self, reference: &str) -> bool {
        self.seen().done.contains(reference)
    }

    /// Whether a package that was refused has other files now than it had then: somebody has sent it anew.
    fn is_sent_anew(&self, reference: &str, found: &Found) -> bool {
        let files: Vec<Arrived> = found.all().cloned().collect();
        let before = self.seen().refused.insert(reference.to_owned(), files.clone());
        before.is_some_and(|before| before != files)
    }

    fn set_done(&self, reference: &str) {
        self.seen().done.insert(reference.to_owned());
    }
}

/// Looks into the inbox.
pub(super) async fn look(pfiff: &Pfiff) -> Result<Look, Fault> {
    let arrived = of_packages(pfiff.folders()?.arrived().await?);
    let settled = pfiff.inbox.note(&arrived, Instant::now());
    let now = pfiff.records()?.now().await?;
    let mut look = Look::default();
    let mut staying = Vec::new();
    for (reference, found) in packages(arrived) {
        if pfiff.inbox.is_done(&reference) {
            continue;
        }
        match pfiff.records()?.arrived_package(&pfiff.name, &reference).await? {
            // Also if only some of its files are there: the others were put away, or one of them has come again.
            Some(known) if known.state == ArrivalState::Ingested => {
                let is_whole = !known.findings.iter().any(|finding| finding.starts_with(LEFT_OUT));
                // What cannot be put away keeps nothing else from being taken in.
                if let Err(fault) = put_away(pfiff, &reference, &found, is_whole).await {
                    staying.push((reference, fault));
                }
            }
            _ if !found.parts.is_complete() => {
                let newest = found.all().map(|file| file.changed).max();
                if newest.is_some_and(|newest| is_older(newest, pfiff.config.incomplete_after, now)) {
                    look.overdue.push((reference, found.lacking()));
                }
            }
            _ if !found.all().all(|file| settled.contains(&file.name)) => {}
            // A refused one waits for a person, in the dead queue, unless it was sent once more.
            Some(_) if !pfiff.inbox.is_sent_anew(&reference, &found) => {}
            _ => look.complete.push(reference),
        }
    }
    if let Some((package, fault)) = staying.first() {
        let packages = staying.len();
        warn!(tracker = %pfiff.name, package, %fault, packages, "files of packages that were taken in stay in the inbox for now");
    }
    Ok(look)
}

/// Without the rest: of what is of no package nothing is remembered, and it keeps nobody awake by growing.
fn of_packages(mut arrived: Vec<Arrived>) -> Vec<Arrived> {
    arrived.retain(|file| FileName::parse(&file.name).is_ok());
    arrived
}

fn is_older(time: Timestamp, limit: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(time)).is_ok_and(|age| age > limit)
}

/// Waits until it is time for the next look.
pub(super) async fn next_look(pfiff: &Pfiff) {
    let pause = if pfiff.inbox.seen().unsettled { pfiff.inbox.poll.min(pfiff.inbox.settle) } else { pfiff.inbox.poll };
    match &pfiff.folders {
        Some(folders) => tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = folders.changed() => {}
        },
        None => tokio::time::sleep(pause).await,
    }
}

/// The files of one package that are in the inbox; `None` if there is none.
pub(super) async fn find(pfiff: &Pfiff, reference: &str) -> Result<Option<Found>, Fault> {
    let arrived = pfiff.folders()?.arrived().await?;
    Ok(packages(arrived).remove(reference))
}

/// The packages, by their references. Files of other names are left alone.
fn packages(arrived: Vec<Arrived>) -> BTreeMap<String, Found> {
    let mut named: Vec<(FileName, Arrived)> =
        arrived.into_iter().filter_map(|file| Some((FileName::parse(&file.name).ok()?, file))).collect();
    // Which of two files that contradict each other is the stranger must not depend on the order of a folder.
    named.sort_by(|(_, one), (_, other)| one.changed.cmp(&other.changed).then(one.name.cmp(&other.name)));
    let mut by_reference: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for (name, file) in named {
        let of_reference = by_reference.entry(name.reference().as_str().to_owned()).or_default();
        match of_reference.iter_mut().find(|found| found.parts.total() == name.total()) {
            Some(found) => found.add(name, file),
            None => of_reference.push(Found::of(name, file)),
        }
    }
    by_reference.into_iter().filter_map(|(reference, found)| Some((reference, without_strangers(found)?))).collect()
}

/// Of files whose names tell different totals, those that are complete are the package, or else those that came first.
fn without_strangers(mut by_total: Vec<Found>) -> Option<Found> {
    let package = by_total.iter().position(|found| found.parts.is_complete()).unwrap_or_default();
    let mut package = (package < by_total.len()).then(|| by_total.remove(package))?;
    for stranger in by_total.iter().flat_map(|found| found.parts.present()) {
        package.strangers.extend(package.parts.add(stranger.clone()).err().map(|error| error.to_string()));
    }
    Some(package)
}

/// Puts the files of a package that was taken in where they belong: into the archive, or away. Those of one that was not taken in whole
/// are never removed.
pub(super) async fn put_away(pfiff: &Pfiff, reference: &str, found: &Found, is_whole: bool) -> Result<(), Fault> {
    let folders = pfiff.folders()?;
    for file in found.all() {
        match &pfiff.config.archive {
            Some(archive) => folders.archive(&file.name, archive).await?,
            None if !pfiff.config.keep_arrived && is_whole => folders.remove(&file.name).await?,
            None => {
                pfiff.inbox.set_done(reference);
                break;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        super::folders::{Folders, LocalFolders, Permissions, Places},
        *,
    };

    fn file(name: &str, changed: i64) -> Arrived {
        Arrived { name: name.to_owned(), size: 1, changed: Timestamp::from_second(changed).unwrap() }
    }

    #[test]
    fn files_are_sorted_into_packages_by_their_first_26_characters() {
        let mut packages = packages(vec![
            file("ENG26112010000000PAG002002", 2),
            file("ENG26112010000000PAG002001_20261120.0001", 1),
            file("ENG26112010000000PAG002001_20261120.0002", 3),
            file("ENG26112010000000PAG003003", 4),
            file("ENG26112010000001PAG002001", 1),
            file("README", 1),
        ]);
        let first = packages.remove("26112010000000PAG").unwrap();
        assert!(first.parts.is_complete());
        assert_eq!(first.newest(1).unwrap().name, "ENG26112010000000PAG002001_20261120.0002");
        assert_eq!(first.strangers.len(), 1, "{:?}", first.strangers);
        let second = packages.remove("26112010000001PAG").unwrap();
        assert_eq!(second.lacking(), "of its 2 files these are missing: 002");
        assert!(packages.is_empty());
    }

    #[tokio::test]
    async fn nothing_is_remembered_of_files_that_are_of_no_package() {
        let site = tempfile::tempdir().unwrap();
        let folder = |name: &str| site.path().join(name);
        for name in ["inbox", "outbox", "staging"] {
            std::fs::create_dir(folder(name)).unwrap();
        }
        for number in 0..1_000 {
            std::fs::write(folder("inbox").join(format!("foreign {number}")), "").unwrap();
        }
        let places = Places { inbox: folder("inbox"), outbox: folder("outbox"), staging: folder("staging") };
        let folders = LocalFolders::new(places, Permissions::default());
        let mut arrived = of_packages(folders.arrived().await.unwrap());
        let inbox = Inbox { poll: Duration::from_secs(9), settle: Duration::from_secs(2), seen: Mutex::default() };
        inbox.note(&arrived, Instant::now());
        assert!(inbox.seen().files.is_empty() && !inbox.seen().unsettled);
        std::fs::write(folder("inbox").join("ENG26112010000000PAG002002"), "").unwrap();
        arrived = of_packages(folders.arrived().await.unwrap());
        inbox.note(&arrived, Instant::now());
        assert!(inbox.seen().files.len() == 1 && inbox.seen().unsettled);
    }

    #[test]
    fn a_refused_package_is_looked_at_again_once_its_files_are_others() {
        let inbox = Inbox { poll: Duration::from_secs(9), settle: Duration::from_secs(2), seen: Mutex::default() };
        let of = |files: Vec<Arrived>| packages(files).remove("26112010000000PAG").unwrap();
        let before = || of(vec![file("ENG26112010000000PAG002001", 1), file("ENG26112010000000PAG002002", 1)]);
        let after = || of(vec![file("ENG26112010000000PAG002001", 1), file("ENG26112010000000PAG002002", 5)]);
        assert!(!inbox.is_sent_anew("26112010000000PAG", &before()), "as it was refused");
        assert!(!inbox.is_sent_anew("26112010000000PAG", &before()));
        assert!(inbox.is_sent_anew("26112010000000PAG", &after()));
        assert!(!inbox.is_sent_anew("26112010000000PAG", &after()), "it is told once");
    }

    #[test]
    fn a_file_is_settled_once_it_has_not_changed_for_a_while() {
        let inbox = Inbox { poll: Duration::from_secs(9), settle: Duration::from_secs(2), seen: Mutex::default() };
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(inbox.note(&[file("a", 1)], at(0)).is_empty());
        assert!(inbox.note(&[file("a", 2)], at(2)).is_empty(), "it grew");
        assert!(inbox.seen().unsettled);
        assert!(inbox.note(&[file("a", 2), file("b", 1)], at(4)).contains("a"));
        assert!(inbox.note(&[], at(5)).is_empty() && !inbox.seen().unsettled);
        assert!(inbox.note(&[file("a", 2)], at(9)).is_empty(), "one that went and came again is a new one");
    }
}
