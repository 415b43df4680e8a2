//! Where recordings of real trackers are, if they are at hand.

use std::path::PathBuf;

/// A folder of recordings. Where the tests of the project run, next to the recordings, their absence is a failure.
pub fn recordings(folder: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let given = std::env::var_os("TRACKERSYNC_REFERENCE_DATA").map(PathBuf::from);
    let required = given.is_some() || (std::env::var_os("CI").is_some() && beside.is_dir());
    let folder = given.unwrap_or_else(|| beside.join("data")).join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(!required, "no recordings at {}", folder.display());
    eprintln!("NOT TESTED: no recordings at {}; TRACKERSYNC_REFERENCE_DATA names another folder", folder.display());
    None
}
