//! Any text in the predecessor's syntax is a configuration or has findings; what is read can be converted, and the TOML can be read.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use trackersync::config::{files::decode, node::from_toml, place::Source, python::from_python, write::to_toml};

fuzz_target!(|bytes: &[u8]| {
    let source = match decode("fuzz.py".to_owned(), bytes) {
        Ok(source) => Arc::new(source),
        Err(finding) => {
            assert!(!finding.render(false).is_empty());
            return;
        }
    };
    match from_python(&source) {
        Ok(read) => {
            let text = to_toml(&read.table, &read.comments);
            let converted = Arc::new(Source { name: "fuzz.toml".to_owned(), text });
            assert!(from_toml(&converted).is_ok(), "what was written is not TOML: {}", converted.text);
        }
        Err(findings) => {
            assert!(findings.iter().any(|finding| !finding.is_warning), "refused without a reason");
            for finding in findings {
                assert!(!finding.render(false).is_empty());
            }
        }
    }
});
