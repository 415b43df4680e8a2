//! Files in and out.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    time::Instant,
};

use trackersync::trackers::pfiff::folders::{Delivered, Folders, GroupChoice, Permissions, Probe};

use crate::{
    openssh::is_root,
    site::{NAME, Site, bytes, is_permanent, names},
};

/// Twenty MiB, and some bytes more than whole requests have.
const LARGE: usize = (20 << 20) + 4711;

#[tokio::test(flavor = "multi_thread")]
async fn large_files_pass_both_ways_byte_by_byte() {
    let site = Site::start();
    let folders = site.folders();
    let content = bytes(LARGE, 1);
    let local = site.write("package", &content);
    folders.arrived().await.unwrap();
    let started = Instant::now();
    folders.stage(NAME, &local).await.unwrap();
    let up = started.elapsed().as_secs_f64();
    assert_eq!(folders.deliver(NAME, NAME).await.unwrap(), Delivered::Moved);
    assert!(fs::read(site.path("outbox").join(NAME)).unwrap() == content);
    fs::rename(site.path("outbox").join(NAME), site.path("inbox").join(NAME)).unwrap();
    let started = Instant::now();
    assert_eq!(folders.fetch(NAME, &site.path("copy"), LARGE as u64).await.unwrap(), LARGE as u64);
    let down = started.elapsed().as_secs_f64();
    assert!(fs::read(site.path("copy")).unwrap() == content);
    let rate = |seconds| LARGE as f64 / f64::from(1 << 20) / seconds;
    eprintln!("20 MiB: {:.1} MiB/s up, {:.1} MiB/s down", rate(up), rate(down));
    assert_eq!(site.server.log().matches("Accepted publickey").count(), 1, "one session serves all");
}

#[tokio::test]
async fn small_and_empty_files_pass_too() {
    let site = Site::start();
    let folders = site.folders();
    for size in [0, 1, (32 << 10) - 1, 32 << 10, (32 << 10) + 1] {
        let content = bytes(size, size as u64);
        let local = site.write("package", &content);
        folders.stage(NAME, &local).await.unwrap();
        assert_eq!(folders.staged(NAME).await.unwrap(), Some(size as u64));
        folders.deliver(NAME, NAME).await.unwrap();
        fs::rename(site.path("outbox").join(NAME), site.path("inbox").join(NAME)).unwrap();
        assert_eq!(folders.fetch(NAME, &site.path("copy"), size as u64).await.unwrap(), size as u64);
        assert!(fs::read(site.path("copy")).unwrap() == content);
    }
}

#[tokio::test]
async fn only_regular_files_arrive_and_are_fetched_within_their_limit() {
    let site = Site::start();
    let folders = site.folders();
    let secret = site.write("secret", "secret");
    site.write("inbox/ENG1", "12345");
    symlink(&secret, site.path("inbox/link")).unwrap();
    fs::create_dir(site.path("inbox/folder")).unwrap();
    let arrived = folders.arrived().await.unwrap();
    assert_eq!(arrived.len(), 1, "{arrived:?}");
    assert_eq!((arrived[0].name.as_str(), arrived[0].size), ("ENG1", 5));
    let modified = site.path("inbox/ENG1").metadata().unwrap().mtime();
    assert_eq!(arrived[0].changed.as_second(), modified);
    let into = site.path("copy");
    assert_eq!(folders.fetch("ENG1", &into, 5).await.unwrap(), 5);
    let fault = folders.fetch("ENG1", &into, 4).await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message.contains("longer than 4 bytes"), "{fault}");
    let fault = folders.fetch("link", &into, 100).await.unwrap_err();
    assert!(is_permanent(&fault) && fault.message.contains("symbolic link"), "{fault}");
    for elsewhere in ["../secret", "..", "folder/x", "a\0b"] {
        assert!(is_permanent(&folders.fetch(elsewhere, &into, 100).await.unwrap_err()), "{elsewhere:?}");
        assert!(is_permanent(&folders.remove(elsewhere).await.unwrap_err()), "{elsewhere:?}");
    }
    assert!(folders.fetch("none", &into, 100).await.unwrap_err().is_transient());
    fs::remove_dir_all(site.path("inbox")).unwrap();
    assert!(is_permanent(&folders.arrived().await.unwrap_err()), "an inbox that is not there is not empty");
}

