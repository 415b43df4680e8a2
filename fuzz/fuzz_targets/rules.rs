//! Any text is a list of rules or has findings; whatever compiles can be evaluated in each phase, and applying what was decided
//! never makes a later evaluation panic.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use trackersync::{
    config::{
        node::{NodeValue, Table, from_toml},
        place::Source,
        section::{Findings, Section},
    },
    sync::{
        issue::{Base, Side, Snapshot},
        rules::{Options, RuleSet, evaluate, evaluate_after_create},
    },
};

/// Values of all types under the names that the seeds use.
const ISSUE: &str = r#"{ "id": "1", "key": "K-1", "assigned_to_us": true, "updated": "2026-11-22T10:00:00Z",
    "attributes": { "a": "x", "b": null, "c": ["x", "y"], "d": 5, "e": false, "f": "", "title": "t", "summary": "s" },
    "messages": [{ "id": "1", "author": "Jane", "date": "2026-11-22T10:00:00Z", "text": "x said", "keywords": ["x"], "kind": "Aussage" }],
    "files": [{ "id": "1", "name": "x.txt", "size": 1 }, { "id": "2", "name": "x.txt", "withheld": true }] }"#;
const BASE: &str = r#"{ "local": { "a": "y", "title": "u" }, "remote": { "a": "y" },
    "copies": [{ "kind": "message", "to": "local", "source": "1", "copy": "1", "text": "edited" }] }"#;

static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| serde_json::from_str(ISSUE).expect("an issue"));
static LAST: LazyLock<Base> = LazyLock::new(|| serde_json::from_str(BASE).expect("a base"));

fuzz_target!(|text: &str| {
    let source = Arc::new(Source { name: "fuzz.toml".to_owned(), text: text.to_owned() });
    let Ok(root) = from_toml(&source) else { return };
    let findings = Findings::default();
    let tables: Vec<Table> = Section::new("fuzz", &root, &findings).tables("rule").into_iter().cloned().collect();
    let people = root.entries.iter().find_map(|entry| match &entry.value.value {
        NodeValue::Table(table) if entry.key == "users" => Some(table),
        _ => None,
    });
    match RuleSet::compile(&tables, people) {
        Ok(rules) => run(&rules),
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "refused without a reason");
            for finding in diagnostics {
                assert!(!finding.render(false).is_empty());
            }
        }
    }
});

fn run(rules: &RuleSet) {
    let restricted = Snapshot { restricted: Some(["a".to_owned()].into()), ..SNAPSHOT.clone() };
    let options = Options::default();
    for remote in [Some(&*SNAPSHOT), Some(&restricted), None] {
        for local in [Some(&*SNAPSHOT), None] {
            let plan = evaluate(rules, local, remote, &LAST, &options);
            assert!(!plan.in_words().is_empty());
            let mut after = SNAPSHOT.clone();
            after.attributes.extend(plan.side(Side::Local).new_values());
            let _ = evaluate(rules, Some(&after), remote, &LAST, &options);
        }
    }
    let _ = evaluate_after_create(rules, &SNAPSHOT, &SNAPSHOT, &LAST, &options);
}
