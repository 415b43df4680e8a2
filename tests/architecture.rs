//! The laws of the layout, read from the sources: which module may name which, and what no file may hold.

#[path = "architecture/edges.rs"]
mod edges;
#[path = "architecture/laws.rs"]
mod laws;
#[path = "architecture/sources.rs"]
mod sources;

use laws::{Edge, broken_law};
use sources::{Source, all};

/// A file longer than this is about more than one thing.
const LONGEST_FILE: usize = 450;
/// What the engine must not know of: the web, queues, databases, HTTP.
const FOREIGN_TO_SYNC: [&str; 6] = ["actix_web", "lapin", "sqlx", "reqwest", "redis", "deadpool_redis"];

fn edges_of(source: &Source) -> Vec<Edge> {
    edges::paths(&source.code, &source.module).into_iter().map(|to| Edge { from: source.module.clone(), to }).collect()
}

#[test]
fn no_module_names_one_that_it_must_not_know() {
    let sources = all();
    let edges: Vec<(String, Edge)> =
        sources.iter().flat_map(|source| edges_of(source).into_iter().map(|edge| (source.name.clone(), edge))).collect();
    assert!(edges.len() > 300, "only {} edges were found: the reading is broken", edges.len());
    let broken: Vec<String> = edges
        .iter()
        .filter_map(|(file, edge)| broken_law(edge).map(|law| format!("{file}: {} ({law})", edge.to.join("::"))))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_part_of_the_flow_was_looked_at() {
    let sources = all();
    for part in ["intake", "queue", "worker", "sync", "trackers", "store", "coordination", "config", "telemetry", "formats"] {
        let edges: usize = sources.iter().filter(|source| source.module[0] == part).map(|source| edges_of(source).len()).sum();
        assert!(edges > 0, "no edge of {part} was found: has it moved?");
    }
}

#[test]
fn the_engine_imports_no_web_queue_database_or_http_crate() {
    let sources = all();
    let engine: Vec<&Source> = sources.iter().filter(|source| source.module[0] == "sync").collect();
    assert!(!engine.is_empty());
    for source in engine {
        for foreign in FOREIGN_TO_SYNC {
            let named = edges::words(&source.code).any(|word| word == foreign);
            assert!(!named, "{} names the crate {foreign}", source.name);
        }
    }
}

#[test]
fn formats_import_no_web_queue_database_or_http_crate() {
    let sources = all();
    let formats: Vec<&Source> = sources.iter().filter(|source| source.module[0] == "formats").collect();
    assert!(!formats.is_empty());
    for source in formats {
        for foreign in FOREIGN_TO_SYNC {
            let named = edges::words(&source.code).any(|word| word == foreign);
            assert!(!named, "{} names the crate {foreign}", source.name);
        }
    }
}

#[test]
fn no_file_is_longer_than_one_subject_needs() {
    for source in all() {
        assert!(source.lines <= LONGEST_FILE, "{} has {} lines; split it", source.name, source.lines);
    }
}

#[test]
fn nothing_outside_tests_may_panic_by_unwrapping_or_was_left_to_be_done() {
    for source in all() {
        for (number, line) in source.code.lines().enumerate() {
            for forbidden in [".unwrap()", ".expect(", ".unwrap_err()", "todo!", "unimplemented!", "dbg!"] {
                assert!(!line.contains(forbidden), "{}:{}: {}", source.name, number + 1, line.trim());
            }
        }
    }
}