#[tokio::test]
async fn many_files_are_listed() {
    let site = Site::start();
    for number in 0..1_234 {
        site.write(&format!("inbox/ENG{number}"), "x");
    }
    let mut arrived: Vec<String> = site.folders().arrived().await.unwrap().into_iter().map(|file| file.name).collect();
    arrived.sort();
    assert_eq!(arrived, names(&site.path("inbox")));
}

#[tokio::test]
async fn an_archive_keeps_all_that_have_one_name() {
    let site = Site::start();
    let folders = site.folders();
    for content in ["first", "second", "third"] {
        site.write("inbox/ENG1", content);
        folders.archive("ENG1", &site.path("archive")).await.unwrap();
    }
    folders.archive("ENG1", &site.path("archive")).await.unwrap();
    let kept = ["ENG1", "ENG1.1", "ENG1.2"].map(|name| fs::read_to_string(site.path("archive").join(name)).unwrap());
    assert_eq!(kept, ["first", "second", "third"]);
    site.write("inbox/ENG1", "fourth");
    let fault = folders.archive("ENG1", &site.path("nowhere")).await.unwrap_err();
    assert!(is_permanent(&fault), "{fault}");
    folders.remove("ENG1").await.unwrap();
    folders.remove("ENG1").await.unwrap();
    assert!(names(&site.path("inbox")).is_empty());
}

#[tokio::test]
async fn a_taken_name_is_a_collision_and_nothing_is_lost() {
    let site = Site::start();
    let folders = site.folders();
    site.write(&format!("outbox/{NAME}"), "theirs");
    let local = site.write("package", "mine!!");
    folders.stage(NAME, &local).await.unwrap();
    assert_eq!(folders.deliver(NAME, NAME).await.unwrap(), Delivered::Collision);
    assert_eq!(fs::read_to_string(site.path("outbox").join(NAME)).unwrap(), "theirs");
    assert_eq!(folders.staged(NAME).await.unwrap(), Some(6));
    // Only the bytes tell it from ours.
    let (staged, theirs) = (site.path("staging").join(NAME), site.path("outbox").join(NAME));
    fs::set_permissions(&theirs, staged.metadata().unwrap().permissions()).unwrap();
    let theirs = fs::File::options().write(true).open(theirs).unwrap();
    theirs.set_modified(staged.metadata().unwrap().modified().unwrap()).unwrap();
    assert_eq!(folders.deliver(NAME, NAME).await.unwrap(), Delivered::Collision);
    fs::remove_file(site.path("outbox").join(NAME)).unwrap();
    assert_eq!(folders.deliver(NAME, NAME).await.unwrap(), Delivered::Moved);
    assert_eq!(folders.deliver(NAME, NAME).await.unwrap(), Delivered::NotThere);
    assert_eq!(folders.in_outbox(NAME).await.unwrap(), Some(6));
    folders.unstage(NAME).await.unwrap();
}

#[tokio::test]
async fn a_rename_that_the_server_did_by_half_is_ended() {
    let site = Site::start();
    let folders = site.folders();
    let local = site.write("package", "ours");
    folders.stage(NAME, &local).await.unwrap();
    fs::hard_link(site.path("staging").join(NAME), site.path("outbox").join(NAME)).unwrap();
    assert_eq!(folders.deliver(NAME, NAME).await.unwrap(), Delivered::Moved);
    assert!(names(&site.path("staging")).is_empty());
    assert_eq!(names(&site.path("outbox")), [NAME]);
}

