//! How long the rules of a large configuration take for one issue: the example of Jira and KPM, on an issue that has everything.
//! The goal is less than 100 µs for each evaluation.

use std::{path::Path, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::json;
use trackersync::{
    config::{environment::Environment, load, place::Source},
    ids::IssueId,
    rulebook::compile_all,
    sync::{
        issue::{Base, File, Message, Side, Snapshot},
        rules::{Options, RuleSet, evaluate},
    },
};

const EXAMPLE: &str = "config-example/jira-kpm.toml";
const SECRETS: [(&str, &str); 2] = [("LOCAL_PASSWORD", "secret"), ("LOCAL_WEBHOOK_SECRET", "secret")];
/// Messages and files of each side.
const THINGS: usize = 20;

fn rules() -> RuleSet {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE)).expect("the example");
    let source = Arc::new(Source { name: EXAMPLE.to_owned(), text });
    let loaded = load(&[source], &Environment::of_variables(SECRETS), &[]);
    let config = loaded.config.expect("the example can be used");
    compile_all(&config).expect("its rules compile").into_values().next().expect("it has a sync")
}

/// An issue with a value for each attribute that the rules read, with messages and with files.
fn issue(rules: &RuleSet, side: Side, text: &str) -> Snapshot {
    let value = |path: &String| {
        let value = match path.as_str() {
            "labels" => json!(["one", "two"]),
            // The one that takes part in the sync.
            "EngineeringStatus" => json!("2"),
            _ => json!(text),
        };
        (path.clone(), value)
    };
    let message = |number: usize| Message {
        id: format!("{side}{number}"),
        author: "Jane".to_owned(),
        date: jiff::Timestamp::from_second(i64::try_from(number).unwrap_or_default()).expect("a time"),
        text: format!("{text} {number}"),
        keywords: Vec::new(),
        kind: Some("Aussage".to_owned()),
    };
    let file = |number: usize| {
        let name = format!("{side}{number}.txt");
        File { id: name.clone(), name, size: None, withheld: false }
    };
    Snapshot {
        attributes: rules.needs(side).paths.iter().map(value).collect(),
        messages: (0..THINGS).map(message).collect(),
        files: (0..THINGS).map(file).collect(),
        assigned_to_us: true,
        ..Snapshot::empty(IssueId::new("1"), "1")
    }
}

fn evaluation(criterion: &mut Criterion) {
    let (rules, options) = (rules(), Options::default());
    let text = "a text of the usual length that tells what is the matter with the part";
    let (local, remote) = (issue(&rules, Side::Local, text), issue(&rules, Side::Remote, &format!("{text}, and more")));
    let base = Base { local: local.attributes.clone(), remote: remote.attributes.clone(), copies: Vec::new() };
    let plan = evaluate(&rules, Some(&local), Some(&remote), &base, &options);
    assert!(plan.rules.len() > 40, "the example has become small: {}", plan.rules.len());
    let stopped = plan.stopped_by().map(|rule| rule.place.clone());
    assert_eq!(stopped, None, "the issue of the bench is stopped: {}", plan.in_words());
    let name = format!("evaluate {} rules", plan.rules.len());
    criterion.bench_function(&name, |bench| bench.iter(|| evaluate(&rules, Some(&local), Some(&remote), &base, &options)));
}

criterion_group!(benches, evaluation);
criterion_main!(benches);
