//! Any text is a configuration or has findings; each finding can be shown.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use trackersync::{
    rulebook::compile_all,
    config::{environment::Environment, load, place::Source, show},
};

fuzz_target!(|text: &str| {
    let source = Arc::new(Source { name: "fuzz.toml".to_owned(), text: text.to_owned() });
    let environment = Environment::of_variables([("A", "a"), ("TRACKERSYNC_SERVER__LISTEN", "127.0.0.1:0")]);
    let loaded = load(&[source], &environment, &[]);
    let mut findings = loaded.diagnostics;
    match &loaded.config {
        Some(config) => {
            findings.extend(compile_all(config).err().unwrap_or_default());
            assert!(!show::to_toml(config).is_empty());
        }
        None => assert!(findings.iter().any(|finding| !finding.is_warning), "refused without a reason"),
    }
    for finding in findings {
        assert!(!finding.render(false).is_empty());
        assert!(finding.to_json()["code"].is_string());
    }
});
