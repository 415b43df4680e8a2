//! Any bytes are a request to the stand-in KPM or none; one that is taken asks for a known operation, and a refusal says why.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trackersync::standin::kpm::RequestReader;

static READER: LazyLock<RequestReader> = LazyLock::new(|| RequestReader::new().unwrap());

fuzz_target!(|body: &[u8]| {
    match READER.operation(body) {
        Ok(operation) => assert!(["Get", "Add", "Create"].iter().any(|verb| operation.starts_with(verb))),
        Err(said) => assert!(!said.is_empty()),
    }
});
