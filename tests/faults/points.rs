//! The list of crash points is complete: each call of a port that writes has its two, and what is left out only reads.

use std::{collections::BTreeSet, path::Path};

use trackersync::crash::{STEPS, points};

/// Calls that leave nothing behind that outlives the process.
const READS: [(&str, &[&str]); 6] = [
    (
        "Records",
        &[
            "now",
            "link_of_remote",
            "link_of_local",
            "linked",
            "links",
            "copies",
            "open_intents",
            "open_creations",
            "knows_intent",
            "mark",
            "spent",
        ],
    ),
    (
        "Tracker",
        &[
            "name",
            "equality",
            "read",
            "read_several",
            "matches",
            "list",
            "find_linked",
            "linked_remote",
            "mirrored_attributes",
            "find_marked",
            "creation_token",
            "came_of_one",
            "open_file",
            "find_effect",
            "who_am_i",
            "is_us",
            "schema",
            "place",
            "values_in",
            "preflight",
        ],
    ),
    (
        "PackageRecords",
        &[
            "now",
            "arrived_package",
            "arrived_packages",
            "unannounced",
            "mirrored",
            "mirrored_files",
            "annotations",
            "mirrored_issues",
            "unanswered",
            "open_package",
            "answers",
            "outgoing_packages",
        ],
    ),
    ("Folders", &["arrived", "staged", "in_outbox", "probe", "changed"]),
    ("Queue", &["subscribe", "ping", "depths"]),
    // A lease that is prolonged and a text that is kept are for those who live.
    ("Coordination", &["renew", "generation", "is_covered", "recall", "keep", "drop_kept", "ping"]),
];

fn source(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path)).unwrap()
}

/// The names of a trait's functions.
fn functions<'a>(source: &'a str, name: &str) -> BTreeSet<&'a str> {
    let begin = source.find(&format!("pub trait {name}:")).unwrap_or_else(|| panic!("no trait {name}"));
    let body = &source[begin..begin + source[begin..].find("\n}").unwrap()];
    body.lines()
        .filter_map(|line| line.trim().strip_prefix("async fn ").or_else(|| line.trim().strip_prefix("fn ")))
        .map(|rest| rest.split('(').next().unwrap())
        .collect()
}

fn steps(port: &str) -> BTreeSet<&'static str> {
    STEPS.iter().find(|(name, _)| *name == port).unwrap().1.iter().copied().collect()
}

fn assert_complete(of_trait: &BTreeSet<&str>, name: &str, steps: &BTreeSet<&str>) {
    let reads: BTreeSet<&str> = READS.iter().find(|(of, _)| *of == name).unwrap().1.iter().copied().collect();
    assert_eq!(steps.intersection(&reads).count(), 0, "{name}: a call cannot both read and write");
    let listed: BTreeSet<&str> = steps.union(&reads).copied().collect();
    assert_eq!(listed, *of_trait, "{name}: a call is neither a crash point nor known to read, or is no call any more");
}

#[test]
fn each_call_of_a_port_that_writes_is_a_crash_point() {
    let (records, tracker) = (source("sync/ports/records.rs"), source("sync/ports/tracker.rs"));
    assert_complete(&functions(&records, "Records"), "Records", &steps("records"));
    assert_complete(&functions(&tracker, "Tracker"), "Tracker", &steps("local"));
    assert_eq!(steps("local"), steps("remote"));
    let (packages, folders) = (source("sync/ports/package_records.rs"), source("trackers/pfiff/folders/mod.rs"));
    assert_complete(&functions(&packages, "PackageRecords"), "PackageRecords", &steps("packages"));
    assert_complete(&functions(&folders, "Folders"), "Folders", &steps("folders"));
    assert_complete(&functions(&source("coordination/mod.rs"), "Coordination"), "Coordination", &steps("coordination"));
    // A publication is one of three, by where it goes.
    let queue = source("queue/mod.rs");
    let (queues, settles) = (functions(&queue, "Queue"), functions(&queue, "Settle"));
    let mut calls: BTreeSet<&str> = steps("queue").difference(&settles).copied().collect();
    let publications = calls.len();
    calls.retain(|call| !call.starts_with("publish_"));
    assert_eq!(publications - calls.len(), 3);
    calls.insert("publish");
    assert_complete(&queues, "Queue", &calls);
    assert!(settles.is_subset(&steps("queue")) && !settles.is_empty(), "{settles:?}");
}

#[test]
fn each_crash_point_stands_once_in_the_code() {
    for (port, file) in [
        ("records", "records"),
        ("local", "tracker"),
        ("queue", "queue"),
        ("coordination", "coordination"),
        ("packages", "packages"),
        ("folders", "packages"),
        ("storage", "mod"),
        ("http", "mod"),
    ] {
        let code = source(&format!("crash/{file}.rs"));
        for call in steps(port) {
            let times = code.lines().filter(|line| line.contains("step(") && line.contains(&format!("\"{call}\""))).count();
            let named = code.lines().filter(|line| line.contains(&format!("=> \"{call}\""))).count();
            assert_eq!(times + named, 1, "{port}.{call} in crash/{file}.rs");
        }
    }
    assert_eq!(points().len(), 2 * STEPS.iter().map(|(_, calls)| calls.len()).sum::<usize>());
    assert_eq!(points().iter().collect::<BTreeSet<_>>().len(), points().len(), "a name is given twice");
}

/// The journal is written where a run says so and nowhere else: each of these calls goes through the records, and so past its points.
#[test]
fn the_engine_writes_through_its_ports_only() {
    let app: String = ["mod", "adapters", "engines"].map(|file| source(&format!("app/{file}.rs"))).concat();
    for wrapped in [
        "crash::records(",
        "crash::package_records(",
        ".map(crash::folders)",
        "crash::tracker(Side::Local",
        "crash::tracker(Side::Remote",
        "crash::queue(",
        "crash::coordination(",
    ] {
        assert_eq!(app.matches(wrapped).count(), 1, "{wrapped}");
    }
    let storage = source("trackers/pfiff/storage.rs");
    assert_eq!(storage.matches("crash::stored(").count(), 1);
    assert_eq!(storage.matches("BufWriter::").count(), 1, "whatever is put into the storage is put in one place");
}
