//! Crash points: where a process kills itself when a test asks for it, as a loss of power would. Behind the feature `crash-points`.
//!
//! Whatever outlives a process is written through one of a few ports: the records, the two trackers, the queue, the coordination. A
//! death between two such calls leaves the same behind wherever in between it comes, so there is a point before and a point after
//! each call that writes. What lies between two requests of one call to a tracker is told apart by the points of HTTP.

mod coordination;
mod packages;
mod queue;
mod records;
mod tracker;

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU32, Ordering},
};

use reqwest::Method;

use crate::{
    coordination::Coordination,
    queue::Queue,
    sync::{
        issue::Side,
        ports::{PackageRecords, Records, Tracker},
    },
    trackers::pfiff::folders::Folders,
};

/// Says where: the name of a point as in [`points`], or its number there, then `:` and which time; the first if that is left out.
pub const CRASH_AT: &str = "TRACKERSYNC_CRASH_AT";

/// Calls that write, by port. Reading leaves nothing behind, so there is nothing to tell apart before and after it.
pub const STEPS: [(&str, &[&str]); 9] = [
    (
        "records",
        &[
            "ensure_link",
            "save_link",
            "open_intent",
            "close_intent",
            "note_text",
            "surrender_intent",
            "drop_intent",
            "set_mark",
            "spend",
            "forget_spent",
            "audit",
        ],
    ),
    ("local", TRACKER),
    ("remote", TRACKER),
    ("http", &["write"]),
    ("queue", &["publish_now", "publish_later", "publish_dead", "park_raw", "ack", "release"]),
    ("coordination", &["acquire", "release", "claim", "finish", "forget", "bump", "cover"]),
    (
        "packages",
        &[
            "ingest",
            "refuse",
            "announced",
            "set_own",
            "add_annotation",
            "edit_annotation",
            "remove_annotation",
            "add_own_file",
            "pack",
            "begin_staging",
            "note_staged",
            "note_sent",
        ],
    ),
    ("folders", &["fetch", "archive", "remove", "stage", "deliver", "unstage"]),
    ("storage", &["put"]),
];

const TRACKER: &[&str] = &[
    "create",
    "create_marked",
    "set_fields",
    "add_message",
    "edit_message",
    "remove_message",
    "add_file",
    "mirror",
    "mark_linked",
];

/// The names of all points, in the order of their numbers: `records.save_link.before`.
#[must_use]
pub fn points() -> Vec<String> {
    let steps = STEPS.iter().flat_map(|(port, calls)| calls.iter().map(move |call| (port, call)));
    steps.flat_map(|(port, call)| ["before", "after"].map(|when| format!("{port}.{call}.{when}"))).collect()
}

/// The point that this process is to die at, and how often it is passed before.
struct Appointment {
    point: String,
    left: AtomicU32,
}

static APPOINTMENT: LazyLock<Option<Appointment>> = LazyLock::new(|| appointment(&std::env::var(CRASH_AT).ok()?));

fn appointment(text: &str) -> Option<Appointment> {
    let (name, hit) = text.split_once(':').unwrap_or((text, "1"));
    let all = points();
    let numbered = name.parse().ok().and_then(|number: usize| all.get(number)).cloned();
    let point = numbered.or_else(|| all.into_iter().find(|point| point == name))?;
    Some(Appointment { point, left: AtomicU32::new(hit.parse().ok()?) })
}

/// Passes a point. If it is the one, nothing after it happens.
fn pass(port: &str, call: &str, when: &str) {
    let Some(appointment) = &*APPOINTMENT else { return };
    if appointment.point == format!("{port}.{call}.{when}") && appointment.left.fetch_sub(1, Ordering::SeqCst) == 1 {
        die();
    }
}

#[allow(unsafe_code, reason = "no safe call ends a process as a loss of power does")]
fn die() -> ! {
    // SAFETY: both calls take and return plain numbers. The signal is delivered to this process before `kill` returns.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
    std::process::abort()
}

/// Makes a call between its two points.
async fn step<T>(port: &str, call: &str, made: impl Future<Output = T>) -> T {
    pass(port, call, "before");
    let outcome = made.await;
    pass(port, call, "after");
    outcome
}

/// Makes a request to a tracker; one that asks for nothing but an answer is no point.
pub async fn request<T>(method: &Method, made: impl Future<Output = T>) -> T {
    if method.is_safe() { made.await } else { step("http", "write", made).await }
}

/// Puts an attachment where it waits between a package and a tracker.
pub async fn stored<T>(put: impl Future<Output = T>) -> T {
    step("storage", "put", put).await
}

/// The records, with their points.
#[must_use]
pub fn records(inner: Arc<dyn Records>) -> Arc<dyn Records> {
    Arc::new(records::Pointed(inner))
}

/// The records of packages, with their points.
#[must_use]
pub fn package_records(inner: Arc<dyn PackageRecords>) -> Arc<dyn PackageRecords> {
    Arc::new(packages::PointedRecords(inner))
}

/// The folders of an OFTP server, with their points.
#[must_use]
pub fn folders(inner: Arc<dyn Folders>) -> Arc<dyn Folders> {
    Arc::new(packages::PointedFolders(inner))
}

/// A tracker of one side, with its points.
#[must_use]
pub fn tracker(side: Side, inner: Arc<dyn Tracker>) -> Arc<dyn Tracker> {
    Arc::new(tracker::Pointed { port: side.name(), inner })
}

/// The queue, with its points.
#[must_use]
pub fn queue(inner: Arc<dyn Queue>) -> Arc<dyn Queue> {
    Arc::new(queue::Pointed(inner))
}

/// The coordination, with its points.
#[must_use]
pub fn coordination(inner: Arc<dyn Coordination>) -> Arc<dyn Coordination> {
    Arc::new(coordination::Pointed(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_named_or_numbered_and_may_have_a_count() {
        let told = |text: &str| appointment(text).map(|one| (one.point, one.left.into_inner()));
        assert_eq!(told("records.save_link.after"), Some(("records.save_link.after".to_owned(), 1)));
        assert_eq!(told("records.save_link.after:3"), Some(("records.save_link.after".to_owned(), 3)));
        assert_eq!(told("0:2"), Some((points()[0].clone(), 2)));
        for wrong in ["records.save_link", "999", "records.save_link.after:x", ""] {
            assert_eq!(told(wrong), None, "{wrong}");
        }
    }
}