#[tokio::test]
async fn what_an_earlier_attempt_left_is_replaced_and_not_written_through() {
    let site = Site::start();
    let folders = site.folders();
    let local = site.write("package", "short");
    site.write(&format!("staging/{NAME}"), "much longer than what comes now");
    folders.stage(NAME, &local).await.unwrap();
    assert_eq!(folders.staged(NAME).await.unwrap(), Some(5));
    let victim = site.write("victim", "precious");
    fs::remove_file(site.path("staging").join(NAME)).unwrap();
    symlink(&victim, site.path("staging").join(NAME)).unwrap();
    folders.stage(NAME, &local).await.unwrap();
    assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
    assert_eq!(folders.staged(NAME).await.unwrap(), Some(5));
}

#[tokio::test]
async fn mode_and_group_are_as_set() {
    let site = Site::start();
    let local = site.write("package", "ours");
    let own = site.path("outbox").metadata().unwrap().gid();
    // An account that is not root may be in one group only.
    let other = if is_root() { own + 1 } else { own };
    std::os::unix::fs::chown(site.path("outbox"), None, Some(other)).unwrap();
    let staged = async |permissions| {
        site.folders_by(site.ssh(), permissions).stage(NAME, &local).await.unwrap();
        let metadata = site.path("staging").join(NAME).metadata().unwrap();
        (metadata.permissions().mode() & 0o7777, metadata.gid())
    };
    assert_eq!(staged(Permissions::default()).await, (0o664, other));
    assert_eq!(staged(Permissions { mode: 0o600, group: None }).await, (0o600, own));
    assert_eq!(staged(Permissions { mode: 0o666, group: Some(GroupChoice::Id(own)) }).await, (0o666, own));
}

#[tokio::test]
async fn absence_is_not_told_of_a_folder_that_is_not_there() {
    let site = Site::start();
    let folders = site.folders();
    let local = site.write("package", "ours");
    folders.stage(NAME, &local).await.unwrap();
    fs::rename(site.path("outbox"), site.path("away")).unwrap();
    assert!(is_permanent(&folders.deliver(NAME, NAME).await.unwrap_err()));
    assert!(is_permanent(&folders.in_outbox(NAME).await.unwrap_err()));
    fs::rename(site.path("away"), site.path("outbox")).unwrap();
    fs::rename(site.path("staging"), site.path("away")).unwrap();
    assert!(is_permanent(&folders.deliver(NAME, NAME).await.unwrap_err()));
    assert!(is_permanent(&folders.staged(NAME).await.unwrap_err()));
    assert!(is_permanent(&folders.stage(NAME, &local).await.unwrap_err()));
}

#[tokio::test]
async fn good_folders_are_found_good_and_bad_ones_are_told() {
    let site = Site::start();
    let folders = site.folders();
    let probes = folders.probe().await;
    assert_eq!(probes.len(), 4);
    assert!(probes.iter().all(Probe::is_good), "{probes:?}");
    for folder in ["inbox", "outbox", "staging"] {
        assert!(names(&site.path(folder)).is_empty(), "something was left in {folder}");
    }
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    fs::remove_dir(site.path("outbox")).unwrap();
    symlink(elsewhere.path(), site.path("outbox")).unwrap();
    let wrong: Vec<Probe> = folders.probe().await.into_iter().filter(|probe| !probe.is_good()).collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].tried.contains("moving it to"), "{wrong:?}");
    assert!(names(&site.path("staging")).is_empty());
    let local = site.write("package", "ours");
    folders.stage(NAME, &local).await.unwrap();
    let fault = folders.deliver(NAME, NAME).await.unwrap_err();
    assert!(is_permanent(&fault) && fault.hint.as_deref().unwrap().contains("one file system"), "{fault}");
    fs::remove_dir(site.path("inbox")).unwrap();
    fs::write(&site.known_hosts, "").unwrap();
    assert_eq!(site.folders().probe().await.len(), 1, "without a connection there is nothing else to try");
}
