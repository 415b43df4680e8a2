//! Homes of Roundup trackers: one is made from the classic template and kept beside the build, each test works on a copy.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The secret of Roundup's deliveries.
pub const SECRET: &str = "whsec_dHJhY2tlcnN5bmMgdGVzdCBzZWNyZXQ=";

const HINT: &str = "this test needs a real Roundup: start the tests by tests/run, or set TRACKERSYNC_TEST_PYTHON to a Python \
                    that has roundup 2.6.0";
/// What a kept tracker was made from; it is made anew when one of these changes.
const INGREDIENTS: [&str; 6] = [
    "tests/kit/roundup/make_tracker.py",
    "deploy/roundup/schema-additions.py",
    "deploy/roundup/detectors-config.ini.example",
    "deploy/roundup/ext_msg_key.py",
    "deploy/roundup/trackersync_reactor.py",
    "deploy/roundup/trackersync_forwarder.py",
];
const COPY: &str = "import sys; sys.path.insert(0, sys.argv[1]); import make_tracker; make_tracker.copy(*sys.argv[2:7])";

/// A file of this repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A Python that has Roundup.
pub fn python() -> PathBuf {
    let python =
        std::env::var_os("TRACKERSYNC_TEST_PYTHON").map_or_else(|| repository("target/test-venv/bin/python"), PathBuf::from);
    let check = Command::new(&python).args(["-c", "import roundup"]).stderr(Stdio::null()).status();
    assert!(check.is_ok_and(|status| status.success()), "{HINT} (tried {})", python.display());
    python
}

/// Makes a tracker that is served at `web` and posts to `receiver` (empty: nowhere).
pub fn make(home: &Path, web: &str, receiver: &str) {
    let original = original();
    let mut command = Command::new(python());
    command.arg("-c").arg(COPY).arg(repository("tests/kit/roundup")).arg(original).arg(home);
    run(command.args([web, receiver, SECRET]));
}

fn original() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(folder).unwrap();
    let lock = File::create(folder.join("roundup-original.lock")).unwrap();
    lock.lock().unwrap();
    let (home, stamp) = (folder.join("roundup-original"), folder.join("roundup-original.stamp"));
    let wanted: Vec<u8> = INGREDIENTS.iter().flat_map(|path| fs::read(repository(path)).unwrap()).collect();
    if fs::read(&stamp).is_ok_and(|made_from| made_from == wanted) {
        return home;
    }
    let _ = fs::remove_dir_all(&home);
    let mut command = Command::new(python());
    command.arg(repository("tests/kit/roundup/make_tracker.py")).arg("--home").arg(&home);
    command.args(["--web", "http://127.0.0.1:1/tracker/", "--receiver-url", "http://127.0.0.1:1/", "--secret", SECRET]);
    run(&mut command);
    fs::write(stamp, wanted).unwrap();
    home
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&done.stderr));
}
