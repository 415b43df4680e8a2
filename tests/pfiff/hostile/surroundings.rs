//! What must stay as it is while packages are taken in, and what it may cost.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

/// What is in a folder, however deep: where links lead, sizes, and times of files.
pub type Tree = BTreeMap<PathBuf, (Option<PathBuf>, u64, Option<SystemTime>)>;

/// Lists a folder; what `is_ours` says of is left out.
pub fn list(folder: &Path, is_ours: &dyn Fn(&Path) -> bool) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            if is_ours(&path) {
                continue;
            }
            if metadata.is_dir() {
                folders.push(path.clone());
                tree.insert(path, (None, 0, None));
            } else {
                let changed = metadata.modified().unwrap();
                tree.insert(path.clone(), (fs::read_link(&path).ok(), metadata.len(), Some(changed)));
            }
        }
    }
    tree
}

/// Files of this machine that hostile names lead to.
pub fn watched() -> Vec<Option<Vec<u8>>> {
    let places = ["/etc/passwd", "/tmp/evil.txt", "/evil.txt", "/tmp/evil.xml", "evil.txt", "../evil.txt", "C:\\evil.txt"];
    places.map(|place| fs::read(place).ok()).into()
}

/// The memory of this process in kB: now, and at the most so far.
pub fn memory() -> (u64, u64) {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (of("VmRSS:"), of("VmHWM:"))
}

/// Waits until something is so, for as long as many packages take.
pub async fn long_until(what: &str, limit: Duration, so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + limit;
    while !so().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
