use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use super::{
    super::{GroupChoice, refusal},
    moving::look_then_rename,
    *,
};
use crate::sync::fault::FaultKind;

const NAME: &str = "ENG26112010000000PAG001001";

struct Site {
    root: tempfile::TempDir,
    folders: LocalFolders,
}

impl Site {
    fn new() -> Self {
        Self::with(|root| root.join("staging"), Permissions::default())
    }

    fn with(staging: impl FnOnce(&Path) -> PathBuf, permissions: Permissions) -> Self {
        let root = tempfile::tempdir().unwrap();
        let places =
            Places { inbox: root.path().join("inbox"), outbox: root.path().join("outbox"), staging: staging(root.path()) };
        for folder in [&places.inbox, &places.outbox, &places.staging] {
            fs::create_dir_all(folder).unwrap();
        }
        fs::create_dir(root.path().join("archive")).unwrap();
        let folders = LocalFolders::new(places, permissions);
        Self { root, folders }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, content: &str) -> PathBuf {
        let path = self.path(path);
        fs::write(&path, content).unwrap();
        path
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }
}

fn is_permanent(fault: &Fault) -> bool {
    fault.kind == FaultKind::Permanent
}

#[tokio::test]
async fn only_regular_files_arrive() {
    let site = Site::new();
    site.write("inbox/ENG1", "12345");
    site.write("secret", "secret");
    symlink(site.path("secret"), site.path("inbox/link")).unwrap();
    fs::create_dir(site.path("inbox/folder")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, site.path("inbox/pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let before = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1);
    let arrived = site.folders.arrived().await.unwrap();
    assert_eq!(arrived.len(), 1, "{arrived:?}");
    assert_eq!((arrived[0].name.as_str(), arrived[0].size), ("ENG1", 5));
    assert!(arrived[0].changed > before);
    fs::remove_dir_all(site.path("inbox")).unwrap();
    let fault = site.folders.arrived().await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message.contains("inbox"), "an inbox that is not there is not empty: {fault}");
}

#[tokio::test]
async fn what_is_fetched_is_a_regular_file_within_its_limit() {
    let site = Site::new();
    site.write("inbox/ENG1", "12345");
    let into = site.path("copy");
    assert_eq!(site.folders.fetch("ENG1", &into, 5).await.unwrap(), 5);
    assert_eq!(site.read("copy"), "12345");
    let fault = site.folders.fetch("ENG1", &into, 4).await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message.contains("longer than 4 bytes"), "{fault}");
    site.write("secret", "secret");
    symlink(site.path("secret"), site.path("inbox/link")).unwrap();
    let fault = site.folders.fetch("link", &into, 100).await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message == refusal::link(&site.path("inbox/link").display().to_string()).message);
    rustix::fs::mknodat(rustix::fs::CWD, site.path("inbox/pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(is_permanent(&site.folders.fetch("pipe", &into, 100).await.unwrap_err()));
    assert!(is_permanent(&site.folders.fetch("../secret", &into, 100).await.unwrap_err()));
    assert!(site.folders.fetch("none", &into, 100).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn an_archive_keeps_all_that_have_one_name() {
    let site = Site::new();
    for content in ["first", "second", "third"] {
        site.write("inbox/ENG1", content);
        site.folders.archive("ENG1", &site.path("archive")).await.unwrap();
    }
    site.folders.archive("ENG1", &site.path("archive")).await.unwrap();
    let kept = ["ENG1", "ENG1.1", "ENG1.2"].map(|name| site.read(&format!("archive/{name}")));
    assert_eq!(kept, ["first", "second", "third"]);
    site.write("inbox/ENG1", "fourth");
    let fault = site.folders.archive("ENG1", &site.path("nowhere")).await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message.contains("nowhere"), "{fault}");
    assert!(site.path("inbox/ENG1").exists());
    site.folders.remove("ENG1").await.unwrap();
    site.folders.remove("ENG1").await.unwrap();
    assert!(site.folders.arrived().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_is_staged_with_its_mode_and_delivered_once() {
    let site = Site::new();
    let local = site.write("package", "first");
    site.folders.stage(NAME, &local).await.unwrap();
    let local = site.write("package", "again, and longer");
    site.folders.stage(NAME, &local).await.unwrap();
    let staged = site.path("staging").join(NAME).metadata().unwrap();
    assert_eq!(staged.permissions().mode() & 0o7777, 0o664);
    assert_eq!(site.folders.staged(NAME).await.unwrap(), Some(17));
    assert_eq!(site.folders.in_outbox(NAME).await.unwrap(), None);
    assert_eq!(site.folders.deliver(NAME, NAME).await.unwrap(), Delivered::Moved);
    assert_eq!(site.folders.deliver(NAME, NAME).await.unwrap(), Delivered::NotThere);
    assert_eq!(site.folders.staged(NAME).await.unwrap(), None);
    assert_eq!(site.folders.in_outbox(NAME).await.unwrap(), Some(17));
    assert_eq!(site.read(&format!("outbox/{NAME}")), "again, and longer");
}

#[tokio::test]
async fn a_taken_name_is_a_collision_and_nothing_is_lost() {
    let site = Site::new();
    site.write(&format!("outbox/{NAME}"), "theirs");
    let local = site.write("package", "ours");
    site.folders.stage(NAME, &local).await.unwrap();
    assert_eq!(site.folders.deliver(NAME, NAME).await.unwrap(), Delivered::Collision);
    assert_eq!(site.read(&format!("outbox/{NAME}")), "theirs");
    assert_eq!(site.folders.staged(NAME).await.unwrap(), Some(4));
    site.folders.unstage(NAME).await.unwrap();
    site.folders.unstage(NAME).await.unwrap();
    assert_eq!(site.folders.staged(NAME).await.unwrap(), None);
}

#[tokio::test]
async fn absence_is_not_told_of_a_folder_that_is_not_there() {
    let site = Site::new();
    let local = site.write("package", "ours");
    site.folders.stage(NAME, &local).await.unwrap();
    fs::rename(site.path("outbox"), site.path("away")).unwrap();
    assert!(is_permanent(&site.folders.deliver(NAME, NAME).await.unwrap_err()));
    assert!(is_permanent(&site.folders.in_outbox(NAME).await.unwrap_err()));
    fs::rename(site.path("away"), site.path("outbox")).unwrap();
    fs::rename(site.path("staging"), site.path("away")).unwrap();
    assert!(is_permanent(&site.folders.deliver(NAME, NAME).await.unwrap_err()));
    assert!(is_permanent(&site.folders.staged(NAME).await.unwrap_err()));
    assert!(is_permanent(&site.folders.stage(NAME, &local).await.unwrap_err()));
}

#[tokio::test]
async fn what_lies_in_staging_is_not_written_through() {
    let site = Site::new();
    let victim = site.write("victim", "precious");
    symlink(&victim, site.path("staging").join(NAME)).unwrap();
    let local = site.write("package", "ours");
    site.folders.stage(NAME, &local).await.unwrap();
    assert_eq!(site.read("victim"), "precious");
    assert_eq!(site.folders.staged(NAME).await.unwrap(), Some(4));
}

#[tokio::test]
async fn the_group_is_that_of_the_outbox_where_we_may() {
    let site = Site::new();
    let own = site.path("outbox").metadata().unwrap().gid();
    let other = own + 1;
    let may = std::os::unix::fs::chown(site.path("outbox"), None, Some(other)).is_ok();
    let local = site.write("package", "ours");
    site.folders.stage(NAME, &local).await.unwrap();
    let got = site.path("staging").join(NAME).metadata().unwrap().gid();
    assert_eq!(got, if may { other } else { own });
    let left_alone = Site::with(|root| root.join("staging"), Permissions { mode: 0o600, group: None });
    let local = left_alone.write("package", "ours");
    left_alone.folders.stage(NAME, &local).await.unwrap();
    let metadata = left_alone.path("staging").join(NAME).metadata().unwrap();
    assert_eq!((metadata.gid(), metadata.permissions().mode() & 0o7777), (own, 0o600));
    let by_number = Permissions { mode: 0o664, group: Some(GroupChoice::Id(other)) };
    let by_number = Site::with(|root| root.join("staging"), by_number);
    let local = by_number.write("package", "ours");
    by_number.folders.stage(NAME, &local).await.unwrap();
    assert_eq!(by_number.path("staging").join(NAME).metadata().unwrap().gid(), got);
}

/// A folder on another file system than that of temporary files: shared memory, which every Linux has.
fn elsewhere() -> tempfile::TempDir {
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let here = std::env::temp_dir().metadata().unwrap().dev();
    assert_ne!(elsewhere.path().metadata().unwrap().dev(), here, "temporary files are in shared memory here: set TMPDIR");
    elsewhere
}

#[tokio::test]
async fn staging_on_another_file_system_is_told() {
    let elsewhere = elsewhere();
    let site = Site::with(|_| elsewhere.path().to_owned(), Permissions::default());
    let local = site.write("package", "ours");
    site.folders.stage(NAME, &local).await.unwrap();
    let fault = site.folders.deliver(NAME, NAME).await.unwrap_err();
    assert!(is_permanent(&fault) && fault.hint.as_deref().unwrap().contains("one file system"), "{fault}");
    assert_eq!(site.folders.in_outbox(NAME).await.unwrap(), None);
    let wrong: Vec<Probe> = site.folders.probe().await.into_iter().filter(|probe| !probe.is_good()).collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].got.contains("staging is on device"), "{wrong:?}");
    site.write("inbox/ENG1", "x");
    let fault = site.folders.archive("ENG1", elsewhere.path()).await.unwrap_err();
    assert!(fault.hint.as_deref().unwrap().contains("archive must be"), "{fault}");
}

#[test]
fn looking_first_does_not_replace_either() {
    let root = tempfile::tempdir().unwrap();
    let (from, to) = (root.path().join("from"), root.path().join("to"));
    fs::write(&from, "from").unwrap();
    symlink("nowhere", &to).unwrap();
    assert_eq!(look_then_rename(&from, &to).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    fs::remove_file(&to).unwrap();
    look_then_rename(&from, &to).unwrap();
    assert_eq!(fs::read_to_string(&to).unwrap(), "from");
    assert_eq!(look_then_rename(&from, &to).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    fs::remove_file(&to).unwrap();
    assert_eq!(look_then_rename(&from, &to).unwrap_err().kind(), std::io::ErrorKind::NotFound);
}

#[tokio::test]
async fn good_folders_are_found_good_and_missing_ones_are_told() {
    let site = Site::new();
    let probes = site.folders.probe().await;
    assert_eq!(probes.len(), 5);
    assert!(probes.iter().all(Probe::is_good), "{probes:?}");
    fs::remove_dir(site.path("outbox")).unwrap();
    let wrong = site.folders.probe().await.into_iter().filter(|probe| !probe.is_good()).count();
    assert_eq!(wrong, 2, "it cannot be written to, nor is it on any device");
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_read_is_not_taken_for_complete() {
    let site = Site::new();
    let growing = site.write("inbox/ENG1", "");
    let into = site.path("copy");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            use std::io::Write as _;
            let mut file = fs::OpenOptions::new().append(true).open(&growing).unwrap();
            while !stop.load(Ordering::Relaxed) {
                file.write_all(&[b'x'; 4096]).unwrap();
            }
        });
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        let seen = loop {
            let outcome = inbox::fetch(&growing, &into, 64 << 20);
            if outcome.as_ref().is_err_and(|fault| fault.is_transient() && fault.message.contains("still being written")) {
                break true;
            }
            if std::time::Instant::now() > deadline {
                break false;
            }
        };
        stop.store(true, Ordering::Relaxed);
        assert!(seen);
    });
}
